"""Which of the developer's OpenPGP keys GnuPG signs with, read off `gpg --list-secret-keys --with-colons`.

Source: `doc/DETAILS` of GnuPG on the colon listing, `g10/getkey.c` (finish_lookup) on the choice: of the first
certificate that fits, the newest usable signing subkey, else the primary key; with `!` exactly the key that is named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["SecretKey", "choose", "read_secret_keys"]

_UNUSABLE = frozenset("ired")
"""Field 2: invalid, revoked, expired, disabled."""
_STUB = "#"
"""Field 15: the secret half is elsewhere, as of a primary key that is kept offline."""
_EXACT = re.compile(r"(?:0x)?([0-9A-Fa-f]{8,64})!")


class SecretKey(NamedTuple):
    """One key or subkey of the listing."""

    primary: str
    fingerprint: str
    created: int
    alive: bool
    """Neither revoked nor expired nor disabled."""
    signs: bool
    """Made for signing, and its secret half is at hand."""


def read_secret_keys(listing: bytes) -> list[list[SecretKey]]:
    """The certificates of a listing, in its order, each with its primary key first."""
    found: list[list[SecretKey]] = []
    pending: list[str] | None = None
    for line in listing.decode("utf-8", "replace").splitlines():
        fields = line.split(":")
        if fields[0] in ("sec", "ssb") and len(fields) > 14:
            pending = fields
        elif fields[0] == "fpr" and len(fields) > 9 and pending is not None:
            if pending[0] == "sec":
                found.append([])
            if found:
                found[-1].append(_key(pending, fields[9], found[-1][0].primary if found[-1] else fields[9]))
            pending = None
    return found


def choose(certificates: Sequence[Sequence[SecretKey]], wanted: str) -> tuple[str, str] | None:
    """(primary fingerprint, fingerprint of the key that signs) for what `gpg --local-user` is given, or None."""
    exact = _EXACT.fullmatch(wanted)
    for keys in certificates:
        # under a dead primary key no subkey serves
        fit = [key for key in keys if key.alive and key.signs and keys[0].alive]
        if exact:
            fit = [key for key in fit if key.fingerprint.endswith(exact[1].upper())]
        # max() takes the first of equally new ones, as GnuPG does.
        subkeys = [key for key in fit if key.fingerprint != key.primary]
        best = max(subkeys, key=lambda key: key.created) if subkeys else next(iter(fit), None)
        if best is not None:
            return best.primary, best.fingerprint
    return None


def _key(fields: Sequence[str], fingerprint: str, primary: str) -> SecretKey:
    dead = fields[1][:1] in _UNUSABLE or "D" in fields[11]
    created = int(fields[5]) if fields[5].isdigit() else 0
    return SecretKey(primary, fingerprint, created, not dead, "s" in fields[11] and fields[14] != _STUB)
