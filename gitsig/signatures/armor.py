"""What stands in a `gpgsig` header or at the end of a tag: which format, and exactly one armored signature.

OpenPGP armor (RFC 9580 §6.2) as honest signers write it, and nothing around it: GnuPG skips text before and after the
armor and joins several blocks, so that one signature could carry a second (O3, S3).
"""

from __future__ import annotations

import binascii
import re
from binascii import a2b_base64, b2a_base64
from typing import NamedTuple

from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.model import LIMITS, SignatureFormat
from gitsig.signatures.crc24 import crc24

__all__ = ["TIMESTAMP_NOTE", "Dearmored", "dearmor_openpgp", "format_of"]

TIMESTAMP_NOTE = "an OpenTimestamps block beside the signature, not looked at"

_BEGIN = re.compile(rb"[ \t\r\n]*-----BEGIN ([A-Z0-9 ]+)-----[ \t\r]*(?:\n|\Z)")

_NAME_SHOWN = 40
"""Characters of a foreign armor's name that a message repeats."""

_FORMATS = {
    b"PGP SIGNATURE": SignatureFormat.OPENPGP,
    b"PGP MESSAGE": SignatureFormat.OPENPGP,
    b"PGP SIGNED MESSAGE": SignatureFormat.OPENPGP,
    b"SSH SIGNATURE": SignatureFormat.SSH,
    b"SIGNED MESSAGE": SignatureFormat.X509,
}

_OPENPGP = re.compile(
    rb"[ \t\r\n]*-----BEGIN PGP SIGNATURE-----[ \t\r]*\n"
    # No optional space after the colon: what two parts can match, many header lines try in 2**n ways.
    rb"(?:(?:Version|Comment|Hash|Charset|MessageID):[^\x00-\x08\x0a-\x1f\x7f]*\r?\n)*"
    rb"[ \t\r]*\n"
    rb"((?:[A-Za-z0-9+/]+={0,2}[ \t\r]*\n)+)"
    rb"[ \t\r\n]*"
    rb"(?:(?<=\n)=([A-Za-z0-9+/]{4})[ \t\r]*\n[ \t\r\n]*)?"
    rb"(?<=\n)-----END PGP SIGNATURE-----[ \t\r\n]*"
    rb"((?<=\n)-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----[ \t\r]*\n"
    rb"[A-Za-z0-9+/= \t\r\n]*"
    rb"(?<=\n)-----END OPENTIMESTAMPS GIT TIMESTAMP-----[ \t\r\n]*)?"
)

# What GnuPG, Sequoia and the forges write today: no armor headers, lines of 64, a checksum.
_BARE_BEGIN = b"-----BEGIN PGP SIGNATURE-----\n\n"
_BARE_END = b"\n-----END PGP SIGNATURE-----"
_WIDTH = 64
_BODY_AT = len(_BARE_BEGIN)
_CHECKSUM_AT = -len(_BARE_END) - len("\n=AAAA")


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
    return _bare(signature) or _any(signature)


def _bare(signature: bytes) -> Dearmored | None:
    """What `_any` gives, for the plainest shape and without a look at every character; None for all else."""
    text = signature.strip(b" \t\r\n")
    if not (text.startswith(_BARE_BEGIN) and text.endswith(_BARE_END) and text[_CHECKSUM_AT:][:2] == b"\n="):
        return None
    body = text[_BODY_AT:_CHECKSUM_AT]
    breaks = body[_WIDTH :: _WIDTH + 1]
    base64 = body.replace(b"\n", b"")
    # All line feeds are where lines of 64 end, and the last line is not padding alone.
    if len(body) - len(base64) != len(breaks) or breaks.strip(b"\n") or len(base64) % 4 or base64[-3:-2] in b"=":
        return None
    try:
        # The strict decoder refuses what is not of the alphabet, and whatever follows padding.
        data = a2b_base64(base64, strict_mode=True)
        checksum = a2b_base64(text[_CHECKSUM_AT + 2 : -len(_BARE_END)], strict_mode=True)
    except binascii.Error:
        return None
    if b2a_base64(data, newline=False) != base64 or checksum != crc24(data).to_bytes(3):
        return None
    return Dearmored(data, ())


def _any(signature: bytes) -> Dearmored:
    found = _OPENPGP.fullmatch(signature)
    if found is None:
        raise MalformedSignature(_complaint(signature))
    body, checksum, timestamp = found.groups()
    base64 = body.translate(None, b" \t\r\n")
    try:
        data = a2b_base64(base64, strict_mode=True)
        if checksum is not None and a2b_base64(checksum) != crc24(data).to_bytes(3):
            raise MalformedSignature("the armor's checksum is wrong")
    except binascii.Error as error:
        raise MalformedSignature(f"the armor's base64 is damaged ({error})") from error
    if b2a_base64(data, newline=False) != base64:
        # The decoder passes over the unused bits of the last character: one signature would have several spellings.
        raise MalformedSignature("the armor's base64 is not canonical (RFC 4648, section 3.5)")
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
