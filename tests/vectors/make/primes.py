"""RSA numbers derived from a name. Not for keys that guard anything: the name tells the key."""

from __future__ import annotations

import functools
import hashlib
from typing import NamedTuple

__all__ = ["RSANumbers", "prime", "rsa_numbers"]

_SMALL = [each for each in range(3, 4000, 2) if all(each % other for other in range(3, int(each**0.5) + 1, 2))]
_DIGEST_INFO = {
    "md5": "3020300c06082a864886f70d020505000410",
    "sha1": "3021300906052b0e03021a05000414",
    "ripemd160": "3021300906052b2403020105000414",
    "sha224": "302d300d06096086480165030402040500041c",
    "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
}
"""RFC 8017 §9.2, note 1, and RFC 9580 §5.2.2."""


class RSANumbers(NamedTuple):
    """A key pair."""

    n: int
    e: int
    d: int
    p: int
    q: int

    def sign(self, digest: bytes, name: str) -> int:
        """RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.1) of a digest."""
        info = bytes.fromhex(_DIGEST_INFO[name]) + digest
        size = (self.n.bit_length() + 7) // 8
        padded = b"\0\1" + b"\xff" * (size - 3 - len(info)) + b"\0" + info
        return pow(int.from_bytes(padded), self.d, self.n)


@functools.cache
def rsa_numbers(name: str, bits: int) -> RSANumbers:
    """A modulus of exactly `bits` bits."""
    p, q = prime(f"{name} p", (bits + 1) // 2), prime(f"{name} q", bits // 2)
    return RSANumbers(p * q, 65537, pow(65537, -1, (p - 1) * (q - 1)), p, q)


def prime(name: str, bits: int, start: int = 0, step: int = 2) -> int:
    """The first (very probable) prime at or after a number hashed from the name; its two highest bits are set."""
    raw = int.from_bytes(hashlib.shake_256(name.encode()).digest((bits + 7) // 8)) % (1 << bits)
    number = start or raw | 3 << (bits - 2) | 1
    while any(number % each == 0 for each in _SMALL) or pow(2, number - 1, number) != 1:
        number += step
    return number
