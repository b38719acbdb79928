"""The blob of an SSH signature (PROTOCOL.sshsig, "Blob format") and what it signs.

    byte[6] "SSHSIG", uint32 version 1, string publickey, string namespace, string reserved,
    string hash_algorithm, string signature

For git the middle part can be one of two byte strings only, which makes the parse a comparison.
OpenSSH reads over `reserved` and a NUL behind a text; here both are refused (O13).
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from gitsig.errors import MalformedSignature
from gitsig.keys.ssh.wire import WireError, read_string, show, write_string
from gitsig.model import LIMITS

__all__ = ["NAMESPACE", "SSHSig", "signed_data", "split_sshsig"]

NAMESPACE = b"git"

_MAGIC = b"SSHSIG"
_PREAMBLE = _MAGIC + (1).to_bytes(4)
_KEY_AT = len(_PREAMBLE)


def _middle(hash_name: bytes) -> bytes:
    return write_string(NAMESPACE) + write_string(b"") + write_string(hash_name)


_MIDDLES = {_middle(b"sha512"): "sha512", _middle(b"sha256"): "sha256"}
_MIDDLE_SIZE = len(_middle(b"sha512"))
# What is signed begins like the blob, but without the version and the key.
_SIGNED = {
    name: (hashlib.new(name), _MAGIC + middle + hashlib.new(name).digest_size.to_bytes(4))
    for middle, name in _MIDDLES.items()
}


class SSHSig(NamedTuple):
    """The parts of a blob that differ between signatures for git."""

    public_key: bytes
    """Wire form of the key that claims to have signed; not looked into."""
    hash_name: str
    """`sha512` or `sha256`: how the payload was digested."""
    signature: bytes
    """The inner signature, see `signature_blob`."""


def split_sshsig(blob: bytes) -> SSHSig:
    """Split a blob to its last byte. MalformedSignature, naming the part, for anything but a signature for git."""
    end = _KEY_AT + 4 + int.from_bytes(blob[_KEY_AT : _KEY_AT + 4])
    middle_end = end + _MIDDLE_SIZE
    start = middle_end + 4
    hash_name = _MIDDLES.get(blob[end:middle_end])
    if (
        hash_name is None
        or not blob.startswith(_PREAMBLE)
        or len(blob) > LIMITS.packet_size
        or int.from_bytes(blob[middle_end:start]) != len(blob) - start
    ):
        raise MalformedSignature(_diagnose(blob))
    return SSHSig(blob[_KEY_AT + 4 : end], hash_name, blob[start:])


def signed_data(payload: bytes, hash_name: str) -> bytes:
    """The bytes that the key signs for a payload (PROTOCOL.sshsig, "Signed Data")."""
    empty, prefix = _SIGNED[hash_name]
    state = empty.copy()
    state.update(payload)
    return prefix + state.digest()


def _diagnose(blob: bytes) -> str:
    if len(blob) > LIMITS.packet_size:
        return f"an SSHSIG of {len(blob)} bytes, above {LIMITS.packet_size}"
    if not blob.startswith(_MAGIC):
        return "no SSHSIG inside the SSH armor"
    if not blob.startswith(_PREAMBLE):
        return "an SSHSIG of a version other than 1"
    try:
        return _diagnose_fields(blob)
    except WireError:
        return "the SSHSIG is cut short"


def _diagnose_fields(blob: bytes) -> str:
    _, at = read_string(blob, _KEY_AT)
    namespace, at = read_string(blob, at)
    reserved, at = read_string(blob, at)
    hash_name, at = read_string(blob, at)
    if namespace != NAMESPACE:
        return f"the signature is for the namespace {show(namespace)}, not for git"
    if reserved:
        return "reserved bytes in the SSHSIG"
    if hash_name not in (b"sha512", b"sha256"):
        return f"hash {show(hash_name)} is not allowed in an SSHSIG"
    _, at = read_string(blob, at)
    return f"{len(blob) - at} bytes behind the SSHSIG"
