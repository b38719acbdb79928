"""The policy comes from outside the repository or from a ref's old tip, and no push changes what judges it (R12)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hooks.server.guarded import NONE, Guarded, git

MAIN = "refs/heads/main"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def governed(guarded: Guarded) -> Guarded:
    """The policy stands in main, of which the server has the first commit."""
    told = guarded.story
    guarded.config("gitsig.policy", None)
    guarded.config("gitsig.policyRef", MAIN)
    told.commit(files=told.policy_files())
    (guarded.git_dir / "objects" / "info").mkdir(exist_ok=True)
    (guarded.git_dir / "objects" / "info" / "alternates").write_text(f"{told.path / 'objects'}\n")
    git("--git-dir", guarded.git_dir, "update-ref", MAIN, told.tip(), check=True)
    return guarded


def test_a_push_that_edits_the_policy_is_judged_by_the_old_one(governed: Guarded) -> None:
    told = governed.story
    before = governed.refs()
    lax = told.policy_files(signers={"mallory": {"ssh": [told.ssh.public("mallory")]}}) if told.ssh else {}
    told.commit(by="mallory", sign="ssh", files=lax)
    done = governed.push("main")
    assert (done.returncode == 0, governed.refs()) == (False, before)
    assert "unknown_key" in done.stderr


def test_from_the_next_push_on_the_new_policy_judges(governed: Guarded, hook: Run) -> None:
    told = governed.story
    old = told.tip()
    without = told.policy_files(signers={"bob": None})
    without[".gitsig/policy.toml"] = told.policy(
        path=told.folder / "in-tree" / "policy.toml", signers={"bob": None}
    ).read_bytes()
    new = told.commit(by="ada", files=without)
    by_bob = told.commit(by="bob")
    assert hook("pre-receive", stdin=[(old, by_bob, MAIN)]) == (0, "")
    git("--git-dir", governed.git_dir, "update-ref", MAIN, new, check=True)
    code, words = hook("pre-receive", stdin=[(new, by_bob, MAIN)])
    assert (code, "unknown_key" in words) == (1, True)


def test_a_push_must_not_break_the_policy(governed: Guarded, hook: Run) -> None:
    told = governed.story
    old = told.tip()
    broken = told.commit(files={".gitsig/policy.toml": b"version = 2\n"})
    code, words = hook("pre-receive", stdin=[(old, broken, MAIN)])
    assert (code, "no policy could be read any more" in words) == (1, True)
    gone = told.commit(parents=[], files={"a": b"b"})
    assert hook("pre-receive", stdin=[(old, gone, MAIN)])[0] == 1
    code, words = hook("pre-receive", stdin=[(old, NONE, MAIN)])
    assert (code, "leave it where it is" in words) == (1, True)
    mended = told.commit(parents=[broken], files=told.policy_files())
    assert hook("pre-receive", stdin=[(old, mended, MAIN)])[0] == 0


def test_a_policy_must_guard_the_ref_that_it_stands_in(governed: Guarded, hook: Run) -> None:
    told = governed.story
    old = told.tip()
    unguarded = told.commit(files=told.policy_files(defaults={"refs": ["refs/heads/release/*"]}))
    code, words = hook("pre-receive", stdin=[(old, unguarded, MAIN)])
    assert (code, "does not guard the ref that it stands in" in words) == (1, True)
    git("--git-dir", governed.git_dir, "update-ref", MAIN, unguarded, check=True)
    evil = told.commit(by="mallory")
    code, words = hook("pre-receive", stdin=[(unguarded, evil, MAIN)])
    assert (code, "anybody could replace it" in words) == (1, True)


def test_a_tag_named_like_the_branch_is_not_taken_for_it(governed: Guarded, hook: Run) -> None:
    told = governed.story
    governed.config("gitsig.policyRef", "main")
    code, words = hook("pre-receive", stdin=[(NONE, told.tip(), "refs/heads/x")])
    assert (code, "no full name of a ref" in words) == (3, True)
    governed.config("gitsig.policyRef", "refs/heads/absent")
    git("--git-dir", governed.git_dir, "update-ref", "refs/tags/refs/heads/absent", told.tip(), check=True)
    code, words = hook("pre-receive", stdin=[(NONE, told.tip(), "refs/heads/x")])
    assert (code, "symbolic or ambiguous" in words) == (3, True)
    git("--git-dir", governed.git_dir, "symbolic-ref", "refs/heads/absent", MAIN, check=True)
    assert hook("pre-receive", stdin=[(NONE, told.tip(), "refs/heads/x")])[0] == 3


def test_an_alias_of_the_policys_ref_is_that_ref(governed: Guarded, hook: Run) -> None:
    told = governed.story
    git("--git-dir", governed.git_dir, "symbolic-ref", "refs/heads/alias", MAIN, check=True)
    old = told.tip()
    broken = told.commit(files={".gitsig/policy.toml": b"version = 2\n"})
    assert hook("pre-receive", stdin=[(old, broken, "refs/heads/alias")])[0] == 1


def test_a_ref_that_is_not_there_yet(guarded: Guarded) -> None:
    guarded.config("gitsig.policy", None)
    guarded.config("gitsig.policyRef", MAIN)
    guarded.story.commit(files=guarded.story.policy_files())
    done = guarded.push("main")
    assert (done.returncode == 0, guarded.refs()) == (False, {})
    assert "refs/heads/main does not exist, so no push can be judged" in done.stderr
    assert "git update-ref" in done.stderr
