"""The armor of an SSH signature (PROTOCOL.sshsig, "Armored format").

OpenSSH 9.2 wants the exact first line and a last line after a line feed; between them it skips white space of any
kind, and what follows the last line it does not read. Stricter here: lines of canonical base64 that end in a line
feed alone, none of them empty, and nothing but white space behind the armor (O3, S3).
"""

from __future__ import annotations

from gitsig.errors import MalformedSignature
from gitsig.keys.ssh.wire import WireError, decode_base64
from gitsig.model import LIMITS

__all__ = ["dearmor"]

_BEGIN = b"-----BEGIN SSH SIGNATURE-----\n"
_END = b"\n-----END SSH SIGNATURE-----"


def dearmor(armored: bytes) -> bytes:
    """The SSHSIG blob inside one armor. MalformedSignature where the armor is outside its grammar."""
    if len(armored) > LIMITS.signature_size:
        raise MalformedSignature(f"a signature of {len(armored)} bytes, above {LIMITS.signature_size}")
    end = armored.find(_END)
    if not armored.startswith(_BEGIN) or end < len(_BEGIN):
        raise MalformedSignature(_what_is_missing(armored))
    if armored[end + len(_END) :].strip():
        raise MalformedSignature("text after the SSH armor")
    lines = armored[len(_BEGIN) : end]
    if b"\n\n" in lines or lines[:1] == b"\n" or lines[-1:] == b"\n":
        raise MalformedSignature("an empty line in the SSH armor")
    try:
        return decode_base64(lines.replace(b"\n", b""))
    except WireError as error:
        what = "carriage returns in the SSH armor" if b"\r" in lines else f"the SSH armor is {error}"
        raise MalformedSignature(what) from error


def _what_is_missing(armored: bytes) -> str:
    first = _BEGIN.rstrip()
    if armored.startswith(first + b"\r"):
        return "carriage returns in the SSH armor"
    if armored.startswith(_BEGIN):
        return "the SSH armor has no last line"
    if not armored.strip():
        return "the signature is empty"
    return "text before the SSH armor" if first in armored else "no SSH armor"
