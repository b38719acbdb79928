"""Branches with different laws meet: who may merge, which law holds then, and what does not count as taking a side."""

from __future__ import annotations

import pytest

from tests.engine.governance.law_scene import Realm, refusals

CHANGES = "rule_violation: this commit changes the policy, which "


def take(realm: Realm, *names: str, by: str = "ada", **rest: object) -> str:
    """Merge `side` into main with the law of these signers."""
    return realm.merge(by, "side", realm.law(*names), **rest)


def test_a_merge_takes_the_side_that_changed_the_law(realm: Realm) -> None:
    """Bob may not change the law, but he may merge Ada's change, in either direction."""
    realm.change("ada", "ada", "bob")
    realm.topic("side", realm.told.tip())
    realm.change("ada", "ada", "bob", "carol", branch="side")
    realm.change("bob")
    merge = take(realm, "ada", "bob", "carol", by="bob")
    welcome = realm.change("carol")
    verdicts = realm.audit()
    assert not refusals(verdicts)
    assert verdicts[merge].signer == "bob"
    assert verdicts[welcome].signer == "carol"


def test_a_merge_keeps_the_law_where_the_other_side_is_older(realm: Realm) -> None:
    realm.topic("side", realm.root)
    realm.change("ada", branch="side")
    realm.change("ada", "ada", "bob")
    merge = realm.merge("ada", "side")
    realm.change("bob")
    assert not refusals(realm.audit())
    assert not refusals(realm.audit(parents="any"))
    assert not refusals(realm.push(realm.root, merge))


@pytest.mark.parametrize("parents", ["all", "any"])
def test_taking_back_an_old_law_needs_the_right(realm: Realm, parents: str) -> None:
    """Bob, removed since, is still good on his old branch; a merge that revives its law changes the law."""
    realm.change("ada", "ada", "bob", "carol")
    realm.topic("side", realm.told.tip())
    realm.change("bob", branch="side")
    realm.change("ada", "ada", "carol")
    evil = take(realm, "ada", "bob", "carol", by="carol")
    verdicts = realm.audit(parents=parents)
    assert refusals(verdicts) == {evil: f"{CHANGES}carol may not; have it signed by ada"}


@pytest.mark.parametrize("by", ["ada", "carol"])
def test_an_old_branch_is_merged_after_a_key_was_removed(realm: Realm, by: str) -> None:
    """Commits there are judged by the law there; the merge, and what follows, by both laws or the new one."""
    realm.change("ada", "ada", "bob", "carol")
    realm.topic("side", realm.told.tip())
    side = realm.change("bob", branch="side")
    realm.change("ada", "ada", "carol")
    merge = take(realm, "ada", "carol", by=by)
    late = realm.change("bob")
    verdicts = realm.audit()
    assert refusals(verdicts).keys() == {late}
    assert verdicts[side].accepted
    assert verdicts[merge].signer == by


def test_all_laws_must_accept_a_merge_or_any(realm: Realm) -> None:
    """Bob is known on one side only."""
    realm.topic("side", realm.root)
    realm.change("ada", branch="side")
    realm.change("ada", "ada", "bob")
    merge = realm.merge("bob", "side")
    found = refusals(realm.audit())
    assert found.keys() == {merge}
    assert found[merge].startswith("unknown_key: ")
    assert f"(by the policy in its parent {realm.told.tip('side')[:12]})" in found[merge]
    assert not refusals(realm.audit(parents="any"))


def test_two_changes_in_one_merge_need_the_right_by_both_laws(realm: Realm) -> None:
    realm.change("ada", "ada", "bob", owners=("ada", "bob"))
    realm.topic("side", realm.told.tip())
    realm.change("ada", "ada", "bob", "carol", branch="side", owners=("ada",))
    realm.change("ada", "ada", "bob", "mallory", owners=("ada", "bob"))
    tip = realm.told.tip()
    both = realm.law("ada", "bob", "carol", "mallory")
    refused = realm.merge("bob", "side", both)
    realm.told.branch("main", tip)
    good = realm.merge("ada", "side", both)
    verdicts = {**realm.audit(refused), **realm.audit(good)}
    assert refusals(verdicts) == {refused: f"{CHANGES}bob may not; have it signed by ada"}
    assert verdicts[good].accepted


def test_taking_one_of_two_changes_changes_the_other(realm: Realm) -> None:
    realm.change("ada", "ada", "bob")
    realm.topic("side", realm.told.tip())
    realm.change("ada", "ada", "bob", "carol", branch="side")
    realm.change("ada", "ada", "bob", "mallory")
    for names in (("ada", "bob", "carol"), ("ada", "bob", "mallory")):
        start = realm.told.tip()
        merge = take(realm, *names, by="bob")
        assert refusals(realm.audit(merge)) == {merge: f"{CHANGES}bob may not; have it signed by ada"}
        realm.told.branch("main", start)


@pytest.mark.parametrize("parents", ["all", "any"])
def test_the_side_of_a_refused_change_is_none(realm: Realm, parents: str) -> None:
    """Bob writes his law on a branch and merges it: it was never in force there."""
    realm.change("ada", "ada", "bob")
    realm.topic("side", realm.told.tip())
    evil = realm.change("bob", "bob", "mallory", branch="side", owners=("bob",))
    realm.change("bob")
    merge = realm.merge("bob", "side", realm.law("bob", "mallory", owners=("bob",)))
    guest = realm.change("mallory")
    verdicts = realm.audit(parents=parents)
    assert refusals(verdicts).keys() == {evil, merge, guest}
    assert refusals(verdicts)[merge] == f"{CHANGES}bob may not; have it signed by ada"


def test_a_refused_ratified_base_is_no_place_where_they_parted(realm: Realm) -> None:
    """A law that was refused at the fork and ratified on one side was changed on that side."""
    realm.change("ada", "ada", "bob")
    evil = realm.change("bob", "ada", "bob", "carol")
    realm.topic("side", evil)
    realm.change("ada", "ada", "bob", branch="side")
    realm.change("ada")
    merge = take(realm, "ada", "bob", by="bob")
    assert refusals(realm.audit()) == {
        evil: f"{CHANGES}bob may not; have it signed by ada",
        merge: f"{CHANGES}bob may not; have it signed by ada",
    }


def test_criss_cross_merges_are_taken_at_their_worst(realm: Realm) -> None:
    """With two places where they parted, a side has changed the law if it did so since either."""
    realm.change("ada", "ada", "bob")
    start = realm.told.tip()
    realm.change("ada", "ada", "bob", "carol")
    new = realm.told.tip()
    realm.topic("side", start)
    old = realm.change("bob", branch="side")
    first = realm.told.commit("bob", parents=[new, old], files=realm.law("ada", "bob", "carol"))
    second = realm.told.commit("bob", parents=[old, new], files=realm.law("ada", "bob", "carol"), branch="side")
    realm.change("ada", "ada", "bob", branch="side")
    taken = take(realm, "ada", "bob", by="bob")
    verdicts = realm.audit()
    assert verdicts[first].accepted
    assert verdicts[second].accepted
    assert refusals(verdicts) == {taken: f"{CHANGES}bob may not; have it signed by ada"}


@pytest.mark.parametrize("parents", ["all", "any"])
def test_octopus_merges(realm: Realm, parents: str) -> None:
    realm.change("ada", "ada", "bob")
    start = realm.told.tip()
    realm.topic("one", start)
    realm.topic("two", start)
    realm.change("ada", "ada", "bob", "carol", branch="one")
    realm.change("bob", branch="two")
    realm.change("bob")
    realm.told.merge("one", "two", by="bob", files=realm.law("ada", "bob", "carol"))
    assert not refusals(realm.audit(parents=parents))
    realm.topic("two", start)
    realm.change("ada", "ada", branch="two")
    lost = realm.merge("bob", "two")
    found = refusals(realm.audit(parents=parents))
    assert found.keys() == {lost}
    assert found[lost].startswith("unknown_key: " if parents == "all" else CHANGES)


def test_any_goes_through_an_unsigned_side_parent(realm: Realm) -> None:
    """The side commit is refused for itself; the merge has an accepted parent, and so a law."""
    realm.topic("side", realm.root)
    side = realm.change("ada", branch="side", sign=False)
    realm.change("ada")
    merge = realm.merge("ada", "side")
    for parents in ("any", "all"):
        verdicts = realm.audit(parents=parents)
        assert refusals(verdicts) == {side: "unsigned: there is no signature"}
        assert verdicts[merge].accepted


def test_any_needs_an_accepted_parent(realm: Realm) -> None:
    bad = realm.change("ada", sign=False)
    child = realm.change("ada")
    grandchild = realm.change("ada")
    found = refusals(realm.audit(parents="any"))
    assert found == {
        bad: "unsigned: there is no signature",
        child: f"rule_violation: not governed: its parent {bad[:12]} is not accepted, nor any other",
        grandchild: f"rule_violation: not governed: its parent {child[:12]} is not accepted, nor any other",
    }
    assert refusals(realm.verify(grandchild, parents="any")).keys() == {grandchild}


@pytest.mark.parametrize("parents", ["all", "any"])
def test_a_parent_named_twice_is_one_parent(realm: Realm, parents: str) -> None:
    tip = realm.change("ada", "ada", "bob")
    realm.told.commit("bob", parents=[tip, tip])
    evil = realm.told.commit("bob", parents=[realm.told.tip()] * 2, files=realm.law("bob", owners=("bob",)))
    assert refusals(realm.audit(parents=parents)).keys() == {evil}


@pytest.mark.parametrize(("count", "good"), [(15, True), (16, False)])
def test_merges_of_many_take_no_side(realm: Realm, count: int, good: bool) -> None:
    start = realm.change("ada", "ada", "bob")
    tips = [realm.told.commit("bob", branch=f"b{number}", parents=[start]) for number in range(count)]
    changed = realm.change("ada", "ada", "bob", "carol")
    merge = realm.told.commit("bob", parents=[changed, *tips])
    assert realm.audit("main")[merge].accepted is good
