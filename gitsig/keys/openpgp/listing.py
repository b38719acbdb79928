"""GnuPG's word on certificates: its colon listing with checked signatures (doc/DETAILS of GnuPG), read strictly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gitsig.errors import EnvironmentFault
from gitsig.model import Revocation

__all__ = ["ListedKey", "read_listing"]

_SOFT = {1: "superseded", 3: "retired"}
_HARD = {0: "no reason given", 2: "compromised"}


@dataclass(slots=True)
class ListedKey:
    """A primary key or subkey, as GnuPG lists it. Times in Unix seconds."""

    primary: str
    validity: str
    bits: int
    algorithm: int
    created: int
    expires: int | None
    can_sign: bool
    fingerprint: str = ""
    revocations: list[Revocation] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def read_listing(output: bytes) -> dict[str, list[ListedKey]]:
    """Keys by primary fingerprint, the primary key first.

    Reads the output of `gpg --with-colons --with-fingerprint --with-fingerprint --check-sigs`; raises EnvironmentFault
    where it does not read as such.
    """
    found: dict[str, list[ListedKey]] = {}
    try:
        for keys in _certificates(output):
            found[keys[0].fingerprint] = keys
    except (ValueError, IndexError) as error:
        raise EnvironmentFault(f"gpg lists its keys in a way that cannot be read ({error})") from error
    return found


def _certificates(output: bytes) -> Iterator[list[ListedKey]]:
    keys: list[ListedKey] = []
    on_key = False
    # Not splitlines: GnuPG leaves U+2028 and U+0085 in user IDs as they are, and a name must not begin a record.
    for line in output.decode("utf-8", "replace").split("\n"):
        fields = line.split(":")
        kind = fields[0]
        if kind == "pub" and keys:
            yield keys
            keys = []
        if kind in ("pub", "sub"):
            keys.append(_key(fields, keys))
            on_key = True
        elif kind == "fpr":
            _name(keys, fields[9])
        elif kind in ("uid", "uat"):
            on_key = False
            keys[0].names.append(fields[9])
        elif kind == "rev" and on_key and fields[1] == "!":
            keys[-1].revocations.append(_revocation(fields))
    if keys:
        yield keys


def _key(fields: list[str], before: list[ListedKey]) -> ListedKey:
    return ListedKey(
        primary=before[0].fingerprint if before else "",
        validity=fields[1],
        bits=int(fields[2]),
        algorithm=int(fields[3]),
        created=int(fields[5]),
        expires=int(fields[6]) if fields[6] else None,
        can_sign="s" in fields[11],
    )


def _name(keys: list[ListedKey], fingerprint: str) -> None:
    keys[-1].fingerprint = fingerprint
    if len(keys) == 1:
        keys[0].primary = fingerprint


def _revocation(fields: list[str]) -> Revocation:
    """Class and reason stand in one field, such as `28x,01` (RFC 9580 §5.2.3.31)."""
    _, _, code = fields[10].partition(",")
    reason = int(code[:2], 16) if code else 0
    if reason in _SOFT:
        return Revocation(int(fields[5]), False, _SOFT[reason])
    return Revocation(int(fields[5]), True, _HARD.get(reason, f"reason code {reason}"))
