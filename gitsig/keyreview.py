"""What an administrator should know of the keys in a policy before a contributor's push is refused for it."""

from __future__ import annotations

from collections.abc import Iterator

from gitsig.loading import LoadedPolicy
from gitsig.model import KeyFacts
from gitsig.policy.times import iso

__all__ = ["review_keys"]

_SOON = 30 * 86400
"""Seconds: how early an expiry is announced."""


def review_keys(loaded: LoadedPolicy, now: int) -> tuple[str, ...]:
    """Warnings about expired, expiring, revoked, weak and useless keys, as of `now` (Unix seconds).

    Raises EnvironmentFault where GnuPG is needed and missing.
    """
    by_primary: dict[str, list[KeyFacts]] = {}
    for facts in loaded.keys.all_facts():
        by_primary.setdefault(facts.primary, []).append(facts)
    return tuple(text for keys in by_primary.values() for text in _certificate(loaded, keys, now))


def _certificate(loaded: LoadedPolicy, keys: list[KeyFacts], now: int) -> Iterator[str]:
    primary = keys[0].primary
    owner = loaded.keys.owners.get(primary)
    name = f"{owner.signer if owner else 'nobody'}: {primary}"
    signing = [key for key in keys if key.can_sign and not key.unbound]
    if not signing:
        yield f"{name}: no key of this certificate can sign"
        return
    if all(_dead(key, now) for key in signing):
        yield f"{name}: {_why_dead(signing[-1], now)}; new objects by it are refused"
    for key in signing:
        if key.expires is not None and now < key.expires <= now + _SOON and not _dead(key, now):
            yield f"{name}: the signing key {key.fingerprint} expires {iso(key.expires)}"
        for weakness in _weak(loaded, key):
            yield f"{name}: {weakness}"
    if owner is not None and owner.valid_until is not None and owner.valid_until <= now:
        yield f"{name}: valid-until {iso(owner.valid_until)} has passed"


def _dead(key: KeyFacts, now: int) -> bool:
    return bool(key.revocations) or (key.expires is not None and key.expires <= now)


def _why_dead(key: KeyFacts, now: int) -> str:
    if key.revocations:
        revocation = key.revocations[0]
        return f"revoked {iso(revocation.at) if revocation.at else ''} ({revocation.reason})".replace("  ", " ")
    return f"expired {iso(key.expires or now)}"


def _weak(loaded: LoadedPolicy, key: KeyFacts) -> Iterator[str]:
    yield from key.weak_self_signatures
    bound = loaded.policy.defaults.min_rsa_bits
    if key.algorithm == "rsa" and key.bits < bound:
        yield f"RSA of {key.bits} bits, under min-rsa-bits = {bound}: its signatures are refused"
    if key.algorithm in ("dsa", "elgamal") or key.algorithm.startswith("unknown"):
        yield f"{key.algorithm} keys are not strong enough: their signatures are refused"
