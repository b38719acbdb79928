"""CRC-24 by folding against CRC-24 bit by bit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.signatures import crc24 as module
from gitsig.signatures.crc24 import crc24


def bitwise(data: bytes) -> int:
    """RFC 4880 §6.1, the text turned into Python."""
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return crc


def remainder(number: int) -> int:
    """Of a polynomial over GF(2), by school division."""
    while number.bit_length() > 24:
        number ^= module._POLY << (number.bit_length() - 25)
    return number


@pytest.mark.parametrize(("data", "checksum"), [(b"", 0xB704CE), (b"123456789", 0x21CF02)])
def test_known_values(data, checksum):
    assert crc24(data) == checksum


def test_every_length_up_to_700():
    for size in range(701):
        data = bytes((size * 7 + at * 31) & 0xFF for at in range(size))
        assert crc24(data) == bitwise(data)


@pytest.mark.parametrize("size", [1023, 1024, 1025, 2047, 2048, 2049, 5000])
def test_long_messages(size):
    for data in (b"\xff" * size, b"\0" * size, bytes(at * 89 & 0xFF for at in range(size))):
        assert crc24(data) == bitwise(data)


@given(st.binary(max_size=2200))
def test_folding_and_bits_agree(data):
    assert crc24(data) == bitwise(data)


@pytest.mark.parametrize("fold", [module._LONGEST, module._LONG, *module._SHORT])
def test_the_folds_are_multiples_of_the_polynomial(fold):
    assert remainder(sum(1 << power for power in fold) + 1) == 0


@pytest.mark.parametrize("bits", [2514, 2513, 1258, 1257, 640, 232, 231, 40_000])
def test_one_pass_of_each_fold_is_enough(bits):
    for message in ((1 << bits) - 1, 1 << (bits - 1), (1 << bits) // 3):
        folded = module._folded(message)
        assert folded.bit_length() <= 8 * module._REST - 1
        assert remainder(folded) == remainder(message)
