"""Public-key packets, version 4: fingerprint and the numbers that the arithmetic needs (RFC 9580 §5.5)."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from gitsig.keys.openpgp.packets import PacketError

__all__ = ["ALGORITHMS", "PublicKey", "read_mpi", "read_public_key"]

ALGORITHMS = {
    1: "rsa",
    2: "rsa",
    3: "rsa",
    16: "elgamal",
    17: "dsa",
    18: "ecdh",
    19: "ecdsa",
    20: "elgamal",
    22: "eddsa",
    25: "x25519",
    26: "x448",
    27: "ed25519",
    28: "ed448",
}
"""Public-key algorithm ids (RFC 9580 §9.1)."""

CURVES = {
    bytes.fromhex("2a8648ce3d030107"): "p256",
    bytes.fromhex("2b81040022"): "p384",
    bytes.fromhex("2b81040023"): "p521",
    bytes.fromhex("2b06010401da470f01"): "ed25519",
    bytes.fromhex("2b6571"): "ed448",
    bytes.fromhex("2b2403030208010107"): "brainpoolP256r1",
    bytes.fromhex("2b240303020801010b"): "brainpoolP384r1",
    bytes.fromhex("2b240303020801010d"): "brainpoolP512r1",
    bytes.fromhex("2b8104000a"): "secp256k1",
}
"""Curve OIDs (RFC 9580 §9.2, SEC 2), as they stand in the packet."""


class PublicKey(NamedTuple):
    """A version 4 public key or subkey."""

    fingerprint: str
    created: int
    algorithm: int
    """The id in the packet."""
    curve: str
    """Name of the curve, `unknown` for one that is not listed, empty for RSA, DSA and Elgamal."""
    numbers: tuple[bytes, ...]
    """RSA: n, e. Curves: the point. Others: nothing, for their arithmetic is left to GnuPG. Big-endian."""

    @property
    def key_id(self) -> str:
        """The low 64 bits of the fingerprint, upper-case hex. A hint, never an authority."""
        return self.fingerprint[-16:]

    @property
    def algorithm_name(self) -> str:
        """As in `KeyFacts.algorithm`."""
        name = ALGORITHMS.get(self.algorithm, f"unknown:{self.algorithm}")
        if name == "eddsa":
            return self.curve if self.curve in ("ed25519", "ed448") else "unknown:22"
        return name


def read_mpi(data: bytes, at: int) -> tuple[bytes, int]:
    """A multiprecision integer (RFC 9580 §3.2) and the offset after it; raises PacketError if it is cut off."""
    start = at + 2
    if start > len(data):
        raise PacketError("a number is cut off")
    stop = start + (((data[at] << 8) + data[at + 1] + 7) >> 3)
    if stop > len(data):
        raise PacketError("a number is cut off")
    return data[start:stop], stop


def read_public_key(body: bytes) -> PublicKey:
    """Read the body of a public-key or public-subkey packet; raises PacketError (other versions included)."""
    if len(body) < 6:
        raise PacketError("a key packet is cut off")
    if body[0] != 4:
        raise PacketError(f"a version {body[0]} key")
    if len(body) > 0xFFFF:
        raise PacketError("a key packet of more than 65535 bytes, which has no version 4 fingerprint")
    algorithm = body[5]
    curve, numbers = _material(algorithm, body)
    digest = hashlib.sha1(b"\x99" + len(body).to_bytes(2) + body, usedforsecurity=False)
    return PublicKey(digest.hexdigest().upper(), int.from_bytes(body[1:5]), algorithm, curve, numbers)


def _material(algorithm: int, body: bytes) -> tuple[str, tuple[bytes, ...]]:
    if algorithm in (1, 2, 3):
        modulus, at = read_mpi(body, 6)
        exponent, _ = read_mpi(body, at)
        return "", (modulus, exponent)
    if algorithm in (18, 19, 22):
        size = body[6] if len(body) > 6 else 0
        curve = CURVES.get(body[7 : 7 + size], "unknown")
        point, _ = read_mpi(body, 7 + size)
        return curve, (point,)
    if algorithm == 27:
        return "ed25519", (body[6:38],)
    return "", ()
