"""OpenPGP packets and subpackets once more (RFC 9580 §4.2, §5.2.3.7), for data that gitsig has accepted."""

from __future__ import annotations

__all__ = ["packets", "signature_parts", "subpackets"]


def packets(data: bytes) -> list[tuple[int, bytes]]:
    """Type and body of each packet; ValueError or IndexError where they do not fill `data`."""
    found = []
    while data:
        if data[0] < 0x80:
            raise ValueError("no packet")
        if data[0] & 0x40:
            kind, (length, data) = data[0] & 63, _length(data[1:], 224)
        else:
            kind, size = (data[0] & 60) // 4, (1, 2, 4)[data[0] & 3]
            length, data = _number(data[1 : 1 + size], size), data[1 + size :]
        if length > len(data):
            raise ValueError("cut off")
        found.append((kind, data[:length]))
        data = data[length:]
    return found


def subpackets(data: bytes) -> list[tuple[int, bytes]]:
    """Type octet, critical bit included, and body of each."""
    found = []
    while data:
        length, data = _length(data, 255)
        if not 1 <= length <= len(data):
            raise ValueError("does not fit")
        found.append((data[0], data[1:length]))
        data = data[length:]
    return found


def signature_parts(body: bytes) -> tuple[bytes, bytes, bytes]:
    """Of a version 4 signature: what is hashed of it, the unhashed subpackets, the numbers."""
    hashed_end = 6 + body[4] * 256 + body[5]
    unhashed_end = hashed_end + 2 + _number(body[hashed_end : hashed_end + 2], 2)
    return body[:hashed_end], body[hashed_end + 2 : unhashed_end], body[unhashed_end + 2 :]


def _number(octets: bytes, size: int) -> int:
    if len(octets) != size:
        raise ValueError("cut off")
    return sum(octet << 8 * place for place, octet in enumerate(reversed(octets)))


def _length(data: bytes, last_two: int) -> tuple[int, bytes]:
    """One octet up to 191, two up to `last_two`, five after 255."""
    if data[0] < 192:
        return data[0], data[1:]
    if data[0] == 255:
        return _number(data[1:5], 4), data[5:]
    if data[0] >= last_two:
        raise ValueError("partial")
    return (data[0] - 192) * 256 + data[1] + 192, data[2:]
