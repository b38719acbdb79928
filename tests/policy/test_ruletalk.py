"""What `explain` tells of each rule, and that it never tells another story than the verdict."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from gitsig.model import Outcome, Reason
from gitsig.policy import Arrival, FidoDemand, ObjectKind, Rule, Signer, Surroundings, judge
from gitsig.policy.ruletalk import what_rules_say
from tests.policy.test_judge_properties import NOW, POLICIES, QUESTIONS

REFS = ("refs/heads/main",)
ADA = frozenset({"ada"})
BOB = frozenset({"bob"})
OID = "a1" * 20
CI = Rule(3, REFS, BOB, paths=("ci/**",))


def said(scene: Any, *rules: Rule, **changes: Any) -> list[tuple[bool, bool | None, str]]:
    scene = scene.having(policy={"signers": {**scene.policy.signers, "bob": Signer("bob")}}, rules=rules, **changes)
    found = what_rules_say(scene.policy, scene.question)
    assert [(word.number, word.refs) for word in found] == [(rule.number, rule.refs) for rule in rules]
    return [word[2:] for word in found]


CHANGED = Surroundings(changed=(b"ci/x",))
CASES = [
    (Rule(1, REFS, ADA), Surroundings(), (True, True, "signed by ada")),
    (Rule(1, REFS, BOB), Surroundings(), (True, False, "ada is not among the signers of rule 1 (refs/heads/main)")),
    (Rule(1, REFS, no_rewind=True), Surroundings(), (True, None, "demands nothing of the object itself")),
    (CI, Surroundings(changed=(b"x",)), (False, None, "changes no path among ci/**")),
    (
        CI,
        CHANGED,
        (
            True,
            False,
            "ada is not among the signers of rule 3 (refs/heads/main), which speaks of ci/x; bob may change that",
        ),
    ),
    (CI._replace(signers=ADA), CHANGED, (True, True, "speaks of it for ci/x; signed by ada")),
    (CI._replace(signers=None), CHANGED, (True, None, "speaks of it for ci/x; demands nothing of the object itself")),
    (CI, Surroundings(), (True, False, "nothing says which paths it changes itself")),
    (CI, Surroundings(changed=(), fault="no tree"), (True, False, "no tree")),
    (Rule(1, REFS, ADA), Surroundings(fault="no tree"), (True, True, "signed by ada")),
    (CI._replace(exempt=frozenset({OID})), CHANGED, (False, None, "exempts this object by its id")),
    (
        Rule(1, REFS, BOB, kinds=frozenset({ObjectKind.MERGE, ObjectKind.TAG})),
        Surroundings(),
        (False, None, "speaks of merges and tags only, and this is a commit"),
    ),
    (
        Rule(1, REFS, two_person=True, tree_sha512=True, clean_merges=True, no_octopus=True),
        Surroundings(arrival=Arrival("f" * 40, "bob"), tree_sha512=True),
        (True, True, "two persons; the Tree-SHA512"),
    ),
    (
        Rule(1, REFS, two_person=True),
        Surroundings(arrival=Arrival(None)),
        (True, False, "rule 1 wants two persons, and this came without a merge by somebody else"),
    ),
    (
        Rule(1, REFS, fido=FidoDemand.TOUCH),
        Surroundings(),
        (True, False, "rule 1 demands touch-required, and this signature is by no FIDO key"),
    ),
]


@pytest.mark.parametrize(("rule", "facts", "word"), CASES)
def test_a_commit(commit, rule, facts, word) -> None:
    assert said(commit, rule, surroundings=facts) == [word]


def test_a_merge(commit) -> None:
    strict = Rule(1, REFS, clean_merges=True, no_octopus=True)
    (word,) = said(commit, strict, surroundings=Surroundings(changed=()), obj={"parents": ("c3" * 20, "e5" * 20)})
    assert word == (True, True, "a clean merge; no octopus")


def test_a_tag(tag) -> None:
    found = said(
        tag,
        CI,
        Rule(4, ("refs/tags/*",), ADA | BOB, threshold=2, two_person=True),
        surroundings=Surroundings(cosigners=BOB),
    )
    assert said(tag, Rule(4, ("refs/tags/*",), ADA)) == [(True, True, "signed by ada")]
    assert found == [
        (False, None, "speaks of paths, and a tag changes none"),
        (True, True, "signed by ada, bob; 2 signers of one commit"),
    ]


@pytest.mark.parametrize("changes", [{"evidence": {"outcome": Outcome.BAD}}, {"owner": None}])
def test_what_was_not_reached_is_not_praised(commit, changes) -> None:
    assert said(commit, Rule(1, REFS, ADA), **changes) == [(True, None, "not reached: signed by ada")]


def test_an_object_that_was_not_read(commit) -> None:
    assert said(commit, Rule(1, REFS, ADA), obj=None) == [(True, None, "not reached: the object was not read")]


@given(POLICIES, QUESTIONS)
def test_rules_that_refuse_are_in_the_verdict_and_silent_ones_are_not(policy, question) -> None:
    words = what_rules_say(policy, question)
    verdict = judge(policy, question, NOW)
    assert len(words) == len(question.rules)
    assert all(type(word.words) is str and word.words for word in words)
    assert not any(word.ok is not None for word in words if not word.speaks)
    if any(word.ok is False for word in words):
        assert not verdict.accepted
    if verdict.accepted and verdict.reason is Reason.GOOD:
        assert all(word.ok is not False and "not reached" not in word.words for word in words)
