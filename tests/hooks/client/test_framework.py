"""The real pre-commit framework over this checkout's manifest.

Only how the program gets onto the PATH is replaced: a manifest for `language: python` would have pip fetch from the
network.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.hooks.client.conftest import PROGRAM, ROOT, Desk

PRE_COMMIT = Path(sys.executable).with_name("pre-commit")
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
STAGES = ("pre-commit", "pre-merge-commit", "post-commit", "post-merge", "post-rewrite", "pre-push")


@pytest.fixture(scope="session")
def hook_repository(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository with the manifest in it, its language overridden; and its commit."""
    path = tmp_path_factory.mktemp("framework") / "gitsig"
    subprocess.run(["git", "init", "-q", str(path)], check=True)
    hooks = yaml.safe_load(MANIFEST.read_text())
    text = yaml.safe_dump([{**hook, "language": "system"} for hook in hooks])
    (path / MANIFEST.name).write_text(text)
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["add", "."], [*who, "commit", "-q", "-m", "Manifest"]):
        subprocess.run(["git", "-C", str(path), *command], check=True)
    done = subprocess.run(["git", "-C", str(path), "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    return path, done.stdout.strip()


@pytest.fixture
def framed(begun: Desk, hook_repository: tuple[Path, str], tmp_path: Path) -> Desk:
    """A clone in which the framework is installed for all stages."""
    path, rev = hook_repository
    begun.env["PRE_COMMIT_HOME"] = str(tmp_path / "pre-commit")
    ids = [hook["id"] for hook in yaml.safe_load(MANIFEST.read_text())]
    config = {"repos": [{"repo": str(path), "rev": rev, "hooks": [{"id": each} for each in ids]}]}
    (begun.path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    begun.git("config", "--unset", "core.hooksPath")
    begun.git("add", ".pre-commit-config.yaml")
    begun.commit()
    begun.git("push", "-q", "origin", "main")
    types = [word for stage in STAGES for word in ("-t", stage)]
    done = begun.run(str(PRE_COMMIT), "install", *types)
    assert done.returncode == 0, done.stdout
    return begun


def test_the_manifest_is_valid_and_every_hook_always_runs() -> None:
    subprocess.run([PRE_COMMIT, "validate-manifest", str(MANIFEST)], check=True)
    hooks = yaml.safe_load(MANIFEST.read_text())
    assert {hook["id"] for hook in hooks} == {
        "gitsig-preflight",
        "gitsig-head",
        "gitsig-push",
        "gitsig-range",
        "gitsig-policy",
    }
    for hook in hooks:
        assert hook["language"] == "python"
        assert hook["always_run"] is True
        assert hook["pass_filenames"] is False
        assert hook["minimum_pre_commit_version"] == "3.2.0"


def test_try_repo_runs_the_hooks(begun: Desk, hook_repository: tuple[Path, str], tmp_path: Path) -> None:
    begun.env["PRE_COMMIT_HOME"] = str(tmp_path / "pre-commit")
    path, _ = hook_repository
    good = begun.run(str(PRE_COMMIT), "try-repo", str(path), "gitsig-preflight")
    assert good.returncode == 0, good.stdout
    off = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "commit.gpgsign", "GIT_CONFIG_VALUE_0": "false"}
    bad = begun.run(str(PRE_COMMIT), "try-repo", str(path), "gitsig-preflight", **off)
    assert bad.returncode == 1
    assert "git config commit.gpgSign true" in bad.stdout
    begun.commit("--no-gpg-sign")
    manual = ("--hook-stage", "manual", "--from-ref", "HEAD^", "--to-ref", "HEAD")
    ranged = begun.run(str(PRE_COMMIT), "try-repo", str(path), "gitsig-range", *manual)
    assert ranged.returncode == 1
    assert "unsigned" in ranged.stdout


def test_commits_and_what_follows_them(framed: Desk) -> None:
    before = framed.head()
    done = framed.run("git", "-c", "commit.gpgsign=false", "commit", "--allow-empty", "-m", "Next")
    assert done.returncode != 0
    assert "commit.gpgSign" in done.stderr
    assert framed.head() == before
    done = framed.run("git", "commit", "--allow-empty", "-m", "Next")
    assert done.returncode == 0, done.stderr
    assert framed.head("HEAD^") == before
    assert "Failed" not in done.stderr
    done = framed.run("git", "commit", "--allow-empty", "-m", "Next", "--no-gpg-sign")
    assert done.returncode == 0
    assert "THIS IS DONE, BUT IT WOULD BE REFUSED" in done.stderr


def test_an_automatic_merge(framed: Desk) -> None:
    framed.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "-b", "topic")
    framed.commit("--no-gpg-sign")
    framed.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "main")
    before = framed.head()
    done = framed.run("git", "merge", "--no-ff", "-m", "Merge", "topic")
    assert done.returncode != 0
    assert "unsigned" in done.stdout + done.stderr
    assert framed.head() == before


def test_pushes(framed: Desk) -> None:
    """One ref, the second of two, a first push, nothing at all: the remote's refs tell."""
    before = framed.there()
    done = framed.run("git", "push", "origin", "main")
    assert done.returncode == 0
    good = framed.commit()
    assert framed.run("git", "push", "origin", "main").returncode == 0
    assert framed.there()["refs/heads/main"] == good
    framed.git("branch", "another-good-one")
    framed.commit()
    framed.git("branch", "the-bad-one")
    framed.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "the-bad-one")
    bad = framed.commit("--no-gpg-sign")
    before = framed.there()
    done = framed.run("git", "push", "origin", "main", "the-bad-one")
    assert done.returncode != 0
    assert bad[:12] in done.stderr + done.stdout
    assert "tells of the first pushed ref only" in done.stderr + done.stdout
    assert framed.there() == before


def test_a_first_push_to_an_empty_remote(framed: Desk) -> None:
    """The framework gives no range then."""
    empty = framed.folder / "empty.git"
    subprocess.run(["git", "init", "-q", "--bare", str(empty)], check=True)
    framed.git("remote", "add", "fresh", "../empty.git")
    for options, code in ((("--no-gpg-sign",), 1), ((), 0)):
        framed.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "--orphan", f"root{code}")
        framed.commit(*options)
        done = framed.run("git", "push", "fresh", f"root{code}")
        refs = subprocess.run(["git", "-C", empty, "show-ref"], capture_output=True, check=False).stdout
        assert (done.returncode != 0, not refs) == (bool(code), bool(code)), done.stdout + done.stderr
        framed.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "-f", "main")
        framed.git("branch", "-D", f"root{code}")


def test_the_program_of_this_checkout_is_what_runs() -> None:
    assert PROGRAM.is_file()
