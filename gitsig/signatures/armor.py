"""What stands in a `gpgsig` header or at the end of a tag: which format, and exactly one armored signature.

OpenPGP armor (RFC 9580 §6.2) as honest signers write it, and nothing around it: GnuPG skips text before and after the
armor and joins several blocks, so that one signature could carry a second (O3, S3).
"""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.model import LIMITS, SignatureFormat
from gitsig.signatures.crc24 import crc24

__all__ = ["TIMESTAMP_NOTE", "Dearmored", "dearmor_openpgp", "format_of"]

TIMESTAMP_NOTE = "an OpenTimestamps block beside the signature, not looked at"

_BEGIN = re.compile(rb"\s*-----BEGIN ([A-Z0-9 ]+)-----[ \t\r]*(?:\n|\Z)")

_NAME_SHOWN = 40
"""Characters of a foreign armor's name that a message repeats."""

_FORMATS = {
    b"PGP SIGNATURE": SignatureFormat.OPENPGP,
    b"PGP MESSAGE": SignatureFormat.OPENPGP,
    b"SSH SIGNATURE": SignatureFormat.SSH,
    b"SIGNED MESSAGE": SignatureFormat.X509,
}

_OPENPGP = re.compile(
    rb"\s*-----BEGIN PGP SIGNATURE-----[ \t\r]*\n"
    # No optional space after the colon: what two parts can match, many header lines try in 2**n ways.
    rb"(?:(?:Version|Comment|Hash|Charset|MessageID):[^\x00-\x08\x0a-\x0c\x0e-\x1f\x7f]*\n)*"
    rb"[ \t\r]*\n"
    rb"((?:[A-Za-z0-9+/]+={0,2}[ \t\r]*\n)+)"
    rb"[ \t\r\n]*"
    rb"(?:=([A-Za-z0-9+/]{4})[ \t\r]*\n[ \t\r\n]*)?"
    rb"-----END PGP SIGNATURE-----\s*"
    rb"(-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----[ \t\r]*\n"
    rb"[A-Za-z0-9+/= \t\r\n]*"
    rb"-----END OPENTIMESTAMPS GIT TIMESTAMP-----\s*)?"
)


class Dearmored(NamedTuple):
    """The binary signature, and what else was beside it."""

    data: bytes
    notes: tuple[str, ...]


def format_of(signature: bytes) -> SignatureFormat:
    """Which format a signature claims to be.

    Raises MalformedSignature where it does not begin with armor at all, UnsupportedSignature for armor of another kind.
    """
    begin = _BEGIN.match(signature)
    if begin is None:
        raise MalformedSignature("the signature is empty" if not signature.strip() else "text stands before the armor")
    found = _FORMATS.get(begin[1])
    if found is None:
        raise UnsupportedSignature(f"no engine handles a {begin[1].decode('ascii').strip()[:_NAME_SHOWN]}")
    return found


def dearmor_openpgp(signature: bytes) -> Dearmored:
    """The packet out of one armored OpenPGP signature; raises MalformedSignature for anything else."""
    if len(signature) > LIMITS.signature_size:
        raise MalformedSignature(f"the signature is larger than {LIMITS.signature_size} bytes")
    found = _OPENPGP.fullmatch(signature)
    if found is None:
        raise MalformedSignature(_complaint(signature))
    body, checksum, timestamp = found.groups()
    try:
        data = binascii.a2b_base64(body.translate(None, b" \t\r\n"), strict_mode=True)
        if checksum is not None and binascii.a2b_base64(checksum) != crc24(data).to_bytes(3):
            raise MalformedSignature("the armor's checksum is wrong")
    except binascii.Error as error:
        raise MalformedSignature(f"the armor's base64 is damaged ({error})") from error
    return Dearmored(data, (TIMESTAMP_NOTE,) if timestamp else ())


def _complaint(signature: bytes) -> str:
    """Words for armor outside the grammar."""
    if b"-----BEGIN PGP MESSAGE-----" in signature:
        return "an OpenPGP message instead of a detached signature"
    if signature.count(b"-----BEGIN PGP SIGNATURE-----") > 1:
        return "more than one signature block"
    tail = signature.rpartition(b"-----END PGP SIGNATURE-----")[2]
    if tail.strip() and tail != signature:
        return "text stands after the armor"
    return "the armor is outside the grammar (RFC 9580, section 6.2)"
