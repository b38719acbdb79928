"""`gitsig init` at its usual place, and what its help says."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from tests.cli.conftest import Story
from tests.upkeep.commands import APP, call


@pytest.fixture
def clone(story, tmp_path) -> Story:
    """A work tree of the story's repository without its policy."""
    path = tmp_path / "clone"
    story.git("clone", "-q", "--branch", "main", ".", str(path))
    made = Story(path, story.environment)
    for name in ("policy.toml",):
        (path / ".gitsig" / name).unlink()
    return made


def test_it_writes_the_work_trees_policy(clone, monkeypatch) -> None:
    monkeypatch.chdir(clone.path)
    done = call("init")
    assert (done.code, done.err) == (0, "")
    policy = clone.path / ".gitsig" / "policy.toml"
    assert f"wrote {policy}: trust on first use" in done.out
    assert "[signers.ada]" in policy.read_text()
    assert call("policy", "check", policy).code == 0


def test_a_policy_that_is_there_stays(story) -> None:
    before = (story.path / ".gitsig" / "policy.toml").read_bytes()
    done = call("init", "--repo", story.path)
    assert done.code == 2
    assert "is there already; name another with --output, or overwrite with --force" in done.err
    assert (story.path / ".gitsig" / "policy.toml").read_bytes() == before


def test_a_bare_repository_needs_a_place(story, tmp_path) -> None:
    story.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    done = call("init", "--repo", tmp_path / "bare.git")
    assert done.code == 2
    assert "--output" in done.err


def test_a_shallow_clone_says_so(story, tmp_path) -> None:
    path = tmp_path / "shallow"
    story.git("clone", "-q", "--depth", "1", "--branch", "main", f"file://{story.path}", str(path))
    done = call("init", "--repo", path, "--output", tmp_path / "policy.toml")
    assert done.code == 0
    assert "a shallow or partial clone" in done.err


@pytest.mark.parametrize("words", [("--since", "yesterday"), ("--now", "x"), ("--keys", "no/such/file")])
def test_wrong_words(story, tmp_path, words) -> None:
    done = call("init", "--repo", story.path, "--output", tmp_path / "p.toml", *words)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert not (tmp_path / "p.toml").exists()


def test_help_has_examples_and_exit_codes() -> None:
    shown = CliRunner().invoke(APP, ["init", "--help"], prog_name="gitsig").output
    assert "  Examples:\n    gitsig init --keyring" in shown
    assert "  Exit codes:\n    0    a policy was proposed" in shown
