"""Writes SSH signatures (PROTOCOL.sshsig) by an Ed25519 key. ssh-keygen checks a sample."""

from __future__ import annotations

import base64
import hashlib
import struct

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.bindings import crypto_sign

__all__ = ["SSHKey", "signed_bytes"]

_ALGORITHM = b"ssh-ed25519"
_SIZE = 64


class SSHKey:
    """An Ed25519 key, its public line and its signatures in the namespace `git`."""

    def __init__(self) -> None:
        private = ed25519.Ed25519PrivateKey.generate()
        self._public = private.public_key()
        point = self._public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._secret = private.private_bytes_raw() + point
        self._blob = _string(_ALGORITHM) + _string(point)

    def public_line(self, comment: str) -> str:
        """The line of a `.pub` file."""
        return f"ssh-ed25519 {base64.b64encode(self._blob).decode()} {comment}"

    def sign(self, payload: bytes) -> tuple[bytes, bytes, bytes]:
        """The armored signature, the raw one, and the payload."""
        raw = crypto_sign(signed_bytes(payload), self._secret)[:_SIZE]
        signature = _string(_string(_ALGORITHM) + _string(raw))
        head = b"SSHSIG" + struct.pack(">I", 1) + _string(self._blob)
        return _armor(head + _string(b"git") + _string(b"") + _string(b"sha512") + signature), raw, payload

    def public_pem(self) -> bytes:
        """The public key for `arithmetic.verifier`."""
        return self._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signed_bytes(payload: bytes) -> bytes:
    """What the key signs for a payload: PROTOCOL.sshsig, section 2."""
    fields = (b"git", b"", b"sha512", hashlib.sha512(payload).digest())
    return b"SSHSIG" + b"".join(map(_string, fields))


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _armor(data: bytes) -> bytes:
    text = base64.b64encode(data).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()
