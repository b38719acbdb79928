"""CRC-24 of OpenPGP armor (RFC 4880 §6.1).

The checksum protects nothing, but a wrong one means that the armor was tampered with (O3), so it is checked. Bytewise
in Python it would cost a third of an RSA verification. It is linear, so each of its 24 bits is the parity of the
message masked by a constant: 24 ANDs and popcounts of whole integers. A long message is first folded to 1257 bits.
"""

from __future__ import annotations

__all__ = ["crc24"]

_INIT = 0xB704CE
_POLY = 0x1864CFB
_MASKED_AFTER = 32
"""Calls after which making the masks pays."""
_LENGTHS = 4096
"""Lengths of messages that are remembered."""


def _table() -> list[int]:
    table = []
    for byte in range(256):
        crc = byte << 16
        for _ in range(8):
            crc = (crc << 1) ^ (_POLY if crc & 0x800000 else 0)
        table.append(crc & 0xFFFFFF)
    return table


_TABLE = _table()


def _bytewise(data: bytes) -> int:
    crc = _INIT
    table = _TABLE
    for byte in data:
        crc = ((crc << 8) & 0xFFFF00) ^ table[(crc >> 16) ^ byte]
    return crc


_FOLDS = ((2514, 48, 32), (1257, 24, 16))
"""x^a = x^b + x^c + 1 modulo the polynomial: what is above bit a moves down in three shifts."""
_BITS = 1257
"""Bits that are left after folding, and that the masks speak of."""


class _Masks:
    """The masks, made when they pay, and the initial value's share for each length in bytes."""

    __slots__ = ("calls", "initial", "masks")

    def __init__(self) -> None:
        self.calls = 0
        self.masks: list[int] = []
        """From the checksum's top bit down."""
        self.initial: dict[int, int] = {}

    def make(self) -> None:
        """Bit i of a message contributes x^(i+24) mod the polynomial.

        The step from x^i to x^(i+1) shifts and, where the top bit falls out, adds the polynomial; so the sequence of
        top bits gives all the others.
        """
        tops = bytearray(_BITS)
        power = first = _POLY & 0xFFFFFF
        for index in range(_BITS):
            tops[index] = 48 + (power >> 23)  # the digits 0 and 1
            power = (power << 1 ^ (_POLY if power & 0x800000 else 0)) & 0xFFFFFF
        top = int(tops[::-1], 2)
        limit = (1 << _BITS) - 1
        below = 0
        masks = []
        for bit in range(24):
            below = (((below ^ (top if _POLY >> bit & 1 else 0)) << 1) & limit) | (first >> bit & 1)
            masks.append(below)
        self.masks = masks[::-1]


_masks = _Masks()


def crc24(data: bytes) -> int:
    """The checksum of `data`, 0 to 2**24 - 1."""
    state = _masks
    state.calls += 1
    if state.calls < _MASKED_AFTER:
        return _bytewise(data)
    if not state.masks:
        state.make()
    size = len(data)
    initial = state.initial.get(size)
    if initial is None:
        initial = _bytewise(bytes(size))
        if len(state.initial) < _LENGTHS:
            state.initial[size] = initial
    message = _folded(int.from_bytes(data))
    crc = 0
    for mask in state.masks:
        crc = crc << 1 | ((message & mask).bit_count() & 1)
    return crc ^ initial


def _folded(message: int) -> int:
    """A congruent message of at most 1257 bits."""
    for high, middle, low in _FOLDS:
        while above := message >> high:
            message = (message & ((1 << high) - 1)) ^ above ^ (above << low) ^ (above << middle)
    return message
