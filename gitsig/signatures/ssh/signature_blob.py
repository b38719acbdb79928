"""The inner signature of an SSHSIG, by algorithm.

RFC 8709 §6 (Ed25519), RFC 5656 §3.1.2 (ECDSA), RFC 8332 §3 (RSA), PROTOCOL.u2f, "Signature blobs" (FIDO).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.keys.ssh.wire import WireError, is_positive_mpint, read_string, show
from gitsig.signatures.arithmetic import der_integers

__all__ = ["InnerSignature", "read_signature"]

_MAX_NUMBER = 67
"""Bytes of an `mpint` below the order of P-521, sign byte included."""


class InnerSignature(NamedTuple):
    """A signature ready for the arithmetic."""

    value: bytes
    """R || S for Ed25519, DER for ECDSA, the number as it stands for RSA."""
    hash_name: str
    """How the signed data are digested before the arithmetic; empty for Ed25519, which takes them whole."""
    fido: bytes
    """Flags (1 byte) and counter (4 bytes) of an authenticator; empty for other keys."""


def read_signature(blob: bytes, key_type: str) -> InnerSignature:
    """Read an inner signature made by a key of `key_type`, to its last byte.

    UnsupportedSignature for algorithms that are not accepted (SHA-1, WebAuthn, unknown ones); MalformedSignature for
    one that is cut short, carries trailing bytes or does not fit the key.
    """
    name_end = 4 + int.from_bytes(blob[:4])
    end = name_end + 4 + int.from_bytes(blob[name_end : name_end + 4])
    if end > len(blob):
        raise MalformedSignature("the inner SSH signature is cut short")
    name = blob[4:name_end]
    kind = _KINDS.get(name)
    if kind is None:
        raise _refusal(name)
    if kind.key_type != key_type:
        raise MalformedSignature(f"a signature of type {name.decode()} by a key of type {key_type}")
    tail = blob[end:]
    if len(tail) != kind.tail_size:
        raise MalformedSignature("wrong length of the inner SSH signature")
    return InnerSignature(kind.read(blob[name_end + 4 : end]), kind.hash_name, tail)


def _refusal(name: bytes) -> MalformedSignature | UnsupportedSignature:
    if not name or not name.isascii() or not name.decode().isprintable():
        return MalformedSignature(f"{show(name)} is no SSH signature algorithm")
    if name == b"ssh-rsa":
        # PROTOCOL.sshsig forbids it, and ssh-keygen refuses it whatever the key.
        return UnsupportedSignature("RSA with SHA-1 (ssh-rsa) is not allowed in an SSHSIG")
    return UnsupportedSignature(f"SSH signature algorithm {show(name)} is not supported")


def _ed25519(value: bytes) -> bytes:
    if len(value) != 64:
        raise MalformedSignature(f"an Ed25519 signature of {len(value)} bytes instead of 64")
    return value


def _ecdsa(value: bytes) -> bytes:
    try:
        r, at = read_string(value, 0)
        s, at = read_string(value, at)
    except WireError as error:
        raise MalformedSignature("the numbers of the ECDSA signature are cut short") from error
    if at != len(value):
        raise MalformedSignature("bytes behind the numbers of the ECDSA signature")
    if not (is_positive_mpint(r) and is_positive_mpint(s) and max(len(r), len(s)) <= _MAX_NUMBER):
        raise MalformedSignature("a number of the ECDSA signature is not positive, not minimal or too large")
    return der_integers(r, s)


def _rsa(value: bytes) -> bytes:
    return value


class _Kind(NamedTuple):
    key_type: str
    hash_name: str
    read: Callable[[bytes], bytes]
    tail_size: int = 0


_KINDS = {
    b"ssh-ed25519": _Kind("ssh-ed25519", "", _ed25519),
    b"ecdsa-sha2-nistp256": _Kind("ecdsa-sha2-nistp256", "sha256", _ecdsa),
    b"ecdsa-sha2-nistp384": _Kind("ecdsa-sha2-nistp384", "sha384", _ecdsa),
    b"ecdsa-sha2-nistp521": _Kind("ecdsa-sha2-nistp521", "sha512", _ecdsa),
    b"rsa-sha2-256": _Kind("ssh-rsa", "sha256", _rsa),
    b"rsa-sha2-512": _Kind("ssh-rsa", "sha512", _rsa),
    b"sk-ssh-ed25519@openssh.com": _Kind("sk-ssh-ed25519@openssh.com", "", _ed25519, 5),
    b"sk-ecdsa-sha2-nistp256@openssh.com": _Kind("sk-ecdsa-sha2-nistp256@openssh.com", "sha256", _ecdsa, 5),
}
