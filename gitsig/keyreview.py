"""What an administrator should know of the keys in a policy before a contributor's push is refused for it."""

from __future__ import annotations

from collections.abc import Iterator

from gitsig.loading import LoadedPolicy
from gitsig.model import KeyFacts
from gitsig.policy import Policy
from gitsig.policy.keystate import doubts, is_dead, signing
from gitsig.policy.times import iso

__all__ = ["review_keys"]

_SOON = 30 * 86400
"""Seconds: how early an expiry is announced."""


def review_keys(loaded: LoadedPolicy, now: int) -> tuple[str, ...]:
    """Warnings about expired, expiring, revoked, weak and useless keys, and exceptions that ended, as of `now`.

    `now` is in Unix seconds. Raises EnvironmentFault where GnuPG is needed and missing.
    """
    by_primary: dict[str, list[KeyFacts]] = {}
    for facts in loaded.keys.all_facts():
        by_primary.setdefault(facts.primary, []).append(facts)
    found = [text for keys in by_primary.values() for text in _certificate(loaded, keys, now)]
    return (*found, *_ended(loaded.policy, now))


def _ended(policy: Policy, now: int) -> Iterator[str]:
    for oid, each in policy.exceptions.items():
        if each.until is not None and each.until <= now:
            yield f"the exception for {oid} ended {iso(each.until)}: take it out, or give it another end"


def _certificate(loaded: LoadedPolicy, keys: list[KeyFacts], now: int) -> Iterator[str]:
    primary = keys[0].primary
    owner = loaded.keys.owners.get(primary)
    name = f"{owner.signer if owner else 'nobody'}: {primary}"
    yield from (f"{name}: {doubt}" for doubt in doubts(keys, loaded.policy.defaults.min_rsa_bits, now))
    for key in signing(keys):
        if key.expires is not None and now < key.expires <= now + _SOON and not is_dead(key, now):
            yield f"{name}: the signing key {key.fingerprint} expires {iso(key.expires)}"
    if owner is not None and owner.valid_until is not None and owner.valid_until <= now:
        yield f"{name}: valid-until {iso(owner.valid_until)} has passed"
