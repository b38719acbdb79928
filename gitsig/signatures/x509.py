"""X.509 signatures (CMS, RFC 5652): recognised, and refused as long as no root can be pinned.

Policy version 1 has no place for X.509 roots, so a path never ends in a pinned one: a well-formed signature is
`untrusted_certificate`, anything else `malformed_signature`. Nothing here can accept.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence

from gitsig.model import LIMITS, Evidence, Outcome, SignatureFormat
from gitsig.signatures.interface import Signed

__all__ = ["X509Engine"]

_ARMOR = re.compile(
    rb"[ \t\r\n]*-----BEGIN SIGNED MESSAGE-----[ \t\r]*\n"
    rb"((?:[A-Za-z0-9+/=]+[ \t\r]*\n)+)"
    rb"-----END SIGNED MESSAGE-----[ \t\r\n]*"
)
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
"""OBJECT IDENTIFIER 1.2.840.113549.1.7.2, DER."""


class X509Engine:
    """Examines X.509 signatures; see `gitsig.signatures.interface`."""

    def examine(self, payload: bytes, armored: bytes, claimed_at: int | None) -> Evidence:
        """`examine_all` for one signature."""
        return self.examine_all([Signed(payload, armored, claimed_at)])[0]

    def examine_all(self, signed: Sequence[Signed]) -> list[Evidence]:
        """Say that the certificates are not trusted, or that a signature is no CMS signed-data."""
        return [self._evidence(each.armored) for each in signed]

    def _evidence(self, armored: bytes) -> Evidence:
        found = _ARMOR.fullmatch(armored) if len(armored) <= LIMITS.signature_size else None
        try:
            data = binascii.a2b_base64(found[1].translate(None, b" \t\r\n"), strict_mode=True) if found else b""
        except binascii.Error:
            data = b""
        if not (data[:1] == b"\x30" and _SIGNED_DATA in data[:32]):
            return Evidence(Outcome.MALFORMED, SignatureFormat.X509, detail="no CMS signed-data in one clean armor")
        return Evidence(
            Outcome.UNTRUSTED,
            SignatureFormat.X509,
            detail="a policy of version 1 pins no X.509 root, so none is trusted",
        )
