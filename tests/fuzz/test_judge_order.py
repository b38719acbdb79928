"""Evidence that is worse in any field, or in several, is never judged better; `tests.fuzz.order` says what worse is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitsig.model import (
    Evidence,
    Fido,
    KeyFacts,
    KeyOwner,
    ObjectFormat,
    ObjectType,
    Outcome,
    SignatureFormat,
    SignedObject,
)
from gitsig.policy import Defaults, FidoDemand, Identity, Policy, Question, SelfSignatures, Signer, judge
from tests.fuzz.order import INDIFFERENT, WORSE
from tests.policy.test_judge_properties import EXEMPTIONS, NOW, OID, POLICIES, QUESTIONS

STEPS = [(kind, field) for kind, fields in WORSE.items() for field in fields]
PLACES = {Evidence: "evidence", KeyFacts: "key"}


def part(question: Question, kind: type) -> Any:
    return getattr(question, PLACES[kind]) if kind in PLACES else question


def put(question: Question, kind: type, field: str, value: Any) -> Question:
    changed = part(question, kind)._replace(**{field: value})
    return question._replace(**{PLACES[kind]: changed}) if kind in PLACES else changed


def worsened(draw: Any, question: Question, steps: list[tuple[type, str]]) -> Question:
    for kind, field in steps:
        holder = part(question, kind)
        values = list(WORSE[kind][field](getattr(holder, field))) if holder is not None else []
        if values:
            question = put(question, kind, field, draw(st.sampled_from(values)))
    return question


def accepted(policy: Policy, question: Question) -> bool:
    return judge(policy, question, NOW).accepted


@pytest.mark.parametrize("kind", [Evidence, KeyFacts, Question])
def test_every_field_is_decided_upon(kind: Any) -> None:
    named = [*WORSE[kind], *INDIFFERENT[kind], *(["evidence"] if kind is Question else [])]
    assert sorted(named) == sorted(kind._fields)


@settings(max_examples=400, deadline=None)
@given(POLICIES, QUESTIONS, st.lists(st.sampled_from(STEPS), min_size=1, max_size=4), st.data())
def test_worse_is_never_better(policy: Policy, question: Question, steps: list[tuple[type, str]], data: Any) -> None:
    worse = worsened(data.draw, question, steps)
    assert accepted(policy, question) or not accepted(policy, worse)


@settings(max_examples=400, deadline=None)
@given(POLICIES, QUESTIONS, EXEMPTIONS, st.lists(st.sampled_from(STEPS), min_size=1, max_size=3), st.data())
def test_not_even_with_an_exception(
    policy: Policy, question: Question, exemption: Any, steps: list[tuple[type, str]], data: Any
) -> None:
    """An exception names reasons, so two outcomes cannot be compared under it, nor two objects: those stay."""
    policy = policy._replace(exceptions={OID: exemption})
    question = put(question, Evidence, "outcome", Outcome.VERIFIED)
    worse = worsened(data.draw, question, [step for step in steps if step[1] not in ("outcome", "oid")])
    assert accepted(policy, question) or not accepted(policy, worse)


@settings(max_examples=200, deadline=None)
@given(POLICIES, QUESTIONS, st.data())
def test_nothing_else_decides(policy: Policy, question: Question, data: Any) -> None:
    for kind, fields in INDIFFERENT.items():
        if part(question, kind) is None:
            continue
        for field, values in fields.items():
            other = put(question, kind, field, data.draw(st.sampled_from(values)))
            assert accepted(policy, other) == accepted(policy, question), field


@pytest.mark.parametrize(("kind", "field"), STEPS, ids=lambda each: each if isinstance(each, str) else each.__name__)
def test_each_field_can_turn_an_acceptance_into_a_refusal(kind: type, field: str) -> None:
    """Otherwise the order above speaks of a field that nobody looks at."""
    policy, question = everything_counts()
    assert accepted(policy, question)
    values = WORSE[kind][field](getattr(part(question, kind), field))
    assert any(not accepted(policy, put(question, kind, field, value)) for value in values)


def everything_counts() -> tuple[Policy, Question]:
    """An accepted signature under a policy so demanding that every field of it matters."""
    demands = Defaults(fido=FidoDemand.VERIFY, self_signatures=SelfSignatures.STRONG, identity=Identity.OFF)
    evidence = Evidence(
        Outcome.VERIFIED,
        SignatureFormat.SSH,
        "A" * 40,
        "B" * 40,
        signed_at=30,
        expires_at=60,
        digest="sha256",
        fido=Fido(True, True, 1),
    )
    key = KeyFacts(SignatureFormat.SSH, "B" * 40, "A" * 40, "rsa", 4096, created=10, expires=100)
    tag = SignedObject(OID, ObjectType.TAG, ObjectFormat.SHA1, b"", b"", tag_name=b"v1")
    question = Question(OID, "tag", tag, evidence, key, KeyOwner("ada", 25, 45), ref_tag_name=b"v1")
    return Policy({"ada": Signer("ada")}, defaults=demands), question
