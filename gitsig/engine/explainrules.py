"""The rules' part of an explanation: what each of them said, and the facts that they asked for.

In words for people, and as plain values for programs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gitsig.model import Step
from gitsig.policy import ObjectKind, Policy, Question, Require, Rule, Surroundings
from gitsig.policy.demands import kind_of
from gitsig.policy.ruletalk import what_rules_say

__all__ = ["rule_details", "rule_steps"]

_SHOWN = 20
"""Paths in words; programs get all."""
_NO_MERGE = "looks at merges only, and this is none"
_BEHIND = "ends before this commit"


def rule_steps(policy: Policy, question: Question, unheld: Sequence[Rule] = ()) -> Iterator[Step]:
    """What was found out for the rules, then what each said; `unheld` are rules of the ref that look at less."""
    yield from _facts(question.surroundings)
    for word in what_rules_say(policy, question):
        ok = word.ok if word.speaks else None
        yield Step("rules", ok, _rule(word.number, word.refs, word.words, applies=word.speaks))
    for rule in unheld:
        yield Step("rules", None, _rule(rule.number, rule.refs, _why_not(rule, question), applies=False))


def rule_details(policy: Policy, question: Question, unheld: Sequence[Rule] = ()) -> Mapping[str, object]:
    """The same for programs, as values that JSON knows. A fact that nobody asked for is None."""
    around, arrival = question.surroundings, question.surroundings.arrival
    words = [
        {"rule": each.number, "refs": list(each.refs), "speaks": each.speaks, "ok": each.ok, "words": each.words}
        for each in what_rules_say(policy, question)
    ]
    left_out = [
        {"rule": each.number, "refs": list(each.refs), "speaks": False, "ok": None, "words": _why_not(each, question)}
        for each in unheld
    ]
    return {
        "rules": words + left_out,
        "changed": _plain(around.changed),
        "brought": _plain(around.brought),
        "arrival": None if arrival is None else {"merge": arrival.merge, "signer": arrival.signer},
        "cosigners": None if around.cosigners is None else sorted(around.cosigners),
        "tree_sha512": around.tree_sha512,
        "remade": around.remade,
        "fault": around.fault or None,
    }


def _why_not(rule: Rule, question: Question) -> str:
    """Why the rule's `require`, or where it ends, leaves the object out."""
    merge = question.obj is not None and kind_of(question.obj) is ObjectKind.MERGE
    return _BEHIND if merge or rule.require is not Require.MERGES else _NO_MERGE


def _rule(number: int, refs: Sequence[str], words: str, *, applies: bool) -> str:
    return f"rule {number} ({', '.join(refs)}) {'applies' if applies else 'does not apply'}: {words}"


def _facts(around: Surroundings) -> Iterator[Step]:
    if around.fault:
        yield Step("rules", False, f"what the rules ask for could not be found out: {around.fault}")
    if around.changed is not None:
        yield Step("rules", None, _paths("it changes", "itself", around.changed))
    if around.remade:
        yield Step("rules", None, "git, merging its parents anew, comes to the same: a clean merge all the same")
    if around.brought is not None:
        yield Step("rules", None, _paths("it brings changes of", "to the line of first parents", around.brought))
    if around.arrival is not None:
        yield Step("rules", None, _arrival(around.arrival.merge, around.arrival.signer))
    if around.cosigners is not None:
        names = ", ".join(sorted(around.cosigners)) or "nobody"
        yield Step("rules", None, f"the tags that count for its commit are signed by {names}")
    if around.tree_sha512 is not None:
        has = "has the right Tree-SHA512" if around.tree_sha512 else "has no Tree-SHA512 that is right"
        yield Step("rules", None, f"the message {has}")


def _arrival(merge: str | None, signer: str | None) -> str:
    if merge is None:
        return "it is itself on the ref's line of first parents"
    return f"it came to the ref by the merge {merge}, signed by {signer or 'nobody whom the policy knows'}"


def _paths(verb: str, how: str, paths: Sequence[bytes]) -> str:
    if not paths:
        return f"{verb} nothing {how}"
    names = ", ".join(_plain(paths[:_SHOWN]) or ())
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return f"{verb} {len(paths)} {'path' if len(paths) == 1 else 'paths'} {how}: {names}{more}"


def _plain(paths: Sequence[bytes] | None) -> list[str] | None:
    return None if paths is None else [path.decode("utf-8", "backslashreplace") for path in paths]
