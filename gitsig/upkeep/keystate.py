"""The state of a key in words, as of a moment: what a person should know before he lists it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitsig.model import KeyFacts, KeyOwner
from gitsig.policy.times import iso

__all__ = ["doubts", "state_of"]

_USELESS = ("dsa", "elgamal")
_LEAST_CURVE_BITS = 256


def doubts(keys: Sequence[KeyFacts], min_rsa_bits: int, now: int) -> Iterator[str]:
    """Why signatures by the keys of one certificate would be refused or are weak, at `now` (Unix seconds)."""
    signing = [key for key in keys if key.can_sign and not key.unbound]
    if not signing:
        yield "no key of this certificate can sign"
        return
    alive = [key for key in signing if not _dead(key, now)]
    if not alive:
        yield f"{_why_dead(signing[-1], now)}: new objects by it are refused"
    for key in signing:
        if weak := _weak(key, min_rsa_bits):
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


def _dead(key: KeyFacts, now: int) -> bool:
    return bool(key.revocations) or (key.expires is not None and key.expires <= now)


def _why_dead(key: KeyFacts, now: int) -> str:
    if key.revocations:
        found = key.revocations[0]
        return f"revoked {iso(found.at)} ({found.reason})" if found.at else f"revoked ({found.reason})"
    return f"expired {iso(key.expires or now)}"


def _weak(key: KeyFacts, min_rsa_bits: int) -> str:
    if key.algorithm == "rsa" and key.bits < min_rsa_bits:
        return f"RSA of {key.bits} bits, under min-rsa-bits = {min_rsa_bits}"
    if key.algorithm in _USELESS or key.algorithm.startswith("unknown"):
        return f"{key.algorithm} keys are not strong enough"
    curve = key.algorithm not in ("rsa", *_USELESS)
    return f"a curve of {key.bits} bits" if curve and 0 < key.bits < _LEAST_CURVE_BITS else ""
