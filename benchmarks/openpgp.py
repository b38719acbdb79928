"""Writes OpenPGP v4 keys, certificates and signatures (RFC 4880, RFC 9580), so that thousands can be made in seconds.

Only what a benchmark needs: one primary key that certifies and signs, one user ID, SHA-512. GnuPG checks a sample.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.bindings import crypto_sign

__all__ = ["Certificate", "Ed25519Key", "OpenPGPKey", "RSAKey"]

_ED25519_OID = bytes.fromhex("092b06010401da470f01")
"""Length and body of 1.3.6.1.4.1.11591.15.1 (RFC 9580 §9.2)."""
_ED25519_SIZE = 64
_BINARY, _POSITIVE_CERTIFICATION = 0x00, 0x13
_SHA512 = 10


class OpenPGPKey(Protocol):
    """Key material of one algorithm."""

    algorithm: int
    """Public key algorithm number (RFC 9580 §9.1)."""

    def public(self) -> bytes:
        """The algorithm-specific fields of the public key packet."""

    def sign(self, digest: bytes) -> bytes:
        """Sign a SHA-512 digest; the raw signature."""

    def fields(self, signature: bytes) -> bytes:
        """The algorithm-specific fields of a signature packet."""

    def public_pem(self) -> bytes:
        """The public key for `arithmetic.verifier`."""


class Ed25519Key:
    """EdDSA as GnuPG 2.2 writes it (algorithm 22, EdDSALegacy)."""

    algorithm = 22

    def __init__(self) -> None:
        private = ed25519.Ed25519PrivateKey.generate()
        self._public = private.public_key()
        self._secret = private.private_bytes_raw() + self._public.public_bytes_raw()

    def public(self) -> bytes:
        point = self._public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return _ED25519_OID + _mpi(b"\x40" + point)

    def sign(self, digest: bytes) -> bytes:
        return crypto_sign(digest, self._secret)[:_ED25519_SIZE]

    def fields(self, signature: bytes) -> bytes:
        return _mpi(signature[:32]) + _mpi(signature[32:])

    def public_pem(self) -> bytes:
        return self._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class RSAKey:
    """RSA with PKCS #1 v1.5 padding (algorithm 1)."""

    algorithm = 1

    def __init__(self, bits: int) -> None:
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        self._public = self._private.public_key()
        self._padding, self._hash = padding.PKCS1v15(), Prehashed(SHA512())

    def public(self) -> bytes:
        numbers = self._public.public_numbers()
        return b"".join(_mpi(value.to_bytes((value.bit_length() + 7) // 8)) for value in (numbers.n, numbers.e))

    def sign(self, digest: bytes) -> bytes:
        return self._private.sign(digest, self._padding, self._hash)

    def fields(self, signature: bytes) -> bytes:
        return _mpi(signature)

    def public_pem(self) -> bytes:
        return self._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class Certificate:
    """A primary key with one user ID, and the signatures that it makes."""

    def __init__(self, key: OpenPGPKey, user_id: str, created: int) -> None:
        self.key = key
        self._created = created
        self._body = struct.pack(">BIB", 4, created, key.algorithm) + key.public()
        self._hashed_key = b"\x99" + struct.pack(">H", len(self._body)) + self._body
        self.fingerprint = hashlib.sha1(self._hashed_key, usedforsecurity=False).digest()
        self._user_id = user_id.encode()

    def armored(self) -> bytes:
        """The transferable public key (RFC 9580 §10.1)."""
        bound = self._hashed_key + b"\xb4" + struct.pack(">I", len(self._user_id)) + self._user_id
        flags = _subpacket(27, b"\x03")
        self_signature, _, _ = self._packet(bound, _POSITIVE_CERTIFICATION, self._created, flags)
        packets = _packet(6, self._body) + _packet(13, self._user_id) + self_signature
        return _armor("PUBLIC KEY BLOCK", packets)

    def sign(self, payload: bytes, at: int) -> tuple[bytes, bytes, bytes]:
        """Sign a document: the armored signature, the raw one, and the bytes that it covers."""
        packet, raw, covered = self._packet(payload, _BINARY, at, b"")
        return _armor("SIGNATURE", packet), raw, covered

    def _packet(self, data: bytes, kind: int, at: int, more: bytes) -> tuple[bytes, bytes, bytes]:
        """A version 4 signature packet (RFC 9580 §5.2.3, §5.2.4)."""
        hashed = _subpacket(33, b"\x04" + self.fingerprint) + _subpacket(2, struct.pack(">I", at)) + more
        head = struct.pack(">BBBBH", 4, kind, self.key.algorithm, _SHA512, len(hashed)) + hashed
        covered = data + head + b"\x04\xff" + struct.pack(">I", len(head))
        digest = hashlib.sha512(covered).digest()
        raw = self.key.sign(digest)
        issuer = _subpacket(16, self.fingerprint[-8:])
        unhashed = struct.pack(">H", len(issuer)) + issuer
        return _packet(2, head + unhashed + digest[:2] + self.key.fields(raw)), raw, covered


def _mpi(number: bytes) -> bytes:
    stripped = number.lstrip(b"\0")
    bits = len(stripped) * 8 - (8 - stripped[0].bit_length()) if stripped else 0
    return struct.pack(">H", bits) + stripped


def _subpacket(kind: int, body: bytes) -> bytes:
    return bytes([len(body) + 1, kind]) + body


def _packet(tag: int, body: bytes) -> bytes:
    """Legacy packet format, as GnuPG writes it (RFC 9580 §4.2.2)."""
    if len(body) < 256:
        return bytes([0x80 | tag << 2, len(body)]) + body
    return bytes([0x81 | tag << 2]) + struct.pack(">H", len(body)) + body


def _armor(kind: str, data: bytes) -> bytes:
    text = base64.b64encode(data).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    checksum = base64.b64encode(_crc24(data)).decode()
    return "\n".join(
        [f"-----BEGIN PGP {kind}-----", "", *lines, f"={checksum}", f"-----END PGP {kind}-----", ""]
    ).encode()


def _crc24(data: bytes) -> bytes:
    """RFC 9580 §6.1, with a table: a million signatures are made in this way."""
    crc = 0xB704CE
    for octet in data:
        crc = (crc << 8 & 0xFFFFFF) ^ _CRC_TABLE[crc >> 16 ^ octet]
    return crc.to_bytes(3)


def _crc24_entry(octet: int) -> int:
    crc = octet << 16
    for _ in range(8):
        crc = (crc << 1) ^ 0x1864CFB if crc & 0x800000 else crc << 1
    return crc & 0xFFFFFF


_CRC_TABLE = [_crc24_entry(octet) for octet in range(256)]
