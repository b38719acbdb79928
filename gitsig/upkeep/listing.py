"""`gitsig keys list`: every key of a policy with its owner, its state and its place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitsig.model import KeyFacts, KeyOwner
from gitsig.policy.keystate import state_of
from gitsig.policy.times import iso
from gitsig.upkeep.entries import list_entries
from gitsig.upkeep.opened import Opened

__all__ = ["ListedSigner", "as_json", "as_lines", "list_keys"]


class ListedKey(NamedTuple):
    """One key that a policy lists, with those of its certificate."""

    owner: KeyOwner
    fingerprint: str
    where: str
    keys: tuple[KeyFacts, ...]
    """Primary key and subkeys, or the one SSH key; empty where GnuPG does not take the certificate."""


class ListedSigner(NamedTuple):
    """One signer with his keys."""

    name: str
    emails: tuple[str, ...]
    roles: tuple[str, ...]
    only: tuple[str, ...]
    valid_from: int | None
    valid_until: int | None
    keys: tuple[ListedKey, ...]


def list_keys(opened: Opened) -> list[ListedSigner]:
    """The signers of a policy with their keys. Raises PolicyFault, EnvironmentFault where GnuPG is missing."""
    loaded = opened.load()
    where = {name: each.spec.where for each in list_entries(loaded, opened.files) for name in each.fingerprints}
    elsewhere = loaded.policy.allowed_signers
    by_primary: dict[str, list[KeyFacts]] = {}
    for facts in loaded.keys.all_facts():
        by_primary.setdefault(facts.primary, []).append(facts)
    found: dict[str, list[ListedKey]] = {name: [] for name in loaded.policy.signers}
    for fingerprint, owner in loaded.keys.owners.items():
        place = where.get(fingerprint) or (elsewhere.path if elsewhere else loaded.source)
        keys = sorted(by_primary.get(fingerprint, ()), key=lambda each: each.fingerprint != fingerprint)
        found[owner.signer].append(ListedKey(owner, fingerprint, place, tuple(keys)))
    return [
        ListedSigner(
            signer.name,
            signer.emails or signer.patterns,
            tuple(sorted(signer.roles)),
            tuple(sorted(signer.only)),
            signer.valid_from,
            signer.valid_until,
            tuple(found[signer.name]),
        )
        for signer in loaded.policy.signers.values()
    ]


def as_lines(signers: list[ListedSigner], now: int) -> Iterator[str]:
    """For people; not escaped. `now` is in Unix seconds."""
    for signer in signers:
        facts = [", ".join(signer.emails)] if signer.emails else ["no emails"]
        facts += [f"roles {', '.join(signer.roles)}"] if signer.roles else []
        facts += [f"only {', '.join(signer.only)}"] if signer.only else []
        yield f"{signer.name}: {'; '.join([*facts, *_window(signer.valid_from, signer.valid_until)])}"
        for listed in signer.keys:
            yield from _key_lines(listed, signer, now)


def _key_lines(listed: ListedKey, signer: ListedSigner, now: int) -> Iterator[str]:
    if not listed.keys:
        yield f"  {listed.fingerprint}  GnuPG does not take this certificate  ({listed.where})"
    for key in listed.keys:
        primary = key.fingerprint == listed.fingerprint
        size = f"{key.algorithm}{key.bits}" if key.algorithm == "rsa" else key.algorithm
        facts = [str(key.format), size, _state(key, listed, signer, now)]
        facts += [f"made {iso(key.created)}"] if key.created is not None else []
        facts += [f"expires {iso(key.expires)}"] if key.expires is not None else []
        facts += _window(listed.owner.valid_from, listed.owner.valid_until) if primary else []
        yield f"  {'' if primary else '  subkey '}{key.fingerprint}  {'; '.join(facts)}" + (
            f"  ({listed.where})" if primary else ""
        )


def _state(key: KeyFacts, listed: ListedKey, signer: ListedSigner, now: int) -> str:
    """The key's own state and window, or, where these are good, the signer's window."""
    own = state_of(key, listed.owner, now)
    return own if own != "valid" else state_of(key, KeyOwner(signer.name, signer.valid_from, signer.valid_until), now)


def _window(begin: int | None, end: int | None) -> list[str]:
    facts = [] if begin is None else [f"valid from {iso(begin)}"]
    return facts if end is None else [*facts, f"valid until {iso(end)}"]


def as_json(signers: list[ListedSigner], source: str, now: int) -> dict[str, Any]:
    """Schema `gitsig/keys/1`; times as in a report."""
    return {
        "schema": "gitsig/keys/1",
        "policy": source,
        "now": iso(now),
        "signers": [
            {
                "name": signer.name,
                "emails": list(signer.emails),
                "roles": list(signer.roles),
                "only": list(signer.only),
                "valid_from": _iso(signer.valid_from),
                "valid_until": _iso(signer.valid_until),
                "keys": [_json_key(key, listed, signer, now) for listed in signer.keys for key in listed.keys],
            }
            for signer in signers
        ],
    }


def _json_key(key: KeyFacts, listed: ListedKey, signer: ListedSigner, now: int) -> dict[str, Any]:
    return {
        "format": str(key.format),
        "fingerprint": key.primary,
        "key_fingerprint": key.fingerprint,
        "algorithm": key.algorithm,
        "bits": key.bits,
        "created": _iso(key.created),
        "expires": _iso(key.expires),
        "revocations": [
            {"at": _iso(each.at or None), "hard": each.hard, "reason": each.reason} for each in key.revocations
        ],
        "can_sign": key.can_sign and not key.unbound,
        "names": list(key.names),
        "valid_from": _iso(listed.owner.valid_from),
        "valid_until": _iso(listed.owner.valid_until),
        "state": _state(key, listed, signer, now),
        "where": listed.where,
    }


def _iso(at: int | None) -> str | None:
    return None if at is None else iso(at)
