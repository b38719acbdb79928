"""TEST KEYS, made for gitsig's vectors; never use. Each is derived from its name, so that everybody has them."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.keys.openpgp.handmade import HandKey, ed25519_key, mpi
from tests.support.gnupg import BIRTH
from tests.vectors.make.primes import RSANumbers, prime, rsa_numbers

__all__ = ["WARNING", "CurveKey", "DSAKey", "RSAKey", "curve_key", "dsa_key", "ed25519", "rsa_key", "seed"]

WARNING = "TEST KEY, made for gitsig's vectors; never use"

_OIDS = {
    "nistp256": ("2a8648ce3d030107", ec.SECP256R1()),
    "nistp384": ("2b81040022", ec.SECP384R1()),
    "nistp521": ("2b81040023", ec.SECP521R1()),
    "brainpoolP256r1": ("2b2403030208010107", ec.BrainpoolP256R1()),
    "secp256k1": ("2b8104000a", ec.SECP256K1()),
}
_SIZES = {20: hashes.SHA1(), 28: hashes.SHA224(), 32: hashes.SHA256(), 48: hashes.SHA384(), 64: hashes.SHA512()}  # noqa: S303 - forged on purpose


def seed(name: str) -> int:
    """A number of 256 bits, the same for the same name."""
    return int.from_bytes(hashlib.sha256(f"gitsig test key {name}".encode()).digest())


@functools.cache
def ed25519(name: str, created: int = BIRTH) -> HandKey:
    """An Ed25519 key (algorithm 22)."""
    return ed25519_key(seed(name), created)


@dataclass
class RSAKey(HandKey):
    """RSA with PKCS #1 v1.5, for any digest."""

    def numbers(self, digest: bytes, name: str) -> bytes:
        return mpi(self.private.sign(digest, name))


@functools.cache
def rsa_key(name: str, bits: int = 2048, algorithm: int = 1, created: int = BIRTH) -> RSAKey:
    """An RSA key; algorithm 2 only encrypts, 3 only signs."""
    numbers: RSANumbers = rsa_numbers(f"gitsig test key {name}", bits)
    body = b"\x04" + created.to_bytes(4) + bytes([algorithm]) + mpi(numbers.n) + mpi(numbers.e)
    return RSAKey(numbers, body, algorithm)


@dataclass
class CurveKey(HandKey):
    """ECDSA with the nonces of RFC 6979, so that a signature is the same every time."""

    def numbers(self, digest: bytes, name: str) -> bytes:
        return b"".join(map(mpi, self.pair(digest)))

    def pair(self, digest: bytes) -> tuple[int, int]:
        """The two numbers r and s."""
        scheme = ec.ECDSA(Prehashed(_SIZES[len(digest)]), deterministic_signing=True)
        return decode_dss_signature(self.private.sign(digest, scheme))


@functools.cache
def curve_key(name: str, curve: str = "nistp256", created: int = BIRTH) -> CurveKey:
    """An ECDSA key (algorithm 19)."""
    oid, group = _OIDS[curve]
    private = ec.derive_private_key(seed(name) >> 8, group)  # below the order of every curve here
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    body = b"\x04" + created.to_bytes(4) + b"\x13" + bytes([len(oid) // 2]) + bytes.fromhex(oid) + mpi(point)
    return CurveKey(private, body, 19)


@dataclass
class DSAKey(HandKey):
    """DSA with nonces hashed from key and digest. `private` is p, q, g, x."""

    def numbers(self, digest: bytes, name: str) -> bytes:
        p, q, g, x = self.private
        value = int.from_bytes(digest[: q.bit_length() // 8])
        nonce = int.from_bytes(hashlib.sha512(x.to_bytes(20) + digest).digest()) % q
        r = pow(g, nonce, p) % q
        return mpi(r) + mpi(pow(nonce, -1, q) * (value + x * r) % q)


@functools.cache
def dsa_key(name: str, created: int = BIRTH) -> DSAKey:
    """DSA of 1024 bits, as keys of the nineties were (algorithm 17)."""
    q = prime(f"{name} q", 160)
    start = int.from_bytes(hashlib.shake_256(f"{name} p".encode()).digest(128)) | 1 << 1023
    p = prime(f"{name} p", 1024, start=start - start % (2 * q) + 1, step=2 * q)
    g, x = pow(2, (p - 1) // q, p), seed(name) % q
    body = b"\x04" + created.to_bytes(4) + b"\x11" + b"".join(map(mpi, (p, q, g, pow(g, x, p))))
    return DSAKey((p, q, g, x), body, 17)
