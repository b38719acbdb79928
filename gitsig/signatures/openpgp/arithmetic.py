"""The public-key arithmetic of version 4 OpenPGP signatures, (RFC 9580 §5.2.3, §9).

`check` says True or False only for what it understands to the last bit; `Beyond` leaves a signature to GnuPG.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from gitsig.errors import MalformedSignature
from gitsig.keys.openpgp.packets import PacketError
from gitsig.keys.openpgp.publickey import PublicKey, read_mpi
from gitsig.keys.openpgp.signingkey import SigningKey
from gitsig.signatures.arithmetic import Ed25519, der_signature, verify_ecdsa, verify_rsa
from gitsig.signatures.openpgp.packet import SignaturePacket

__all__ = ["Beyond", "check"]

_DIGESTS: dict[str, Callable[..., Any]] = {
    "md5": hashlib.md5,
    "sha1": hashlib.sha1,
    "sha224": hashlib.sha224,
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
    "sha3-256": hashlib.sha3_256,
    "sha3-512": hashlib.sha3_512,
}
_CURVES: dict[str, EllipticCurve] = {"p256": SECP256R1(), "p384": SECP384R1(), "p521": SECP521R1()}


class Beyond(Exception):
    """Raised where the key or the signature is not fully understood here: GnuPG takes over."""


def check(packet: SignaturePacket, key: SigningKey, payload: bytes) -> bool:
    """Whether `packet` is a right signature of `payload` by `key`. Raises Beyond or MalformedSignature."""
    digest = _DIGESTS.get(packet.digest)
    if digest is None:
        raise Beyond(f"digest {packet.digest}")
    if key.handle is None:
        key.handle = _handle(key.public)
    whole = digest(payload, usedforsecurity=False)
    whole.update(packet.trailer)
    # The two octets of the digest that the packet repeats are not compared: old forge signatures have them wrong.
    return bool(key.handle(packet, whole.digest()))


Handle = Callable[[SignaturePacket, bytes], bool]


def _handle(public: PublicKey) -> Handle:
    """The arithmetic of one key, its public key parsed once."""
    try:
        if public.algorithm in (1, 3):
            return _rsa(public)
        if public.algorithm == 19 and public.curve in _CURVES:
            return _ecdsa(public)
        if public.algorithm in (22, 27) and public.curve == "ed25519":
            return _ed25519(public)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Beyond(f"a key that is out of the ordinary ({error})") from error
    raise Beyond(f"public-key algorithm {public.algorithm} {public.curve}".rstrip())


def _numbers(data: bytes, count: int) -> list[bytes]:
    """The integers of a signature, with nothing behind them. Old forge signatures count leading zero bits too."""
    found, at = [], 0
    try:
        for _ in range(count):
            number, at = read_mpi(data, at)
            found.append(number)
    except PacketError as error:
        raise MalformedSignature("the signature's numbers are cut off") from error
    if at != len(data):
        raise MalformedSignature("bytes stand behind the signature's numbers")
    return found


def _rsa(public: PublicKey) -> Handle:
    modulus, exponent = (int.from_bytes(each) for each in public.numbers)
    key = RSAPublicNumbers(exponent, modulus).public_key()
    size = (modulus.bit_length() + 7) // 8

    def check_rsa(packet: SignaturePacket, digest: bytes) -> bool:
        (number,) = _numbers(packet.numbers, 1)
        if packet.algorithm not in (1, 3) or len(number) > size:
            return False
        return verify_rsa(key, number.rjust(size, b"\0"), digest, packet.digest)

    return check_rsa


def _ecdsa(public: PublicKey) -> Handle:
    key = EllipticCurvePublicKey.from_encoded_point(_CURVES[public.curve], public.numbers[0])

    def check_ecdsa(packet: SignaturePacket, digest: bytes) -> bool:
        if packet.algorithm != 19:
            return False
        r, s = (int.from_bytes(each) for each in _numbers(packet.numbers, 2))
        # A number of more than 66 octets is beyond the order of every curve here, and beyond short DER lengths.
        return max(r, s).bit_length() <= 528 and verify_ecdsa(key, der_signature(r, s), digest, packet.digest)

    return check_ecdsa


def _ed25519(public: PublicKey) -> Handle:
    """Both encodings: algorithm 22 (point with prefix 0x40, R and S as integers) and 27 (octets, RFC 9580 §5.2.3.4)."""
    point = public.numbers[0]
    if public.algorithm == 22 and (len(point) != 33 or point[0] != 0x40):
        raise Beyond("an Ed25519 point in another form")
    key = Ed25519(Ed25519PublicKey.from_public_bytes(point[-32:]))

    def check_ed25519(packet: SignaturePacket, digest: bytes) -> bool:
        if packet.algorithm != public.algorithm:
            return False
        if packet.algorithm == 27:
            return key.verify(packet.numbers, digest)
        r, s = _numbers(packet.numbers, 2)
        # Integers lose their leading zeros, one signature in 128 (K17).
        return len(r) <= 32 and len(s) <= 32 and key.verify(r.rjust(32, b"\0") + s.rjust(32, b"\0"), digest)

    return check_ed25519
