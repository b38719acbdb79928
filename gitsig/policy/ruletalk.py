"""What each rule said of an object, in words: whether it speaks of it, what it demands, and what came of that.

The checks are the judge's own (`gitsig.policy.rulechecks`); nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gitsig.model import Outcome, SignedObject
from gitsig.policy.demands import demands, kind_of
from gitsig.policy.question import Question
from gitsig.policy.rulechecks import barred, beyond_its_kind, broken, listed, matching, missing, speaks
from gitsig.policy.types import FidoDemand, ObjectKind, Policy, Rule, Signer

__all__ = ["RuleWord", "what_rules_say"]


class RuleWord(NamedTuple):
    """One rule's part in a verdict. Not escaped."""

    number: int
    refs: tuple[str, ...]
    speaks: bool
    """Whether it speaks of the object; so too where nobody could find out, and then `ok` is False."""
    ok: bool | None
    """False: it refuses. None: it demands nothing of the object, or it was not reached."""
    words: str
    """Why it is silent, what it refused for, or what it demanded."""


def what_rules_say(policy: Policy, question: Question) -> tuple[RuleWord, ...]:
    """One entry for each of the question's rules, in their order. Never raises."""
    signer = None if question.owner is None else policy.signers.get(question.owner.signer)
    return tuple(_word(rule, policy, question, signer) for rule in question.rules)


def _word(rule: Rule, policy: Policy, question: Question, signer: Signer | None) -> RuleWord:
    obj = question.obj
    if obj is None:
        return RuleWord(rule.number, rule.refs, True, None, "not reached: the object was not read")
    kind, around = kind_of(obj), question.surroundings
    asked = demands((rule,), None, kind, oid=obj.oid)
    unknown = (around.fault or missing(asked, around)) if any(asked) else ""
    if unknown:
        return RuleWord(rule.number, rule.refs, True, False, unknown)
    silent = _silence(rule, obj, question)
    if silent:
        return RuleWord(rule.number, rule.refs, False, None, silent)
    wanted = list(_wanted(rule, kind))
    words = "; ".join((*_about(rule, question), *(wanted or [_NOTHING])))
    if question.evidence.outcome is not Outcome.VERIFIED or signer is None:
        return RuleWord(rule.number, rule.refs, True, None, f"not reached: {words}")
    outsider = rule.signers is not None and signer.name not in rule.signers
    refused = (barred(rule, question, signer) if outsider else "") or broken(rule, question, signer, policy.signers)
    return RuleWord(rule.number, rule.refs, True, not refused if wanted else None, refused or words)


_NOTHING = "demands nothing of the object itself"


def _silence(rule: Rule, obj: SignedObject, question: Question) -> str:
    """Why the rule does not speak of the object; empty if it does."""
    if obj.oid in rule.exempt:
        return "exempts this object by its id"
    kind = kind_of(obj)
    if beyond_its_kind(rule, kind):
        only = " and ".join(f"{each}s" for each in sorted(rule.kinds))
        return (
            f"speaks of {only} only, and this is a {kind}" if rule.kinds else "speaks of paths, and a tag changes none"
        )
    if not speaks(rule, obj, question.surroundings):
        return f"changes no path among {listed(rule.paths)}"
    return ""


def _about(rule: Rule, question: Question) -> Iterator[str]:
    if rule.paths:
        yield f"speaks of it for {listed(matching(rule, question.surroundings))}"


def _wanted(rule: Rule, kind: ObjectKind) -> Iterator[str]:
    """What the rule demands of objects of this kind."""
    if rule.signers is not None:
        yield f"signed by {listed(sorted(rule.signers)) or 'nobody'}"
    if rule.fido is not FidoDemand.ANY:
        yield f"fido {rule.fido}"
    if kind is ObjectKind.TAG:
        if rule.threshold > 1:
            yield f"{rule.threshold} signers of one commit"
        return
    demanded = {
        "two persons": rule.two_person,
        "a clean merge": rule.clean_merges and kind is ObjectKind.MERGE,
        "no octopus": rule.no_octopus and kind is ObjectKind.MERGE,
        "the Tree-SHA512": rule.tree_sha512,
    }
    yield from (words for words, on in demanded.items() if on)
