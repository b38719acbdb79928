"""CRC-24 by masks against CRC-24 by bytes."""

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


@pytest.fixture(autouse=True)
def warm(monkeypatch):
    """Past the number of calls from which on the masks are used."""
    monkeypatch.setattr(module, "_masks", module._Masks())
    module._masks.calls = 1000


@pytest.mark.parametrize(("data", "checksum"), [(b"", 0xB704CE), (b"123456789", 0x21CF02)])
def test_known_values(data, checksum):
    assert crc24(data) == checksum
    assert module._bytewise(data) == checksum


def test_every_length_up_to_700():
    for size in range(701):
        data = bytes((size * 7 + at * 31) & 0xFF for at in range(size))
        assert crc24(data) == bitwise(data)
    assert len(module._masks.masks) == 24


@pytest.mark.parametrize("size", [1023, 1024, 1025, 2047, 2048, 2049, 5000])
def test_where_the_method_changes(size):
    for data in (b"\xff" * size, b"\0" * size, bytes(at * 89 & 0xFF for at in range(size))):
        assert crc24(data) == bitwise(data)


def test_the_first_calls_go_by_bytes():
    module._masks.calls = 0
    data = b"some signature"
    assert {crc24(data) for _ in range(2 * module._MASKED_AFTER)} == {bitwise(data)}


@given(st.lists(st.binary(max_size=2200), min_size=1, max_size=4))
def test_masks_and_bytes_agree(messages):
    for data in messages:
        module._masks.calls = 1000
        assert crc24(data) == module._bytewise(data)


def test_the_folds_are_multiples_of_the_polynomial():
    for high, middle, low in module._FOLDS:
        rest = 1 << high ^ 1 << middle ^ 1 << low ^ 1
        while rest.bit_length() > 24:
            rest ^= module._POLY << (rest.bit_length() - 25)
        assert rest == 0


def test_remembered_lengths_are_bounded(monkeypatch):
    monkeypatch.setattr(module, "_masks", module._Masks())
    monkeypatch.setattr(module, "_LENGTHS", 3)
    module._masks.calls = 1000
    for size in range(9):
        assert crc24(bytes(size)) == bitwise(bytes(size))
    assert len(module._masks.initial) == 3
