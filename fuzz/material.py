"""Keys and signatures to begin with, the same in every run: found inputs must stay what they were.

The private keys stand here in the open, and nobody's signature rests on them.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

__all__ = [
    "BORN", "ECDSA", "ED25519", "PAYLOAD", "RSA", "PGPKey", "area", "armored", "mpi", "packet", "pgp_keys",
    "signature_body", "string", "subpacket",
]  # fmt: skip

BORN = 1735689600
"""When the keys were made, in Unix seconds."""
PAYLOAD = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nStory\n"
_P = int(
    "0xd9974a8313ab11b16db8e9e25bb9b94bddcce91f294cbcd307d9f9db934f6ea9f965b3544921548d545f32bbb4ab0686018df20806d2b86bba1352da18c8501f",
    16,
)
_Q = int(
    "0xd2529ee256a951c09e42445f6013b9e295ec200743f97eb3cb3d89240bddc5a7f64db1b2fc74df688ddf1280ff5a8eb2445608de0b210c048ebcc23a0d842263",
    16,
)


def _rsa() -> rsa.RSAPrivateKey:
    d = rsa.rsa_recover_private_exponent(65537, _P, _Q)
    parts = (rsa.rsa_crt_dmp1(d, _P), rsa.rsa_crt_dmq1(d, _Q), rsa.rsa_crt_iqmp(_P, _Q))
    return rsa.RSAPrivateNumbers(_P, _Q, d, *parts, rsa.RSAPublicNumbers(65537, _P * _Q)).private_key()


ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ECDSA = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
RSA = _rsa()
"""1024 bits: quick, and small enough for every bit to be tried."""


def string(*values: bytes) -> bytes:
    """SSH strings."""
    return b"".join(len(value).to_bytes(4) + value for value in values)


def mpi(number: int) -> bytes:
    """An OpenPGP number."""
    return number.bit_length().to_bytes(2) + number.to_bytes((number.bit_length() + 7) // 8)


def packet(tag: int, body: bytes) -> bytes:
    """A packet with a new-format header."""
    length = bytes([len(body)]) if len(body) < 192 else b"\xff" + len(body).to_bytes(4)
    return bytes([0xC0 | tag]) + length + body


def subpacket(kind: int, body: bytes) -> bytes:
    """A short signature subpacket."""
    return bytes([len(body) + 1, kind]) + body


def area(*subpackets: bytes) -> bytes:
    """A subpacket area with its length."""
    whole = b"".join(subpackets)
    return len(whole).to_bytes(2) + whole


def armored(data: bytes, label: str = "PGP SIGNATURE", width: int = 64) -> bytes:
    """Armor without a checksum; OpenPGP's has an empty line in front."""
    text = b64encode(data).decode()
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    head = [f"-----BEGIN {label}-----"] + ([""] if label.startswith("PGP") else [])
    return "\n".join([*head, *lines, f"-----END {label}-----", ""]).encode()


class PGPKey(NamedTuple):
    """An OpenPGP key of version 4."""

    name: str
    algorithm: int
    body: bytes

    @property
    def fingerprint(self) -> bytes:
        """20 bytes."""
        return hashlib.sha1(b"\x99" + len(self.body).to_bytes(2) + self.body, usedforsecurity=False).digest()

    def numbers(self, digest: bytes) -> bytes:
        """The algorithm's part of a signature over a SHA-512 digest."""
        if self.algorithm == 1:
            return mpi(int.from_bytes(RSA.sign(digest, padding.PKCS1v15(), Prehashed(SHA512()))))
        if self.algorithm == 19:
            algorithm = ec.ECDSA(Prehashed(SHA512()), deterministic_signing=True)
            return b"".join(map(mpi, decode_dss_signature(ECDSA.sign(digest, algorithm))))
        both = ED25519.sign(digest)
        if self.algorithm == 27:
            return both
        return mpi(int.from_bytes(both[:32])) + mpi(int.from_bytes(both[32:]))


def pgp_keys() -> list[PGPKey]:
    """RSA, ECDSA, and Ed25519 in both encodings."""
    head = b"\x04" + BORN.to_bytes(4)
    raw = ED25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    point = ECDSA.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    ed = b"\x09" + bytes.fromhex("2b06010401da470f01") + mpi(int.from_bytes(b"\x40" + raw))
    p256 = b"\x08" + bytes.fromhex("2a8648ce3d030107") + mpi(int.from_bytes(point))
    return [
        PGPKey("ed25519 (22)", 22, head + b"\x16" + ed),
        PGPKey("ed25519 (27)", 27, head + b"\x1b" + raw),
        PGPKey("p256", 19, head + b"\x13" + p256),
        PGPKey("rsa", 1, head + b"\x01" + mpi(_P * _Q) + mpi(65537)),
    ]


def signature_body(key: PGPKey, signed: bytes = PAYLOAD, sig_class: int = 0, *extra: bytes) -> bytes:
    """The body of a signature packet of version 4 over SHA-512; `extra` are further hashed subpackets."""
    times = subpacket(2, (BORN + 60).to_bytes(4))
    issuer = subpacket(33, b"\x04" + key.fingerprint)
    head = bytes([4, sig_class, key.algorithm, 10]) + area(times, issuer, *extra)
    digest = hashlib.sha512(signed + head + b"\x04\xff" + len(head).to_bytes(4)).digest()
    return head + area(subpacket(16, key.fingerprint[-8:])) + digest[:2] + key.numbers(digest)
