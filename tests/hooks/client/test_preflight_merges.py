"""Before a merge commit: what is merged must verify, by the policy that stood before."""

from __future__ import annotations

import pytest

from tests.hooks.client.conftest import Desk


@pytest.fixture
def ready(begun: Desk) -> Desk:
    begun.install("pre-commit", "pre-merge-commit")
    return begun


def branch_with(desk: Desk, *options: str, files: dict[str, str]) -> None:
    desk.git("checkout", "-q", "-b", "topic")
    for name, text in files.items():
        (desk.path / name).write_text(text)
    desk.git("add", ".")
    desk.commit(*options)
    desk.git("checkout", "-q", "main")
    (desk.path / "ours").write_text("ours\n")
    desk.git("add", ".")
    desk.commit()


def test_an_automatic_merge_of_an_unsigned_commit_is_refused(ready: Desk) -> None:
    """Git has not written MERGE_HEAD yet when it runs pre-merge-commit."""
    branch_with(ready, "--no-gpg-sign", files={"theirs": "theirs\n"})
    before = ready.head()
    done = ready.run("git", "merge", "-q", "-m", "Merge", "topic")
    assert done.returncode != 0
    assert f"commit {ready.head('topic')[:12]}: unsigned" in done.stderr
    assert ready.head() == before


def test_a_merge_that_git_commit_ends_is_judged(ready: Desk) -> None:
    branch_with(ready, "--no-gpg-sign", files={"ours": "other\n"})
    assert ready.run("git", "merge", "-q", "topic").returncode == 1
    ready.git("checkout", "-q", "--ours", "ours")
    ready.git("add", "ours")
    before = ready.head()
    done = ready.run("git", "commit", "-q", "-m", "Merge")
    assert done.returncode != 0
    assert "unsigned" in done.stderr
    assert ready.head() == before


def test_a_merge_is_not_judged_by_the_policy_that_it_brings(ready: Desk) -> None:
    """R12: Mallory lists himself and signs."""
    ready.git("checkout", "-q", "-b", "topic")
    ready.policy(signers={"mallory": {"emails": ["mallory@example.net"], "ssh": [ready.ssh.public("mallory")]}})
    ready.git("add", ".")
    ready.be("mallory")
    ready.commit()
    ready.be("ada")
    ready.git("checkout", "-q", "main")
    before = ready.head()
    done = ready.run("git", "merge", "-q", "--no-ff", "-m", "Merge", "topic")
    assert done.returncode != 0
    assert "unknown_key" in done.stderr
    assert ready.head() == before


def test_a_good_merge_is_made(ready: Desk) -> None:
    branch_with(ready, files={"theirs": "theirs\n"})
    ready.git("merge", "-q", "-m", "Merge", "topic")
    assert ready.head("HEAD^2") == ready.head("topic")


def test_side_branches_are_left_alone_where_only_first_parents_count(desk: Desk) -> None:
    desk.begin(defaults={"require": "first-parent"})
    desk.install("pre-merge-commit")
    branch_with(desk, "--no-gpg-sign", files={"theirs": "theirs\n"})
    desk.git("merge", "-q", "-m", "Merge", "topic")
    assert desk.head("HEAD^2") == desk.head("topic")
