"""A developer's clone with the hooks of this checkout in it, and the remote that it pushes to."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitsig.hooks import run_hook
from tests.support.gnupg import GnupgHome
from tests.support.sshkeys import SSHHome
from tests.support.toml import dumps

ROOT = Path(__file__).parents[3]
PROGRAM = Path(sys.executable).with_name("gitsig")
ZERO = "0" * 40


class Desk:
    """One developer's machine: git, gpg, ssh-keygen and gitsig as processes, nothing in between."""

    def __init__(self, folder: Path, gnupg: GnupgHome, ssh: SSHHome) -> None:
        self.folder, self.gnupg, self.ssh = folder, gnupg, ssh
        self.path = folder / "clone"
        self.remote = folder / "remote.git"
        self.hooks = folder / "hooks"
        self.env = {
            **gnupg.env,
            "HOME": str(folder),
            "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}",
            "GIT_EDITOR": "true",
        }
        # each hook is a fresh interpreter: without its compiled files it would take twice the time
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)

    def prepare(self) -> None:
        """Make the repositories."""
        self.hooks.mkdir()
        for options in (["--bare", str(self.remote)], [str(self.path)]):
            subprocess.run(["git", "init", "-q", "--template=", "-b", "main", *options], check=True)
        with (self.path / ".git" / "config").open("a") as file:
            file.write(
                "[core]\n\thooksPath = ../hooks\n[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n"
                '[remote "origin"]\n\turl = ../remote.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
                "[include]\n\tpath = ../../person\n"
            )
        self.be("ada")

    def be(self, name: str, email: str = "", kind: str = "ssh") -> None:
        """Take a person's name, address and key."""
        email = email or f"{name}@example.{'net' if name == 'mallory' else 'org'}"
        key = str(self.ssh.key(name)) + ".pub" if kind == "ssh" else self.gnupg.fingerprint(email)
        (self.folder / "person").write_text(
            f"[gpg]\n\tformat = {kind}\n[user]\n\tname = {name}\n\temail = {email}\n\tsigningKey = {key}\n"
        )

    def unset(self, key: str) -> None:
        self.git("config", "--file", str(self.folder / "person"), "--unset", key)

    def config(self, key: str, value: str) -> None:
        self.git("config", key, value)

    def run(self, *args: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            args, cwd=self.path, env={**self.env, **env}, input=stdin, capture_output=True, text=True, check=False
        )

    def git(self, *args: str, **env: str) -> str:
        """A git command that must succeed."""
        done = self.run("git", *args, **env)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def hook(self, name: str, *args: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        """A hook as git or the framework would run it, but in this process: what git starts itself is the program."""
        said = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(said):
            patch.chdir(self.path)
            for key, value in {**self.env, **env}.items():
                patch.setenv(key, value)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8", "surrogateescape"))))
            code = run_hook(name, args)
        return subprocess.CompletedProcess((name, *args), code, "", said.getvalue())

    def install(self, *names: str) -> None:
        for name in names:
            shutil.copy(ROOT / "hooks" / name, self.hooks / name)

    def commit(self, *options: str, **env: str) -> str:
        """A commit that no hook of ours sees; `--no-gpg-sign` makes an unsigned one."""
        quiet = ("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty")
        self.git(*quiet, "-m", "Change", *options, **env)
        return self.head()

    def head(self, rev: str = "HEAD") -> str:
        return self.git("rev-parse", rev)

    def there(self) -> dict[str, str]:
        """The remote's refs."""
        done = subprocess.run(["git", "-C", str(self.remote), "show-ref"], capture_output=True, text=True, check=False)
        return {line.split()[1]: line.split()[0] for line in done.stdout.splitlines()}

    def policy(self, **overrides: object) -> Path:
        """Write the work tree's policy: Ada with both keys, Bob with his SSH key."""
        path = self.path / ".gitsig" / "policy.toml"
        (path.parent / "keys").mkdir(parents=True, exist_ok=True)
        ada = self.gnupg.export(self.gnupg.fingerprint("ada@example.org"))
        (path.parent / "keys" / "ada.asc").write_bytes(ada)
        signers = {
            "ada": {"emails": ["ada@example.org"], "openpgp": ["keys/ada.asc"], "ssh": [self.ssh.public("ada")]},
            "bob": {"emails": ["bob@example.org"], "ssh": [self.ssh.public("bob")]},
        }
        signers.update(overrides.pop("signers", {}))  # type: ignore[call-overload]
        path.write_text(dumps({"version": 1, "signers": signers, **overrides}))
        return path

    def begin(self, *, pushed: bool = True, **overrides: object) -> str:
        """The first commit, with the policy; pushed unless the remote is to stay empty."""
        self.policy(**overrides)
        self.git("add", ".gitsig")
        oid = self.commit()
        if pushed:
            self.git("push", "-q", "--no-verify", "-u", "origin", "main")
            self.git("remote", "set-head", "origin", "main")
        return oid


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, gnupg: GnupgHome, ssh: SSHHome) -> dict[str, Path]:
    """Folders to copy: an empty clone, and one whose first commit is pushed."""
    made = {}
    for name in ("empty", "begun"):
        made[name] = tmp_path_factory.mktemp(name) / "desk"
        made[name].mkdir()
        desk = Desk(made[name], gnupg, ssh)
        desk.prepare()
        if name == "begun":
            desk.begin()
    return made


@pytest.fixture
def desk(tmp_path: Path, gnupg: GnupgHome, ssh: SSHHome, templates: dict[str, Path]) -> Desk:
    """A clone without a commit, and an empty remote."""
    shutil.copytree(templates["empty"], tmp_path / "desk", symlinks=True)
    return Desk(tmp_path / "desk", gnupg, ssh)


@pytest.fixture
def begun(tmp_path: Path, gnupg: GnupgHome, ssh: SSHHome, templates: dict[str, Path]) -> Desk:
    """A clone whose first commit, by Ada and with the policy, is pushed."""
    shutil.copytree(templates["begun"], tmp_path / "desk", symlinks=True)
    return Desk(tmp_path / "desk", gnupg, ssh)


@pytest.fixture
def other_home(gnupg: GnupgHome) -> Iterator[Callable[[], GnupgHome]]:
    """Makes GnuPG homes whose keys may be changed."""
    made: list[GnupgHome] = []

    def make() -> GnupgHome:
        made.append(gnupg.clone())
        return made[-1]

    yield make
    for home in made:
        home.close()
