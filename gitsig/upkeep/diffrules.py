"""The other half of `gitsig policy diff`: what is demanded, where, and what is let pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from gitsig.loading import LoadedPolicy
from gitsig.policy.patterns import ref_matcher
from gitsig.policy.times import iso
from gitsig.policy.types import Exemption, FidoDemand, Identity, Policy, Require, Rule, SelfSignatures, Tags
from gitsig.upkeep.diff import signer_changes
from gitsig.upkeep.difference import Difference, Effect

__all__ = ["compare"]

_STRICTNESS: dict[StrEnum, int] = {
    Tags.ANY: 0,
    Tags.SIGNED: 1,
    SelfSignatures.ANY: 0,
    SelfSignatures.STRONG: 1,
    FidoDemand.ANY: 0,
    FidoDemand.TOUCH: 1,
    FidoDemand.VERIFY: 2,
    Identity.OFF: 0,
    Identity.COMMITTER: 1,
    Identity.AUTHOR: 1,
    Require.TIP: 0,
    Require.MERGES: 1,
    Require.FIRST_PARENT: 1,
    Require.EVERY_COMMIT: 2,
}
"""Of words of one kind; those with the same number are not comparable."""


class _Told(NamedTuple):
    effect: Effect
    text: str


def compare(old: LoadedPolicy, new: LoadedPolicy) -> list[Difference]:
    """Every change, signers first. Empty where both judge alike. Raises EnvironmentFault as GnuPG fails."""
    was, now = old.policy, new.policy
    found = list(signer_changes(old, new))
    found += [Difference("[defaults]", *told) for told in _defaults(was, now)]
    found += list(_rules(was.rules, now.rules))
    found += [Difference("[history]", *told) for told in _roots(was, now)]
    found += [Difference("[[exceptions]]", *told) for told in _exceptions(was, now)]
    found += [Difference("[ssh]", *told) for told in _revoked(was, now)]
    return found


def _direction(stricter: bool | None) -> Effect:
    if stricter is None:
        return Effect.CHANGED
    return Effect.STRICTER if stricter else Effect.WEAKER


def _word(name: str, old: StrEnum, new: StrEnum) -> Iterator[_Told]:
    """A word of the policy that has an order of strictness."""
    if old == new:
        return
    before, after = _STRICTNESS[old], _STRICTNESS[new]
    yield _Told(_direction(None if before == after else after > before), f"{name} {old} becomes {new}")


def _number(name: str, old: int, new: int, *, more_is_stricter: bool, unit: str = "") -> Iterator[_Told]:
    if old != new:
        yield _Told(_direction((new > old) is more_is_stricter), f"{name} {old}{unit} becomes {new}{unit}")


def _defaults(old: Policy, new: Policy) -> Iterator[_Told]:
    was, now = old.defaults, new.defaults
    for pattern in sorted(set(was.refs) - set(now.refs)):
        covered = _covered(pattern, now.refs)
        yield _Told(
            Effect.CHANGED if covered else Effect.WEAKER,
            f"refs {pattern} is {'guarded by another pattern now' if covered else 'not guarded any more'}",
        )
    for pattern in sorted(set(now.refs) - set(was.refs)):
        covered = _covered(pattern, was.refs)
        yield _Told(
            Effect.CHANGED if covered else Effect.STRICTER,
            f"refs {pattern} was guarded by another pattern" if covered else f"refs {pattern} is guarded now",
        )
    yield from _word("require", was.require, now.require)
    yield from _word("tags", was.tags, now.tags)
    yield from _word("identity", was.identity, now.identity)
    yield from _number("clock-skew", was.clock_skew, now.clock_skew, more_is_stricter=False, unit=" s")
    for digest in sorted(was.reject_digests ^ now.reject_digests):
        rejected = digest in now.reject_digests
        yield _Told(_direction(rejected), f"the digest {digest} is {'rejected' if rejected else 'let pass'} now")
    yield from _number("min-rsa-bits", was.min_rsa_bits, now.min_rsa_bits, more_is_stricter=True)
    yield from _word("self-signatures", was.self_signatures, now.self_signatures)
    yield from _word("fido", was.fido, now.fido)


def _covered(pattern: str, others: Sequence[str]) -> bool:
    """Whether everything that `pattern` matches is matched by another one: only what is certain."""
    return any("?" not in other and ref_matcher((other,)).fullmatch(pattern) for other in others)


def _rules(old: Sequence[Rule], new: Sequence[Rule]) -> Iterator[Difference]:
    """Rules are paired by their refs, in the file's order where several have the same."""
    before, after = _by_refs(old), _by_refs(new)
    for refs in sorted({*before, *after}):
        was, now = before.get(refs), after.get(refs)
        subject = f"rule {', '.join(refs[0])}" + (f" (number {refs[1] + 1} of them)" if refs[1] else "")
        if was is None and now is not None:
            told = [_Told(Effect.STRICTER, f"new: {_demands(now)}")]
        elif now is None and was is not None:
            told = [_Told(Effect.WEAKER, f"gone: {_demands(was)}")]
        else:
            told = list(_rule(was, now)) if was is not None and now is not None else []
        yield from (Difference(subject, *each) for each in told)


def _by_refs(rules: Sequence[Rule]) -> dict[tuple[tuple[str, ...], int], Rule]:
    found: dict[tuple[tuple[str, ...], int], Rule] = {}
    for rule in rules:
        refs = tuple(sorted(set(rule.refs)))
        number = sum(1 for known, _ in found if known == refs)
        found[refs, number] = rule
    return found


def _demands(rule: Rule) -> str:
    facts = [f"require {rule.require}"]
    facts += [] if rule.signers is None else [f"signers {', '.join(sorted(rule.signers))}"]
    facts += [f"fido {rule.fido}"] if rule.fido is not FidoDemand.ANY else []
    return "; ".join([*facts, *(name for name, on in _flags(rule).items() if on)])


def _flags(rule: Rule) -> dict[str, bool]:
    return {"no-rewind": rule.no_rewind, "no-delete": rule.no_delete, "immutable": rule.immutable}


def _rule(old: Rule, new: Rule) -> Iterator[_Told]:
    if old.signers is None and new.signers is not None:
        yield _Told(Effect.STRICTER, f"only {', '.join(sorted(new.signers))} may sign there, before everybody")
    elif old.signers is not None and new.signers is None:
        yield _Told(Effect.WEAKER, f"everybody may sign there, before {', '.join(sorted(old.signers))}")
    elif old.signers is not None and new.signers is not None:
        yield from (_Told(Effect.GAINS, f"{name} may sign there") for name in sorted(new.signers - old.signers))
        yield from (
            _Told(Effect.LOSES, f"{name} may not sign there any more") for name in sorted(old.signers - new.signers)
        )
    yield from _word("require", old.require, new.require)
    yield from _word("fido", old.fido, new.fido)
    for name, on in _flags(new).items():
        if on != _flags(old)[name]:
            yield _Told(_direction(on), f"{name} is {'demanded' if on else 'not demanded any more'}")


def _roots(old: Policy, new: Policy) -> Iterator[_Told]:
    for oid in sorted(new.trusted_roots - old.trusted_roots):
        yield _Told(Effect.WEAKER, f"{oid} and everything behind it are not judged any more")
    for oid in sorted(old.trusted_roots - new.trusted_roots):
        yield _Told(Effect.STRICTER, f"{oid} and what is behind it are judged now")


def _exceptions(old: Policy, new: Policy) -> Iterator[_Told]:
    for oid in sorted({*old.exceptions, *new.exceptions}):
        was, now = old.exceptions.get(oid), new.exceptions.get(oid)
        if was is None and now is not None:
            yield _Told(Effect.WEAKER, f"{oid} is accepted although {_accepts(now)}")
        elif now is None and was is not None:
            yield _Told(Effect.STRICTER, f"{oid} is no exception any more ({_accepts(was)})")
        elif was is not None and now is not None:
            yield from _exception(was, now)


def _accepts(each: Exemption) -> str:
    until = "" if each.until is None else f", until {iso(each.until)}"
    return f"{', '.join(sorted(each.accept))}{until}: {each.because}"


def _exception(was: Exemption, now: Exemption) -> Iterator[_Told]:
    for reason in sorted(was.accept ^ now.accept):
        added = reason in now.accept
        yield _Told(
            _direction(not added), f"{now.oid}: {reason} is {'accepted too' if added else 'not accepted any more'}"
        )
    if was.until != now.until:
        longer = now.until is None or (was.until is not None and now.until > was.until)
        until = "without end" if now.until is None else f"until {iso(now.until)}"
        yield _Told(_direction(not longer), f"{now.oid} is excepted {until}")
    if was.because != now.because:
        yield _Told(Effect.CHANGED, f"{now.oid} has other grounds: {now.because}")


def _revoked(old: Policy, new: Policy) -> Iterator[_Told]:
    """The list's content shows in the keys' state; here only that there is one at all."""
    was, now = old.revoked, new.revoked
    if was is None and now is not None:
        yield _Told(Effect.STRICTER, f"the revocation list {now.path} is read")
    elif now is None and was is not None:
        yield _Told(Effect.WEAKER, f"the revocation list {was.path} is not read any more")
