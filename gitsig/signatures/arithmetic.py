"""The public-key arithmetic of signatures, on `cryptography`. True only where the equation holds.

One small place, so that every format decides in the same way and the primitive can be exchanged. Digests are
computed by the caller and handed in with the name of their hash (`hashlib`'s names).
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import (
    MD5,
    SHA1,
    SHA3_256,
    SHA3_512,
    SHA224,
    SHA256,
    SHA384,
    SHA512,
    HashAlgorithm,
)

__all__ = ["Ed25519", "der_integers", "der_signature", "verify_ecdsa", "verify_ed25519", "verify_rsa"]

_HASHES: dict[str, HashAlgorithm] = {
    "md5": MD5(),  # noqa: S303 - as below
    "sha1": SHA1(),  # noqa: S303 - whether a digest is too weak is the policy's question, not that of the arithmetic
    "sha224": SHA224(),
    "sha256": SHA256(),
    "sha384": SHA384(),
    "sha512": SHA512(),
    "sha3-256": SHA3_256(),
    "sha3-512": SHA3_512(),
}
# Made once: they are the same for every signature, and building them costs as much as parsing one.
_PREHASHED = {name: Prehashed(algorithm) for name, algorithm in _HASHES.items()}
_ECDSA = {name: ECDSA(prehashed) for name, prehashed in _PREHASHED.items()}
_PKCS1 = PKCS1v15()


_SIGNATURE_SIZE = 64
_SODIUM_AFTER = 128
"""Verifications by OpenSSL before libsodium is loaded: it takes half the time for each and 20 ms to load."""


class _Sodium:
    """libsodium, loaded when it pays. Where PyNaCl cannot be imported, OpenSSL goes on."""

    def __init__(self) -> None:
        self.uses = 0
        self.open: Callable[[bytes, bytes], bytes] | None = None
        self.refusal: type[Exception] = InvalidSignature

    def load(self) -> None:
        try:
            from nacl.bindings import crypto_sign_open
            from nacl.exceptions import BadSignatureError
        except ImportError:
            return
        self.open, self.refusal = crypto_sign_open, BadSignatureError


_sodium = _Sodium()


class Ed25519:
    """One Ed25519 public key (RFC 8032 §5.1.7), by OpenSSL and then by libsodium.

    Both refuse S beyond the group's order; libsodium also refuses points of small order, which no honest key has.
    """

    __slots__ = ("_openssl", "_point")

    def __init__(self, public: Ed25519PublicKey) -> None:
        self._openssl = public
        self._point = public.public_bytes_raw()

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether 64 bytes R || S sign `message`."""
        if len(signature) != _SIGNATURE_SIZE:
            return False
        if _sodium.open is None:
            _sodium.uses += 1
            if _sodium.uses == _SODIUM_AFTER:
                _sodium.load()
            return verify_ed25519(self._openssl, signature, message)
        try:
            _sodium.open(signature + message, self._point)
        except _sodium.refusal:
            return False
        return True


def verify_ed25519(public: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    """The same by OpenSSL alone."""
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def verify_ecdsa(public: EllipticCurvePublicKey, signature: bytes, digest: bytes, hash_name: str) -> bool:
    """Whether a DER signature (`der_signature`) signs a digest (FIPS 186-5 §6.4). KeyError for an unknown hash."""
    try:
        public.verify(signature, digest, _ECDSA[hash_name])
    except InvalidSignature:
        return False
    return True


def verify_rsa(public: RSAPublicKey, signature: bytes, digest: bytes, hash_name: str) -> bool:
    """Whether RSASSA-PKCS1-v1_5 over a digest holds (RFC 8017 §8.2.2); `signature` is as long as the modulus.

    KeyError for an unknown hash.
    """
    try:
        public.verify(signature, digest, _PKCS1, _PREHASHED[hash_name])
    except InvalidSignature:
        return False
    return True


def der_signature(r: int, s: int) -> bytes:
    """An ECDSA signature of two positive numbers as DER (RFC 3279 §2.2.3)."""
    return der_integers(_minimal(r), _minimal(s))


def der_integers(r: bytes, s: bytes) -> bytes:
    """The same of two numbers in minimal two's complement, as SSH's `mpint` has them; at most 120 bytes each."""
    body = b"\x02%c%b\x02%c%b" % (len(r), r, len(s), s)
    size = len(body)
    return (b"\x30%c%b" if size < 128 else b"\x30\x81%c%b") % (size, body)


def _minimal(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1)
