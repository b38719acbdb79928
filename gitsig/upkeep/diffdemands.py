"""What the rules of two policies demand differently, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitsig.policy.types import FidoDemand, Rule
from gitsig.upkeep.difference import Difference, Effect
from gitsig.upkeep.diffwords import Told, direction, flag, members, number, word

__all__ = ["rule_changes"]


def rule_changes(old: Sequence[Rule], new: Sequence[Rule]) -> Iterator[Difference]:
    """Rules that speak of the same are paired, then those with the same refs, in the file's order."""
    for refs in sorted({_refs(rule) for rule in (*old, *new)}):
        before = [rule for rule in old if _refs(rule) == refs]
        after = [rule for rule in new if _refs(rule) == refs]
        for at, (was, now) in enumerate(_pairs(before, after), start=1):
            subject = f"rule {', '.join(refs)}" + (f" (number {at} of them)" if at > 1 else "")
            yield from (Difference(subject, *told) for told in _changed(was, now))


def _refs(rule: Rule) -> tuple[str, ...]:
    return tuple(sorted(set(rule.refs)))


def _pairs(old: Sequence[Rule], new: Sequence[Rule]) -> list[tuple[Rule | None, Rule | None]]:
    """Of rules with the same refs; `old` in its order, then what is new."""
    left = list(new)
    partners: list[Rule | None] = [None] * len(old)
    for match in (_scope, _refs):
        for at, rule in enumerate(old):
            partner = next((each for each in left if match(each) == match(rule)), None)
            if partners[at] is None and partner is not None:
                partners[at] = partner
                left.remove(partner)
    return [*zip(old, partners, strict=True), *((None, rule) for rule in left)]


def _scope(rule: Rule) -> tuple[object, ...]:
    return frozenset(rule.paths), rule.kinds


def _changed(was: Rule | None, now: Rule | None) -> Iterator[Told]:
    if was is not None and now is not None:
        yield from _signers(was, now)
        yield from _scopes(was, now)
        yield from _demanded(was, now)
    elif now is not None:
        yield Told(Effect.STRICTER, f"new: {_described(now)}")
    elif was is not None:
        yield Told(Effect.WEAKER, f"gone: {_described(was)}")


def _described(rule: Rule) -> str:
    facts = [f"require {rule.require}"]
    facts += [f"paths {', '.join(sorted(rule.paths))}"] if rule.paths else []
    facts += [f"kinds {', '.join(sorted(rule.kinds))}"] if rule.kinds else []
    facts += [] if rule.signers is None else [f"signers {', '.join(sorted(rule.signers))}"]
    facts += [f"fido {rule.fido}"] if rule.fido is not FidoDemand.ANY else []
    facts += [f"threshold {rule.threshold}"] if rule.threshold > 1 else []
    facts += [f"approvals {', '.join(sorted(rule.approvals))}"] if rule.approvals else []
    facts += [name for name, on in _flags(rule).items() if on]
    facts += [f"behind {', '.join(sorted(rule.behind))}"] if rule.behind else []
    return "; ".join([*facts, *([f"exempt {', '.join(sorted(rule.exempt))}"] if rule.exempt else [])])


def _flags(rule: Rule) -> dict[str, bool]:
    return {
        "no-rewind": rule.no_rewind,
        "no-delete": rule.no_delete,
        "immutable": rule.immutable,
        "two-person": rule.two_person,
        "clean-merges": rule.clean_merges,
        "no-octopus": rule.no_octopus,
        "tree-sha512": rule.tree_sha512,
    }


def _signers(old: Rule, new: Rule) -> Iterator[Told]:
    if old.signers is None and new.signers is not None:
        yield Told(Effect.STRICTER, f"only {', '.join(sorted(new.signers))} may sign there, before everybody")
    elif old.signers is not None and new.signers is None:
        yield Told(Effect.WEAKER, f"everybody may sign there, before {', '.join(sorted(old.signers))}")
    elif old.signers is not None and new.signers is not None:
        yield from (Told(Effect.GAINS, f"{name} may sign there") for name in sorted(new.signers - old.signers))
        yield from (
            Told(Effect.LOSES, f"{name} may not sign there any more") for name in sorted(old.signers - new.signers)
        )


def _scopes(old: Rule, new: Rule) -> Iterator[Told]:
    """What a rule speaks of: without paths or kinds it speaks of everything."""
    for name, before, after in (("paths", old.paths, new.paths), ("kinds", old.kinds, new.kinds)):
        if bool(before) != bool(after):
            told = f"of {name} {', '.join(sorted(after))} only" if after else f"whatever the {name} are"
            yield Told(direction(not after), f"speaks {told} now")
        else:
            yield from members(f"speaking of {name}", before, after, more_is_stricter=True)
    yield from word("require", old.require, new.require)
    for name, past, later in (("behind", old.behind, new.behind), ("exempt", old.exempt, new.exempt)):
        yield from members(f"silent of what is {name}", past, later, more_is_stricter=False)


def _demanded(old: Rule, new: Rule) -> Iterator[Told]:
    yield from word("fido", old.fido, new.fido)
    yield from number("threshold", old.threshold, new.threshold, more_is_stricter=True)
    yield from members("counting approvals", old.approvals, new.approvals, more_is_stricter=False)
    before = _flags(old)
    for name, on in _flags(new).items():
        yield from flag(name, before[name], on)
