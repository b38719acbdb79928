"""The other half of `gitsig policy diff`: what is demanded, where, and what is let pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitsig.loading import LoadedPolicy
from gitsig.policy.patterns import ref_matcher
from gitsig.policy.times import iso
from gitsig.policy.types import Exemption, Policy
from gitsig.upkeep.diff import signer_changes
from gitsig.upkeep.diffdemands import rule_changes
from gitsig.upkeep.difference import Difference, Effect
from gitsig.upkeep.diffgovernance import governance_changes, history_changes
from gitsig.upkeep.diffwords import Told, direction, flag, members, number, word

__all__ = ["compare"]


def compare(old: LoadedPolicy, new: LoadedPolicy) -> list[Difference]:
    """Every change, signers first. Empty where both judge alike. Raises EnvironmentFault as GnuPG fails."""
    was, now = old.policy, new.policy
    found = list(signer_changes(old, new))
    found += [Difference("[defaults]", *told) for told in _defaults(was, now)]
    found += list(rule_changes(was.rules, now.rules))
    found += [Difference("[history]", *told) for told in history_changes(was, now)]
    found += [Difference("[governance]", *told) for told in governance_changes(was, now)]
    found += [Difference("[[exceptions]]", *told) for told in _exceptions(was, now)]
    found += [Difference("[ssh]", *told) for told in _revoked(was, now)]
    return found


def _defaults(old: Policy, new: Policy) -> Iterator[Told]:
    was, now = old.defaults, new.defaults
    for pattern in sorted(set(was.refs) - set(now.refs)):
        covered = _covered(pattern, now.refs)
        yield Told(
            Effect.CHANGED if covered else Effect.WEAKER,
            f"refs {pattern} is {'guarded by another pattern now' if covered else 'not guarded any more'}",
        )
    for pattern in sorted(set(now.refs) - set(was.refs)):
        covered = _covered(pattern, was.refs)
        yield Told(
            Effect.CHANGED if covered else Effect.STRICTER,
            f"refs {pattern} was guarded by another pattern" if covered else f"refs {pattern} is guarded now",
        )
    yield from word("require", was.require, now.require)
    yield from word("tags", was.tags, now.tags)
    yield from word("identity", was.identity, now.identity)
    yield from number("clock-skew", was.clock_skew, now.clock_skew, more_is_stricter=False, unit=" s")
    for digest in sorted(was.reject_digests ^ now.reject_digests):
        rejected = digest in now.reject_digests
        yield Told(direction(rejected), f"the digest {digest} is {'rejected' if rejected else 'let pass'} now")
    yield from number("min-rsa-bits", was.min_rsa_bits, now.min_rsa_bits, more_is_stricter=True)
    yield from word("self-signatures", was.self_signatures, now.self_signatures)
    yield from word("fido", was.fido, now.fido)
    yield from members("leaving out refs", was.except_refs, now.except_refs, more_is_stricter=False)
    yield from flag("valid-now", was.valid_now, now.valid_now)


def _covered(pattern: str, others: Sequence[str]) -> bool:
    """Whether everything that `pattern` matches is matched by another one: only what is certain."""
    return any("?" not in other and ref_matcher((other,)).fullmatch(pattern) for other in others)


def _exceptions(old: Policy, new: Policy) -> Iterator[Told]:
    for oid in sorted({*old.exceptions, *new.exceptions}):
        was, now = old.exceptions.get(oid), new.exceptions.get(oid)
        if was is None and now is not None:
            yield Told(Effect.WEAKER, f"{oid} is accepted although {_accepts(now)}")
        elif now is None and was is not None:
            yield Told(Effect.STRICTER, f"{oid} is no exception any more ({_accepts(was)})")
        elif was is not None and now is not None:
            yield from _exception(was, now)


def _accepts(each: Exemption) -> str:
    until = "" if each.until is None else f", until {iso(each.until)}"
    return f"{', '.join(sorted(each.accept))}{until}: {each.because}"


def _exception(was: Exemption, now: Exemption) -> Iterator[Told]:
    for reason in sorted(was.accept ^ now.accept):
        added = reason in now.accept
        yield Told(
            direction(not added), f"{now.oid}: {reason} is {'accepted too' if added else 'not accepted any more'}"
        )
    if was.until != now.until:
        longer = now.until is None or (was.until is not None and now.until > was.until)
        until = "without end" if now.until is None else f"until {iso(now.until)}"
        yield Told(direction(not longer), f"{now.oid} is excepted {until}")
    if was.because != now.because:
        yield Told(Effect.CHANGED, f"{now.oid} has other grounds: {now.because}")


def _revoked(old: Policy, new: Policy) -> Iterator[Told]:
    """The list's content shows in the keys' state; here only that there is one at all."""
    was, now = old.revoked, new.revoked
    if was is None and now is not None:
        yield Told(Effect.STRICTER, f"the revocation list {now.path} is read")
    elif now is None and was is not None:
        yield Told(Effect.WEAKER, f"the revocation list {was.path} is not read any more")
