"""One repository for the command line's tests: signed by Ada, and a topic branch with what must be refused."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitsig.cli.main import run

HOSTILE = "\x1b[2K##[error] Add the \u202efrobnicator"
SCRIPT = Path(sys.executable).with_name("gitsig")
WHEN = 1_700_000_000
_LEFT_OUT = ("GIT_", "GITSIG", "COVERAGE_", "PYTHONUNBUFFERED", "NO_COLOR")


@dataclass
class Story:
    """A repository, and git in it."""

    path: Path
    environment: dict[str, str]
    root: str = ""
    main: str = ""
    topic: str = ""

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, message: str, *options: str) -> str:
        self.git("commit", "-q", "--allow-empty", "-m", message, *options)
        return self.git("rev-parse", "HEAD")


def clean_environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
    who = {
        f"GIT_{role}_{name}": value
        for role in ("AUTHOR", "COMMITTER")
        for name, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"), ("DATE", f"{WHEN} +0000"))
    }
    return {
        **kept,
        **who,
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Do not change it: every test sees the same one.

    main: a signed root with the policy, a signed commit, the signed tag v1.0; topic, on top: an unsigned commit.
    """
    home = tmp_path_factory.mktemp("cli")
    key = home / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada@laptop", "-f", key], check=True)
    told = Story(home / "repository", clean_environment(home))
    told.path.mkdir()
    told.git("init", "-q", "-b", "main")
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", f"{key}.pub")):
        told.git("config", name, value)
    policy = told.path / ".gitsig" / "policy.toml"
    policy.parent.mkdir()
    public = key.with_suffix(".pub").read_text().strip()
    policy.write_text(f'version = 1\n\n[signers.ada]\nemails = ["ada@example.org"]\nssh = ["{public}"]\n')
    told.git("add", ".gitsig")
    told.root = told.commit("Begin with the policy", "-S")
    told.main = told.commit("Fix the parser of notations", "-S")
    told.git("tag", "-s", "-m", "Größer als je", "v1.0")
    told.git("checkout", "-q", "-b", "topic")
    told.topic = told.commit(HOSTILE)
    return told


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def gitsig(story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """`gitsig(...)` in the story's repository and in this process."""
    monkeypatch.chdir(story.path)
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITSIG"))]:
        monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, story.environment[name])

    def call(*arguments: str) -> Done:
        code = run(arguments)
        return Done(code, *capsys.readouterr())

    return call
