"""The state of a key in words, as of a moment: what a person should know before he lists it, or who wonders about it.

For people only; the judge has its own time rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitsig.model import KeyFacts, KeyOwner
from gitsig.policy.strength import weak_algorithm
from gitsig.policy.times import iso

__all__ = ["doubts", "is_dead", "signing", "state_of"]


def signing(keys: Sequence[KeyFacts]) -> list[KeyFacts]:
    """Those of one certificate's keys that can sign."""
    return [key for key in keys if key.can_sign and not key.unbound]


def is_dead(key: KeyFacts, now: int) -> bool:
    """Whether it is revoked, or expired at `now` (Unix seconds)."""
    return bool(key.revocations) or (key.expires is not None and key.expires <= now)


def doubts(keys: Sequence[KeyFacts], min_rsa_bits: int, now: int) -> Iterator[str]:
    """Why signatures by the keys of one certificate would be refused or are weak, at `now` (Unix seconds)."""
    able = signing(keys)
    if not able:
        yield "no key of this certificate can sign"
        return
    if all(is_dead(key, now) for key in able):
        yield f"{_why_dead(able[-1], now)}; new objects by it are refused"
    for key in able:
        if weak := weak_algorithm(key, min_rsa_bits):
            yield f"{weak}: its signatures are refused"
        yield from key.weak_self_signatures


def state_of(key: KeyFacts, owner: KeyOwner | None, now: int) -> str:
    """One or two words: `valid`, `revoked (…)`, `expired`, `not yet valid`, `cannot sign` …, the worst first."""
    if key.revocations:
        return f"revoked ({key.revocations[0].reason})"
    if key.unbound or not key.can_sign:
        return "not bound to its certificate" if key.unbound else "cannot sign"
    if key.expires is not None and key.expires <= now:
        return "expired"
    if key.created is not None and key.created > now:
        return "not yet made"
    if owner is not None and owner.valid_until is not None and owner.valid_until <= now:
        return "past its valid-until"
    if owner is not None and owner.valid_from is not None and owner.valid_from > now:
        return "before its valid-from"
    return "valid"


def _why_dead(key: KeyFacts, now: int) -> str:
    if key.revocations:
        found = key.revocations[0]
        return f"revoked {iso(found.at)} ({found.reason})" if found.at else f"revoked ({found.reason})"
    return f"expired {iso(key.expires or now)}"
