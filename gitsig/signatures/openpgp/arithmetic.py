"""The public-key arithmetic of version 4 OpenPGP signatures, on `cryptography` (RFC 9580 §5.2.3, §9).

`check` says True or False only for what it understands to the last bit; `Beyond` leaves a signature to GnuPG.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from gitsig.errors import MalformedSignature
from gitsig.keys.openpgp.packets import PacketError
from gitsig.keys.openpgp.publickey import PublicKey, read_mpi
from gitsig.keys.openpgp.signingkey import SigningKey
from gitsig.signatures.openpgp.packet import SignaturePacket

__all__ = ["Beyond", "check"]

_DIGESTS: dict[str, tuple[Callable[..., Any], Prehashed]] = {
    "md5": (hashlib.md5, Prehashed(hashes.MD5())),  # noqa: S303 - old signatures are read, the policy refuses them
    "sha1": (hashlib.sha1, Prehashed(hashes.SHA1())),  # noqa: S303 - as above
    "sha224": (hashlib.sha224, Prehashed(hashes.SHA224())),
    "sha256": (hashlib.sha256, Prehashed(hashes.SHA256())),
    "sha384": (hashlib.sha384, Prehashed(hashes.SHA384())),
    "sha512": (hashlib.sha512, Prehashed(hashes.SHA512())),
    "sha3-256": (hashlib.sha3_256, Prehashed(hashes.SHA3_256())),
    "sha3-512": (hashlib.sha3_512, Prehashed(hashes.SHA3_512())),
}
_PKCS1 = padding.PKCS1v15()
_ECDSA = {name: ec.ECDSA(prehashed) for name, (_, prehashed) in _DIGESTS.items()}
_CURVES: dict[str, ec.EllipticCurve] = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}


class Beyond(Exception):
    """Raised where the key or the signature is not fully understood here: GnuPG takes over."""


def check(packet: SignaturePacket, key: SigningKey, payload: bytes) -> bool:
    """Whether `packet` is a right signature of `payload` by `key`. Raises Beyond or MalformedSignature."""
    digest = _DIGESTS.get(packet.digest)
    if digest is None:
        raise Beyond(f"digest {packet.digest}")
    if key.handle is None:
        key.handle = _handle(key.public)
    whole = digest[0](payload, usedforsecurity=False)
    whole.update(packet.trailer)
    try:
        # The two octets of the digest that the packet repeats are not compared: old forge signatures have them wrong.
        return bool(key.handle(packet, whole.digest(), digest[1]))
    except InvalidSignature:
        return False


Handle = Callable[[SignaturePacket, bytes, Prehashed], bool]


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
    verify = rsa.RSAPublicNumbers(exponent, modulus).public_key().verify
    size = (modulus.bit_length() + 7) // 8

    def check_rsa(packet: SignaturePacket, digest: bytes, prehashed: Prehashed) -> bool:
        (number,) = _numbers(packet.numbers, 1)
        if packet.algorithm not in (1, 3) or len(number) > size:
            return False
        verify(number.rjust(size, b"\0"), digest, _PKCS1, prehashed)
        return True

    return check_rsa


def _ecdsa(public: PublicKey) -> Handle:
    verify = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[public.curve], public.numbers[0]).verify

    def check_ecdsa(packet: SignaturePacket, digest: bytes, _: Prehashed) -> bool:
        if packet.algorithm != 19:
            return False
        r, s = _numbers(packet.numbers, 2)
        verify(encode_dss_signature(int.from_bytes(r), int.from_bytes(s)), digest, _ECDSA[packet.digest])
        return True

    return check_ecdsa


def _ed25519(public: PublicKey) -> Handle:
    """Both encodings: algorithm 22 (point with prefix 0x40, R and S as integers) and 27 (octets, RFC 9580 §5.2.3.4)."""
    point = public.numbers[0]
    if public.algorithm == 22 and (len(point) != 33 or point[0] != 0x40):
        raise Beyond("an Ed25519 point in another form")
    verify = ed25519.Ed25519PublicKey.from_public_bytes(point[-32:]).verify

    def check_ed25519(packet: SignaturePacket, digest: bytes, _: Prehashed) -> bool:
        if packet.algorithm != public.algorithm:
            return False
        if packet.algorithm == 27:
            verify(packet.numbers, digest)
            return True
        r, s = _numbers(packet.numbers, 2)
        if len(r) > 32 or len(s) > 32:
            return False
        # Integers lose their leading zeros, one signature in 128 (K17).
        verify(r.rjust(32, b"\0") + s.rjust(32, b"\0"), digest)
        return True

    return check_ed25519
