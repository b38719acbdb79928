"""After a commit, merge, amend or rebase: what was just made stays, and the developer reads what is wrong with it."""

from __future__ import annotations

import pytest

from tests.hooks.client.conftest import Desk

LOUD = "THIS IS DONE, BUT IT WOULD BE REFUSED"


@pytest.fixture
def ready(begun: Desk) -> Desk:
    begun.install("post-commit", "post-merge", "post-rewrite")
    return begun


def write(desk: Desk, name: str) -> None:
    (desk.path / name).write_text(f"{name}\n")
    desk.git("add", name)


def side(desk: Desk, *options: str) -> str:
    """A branch `topic` with one commit, made without our hooks; back on main."""
    desk.git("checkout", "-q", "-b", "topic")
    write(desk, "theirs")
    oid = desk.commit(*options)
    desk.git("checkout", "-q", "main")
    return oid


def test_a_commit_without_signature_is_loud_with_its_mend(ready: Desk) -> None:
    write(ready, "file")
    before = ready.head()
    done = ready.run("git", "commit", "-q", "-m", "Change \x1b[31mred", "--no-gpg-sign")
    assert done.returncode == 0
    assert ready.head("HEAD^") == before
    assert LOUD in done.stderr
    assert "mend: sign it: git rebase --exec 'git commit --amend --no-edit -S --no-verify'" in done.stderr
    assert "\\x1b[31mred" in done.stderr
    assert done.stderr.isascii()
    assert "\x1b" not in done.stderr
    assert ready.hook("head").returncode == 1


def test_a_good_commit_and_its_amending_are_silent(ready: Desk) -> None:
    for options in ((), ("--amend",)):
        done = ready.run("git", "commit", "-q", "--allow-empty", "-m", "Change", *options)
        assert (done.returncode, done.stderr) == (0, "")


def test_an_amend_that_loses_the_signature_is_seen(ready: Desk) -> None:
    old = ready.commit()
    done = ready.run("git", "commit", "-q", "--allow-empty", "--amend", "-m", "Again", "--no-gpg-sign")
    assert ready.head() != old
    assert LOUD in done.stderr


def test_every_commit_of_a_rebase_is_judged(ready: Desk) -> None:
    """Not HEAD alone: the first of three loses its signature, the others are signed again."""
    ready.git("checkout", "-q", "-b", "topic")
    for name in ("one", "two", "three"):
        write(ready, name)
        ready.commit()
    oids = [ready.head(f"HEAD~{back}") for back in (2, 1, 0)]
    stdin = f"{oids[0]} {ready.commit('--no-gpg-sign')}\n{oids[1]} {ready.commit()}\n"
    done = ready.hook("head", "rebase", stdin=stdin)
    assert done.returncode == 1
    assert done.stderr.count("REFUSED commit") == 1
    assert ready.hook("head", "rebase", stdin=f"{oids[0]} {oids[1]}\n").returncode == 0


def test_a_real_rebase_without_signing_is_seen(ready: Desk) -> None:
    side(ready)
    write(ready, "ours")
    ready.commit()
    ready.git("checkout", "-q", "topic")
    before = ready.head()
    done = ready.run("git", "rebase", "-q", "--no-gpg-sign", "main")
    assert done.returncode == 0
    assert ready.head() != before
    assert LOUD in done.stderr


def test_the_framework_tells_of_a_rebase_without_its_commits(ready: Desk) -> None:
    """Its environment says `rebase`, standard input is empty: all that is new and unpushed is judged."""
    ready.commit("--no-gpg-sign")
    ready.commit()
    assert ready.hook("head", PRE_COMMIT_REWRITE_COMMAND="rebase").returncode == 1
    assert ready.hook("head", PRE_COMMIT_REWRITE_COMMAND="amend").returncode == 0


def test_garbage_on_standard_input_is_refused(ready: Desk) -> None:
    done = ready.hook("head", "rebase", stdin="zero\n")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1


def test_a_merge_commit_without_signature_is_loud(ready: Desk) -> None:
    side(ready)
    done = ready.run("git", "merge", "-q", "--no-ff", "--no-gpg-sign", "-m", "Merge", "topic")
    assert done.returncode == 0
    assert LOUD in done.stderr
    assert "unsigned" in done.stderr


def test_a_fast_forward_is_judged_whole_by_the_policy_before_it(ready: Desk) -> None:
    """R12: what is pulled in lists its own key."""
    ready.git("checkout", "-q", "-b", "topic")
    ready.policy(signers={"mallory": {"emails": ["mallory@example.net"], "ssh": [ready.ssh.public("mallory")]}})
    ready.git("add", ".")
    ready.be("mallory")
    ready.commit()
    ready.be("ada")
    good = ready.commit()
    ready.git("checkout", "-q", "main")
    done = ready.run("git", "merge", "-q", "--ff-only", "topic")
    assert ready.head() == good
    assert "unknown_key" in done.stderr


def test_a_good_fast_forward_and_a_squash_are_silent(ready: Desk) -> None:
    side(ready)
    ready.git("branch", "keep", "main")
    for options in (("--squash",), ("--ff-only",)):
        done = ready.run("git", "merge", "-q", *options, "topic")
        assert (done.returncode, done.stderr) == (0, "")
        ready.git("reset", "-q", "--hard", "keep")


def test_an_unguarded_branch_is_let_alone(desk: Desk) -> None:
    desk.begin(defaults={"refs": ["refs/heads/main"]})
    desk.git("checkout", "-q", "-b", "scratch")
    desk.commit("--no-gpg-sign")
    done = desk.hook("head")
    assert done.returncode == 0
    assert "does not guard refs/heads/scratch" in done.stderr
    desk.git("checkout", "-q", "--detach")
    assert desk.hook("head").returncode == 1


def test_the_rules_of_the_branch_apply(desk: Desk) -> None:
    desk.begin(rules=[{"refs": ["refs/heads/main"], "signers": ["bob"]}])
    done = desk.hook("head")
    assert done.returncode == 1
    assert "key_not_allowed" in done.stderr


@pytest.mark.parametrize(("require", "code"), [("merges", 0), ("tip", 1), ("first-parent", 1), ("every-commit", 1)])
def test_only_what_the_policy_demands_is_judged(desk: Desk, require: str, code: int) -> None:
    desk.begin(pushed=False, defaults={"require": require})
    desk.commit("--no-gpg-sign")
    assert desk.hook("head").returncode == code


def test_before_the_first_commit_nothing_passes(desk: Desk) -> None:
    assert desk.hook("head").returncode == 3
