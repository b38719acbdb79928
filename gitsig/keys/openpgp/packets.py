"""OpenPGP packet framing (RFC 9580 §4.2), strict: definite lengths only, nothing left over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Packet", "PacketError", "Subpacket", "only_body", "read_packets", "read_subpackets"]

SIGNATURE = 2
SECRET_KEY = 5
PUBLIC_KEY = 6
SECRET_SUBKEY = 7
MARKER = 10
TRUST = 12
USER_ID = 13
PUBLIC_SUBKEY = 14
USER_ATTRIBUTE = 17
PADDING = 21


class PacketError(ValueError):
    """Bytes that are no sequence of packets; the text says why."""


class Packet(NamedTuple):
    """One packet: its type id, its body, and the whole of it with the header."""

    tag: int
    body: bytes
    raw: bytes


class Subpacket(NamedTuple):
    """One signature subpacket (RFC 9580 §5.2.3.7)."""

    type: int
    critical: bool
    body: bytes


def read_packets(data: bytes) -> Iterator[Packet]:
    """Yield the packets of `data`; raises PacketError for anything but whole packets of definite length."""
    at, end = 0, len(data)
    while at < end:
        tag, start, length = _header(data, at)
        stop = start + length
        if stop > end:
            raise PacketError("a packet is longer than the data")
        yield Packet(tag, data[start:stop], data[at:stop])
        at = stop


def only_body(data: bytes, tag: int) -> bytes | None:
    """The body, where `data` is one packet of type `tag` to its last byte; None otherwise.

    Raises PacketError for a header outside the grammar.
    """
    if not data:
        return None
    found, start, length = _header(data, 0)
    return data[start:] if found == tag and start + length == len(data) else None


def _header(data: bytes, at: int) -> tuple[int, int, int]:
    """Type id, offset of the body and its length, for the packet at `at`."""
    first = data[at]
    if not first & 0x80:
        raise PacketError("no packet where one should begin")
    if first & 0x40:
        length, start = _new_length(data, at + 1)
        return first & 0x3F, start, length
    kind = first & 3
    if kind == 3:
        raise PacketError("a packet of indeterminate length")
    start = at + 1 + (1 << kind)
    if start > len(data):
        raise PacketError("a packet header is cut off")
    return (first >> 2) & 0x0F, start, int.from_bytes(data[at + 1 : start])


def _new_length(data: bytes, at: int) -> tuple[int, int]:
    """Length and offset after it (RFC 9580 §4.2.1); partial lengths belong to streamed data only."""
    size = len(data)
    if at >= size:
        raise PacketError("a packet header is cut off")
    first = data[at]
    if first < 192:
        return first, at + 1
    if first < 224:
        if at + 2 > size:
            raise PacketError("a packet header is cut off")
        return ((first - 192) << 8) + data[at + 1] + 192, at + 2
    if first < 255:
        raise PacketError("a packet of partial length")
    if at + 5 > size:
        raise PacketError("a packet header is cut off")
    return int.from_bytes(data[at + 1 : at + 5]), at + 5


def read_subpackets(area: bytes) -> list[Subpacket]:
    """Split a subpacket area; raises PacketError where it is not filled exactly."""
    found: list[Subpacket] = []
    at, end = 0, len(area)
    while at < end:
        length = area[at]
        at += 1
        if length >= 192:
            length, at = _subpacket_length(area, at - 1)
        stop = at + length
        if not length or stop > end:
            raise PacketError("a subpacket does not fit its area")
        kind = area[at]
        found.append(Subpacket(kind & 0x7F, kind >= 0x80, area[at + 1 : stop]))
        at = stop
    return found


def _subpacket_length(area: bytes, at: int) -> tuple[int, int]:
    """Two- and five-octet lengths (RFC 9580 §5.2.3.7): here 192-254 all begin the two-octet form."""
    if area[at] < 255:
        if at + 2 > len(area):
            raise PacketError("a subpacket length is cut off")
        return ((area[at] - 192) << 8) + area[at + 1] + 192, at + 2
    if at + 5 > len(area):
        raise PacketError("a subpacket length is cut off")
    return int.from_bytes(area[at + 1 : at + 5]), at + 5
