"""`explain` under governance: which laws were asked, from where, what each said, and who may change them."""

from __future__ import annotations

from gitsig.model import Step
from tests.engine.governance.law_scene import Realm

POLICY = ".gitsig/policy.toml"
GOOD = "accepts it, signed by"


def told(realm: Realm, rev: str) -> list[Step]:
    """What governance and the verdict say; what any law says of a signature is tested elsewhere."""
    explanation = realm.verifier().explain(rev)
    steps = [step for step in explanation.steps if step.topic in ("governance", "verdict")]
    assert explanation.steps[-1] is steps[-1]
    assert steps[-1].ok is explanation.verdict.accepted
    return steps


def test_the_root(realm: Realm) -> None:
    assert told(realm, realm.root) == [
        Step("governance", True, "the governance root, judged by its own policy"),
        Step("verdict", True, "good, accepted"),
    ]


def test_a_change_of_the_law(realm: Realm) -> None:
    root = realm.root[:12]
    asked = f"the policy in force after its parent {root} ({root}:{POLICY}) accepts it, signed by ada"
    assert told(realm, realm.change("ada", "ada", "bob")) == [
        Step("governance", True, asked),
        Step("governance", None, f"changes the policy in force after its parent {root}; who may: ada"),
        Step("verdict", True, "good, accepted"),
    ]


def test_a_change_without_the_right(realm: Realm) -> None:
    start = realm.change("ada", "ada", "bob")
    parent = realm.change("bob")[:12]
    steps = told(realm, realm.change("bob", "bob", owners=("bob",)))
    words = "this commit changes the policy, which bob may not; have it signed by ada"
    asked = f"the policy in force after its parent {parent} ({start[:12]}:{POLICY}) accepts it, signed by bob"
    assert steps == [
        Step("governance", True, asked),
        Step("governance", None, f"changes the policy in force after its parent {parent}; who may: ada"),
        Step("governance", False, words),
        Step("verdict", False, "rule_violation, refused"),
    ]


def test_a_merge_names_both_laws_and_the_one_that_refuses(realm: Realm) -> None:
    realm.topic("side", realm.root)
    side = realm.change("ada", branch="side")[:12]
    main = realm.change("ada", "ada", "bob")[:12]
    merge = realm.merge("bob", "side")
    assert told(realm, merge) == [
        Step(
            "governance",
            True,
            f"the policy in force after its parent {main} ({main}:{POLICY}) accepts it, signed by bob",
        ),
        Step(
            "governance",
            False,
            f"the policy in force after its parent {side} ({realm.root[:12]}:{POLICY}) refuses it, unknown_key",
        ),
        Step("verdict", False, "unknown_key, refused"),
    ]
    key = [step for step in realm.verifier().explain(merge).steps if step.text.startswith("unknown_key: ")]
    assert [step.ok for step in key] == [False]


def test_what_leaves_the_law_alone(realm: Realm) -> None:
    steps = told(realm, realm.change("ada"))
    assert steps[1] == Step("governance", None, "leaves the policy as its parents have it")


def test_what_no_law_governs(realm: Realm) -> None:
    orphan = realm.told.commit("ada", branch=None, parents=[], files=realm.law("ada"))
    root = realm.root[:12]
    words = f"it has no parent and is not the governance root {root}; make it on top of one that is governed"
    assert told(realm, orphan) == [
        Step("governance", False, f"not governed: {words}"),
        Step("verdict", False, "rule_violation, refused"),
    ]


def test_tags(realm: Realm) -> None:
    root = realm.root[:12]
    realm.told.tag("v1", realm.root, "ada")
    assert told(realm, "v1") == [
        Step("governance", None, f"judged by {root}:{POLICY}, the policy in the commit that it leads to"),
        Step("verdict", True, "good, accepted"),
    ]
    realm.told.tag("blob", realm.told.raw("blob", b""), target_type="blob")
    steps = told(realm, "blob")
    assert [step.ok for step in steps] == [False, False]
    assert "it leads to no commit" in steps[0].text


def test_what_is_missing(realm: Realm) -> None:
    realm.told.tag("lost", "1" * 40)
    assert realm.verifier().explain("lost").verdict.reason == "verifier_error"
