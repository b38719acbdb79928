"""Packet and subpacket framing: whole packets of definite length, nothing left over (RFC 9580 §4.2, §5.2.3.7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.keys.openpgp.packets import PacketError, Subpacket, read_packets, read_subpackets
from tests.keys.openpgp.handmade import packet, subpacket


def old(tag: int, body: bytes, octets: int) -> bytes:
    kind = {1: 0, 2: 1, 4: 2}[octets]
    return bytes([0x80 | tag << 2 | kind]) + len(body).to_bytes(octets) + body


def new(tag: int, body: bytes, octets: int) -> bytes:
    size = len(body)
    if octets == 1:
        length = bytes([size])
    elif octets == 2:
        length = bytes([((size - 192) >> 8) + 192, (size - 192) & 0xFF])
    else:
        length = b"\xff" + size.to_bytes(4)
    return bytes([0xC0 | tag]) + length + body


FRAMES = [
    (old(2, b"", 1), b""),
    (old(2, b"x" * 255, 1), b"x" * 255),
    (old(2, b"x" * 256, 2), b"x" * 256),
    (old(2, b"x", 4), b"x"),
    (new(2, b"", 1), b""),
    (new(2, b"x" * 191, 1), b"x" * 191),
    (new(2, b"x" * 192, 2), b"x" * 192),
    (new(2, b"x" * 8383, 2), b"x" * 8383),
    (new(2, b"x" * 8384, 5), b"x" * 8384),
    (new(2, b"x", 5), b"x"),
]


@pytest.mark.parametrize(("raw", "body"), FRAMES)
def test_every_definite_length_is_read(raw, body):
    assert list(read_packets(raw + raw)) == [(2, body, raw), (2, body, raw)]


@pytest.mark.parametrize("raw", [raw for raw, body in FRAMES if body])
def test_a_packet_that_is_cut_off_is_refused(raw):
    for size in {*range(1, 7), len(raw) - 1} - {len(raw)}:
        with pytest.raises(PacketError):
            list(read_packets(raw[:size]))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\x8b" + b"x" * 9, "indeterminate length"),
        (b"\xc2\xe0x\x00", "partial length"),
        (b"\xc2\xfe" + b"x" * 9, "partial length"),
        (b"\x02\x01x", "no packet where one should begin"),
        (new(2, b"x", 1) + b"\n", "no packet where one should begin"),
        (new(2, b"x", 1) + b"\xc2", "cut off"),
    ],
)
def test_other_framing_is_refused(raw, why):
    with pytest.raises(PacketError, match=why):
        list(read_packets(raw))


@given(st.lists(st.tuples(st.integers(0, 63), st.binary(max_size=300)), max_size=5))
def test_packets_are_read_back(packets):
    raw = [packet(tag, body) for tag, body in packets]
    assert list(read_packets(b"".join(raw))) == [(*each, whole) for each, whole in zip(packets, raw, strict=True)]


@given(st.binary(max_size=60))
def test_whatever_is_read_is_the_whole_of_the_data(data):
    try:
        packets = list(read_packets(data))
    except PacketError:
        return
    assert b"".join(each.raw for each in packets) == data


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        (b"", []),
        (b"\x01\x02", [Subpacket(2, False, b"")]),
        (b"\x03\x82ab", [Subpacket(2, True, b"ab")]),
        (b"\xbf\x10" + b"x" * 190, [Subpacket(16, False, b"x" * 190)]),
        (b"\xc0\x00\x10" + b"x" * 191, [Subpacket(16, False, b"x" * 191)]),
        (b"\xfe\xff\x10" + b"x" * 16318, [Subpacket(16, False, b"x" * 16318)]),
        (b"\xff\x00\x00\x00\x02\x10x", [Subpacket(16, False, b"x")]),
    ],
)
def test_subpackets_are_read(area, expected):
    assert read_subpackets(area) == expected


@pytest.mark.parametrize(
    "area",
    [b"\x00", b"\x01", b"\x02\x10", b"\xc0", b"\xc0\x00", b"\xff\0\0\0", b"\xff\0\0\0\0", b"\xff\xff\xff\xff\xffx"],
)
def test_an_area_that_is_not_filled_exactly_is_refused(area):
    with pytest.raises(PacketError):
        read_subpackets(b"\x02\x10x" + area)


@given(st.lists(st.tuples(st.integers(0, 127), st.booleans(), st.binary(max_size=400)), max_size=5))
def test_subpackets_are_read_back(subpackets):
    area = b"".join(subpacket(kind, body, critical=critical) for kind, critical, body in subpackets)
    assert read_subpackets(area) == subpackets
