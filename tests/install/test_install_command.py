"""`gitsig install` and real pushes through what it installed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gitsig.cli.main import run
from tests.support.story import Story

RECORDER = '#!/bin/sh\ncat >"$GIT_DIR/seen"\n'
REFUSER = "#!/bin/sh\necho 'not on a Sunday' >&2\nexit 9\n"
SERVER = ("pre-receive", "--repo")


class Done:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def install(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    def call(*arguments: object) -> Done:
        code = run(["install", *map(str, arguments)])
        return Done(code, *capsys.readouterr())

    return call


def git(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=folder, check=check, capture_output=True, text=True)


def push(tale: Story, to: Path, *refspecs: str) -> subprocess.CompletedProcess[str]:
    return git(tale.path, "push", str(to), *refspecs, check=False)


def tip(repository: Path, ref: str = "refs/heads/main") -> str:
    return git(repository, "for-each-ref", "--format=%(objectname)", ref).stdout.strip()


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def tale(story: Callable[..., Story]) -> Story:
    """Main: Ada's signed commit; evil: an unsigned one on top."""
    told = story()
    told.commit("ada", sign="ssh")
    told.commit("ada", sign=False, parents=[told.tip()], branch="evil")
    return told


@pytest.fixture
def server(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "--bare", "--template=", "-b", "main", "server.git")
    return tmp_path / "server.git"


def test_a_guarded_repository(tale: Story, server: Path, install) -> None:
    policy = tale.policy()
    done = install(*SERVER, server, "--policy", policy)
    assert done.code == 0
    assert done.err == ""
    assert done.out.splitlines()[:2] == [
        f"set         gitsig.policy = {policy}  ({server})",
        f"installed   {server}/hooks/pre-receive",
    ]
    assert "receive.fsckObjects true" in done.out
    refused = push(tale, server, "evil:main")
    assert refused.returncode != 0
    assert "remote: gitsig: push refused" in refused.stderr
    assert tip(server) == ""
    assert push(tale, server, "main").returncode == 0
    assert tip(server) == tale.tip()


def test_after_uninstalling_everything_passes_again(tale: Story, server: Path, install) -> None:
    install(*SERVER, server, "--policy", tale.policy())
    done = install("--uninstall", *SERVER, server)
    assert (done.code, done.out) == (0, f"removed     {server}/hooks/pre-receive\n")
    assert push(tale, server, "evil:main").returncode == 0
    assert install("--uninstall", *SERVER, server).out == f"not there   {server}/hooks/pre-receive\n"


def test_without_a_policy_everything_is_refused_and_install_says_so(tale: Story, server: Path, install) -> None:
    assert "until a policy is named, every push is refused" in install(*SERVER, server).out
    assert push(tale, server, "main").returncode != 0
    assert tip(server) == ""


def test_the_hook_from_before_sees_the_same_push(tale: Story, server: Path, install) -> None:
    script(server / "hooks" / "pre-receive", RECORDER)
    done = install(*SERVER, server, "--policy", tale.policy())
    assert "the hook from before now is pre-receive.before-gitsig" in done.out
    assert push(tale, server, "evil:main").returncode != 0
    assert not (server / "seen").exists()
    assert push(tale, server, "main").returncode == 0
    assert (server / "seen").read_text() == f"{'0' * 40} {tale.tip()} refs/heads/main\n"


def test_the_hook_from_before_may_still_refuse(tale: Story, server: Path, install) -> None:
    path = script(server / "hooks" / "pre-receive", REFUSER)
    install(*SERVER, server, "--policy", tale.policy())
    refused = push(tale, server, "main")
    assert "remote: not on a Sunday" in refused.stderr
    assert tip(server) == ""
    install("--uninstall", *SERVER, server)
    assert path.read_text() == REFUSER
    assert push(tale, server, "main").returncode != 0


def test_a_server_with_work_tree_and_its_linked_ones(tale: Story, tmp_path: Path, install) -> None:
    git(tmp_path, "init", "-q", "--template=", "-b", "trunk", "tree")
    tree = tmp_path / "tree"
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git(tree, *who, "commit", "-q", "--allow-empty", "-m", "Begin")
    git(tree, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    done = install(*SERVER, tmp_path / "linked", "--policy", tale.policy())
    assert f"installed   {tree}/.git/hooks/pre-receive" in done.out
    assert push(tale, tmp_path / "linked", "evil:main").returncode != 0
    assert push(tale, tree, "main").returncode == 0
    assert tip(tree) == tale.tip()


def test_a_developers_hooks(tale: Story, server: Path, tmp_path: Path, install) -> None:
    """The hook from before, here a recorder, reads what git tells pre-push too."""
    git(tmp_path, "clone", "-q", "--template=", "--no-local", str(tale.path), "clone")
    clone = tmp_path / "clone"
    script(clone / ".git" / "hooks" / "pre-push", '#!/bin/sh\ncat >"$(git rev-parse --git-dir)/seen"\n')
    done = install("client", "--repo", clone, "--policy", tale.policy())
    assert done.code == 0
    assert done.out.count("installed ") == 6
    assert git(clone, "push", str(server), "origin/evil:refs/heads/main", check=False).returncode != 0
    assert tip(server) == ""
    assert not (clone / ".git" / "seen").exists()
    assert git(clone, "push", str(server), "main", check=False).returncode == 0
    assert tip(server) == tale.tip()
    assert (clone / ".git" / "seen").read_text().startswith(f"refs/heads/main {tale.tip()} refs/heads/main ")


def test_all_repositories_below_a_folder(tale: Story, tmp_path: Path, install) -> None:
    below = tmp_path / "srv"
    for name in ("a.git", "group/b.git"):
        (below / name).mkdir(parents=True)
        git(below / name, "init", "-q", "--bare", "--template=")
    done = install("pre-receive", "--all", below, "--policy", tale.policy())
    assert done.code == 0
    for name in ("a.git", "group/b.git"):
        assert push(tale, below / name, "evil:main").returncode != 0
        assert tip(below / name) == ""


def test_one_bad_repository_leaves_the_others_guarded(tale: Story, tmp_path: Path, install) -> None:
    below = tmp_path / "srv"
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in ("a.git", "b.git"):
        (below / name).mkdir(parents=True)
        git(below / name, "init", "-q", "--bare", "--template=")
    (below / "a.git" / "hooks").symlink_to(outside)
    done = install("pre-receive", "--all", below, "--policy", tale.policy())
    assert done.code == 3
    assert "outside the repository" in done.err
    assert list(outside.iterdir()) == []
    assert push(tale, below / "b.git", "evil:main").returncode != 0


def test_a_work_tree_of_a_repository_elsewhere_is_not_touched(tmp_path: Path, tale: Story, install) -> None:
    git(tmp_path, "clone", "-q", "--template=", str(tale.path), "elsewhere")
    git(tmp_path / "elsewhere", "worktree", "add", "-q", str(tmp_path / "srv" / "linked"))
    done = install("pre-receive", "--all", tmp_path / "srv", "--policy", tale.policy())
    assert done.code == 3
    assert "its repository is elsewhere" in done.err
    assert not (tmp_path / "elsewhere" / ".git" / "hooks").exists()


def test_a_folder_of_hooks(tale: Story, server: Path, tmp_path: Path, install) -> None:
    folder = tmp_path / "shared hooks"
    done = install("pre-receive", "--hooks-path", folder)
    assert done.code == 0
    assert f"git config --global core.hooksPath '{folder}'" in done.out
    git(server, "config", "core.hooksPath", str(folder))
    git(server, "config", "gitsig.policy", str(tale.policy()))
    assert push(tale, server, "evil:main").returncode != 0
    assert tip(server) == ""
    assert install(*SERVER, server).code == 3


@pytest.mark.parametrize(("layout", "folder"), [("gitlab", "custom_hooks"), ("gitea", "hooks")])
def test_servers_that_run_a_folder(server: Path, install, layout: str, folder: str) -> None:
    done = install(*SERVER, server, "--layout", layout)
    path = server / folder / "pre-receive.d" / "gitsig"
    assert f"installed   {path}\n" in done.out
    assert os.access(path, os.X_OK)


def test_settings(tale: Story, server: Path, install) -> None:
    policy = tale.policy()
    install(*SERVER, server, "--policy", policy, "--mode", "warn", "--log", "syslog:auth")
    done = install(*SERVER, server, "--policy-ref", "refs/heads/main", "--mode", "enforce", "--log", "decisions.jsonl")
    assert done.code == 0
    config = git(server, "config", "--local", "--get-regexp", "^gitsig").stdout.splitlines()
    assert set(config) == {
        "gitsig.policyref refs/heads/main",
        "gitsig.mode enforce",
        f"gitsig.log {Path('decisions.jsonl').absolute()}",
    }
    again = install(*SERVER, server, "--mode", "enforce")
    assert "set " not in again.out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "which hook?"),
        (["commit-msg"], 2, "no hook 'commit-msg'"),
        (["update", "--repo", ".", "--all", "."], 2, "exclude each other"),
        (["update", "--policy", "a", "--policy-ref", "b"], 2, "exclude each other"),
        (["update", "--policy-ref", "main"], 2, "refs/heads/main"),
        (["update", "--hooks-path", "x", "--mode", "warn"], 2, "settings belong to a repository"),
        (["update", "--uninstall", "--mode", "warn"], 2, "settings belong to a repository"),
        (["update", "--mode", "quiet"], 2, "'quiet'"),
        (["update", "--repo", "nowhere"], 3, "nowhere"),
        (["update", "--all", "nowhere"], 3, "no such folder"),
        (["update", "--all", "empty"], 2, "no repository"),
        (["update", "--policy", "absent.toml"], 3, "absent.toml"),
    ],
)
def test_what_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, install, arguments: list[str], code: int, words: str
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    done = install(*arguments)
    assert done.code == code
    assert words in done.err
    assert {path.name for path in tmp_path.iterdir()} == {"empty"}


def test_a_broken_policy_installs_nothing(server: Path, tmp_path: Path, install) -> None:
    (tmp_path / "policy.toml").write_text("version = 2\n")
    done = install(*SERVER, server, "--policy", tmp_path / "policy.toml")
    assert done.code == 3
    assert not (server / "hooks").exists()


def test_a_policy_in_the_work_tree_is_no_servers_policy(tale: Story, tmp_path: Path, install) -> None:
    git(tmp_path, "init", "-q", "--template=", "tree")
    policy = tale.policy(path=tmp_path / "tree" / ".gitsig" / "policy.toml")
    done = install(*SERVER, tmp_path / "tree", "--policy", policy)
    assert done.code == 3
    assert "a push could change it" in done.err
    assert not (tmp_path / "tree" / ".git" / "hooks" / "pre-receive").exists()


def test_names_of_paths_are_escaped(tmp_path: Path, install) -> None:
    git(tmp_path, "init", "-q", "--bare", "--template=", "red\x1b[31m.git")
    done = install(*SERVER, tmp_path / "red\x1b[31m.git")
    assert done.code == 0
    assert "\x1b" not in done.out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("guix:", "nothing says what the introduction is"),
        ("guix:?introduction=abc", "nothing says what the signer is"),
        (f"guix:?introduction=abc&signer={'A1' * 20}", "'abc' is no full object id"),
        (f"guix:?introduction={'a1' * 20}&signer={'A1' * 20}", "no branch 'keyring' holds the keyring"),
        ("sq-git:", "nothing says what the trust root is"),
        ("sq-git:?root=HEAD", "'HEAD' is no full object id"),
    ],
)
def test_a_peer_s_policy_that_no_hook_could_use_is_not_set(install, tale: Story, name: str, words: str) -> None:
    done = install(*SERVER, tale.path, "--policy", name)
    assert done.code == 3
    assert words in done.err
    assert git(tale.path, "config", "gitsig.policy", check=False).stdout == ""


@pytest.mark.parametrize("name", [f"guix:?introduction={'a1' * 20}&signer={'A1' * 20}", f"sq-git:?root={'a1' * 20}"])
def test_a_peer_s_policy_whose_commits_are_still_to_come(install, tmp_path: Path, name: str) -> None:
    git(tmp_path, "init", "-q", "--bare", "--template=", "new.git")
    assert install(*SERVER, tmp_path / "new.git", "--policy", name).code == 0
    assert git(tmp_path / "new.git", "config", "gitsig.policy").stdout.strip() == name
