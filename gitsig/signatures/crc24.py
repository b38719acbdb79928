"""CRC-24 of OpenPGP armor (RFC 4880 §6.1).

The checksum protects nothing, but a wrong one means that the armor was tampered with (O3), so it is checked. Bytewise
in Python it would cost more than half of an RSA verification. The message is a polynomial over GF(2) and the checksum
its remainder, so it is folded, as one integer, to a congruent one of 29 bytes; each of those is then a look-up.
"""

from __future__ import annotations

from functools import cache

__all__ = ["crc24"]

_INIT = 0xB704CE
_POLY = 0x1864CFB

_LONGEST = (2514, 48, 32)
_LONG = (1257, 24, 16)
"""(a, b, c): x^a = x^b + x^c + 1 modulo the polynomial, so what is above bit a moves down in three shifts."""
_SHORT = ((639, 43, 33, 20, 2), (400, 59, 47, 27, 9), (231, 25, 12, 9, 7))
"""(a, b, c, d, e): x^a = x^b + x^c + x^d + x^e + 1. Once each is enough after what stands before it."""
_REST = 29
"""Bytes that are left after folding: 231 bits."""


@cache
def _tables() -> list[list[int]]:
    """The remainder of every byte at every place of the rest, from its first byte to its last."""
    power = _POLY & 0xFFFFFF
    tables = []
    for _ in range(_REST):
        table = [0]
        for _ in range(8):
            table += [each ^ power for each in table]
            power = (power << 1) ^ (_POLY if power & 0x800000 else 0)
        tables.append(table)
    return tables[::-1]


def crc24(data: bytes) -> int:
    """The checksum of `data`, 0 to 2**24 - 1."""
    shift = 8 * len(data) - 24
    if shift < 0:
        return _bitwise(data)
    # The initial value counts as if it were added to the first three bytes of the message.
    rest = _folded(int.from_bytes(data) ^ _INIT << shift).to_bytes(_REST)
    crc = 0
    for table, byte in zip(_tables(), rest):  # noqa: B905 - both have _REST entries, and `strict` is a tenth of the time
        crc ^= table[byte]
    return crc


def _folded(message: int) -> int:
    """A congruent message of at most 231 bits."""
    a, b, c = _LONGEST
    while above := message >> a:
        message ^= above << a ^ above << b ^ above << c ^ above
    a, b, c = _LONG
    if above := message >> a:
        message ^= above << a ^ above << b ^ above << c ^ above
    for a, b, c, d, e in _SHORT:
        if above := message >> a:
            message ^= above << a ^ above << b ^ above << c ^ above << d ^ above << e ^ above
    return message


def _bitwise(data: bytes) -> int:
    crc = _INIT
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc = (crc << 1) ^ (_POLY if crc & 0x800000 else 0)
    return crc
