"""Rules in laws: of which commits they speak in audits and ranges, and by which law of several."""

from __future__ import annotations

from tests.engine.governance.law_scene import MAIN, Realm, refusals

MAINTAINED = '[[rules]]\nrefs = ["refs/heads/main"]\nsigners = ["ada"]\n'


def test_a_rule_speaks_of_what_its_refs_reach(realm: Realm) -> None:
    realm.change("ada", "ada", "bob", more=MAINTAINED)
    realm.topic("dev", realm.told.tip())
    free = realm.change("bob", branch="dev")
    held = realm.change("bob")
    found = refusals(realm.audit())
    assert found.keys() == {held}
    assert found[held].startswith("key_not_allowed: bob is not among the signers of rule 1 (refs/heads/main)")
    assert refusals(realm.verify(free)) == {}
    assert refusals(realm.verify("main")).keys() == {held}
    assert refusals(realm.verify(f"{realm.root}..{held}", ref=MAIN)).keys() == {held}
    assert refusals(realm.verify(free, ref=MAIN)).keys() == {free}


def test_a_rule_counts_as_long_as_its_law_is_in_force(realm: Realm) -> None:
    before = realm.change("ada", "ada", "bob")
    good = realm.change("bob")
    realm.change("ada", "ada", "bob", more=MAINTAINED)
    held = realm.change("bob")
    realm.change("ada", "ada", "bob")
    realm.change("bob")
    verdicts = realm.audit()
    assert refusals(verdicts).keys() == {held}
    assert verdicts[before].accepted
    assert verdicts[good].accepted


def test_a_first_parent_rule(realm: Realm) -> None:
    realm.change("ada", "ada", "bob", more=MAINTAINED + 'require = "first-parent"\n')
    realm.topic("dev", realm.told.tip())
    realm.change("bob", branch="dev")
    realm.merge("ada", "dev")
    held = realm.change("bob")
    assert refusals(realm.audit()).keys() == {held}


def test_a_path_rule(realm: Realm) -> None:
    rule = '[[rules]]\nrefs = ["refs/heads/*"]\npaths = ["ci/**"]\nsigners = ["ada"]\n'
    realm.change("ada", "ada", "bob", more=rule)
    realm.change("ada", files={"ci/build": b"1"})
    held = realm.change("bob", files={"ci/build": b"2"})
    realm.change("bob", files={"src/x": b"1"})
    found = refusals(realm.audit())
    assert found.keys() == {held}
    assert "ci/build" in found[held]


def test_two_persons(realm: Realm) -> None:
    rule = '[[rules]]\nrefs = ["refs/heads/main"]\ntwo-person = true\n'
    start = realm.change("ada", "ada", "bob", more=rule)
    realm.topic("side", start)
    realm.change("bob", branch="side", files={"by-bob": b"of the side\n"})
    merge = realm.told.merge("side", by="ada", files={"by-bob": b"of the side\n"})
    direct = realm.change("bob")
    verdicts = realm.audit()
    assert direct in refusals(verdicts)
    assert "two persons" in refusals(verdicts)[direct]
    assert realm.told.tip("side") not in refusals(verdicts)
    assert verdicts[merge].accepted
    pushed = refusals(realm.push(start, direct))
    assert direct in pushed
    assert realm.told.tip("side") not in pushed


def test_thresholds_count_the_tags_of_one_commit(realm: Realm) -> None:
    rule = '[[rules]]\nrefs = ["refs/tags/v*"]\nthreshold = 2\napprovals = ["refs/tags/ok/*"]\n'
    tip = realm.change("ada", "ada", "bob", more=rule)
    tag = realm.told.tag("v1", tip, "ada")
    assert refusals(realm.audit()).keys() == {tag}
    realm.told.tag("ok/bob", tip, "bob")
    assert refusals(realm.audit()) == {}


def test_bots_keep_to_their_paths(realm: Realm) -> None:
    law = realm.law("ada", "bob")
    law[".gitsig/policy.toml"] = law[".gitsig/policy.toml"].replace(
        b'emails = ["bob@example.org"]', b'emails = ["bob@example.org"]\npaths = ["deps/**"]'
    )
    realm.change("ada", files=law)
    held = realm.change("bob")
    found = refusals(realm.audit())
    assert found.keys() == {held}
    assert found[held].startswith("key_not_allowed: ")


def test_without_a_ref_no_rule_applies_and_that_is_said(realm: Realm) -> None:
    realm.change("ada", "ada", "bob", more=MAINTAINED)
    free = realm.change("bob")
    run = realm.verifier().verify([free])
    assert [verdict.accepted for verdict in run] == [True]
    assert any("no branch is named" in remark for remark in run.remarks)
