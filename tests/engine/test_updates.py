"""Pushes, told as stories: the kinds of update, what each brings, and what counts as judged already (family R)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import gitsig
from gitsig.engine.updates import PushReport, UpdateKind, UpdateReport, verify_updates
from gitsig.model import RefUpdate
from tests.support.story import START, Story

NONE = "0" * 40
DAY = 86400
NOW = START + 30 * DAY
MAIN = "refs/heads/main"
StoryMaker = Callable[..., Story]
MAINTAINED = {"refs": [MAIN], "signers": ["ada"]}


def refs_of(story: Story) -> list[tuple[str, str]]:
    return list(gitsig.open_repository(str(story.path)).refs())


def push(
    story: Story,
    *updates: tuple[str, str, str],
    known: list[tuple[str, str]] | None = None,
    policy: Path | None = None,
    now: int = NOW,
) -> PushReport:
    store = gitsig.open_repository(str(story.path))
    verifier = gitsig.Verifier(store, gitsig.load_policy(store, str(policy or story.policy())), now=now)
    return verify_updates(verifier, [RefUpdate(*update) for update in updates], known)


def one(story: Story, old: str, new: str, ref: str = MAIN, **rest: Any) -> UpdateReport:
    (update,) = push(story, (old, new, ref), **rest).updates
    return update


def refused(update: UpdateReport) -> list[tuple[str, str]]:
    return [(verdict.oid, str(verdict.reason)) for verdict in update.refused]


# What an update is


def test_kinds_of_updates_of_a_branch(story: StoryMaker) -> None:
    told = story()
    first, second = told.commit(), told.commit(by="bob")
    known = refs_of(told)
    for old, new, kind in (
        (NONE, second, UpdateKind.CREATE),
        (second, NONE, UpdateKind.DELETE),
        (first, second, UpdateKind.FAST_FORWARD),
        (second, second, UpdateKind.FAST_FORWARD),
        (second, first, UpdateKind.REWIND),
    ):
        found = one(told, old, new, known=known)
        assert (found.kind, found.judged, found.accepted) == (kind, True, True)
        assert found.summary.checked == 0


def test_every_commit_of_a_new_branch_is_judged(story: StoryMaker) -> None:
    told = story()
    base = told.commit(sign=False)
    told.branch("side", base)
    evil = told.commit(by="mallory", branch="side")
    merge = told.merge("side")
    found = one(told, NONE, merge, known=[])
    assert refused(found) == [(base, "unsigned"), (evil, "unknown_key")]
    assert found.summary.checked == 3


def test_only_what_is_new_is_judged(story: StoryMaker) -> None:
    told = story()
    old = told.commit(sign=False)
    known = refs_of(told)
    new = told.commit(by="bob")
    found = one(told, old, new, known=known)
    assert (found.accepted, found.summary.checked, dict(found.summary.by_signer)) == (True, 1, {"bob": 1})


def test_a_branch_points_at_a_commit_and_at_nothing_else(story: StoryMaker) -> None:
    told = story()
    commit = told.commit()
    tag = told.tag("v1", ref=None)
    tree = told.tree({"a": b"b"})
    blob = told.raw("blob", b"text")
    known = refs_of(told)
    for oid, word in ((tag, "tag"), (tree, "tree"), (blob, "blob")):
        found = one(told, commit, oid, known=known)
        assert found.refused[0].reason == "rule_violation"
        assert found.refused[0].detail == f"a branch must point at a commit, and this is a {word}"


def test_tags_are_judged_step_by_step(story: StoryMaker) -> None:
    told = story()
    told.commit()
    inner = told.tag("inner", by="ada", ref=None)
    unsigned = told.tag("v1", inner, sign=False, target_type="tag", ref=None)
    signed = told.tag("v1", inner, by="bob", target_type="tag", ref=None)
    known = refs_of(told)
    ref = "refs/tags/v1"
    assert refused(one(told, NONE, unsigned, ref, known=known)) == [(unsigned, "unsigned")]
    good = one(told, NONE, signed, ref, known=known)
    assert (good.accepted, good.summary.checked) == (True, 2)
    over_evil = told.tag("v1", told.tag("x", by="mallory", ref=None), target_type="tag", ref=None)
    assert [reason for _, reason in refused(one(told, NONE, over_evil, ref, known=known))] == ["unknown_key"]


def test_tags_that_are_none_or_go_under_a_false_name(story: StoryMaker) -> None:
    told = story()
    commit = told.commit()
    blob = told.raw("blob", b"a key")
    known = refs_of(told)
    ref = "refs/tags/v2"
    assert refused(one(told, NONE, commit, ref, known=known)) == [(commit, "unsigned")]
    assert refused(one(told, NONE, blob, ref, known=known)) == [(blob, "unsigned")]
    renamed = told.tag("v1", ref=None)
    assert refused(one(told, NONE, renamed, ref, known=known)) == [(renamed, "tag_name_mismatch")]
    assert one(told, NONE, told.tag("v2", blob, target_type="blob", ref=None), ref, known=known).accepted
    lying = told.tag("v2", commit, target_type="blob", ref=None)
    assert refused(one(told, NONE, lying, ref, known=known)) == [(lying, "tag_name_mismatch")]


def test_commits_behind_a_tag_are_judged_too(story: StoryMaker) -> None:
    told = story()
    told.commit()
    known = refs_of(told)
    evil = told.commit(sign=False, branch="side", parents=[told.tip()])
    tag = told.tag("v1", evil, ref=None)
    assert refused(one(told, NONE, tag, "refs/tags/v1", known=known)) == [(evil, "unsigned")]


# What never passes, and what passes unjudged


@pytest.mark.parametrize("ref", ["refs/replace/", "refs/REPLACE/", "refs/Replace/"])
def test_replace_refs_are_refused_whatever_is_done_to_them(story: StoryMaker, ref: str) -> None:
    told = story()
    first, second = told.commit(), told.commit()
    known = refs_of(told)
    for old, new in ((NONE, second), (first, NONE), (first, second)):
        found = one(told, old, new, ref + first, known=known)
        assert [reason for _, reason in refused(found)] == ["rule_violation"]


def test_a_replacement_that_is_there_already_never_applies(story: StoryMaker) -> None:
    told = story()
    good = told.commit()
    known = refs_of(told)
    evil = told.commit(sign=False, parents=[good])
    told.ref(f"refs/replace/{evil}", told.commit(parents=[good], branch=None))
    assert refused(one(told, good, evil, known=known)) == [(evil, "unsigned")]


def test_unguarded_refs_pass_unjudged_and_vouch_for_nothing(story: StoryMaker) -> None:
    told = story()
    good = told.commit()
    evil = told.commit(sign=False, branch=None, parents=[good])
    parked = one(told, NONE, evil, "refs/wip/x", known=refs_of(told))
    assert (parked.accepted, parked.judged, parked.summary.checked) == (True, False, 0)
    told.ref("refs/wip/x", evil)
    assert refused(one(told, good, evil, known=refs_of(told))) == [(evil, "unsigned")]


def test_all_refs_or_none_and_no_ref_vouches_for_another_of_the_same_push(story: StoryMaker) -> None:
    told = story()
    good = told.commit()
    known = refs_of(told)
    evil = told.commit(sign=False)
    report = push(told, (good, evil, MAIN), (NONE, evil, "refs/heads/x"), (NONE, good, "refs/heads/y"), known=known)
    assert not report.accepted
    assert [update.accepted for update in report.updates] == [False, False, True]
    assert refused(report.updates[1]) == [(evil, "unsigned")]


def test_objects_shared_by_several_refs_are_judged_for_each_with_the_same_result(story: StoryMaker) -> None:
    told = story()
    base = told.commit()
    known = refs_of(told)
    evil, new = told.commit(by="mallory"), told.commit()
    heads = [f"refs/heads/b{number}" for number in range(5)]
    report = push(told, (base, new, MAIN), *((NONE, new, ref) for ref in heads), known=known)
    assert [refused(update) for update in report.updates] == [[(evil, "unknown_key")]] * 6
    assert [update.summary.checked for update in report.updates] == [2] * 6


def test_a_verdict_for_one_ref_is_not_taken_for_another_with_other_rules(story: StoryMaker) -> None:
    told = story()
    base = told.commit()
    known = refs_of(told)
    by_bob = told.commit(by="bob")
    policy = told.policy(rules=[MAINTAINED])
    updates = [(NONE, by_bob, "refs/heads/feature"), (base, by_bob, MAIN)]
    for order in (updates, updates[::-1]):
        found = {update.update.ref: update for update in push(told, *order, known=known, policy=policy).updates}
        assert refused(found[MAIN]) == [(by_bob, "key_not_allowed")]
        assert found["refs/heads/feature"].accepted


# Parked commits and rules (R4)


def test_a_commit_judged_under_defaults_is_judged_by_the_rule_when_main_comes_to_it(story: StoryMaker) -> None:
    told = story()
    base = told.commit()
    told.branch("feature", base)
    feature = told.commit(by="bob", branch="feature")
    known = refs_of(told)
    policy = told.policy(rules=[MAINTAINED])
    assert one(told, NONE, feature, "refs/heads/feature", known=[(MAIN, base)], policy=policy).accepted
    assert refused(one(told, base, feature, known=known, policy=policy)) == [(feature, "key_not_allowed")]


def test_a_ref_under_the_same_rule_vouches_for_it(story: StoryMaker) -> None:
    told = story()
    base = told.commit()
    told.branch("release/1", base)
    fix = told.commit(branch="release/1")
    known = refs_of(told)
    policy = told.policy(rules=[{"refs": [MAIN, "refs/heads/release/*"], "signers": ["ada"]}])
    found = one(told, base, fix, known=known, policy=policy)
    assert (found.accepted, found.summary.checked) == (True, 1)  # the quick view looks once more
    bob = told.commit(by="bob")
    assert refused(one(told, base, bob, known=known, policy=policy)) == [(bob, "key_not_allowed")]


def test_a_known_commit_whose_key_has_expired_meanwhile_stays_known(story: StoryMaker) -> None:
    """The quick view refuses it; the exact one knows that another ref vouches for it."""
    told = story()
    base = told.commit()
    told.branch("side", base)
    told.commit(by="bob", branch="side")
    known = refs_of(told)
    merge = told.merge("side", by="ada")
    policy = told.policy(signers={"bob": {"valid_until": datetime.fromtimestamp(START + DAY, UTC)}})
    found = one(told, base, merge, known=known, policy=policy)
    assert (found.accepted, found.summary.checked) == (True, 1)


def test_a_tag_under_the_rules_pattern_vouches_for_no_commit(story: StoryMaker) -> None:
    """A rule that holds tags speaks of the tag objects alone, so its tags say nothing of the commits behind them."""
    told = story()
    base = told.commit()
    by_bob = told.commit(by="bob", branch=None, parents=[base])
    told.tag("v1", by_bob, by="ada")
    policy = told.policy(rules=[{"refs": ["refs/*"], "signers": ["ada"]}])
    assert refused(one(told, base, by_bob, known=refs_of(told), policy=policy)) == [(by_bob, "key_not_allowed")]


def test_first_parent_rule_judges_a_side_branch_commit_that_becomes_the_tip(story: StoryMaker) -> None:
    told = story()
    base = told.commit()
    told.branch("side", base)
    side = told.commit(by="bob", branch="side")
    merge = told.merge("side", by="ada")
    policy = told.policy(rules=[{**MAINTAINED, "require": "first-parent"}])
    known = refs_of(told)
    assert one(told, base, merge, known=[(MAIN, base)], policy=policy).accepted
    assert refused(one(told, merge, side, known=known, policy=policy)) == [(side, "key_not_allowed")]
    onto = told.commit(by="ada", parents=[side])
    assert refused(one(told, merge, onto, known=known, policy=policy)) == [(side, "key_not_allowed")]


def test_merges_rule_judges_merges_only(story: StoryMaker) -> None:
    told = story()
    base = told.commit()
    told.branch("side", base)
    told.commit(by="bob", branch="side")
    by_bob = told.merge("side", by="bob")
    policy = told.policy(rules=[{**MAINTAINED, "require": "merges"}])
    assert refused(one(told, base, by_bob, known=[(MAIN, base)], policy=policy)) == [(by_bob, "key_not_allowed")]


def test_tip_rule_judges_a_commit_that_was_known_but_never_a_tip(story: StoryMaker) -> None:
    told = story()
    base = told.commit()
    hidden = told.commit(by="bob")
    tip = told.commit(by="ada")
    policy = told.policy(rules=[{**MAINTAINED, "require": "tip"}])
    assert one(told, base, tip, known=[(MAIN, base)], policy=policy).accepted
    assert refused(one(told, tip, hidden, known=refs_of(told), policy=policy)) == [(hidden, "key_not_allowed")]


@pytest.mark.parametrize("require", ["first-parent", "merges", "tip"])
def test_lax_defaults_do_not_loosen_a_rule_without_signers(story: StoryMaker, require: str) -> None:
    told = story()
    base = told.commit()
    told.branch("side", base)
    evil = told.commit(sign=False, branch="side")
    merge = told.merge("side")
    lax = {"require": require}
    known = [(MAIN, base)]
    assert one(told, base, merge, known=known, policy=told.policy(defaults=lax)).accepted
    strict = told.policy(defaults=lax, rules=[{"refs": [MAIN], "no_rewind": True}])
    assert refused(one(told, base, merge, known=known, policy=strict)) == [(evil, "unsigned")]
