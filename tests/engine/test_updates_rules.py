"""Pushes: rewinds, deletions and immutable refs, missing objects, trusted roots, exceptions, time, symbolic refs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import gitsig
from gitsig.engine.landing import landing
from gitsig.engine.updates import PushReport, UpdateKind, UpdateReport, verify_updates
from gitsig.model import RefUpdate
from tests.support.story import START, Story

NONE = "0" * 40
DAY = 86400
NOW = START + 30 * DAY
MAIN = "refs/heads/main"
StoryMaker = Callable[..., Story]


def push(story: Story, *updates: tuple[str, str, str], policy: Path | None = None, now: int = NOW) -> PushReport:
    """Judge updates against the refs as they are; new objects belong to no ref yet."""
    store = gitsig.open_repository(str(story.path))
    verifier = gitsig.Verifier(store, gitsig.load_policy(store, str(policy or story.policy())), now=now)
    return verify_updates(verifier, [RefUpdate(*update) for update in updates])


def one(story: Story, old: str, new: str, ref: str = MAIN, **rest: Any) -> UpdateReport:
    (update,) = push(story, (old, new, ref), **rest).updates
    return update


def reasons(update: UpdateReport) -> list[str]:
    return [str(verdict.reason) for verdict in update.refused]


def new(story: Story, parent: str | None = None, **rest: Any) -> str:
    """A commit that no ref holds yet."""
    return story.commit(branch=None, parents=[parent or story.tip()], **rest)


# no-rewind, no-delete, immutable (R8)


def test_rewinding_and_deleting_is_allowed_unless_a_rule_says_otherwise(story: StoryMaker) -> None:
    told = story()
    first, second = told.commit(), told.commit()
    other = new(told, first)
    for old, to in ((second, first), (second, other), (second, NONE)):
        assert one(told, old, to).accepted
    for words, refuses in (({"no_rewind": True}, [1, 1, 0]), ({"no_delete": True}, [0, 0, 1])):
        policy = told.policy(rules=[{"refs": [MAIN], **words}])
        found = [one(told, second, to, policy=policy) for to in (first, other, NONE)]
        assert [len(reasons(each)) for each in found] == refuses
        assert {reason for each in found for reason in reasons(each)} == {"rule_violation"}
        assert one(told, second, new(told), policy=policy).accepted


def test_an_immutable_ref_is_made_once(story: StoryMaker) -> None:
    told = story()
    first = told.commit()
    tag = told.tag("v1")
    moved = told.tag("v1", ref=None)
    policy = told.policy(rules=[{"refs": ["refs/tags/v*", "refs/heads/frozen"], "immutable": True}])
    ref = "refs/tags/v1"
    assert one(told, NONE, told.tag("v2", ref=None), "refs/tags/v2", policy=policy).accepted
    assert one(told, NONE, first, "refs/heads/frozen", policy=policy).accepted
    for old, to, name in ((tag, moved, ref), (tag, NONE, ref), (first, new(told), "refs/heads/frozen")):
        assert reasons(one(told, old, to, name, policy=policy)) == ["rule_violation"]
    assert one(told, tag, tag, ref, policy=policy).accepted


def test_a_tag_that_moves_forward_is_a_moved_tag(story: StoryMaker) -> None:
    told = story()
    told.commit()
    tag = told.tag("v1")
    told.commit()
    policy = told.policy(rules=[{"refs": ["refs/tags/*"], "no_rewind": True}])
    found = one(told, tag, told.tag("v1", ref=None), "refs/tags/v1", policy=policy)
    assert (found.kind, reasons(found)) == (UpdateKind.REWIND, ["rule_violation"])


def test_a_branch_moved_to_another_branchs_signed_commit(story: StoryMaker) -> None:
    told = story()
    base = told.commit()
    told.branch("side", base)
    side = told.commit(branch="side")
    tip = told.commit()
    assert one(told, tip, side).accepted
    assert reasons(one(told, tip, side, policy=told.policy(rules=[{"refs": [MAIN], "no_rewind": True}]))) == [
        "rule_violation"
    ]


def test_a_false_old_id_does_not_turn_a_rewind_into_a_creation(story: StoryMaker) -> None:
    """The pusher's client says what was there; git compares it only when the ref moves."""
    told = story()
    told.commit()
    tip = told.commit()
    policy = told.policy(rules=[{"refs": [MAIN], "no_rewind": True, "no_delete": True}])
    assert reasons(one(told, "a" * 40, tip, policy=policy)) == ["rule_violation"]
    assert reasons(one(told, "a" * 40, NONE, policy=policy)) == ["rule_violation"]


# What is missing (R3, R6)


def test_missing_objects_are_refused(story: StoryMaker) -> None:
    told = story()
    told.commit()
    assert reasons(one(told, NONE, "b" * 40, "refs/heads/x")) == ["verifier_error"]
    assert reasons(one(told, told.tip(), new(told, "c" * 40))) == ["verifier_error"]
    assert reasons(one(told, NONE, told.tag("v1", "d" * 40, ref=None), "refs/tags/v1")) == ["verifier_error"]


def test_a_shallow_boundary_is_no_root(story: StoryMaker) -> None:
    told = story()
    told.commit()
    cut = new(told, "e" * 40)
    (told.path / "shallow").write_text(f"{cut}\n")
    found = one(told, told.tip(), cut)
    assert reasons(found) == ["verifier_error"]
    assert "cut off" in found.refused[0].detail


def test_grafts_and_a_damaged_object_hide_nothing(story: StoryMaker) -> None:
    told = story()
    good = told.commit()
    evil = new(told, sign=False)
    last = new(told, evil)
    (told.path / "info").mkdir(exist_ok=True)
    (told.path / "info" / "grafts").write_text(f"{last} {good}\n")
    assert [verdict.oid for verdict in one(told, good, last).refused] == [evil]
    told.plant(last, b"commit 3\0abc")
    assert "verifier_error" in reasons(one(told, good, last))


# History, exceptions, time


def test_trusted_roots_and_exceptions(story: StoryMaker) -> None:
    told = story()
    told.commit(sign=False)
    root = told.commit(sign=False)
    excepted = told.commit(sign=False)
    last = told.commit()
    policy = told.policy(
        history={"trusted_roots": [root]},
        exceptions=[{"object": excepted, "accept": ["unsigned"], "because": "before the policy"}],
    )
    for require, count in (("every-commit", 2), ("first-parent", 2), ("tip", 1), ("merges", 0)):
        other = told.policy(
            path=told.folder / require / "policy.toml",
            defaults={"require": require},
            history={"trusted_roots": [root]},
            exceptions=[{"object": excepted, "accept": ["unsigned"], "because": "before the policy"}],
        )
        told.ref(MAIN, last)
        subprocess.run(["git", "-C", str(told.path), "update-ref", "-d", MAIN], check=True)
        found = one(told, NONE, last, policy=other)
        assert (found.accepted, found.summary.checked) == (True, count), require
    assert one(told, NONE, root, policy=policy).accepted
    assert reasons(one(told, NONE, new(told, root, sign=False), policy=policy)) == ["unsigned"]


def test_a_tip_that_is_known_or_behind_a_root_is_not_judged_again(story: StoryMaker) -> None:
    told = story()
    root = told.commit(sign=False)
    tip = told.commit()
    policy = told.policy(
        defaults={"require": "tip"},
        history={"trusted_roots": [root]},
        signers={"ada": {"valid_until": datetime.fromtimestamp(START + DAY, UTC)}},
    )
    assert one(told, NONE, tip, "refs/heads/copy", policy=policy).accepted
    assert one(told, NONE, root, "refs/heads/old", policy=policy).accepted


def test_a_key_that_ended_signs_nothing_new_however_the_date_was_set(story: StoryMaker) -> None:
    """K5 and K11: an SSH signature carries no time, so the date is whatever the thief of a key writes."""
    told = story()
    base = told.commit()
    ended = {"valid_until": datetime.fromtimestamp(START + 5 * DAY, UTC)}
    policy = told.policy(signers={"carol": ended, "bob": ended})
    for backdated in (new(told, by="carol", at=START), new(told, by="bob", at=START)):
        assert reasons(one(told, base, backdated, policy=policy)) == ["key_expired"]
        assert one(told, base, backdated, policy=policy, now=START + DAY).accepted


def test_the_report_counts_all_and_keeps_fifty(story: StoryMaker) -> None:
    told = story()
    base = told.commit()
    tip = base
    for _ in range(60):
        tip = new(told, tip, sign=False)
    found = one(told, base, tip)
    assert (len(found.refused), found.summary.refused) == (50, 60)


def test_a_violation_of_the_doorways_own_counts(story: StoryMaker) -> None:
    told = story()
    base = told.commit()
    found = one(told, base, new(told)).violated("not on a Sunday")
    assert (found.accepted, found.summary.checked, found.summary.refused) == (False, 2, 1)
    assert dict(found.summary.by_reason) == {"good": 1, "rule_violation": 1}


# Symbolic refs: another name for a ref is no way round its rules


@pytest.mark.parametrize("old_style", [False, True])
def test_an_alias_is_judged_by_the_rules_of_the_ref_that_moves(story: StoryMaker, old_style: bool) -> None:
    told = story()
    base = told.commit()
    by_bob = new(told, by="bob")
    for alias in ("refs/heads/alias", "refs/unguarded/alias"):
        path = told.path / alias
        path.parent.mkdir(exist_ok=True)
        if old_style:
            path.symlink_to(MAIN)
        else:
            path.write_text(f"ref: {MAIN}\n")
        policy = told.policy(rules=[{"refs": [MAIN], "signers": ["ada"], "no_delete": True}])
        store = gitsig.open_repository(str(told.path))
        verifier = gitsig.Verifier(store, gitsig.load_policy(store, str(policy)), now=NOW)
        refs = [(MAIN, base), (alias, base)]
        moved, gone = verify_updates(
            verifier, [RefUpdate(base, by_bob, alias), RefUpdate(base, NONE, alias)], refs
        ).updates
        assert reasons(moved) == ["key_not_allowed"]
        assert reasons(gone) == ["rule_violation"]
        path.unlink()


def test_an_alias_of_an_unborn_branch_and_a_circle(story: StoryMaker) -> None:
    told = story()
    told.commit()
    (told.path / "refs/heads/dangling").write_text("ref: refs/heads/unborn\n")
    (told.path / "refs/heads/one").write_text("ref: refs/heads/two\n")
    (told.path / "refs/heads/two").write_text("ref: refs/heads/one\n")
    store = gitsig.open_repository(str(told.path))
    assert landing(store, "refs/heads/dangling") == "refs/heads/unborn"
    assert landing(store, MAIN) == MAIN
    assert landing(store, "refs/heads/../../config") == "refs/heads/../../config"
    with pytest.raises(gitsig.EnvironmentFault):
        landing(store, "refs/heads/one")


def test_an_alias_vouches_for_nothing(story: StoryMaker) -> None:
    """What it shows was pushed under another name, perhaps one that nobody guards."""
    told = story()
    base = told.commit()
    evil = new(told, sign=False)
    told.ref("refs/wip/x", evil)
    (told.path / "refs/heads/window").write_text("ref: refs/wip/x\n")
    assert reasons(one(told, base, evil)) == ["unsigned"]
