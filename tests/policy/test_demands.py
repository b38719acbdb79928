"""What must be found out for which rules, and no more."""

from __future__ import annotations

import pytest

from gitsig.model import ObjectFormat, ObjectType, SignedObject
from gitsig.policy import FidoDemand, ObjectKind, Policy, Require, Rule, Signer
from gitsig.policy.demands import NOTHING, Demands, demand_signed_tag, demands, foreseeable, kind_of, traits

COMMIT, MERGE, TAG = ObjectKind.COMMIT, ObjectKind.MERGE, ObjectKind.TAG
ADA = Signer("ada")
BOT = Signer("bot", paths=("deps/**",))
PLAIN = Rule(1, ("refs/heads/*",), frozenset({"ada"}))
PATHS = PLAIN._replace(paths=("ci/**",))
CHANGED = Demands(changed=True)
CLEAN = Demands(changed=True, remade=True)


@pytest.mark.parametrize(
    ("rules", "signer", "kind", "asked"),
    [
        ((), ADA, COMMIT, NOTHING),
        ((), None, TAG, NOTHING),
        ((PLAIN,), ADA, COMMIT, NOTHING),
        ((PLAIN._replace(kinds=frozenset({TAG})),), ADA, MERGE, NOTHING),
        ((PATHS,), ADA, COMMIT, CHANGED),
        ((PATHS,), None, MERGE, CHANGED),
        ((PATHS,), ADA, TAG, Demands()),
        ((PATHS._replace(kinds=frozenset({MERGE})),), ADA, COMMIT, Demands()),
        ((PATHS._replace(kinds=frozenset({MERGE, COMMIT})),), ADA, COMMIT, CHANGED),
        ((PLAIN._replace(tree_sha512=True),), ADA, MERGE, Demands(tree_sha512=True)),
        ((PATHS, PLAIN._replace(require=Require.FIRST_PARENT)), ADA, COMMIT, CHANGED),
        ((PATHS._replace(require=Require.FIRST_PARENT),), ADA, COMMIT, Demands(changed=True, brought=True)),
        ((PATHS._replace(require=Require.TIP),), ADA, MERGE, Demands(changed=True, brought=True)),
        ((PLAIN._replace(require=Require.FIRST_PARENT),), ADA, COMMIT, NOTHING),
        ((), BOT, COMMIT, CHANGED),
        ((), BOT, MERGE, CHANGED),
        ((), BOT, TAG, Demands()),
        ((PLAIN._replace(two_person=True),), ADA, COMMIT, Demands(arrival=True)),
        ((PLAIN._replace(two_person=True),), ADA, MERGE, CLEAN._replace(arrival=True)),
        ((PLAIN._replace(two_person=True),), ADA, TAG, Demands()),
        ((PATHS._replace(two_person=True),), ADA, MERGE, CHANGED._replace(arrival=True)),
        (
            (PATHS._replace(clean_merges=True), PLAIN._replace(two_person=True)),
            ADA,
            MERGE,
            CLEAN._replace(arrival=True),
        ),
        ((PLAIN._replace(clean_merges=True),), ADA, COMMIT, Demands()),
        ((PLAIN._replace(clean_merges=True),), ADA, MERGE, CLEAN),
        ((PLAIN._replace(tree_sha512=True),), ADA, COMMIT, Demands(tree_sha512=True)),
        ((PLAIN._replace(tree_sha512=True),), ADA, TAG, Demands()),
        ((PLAIN._replace(threshold=2),), ADA, TAG, Demands(cosigners=True)),
        ((PLAIN._replace(threshold=2),), ADA, COMMIT, Demands()),
        ((PATHS._replace(threshold=2),), ADA, TAG, Demands()),
        ((PLAIN, PATHS, PLAIN._replace(two_person=True)), ADA, COMMIT, Demands(changed=True, arrival=True)),
    ],
)
def test_demands(rules, signer, kind, asked) -> None:
    assert demands(rules, signer, kind) == asked


def test_traits_follow_the_rules_at_hand() -> None:
    octopus, fido = PLAIN._replace(no_octopus=True), PLAIN._replace(fido=FidoDemand.TOUCH)
    cases = [
        ((PLAIN,), (False, False)),
        ((PATHS,), (True, True)),
        ((octopus,), (False, True)),
        ((fido,), (False, True)),
    ]
    for rules, found in [*cases, ((), (False, False))]:
        assert traits(rules) == found
        assert traits(rules) == found


def test_what_can_be_said_of_a_commit_that_is_not_made_yet() -> None:
    policy = Policy({"ada": ADA, "bot": BOT})
    strict = Rule(2, ("refs/*",), two_person=True, threshold=2, clean_merges=True, tree_sha512=True, no_octopus=True)
    known, rules = foreseeable(policy, (PLAIN, PATHS, strict))
    assert known == Policy({"ada": ADA, "bot": Signer("bot")})
    assert rules == (PLAIN, Rule(2, ("refs/*",), no_octopus=True))
    assert all(demands(rules, signer, kind) == NOTHING for signer in known.signers.values() for kind in ObjectKind)


@pytest.mark.parametrize(
    ("rules", "signer", "kind", "require", "asked"),
    [
        ((), BOT, MERGE, Require.FIRST_PARENT, CHANGED._replace(brought=True)),
        ((), BOT, MERGE, Require.TIP, CHANGED._replace(brought=True)),
        ((), BOT, MERGE, Require.EVERY_COMMIT, CHANGED),
        ((), BOT, COMMIT, Require.FIRST_PARENT, CHANGED),
        ((), BOT, TAG, Require.FIRST_PARENT, Demands()),
        ((), ADA, MERGE, Require.FIRST_PARENT, NOTHING),
        ((PATHS,), ADA, MERGE, Require.FIRST_PARENT, CHANGED),
    ],
)
def test_a_confined_signer_answers_for_what_nobody_looks_at(rules, signer, kind, require, asked) -> None:
    assert demands(rules, signer, kind, require=require) == asked


def test_nothing_is_asked_of_what_a_rule_exempts() -> None:
    """Or a tree that cannot be read would refuse it all the same, and nothing could be done about it."""
    rule = PATHS._replace(two_person=True, clean_merges=True, exempt=frozenset({"a1" * 20}))
    assert demands((rule,), ADA, MERGE, oid="a1" * 20) == Demands()
    assert demands((rule, PATHS), ADA, MERGE, oid="a1" * 20) == CHANGED
    assert demands((rule,), ADA, MERGE, oid="b2" * 20) == CHANGED._replace(arrival=True)


@pytest.mark.parametrize(
    ("rule", "demanded"),
    [
        (PLAIN, True),
        (PLAIN._replace(signers=None), False),
        (PLAIN._replace(signers=None, threshold=2), True),
        (PLAIN._replace(signers=None, fido=FidoDemand.TOUCH), True),
        (PLAIN._replace(kinds=frozenset({COMMIT})), False),
        (PLAIN._replace(kinds=frozenset({COMMIT}), fido=FidoDemand.TOUCH), False),
        (PLAIN._replace(kinds=frozenset({TAG})), True),
        (PATHS, False),
    ],
)
def test_which_rules_make_a_tags_signature_mandatory(rule, demanded) -> None:
    assert demand_signed_tag((PLAIN._replace(signers=None), rule)) is demanded


@pytest.mark.parametrize(
    ("kind", "parents", "found"),
    [
        (ObjectType.COMMIT, (), COMMIT),
        (ObjectType.COMMIT, ("a",), COMMIT),
        (ObjectType.COMMIT, ("a", "b"), MERGE),
        (ObjectType.COMMIT, ("a", "b", "c"), MERGE),
        (ObjectType.TAG, (), TAG),
    ],
)
def test_kinds(kind, parents, found) -> None:
    assert kind_of(SignedObject("a1" * 20, kind, ObjectFormat.SHA1, b"", b"", parents=parents)) is found
