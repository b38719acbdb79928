"""OpenPGP packets, subpackets, keys and the reader of one signature packet."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from fuzz import material as m
from fuzz.references.packets import packets, signature_parts, subpackets
from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.keys.openpgp.packets import PacketError, read_packets, read_subpackets
from gitsig.keys.openpgp.publickey import read_public_key
from gitsig.signatures.openpgp.packet import DIGESTS, SignaturePacket, read_signature

__all__ = ["TOKENS", "one", "seeds"]

TOKENS = (
    b"\x05\x02\x67\x74\x85\x80", b"\x05\x03\x00\x00\x00\x01", b"\x09\x10", b"\x16\x21\x04", b"\xc2", b"\x88", b"\x89",
    b"\x8b", b"\xff\x00\x00\x00\x10", b"\xc0\x00", b"\xe1", b"\x04\x00\x16\x0a", b"\x03\x05\x00", b"\x04\x01",
    b"\x06\x00", b"\x00\x00", b"\x01\x82", b"\x04\x9a\x20",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Signatures and keys of every algorithm, a version 3 signature, headers in the old format."""
    found = []
    for key in m.pgp_keys():
        body = m.signature_body(key)
        found += [m.packet(2, body), b"\x89" + len(body).to_bytes(2) + body, m.packet(6, key.body), key.body]
    version3 = b"\x03\x05\x00" + m.BORN.to_bytes(4) + bytes(8) + b"\x01\x08ab" + m.mpi(65537)
    expiring = m.signature_body(m.pgp_keys()[0], m.PAYLOAD, 0, m.subpacket(3, bytes(3) + b"\x3c"))
    return [*found, m.packet(2, version3), m.packet(2, expiring), m.area(m.subpacket(20, b"\x80" + bytes(20)))]


def one(data: bytes) -> None:
    """Read as packets, as subpackets, as a key and as a signature."""
    try:
        found = list(read_packets(data))
    except PacketError:
        _refuses(packets, data)
    else:
        assert b"".join(each.raw for each in found) == data, "the packets give back the bytes"
        assert [(each.tag, each.body) for each in found] == packets(data)
    try:
        area = [(each.type | each.critical << 7, each.body) for each in read_subpackets(data)]
    except PacketError:
        _refuses(subpackets, data)
    else:
        assert area == subpackets(data)
    _key(data)
    with suppress(MalformedSignature, UnsupportedSignature):
        _signature(data, read_signature(data))


def _refuses(reader: object, data: bytes) -> None:
    """The second reader must refuse as well, or strictness differs without a reason."""
    assert callable(reader)
    try:
        reader(data)
    except (ValueError, IndexError):
        return
    raise AssertionError("refused, but there is nothing wrong with it")


def _key(data: bytes) -> None:
    try:
        key = read_public_key(data)
    except PacketError:
        return
    digest = hashlib.sha1(b"\x99" + len(data).to_bytes(2) + data, usedforsecurity=False).hexdigest()
    assert key.fingerprint == digest.upper()
    assert (key.created, key.algorithm) == (int.from_bytes(data[1:5]), data[5])
    assert all(number in data for number in key.numbers)


def _signature(data: bytes, found: SignaturePacket) -> None:
    ((kind, body),) = packets(data)
    assert kind == 2
    assert found.digest in DIGESTS.values()
    if found.version == 3:
        assert found.beyond, "version 3 is GnuPG's to judge"
        return
    hashed, unhashed, numbers = signature_parts(body)
    assert found.trailer == hashed + b"\x04\xff" + len(hashed).to_bytes(4), "another trailer would be hashed"
    assert (body[1], found.algorithm, found.numbers) == (0, body[2], numbers)
    times = [int.from_bytes(value) for kind, value in subpackets(hashed[6:]) if kind & 127 == 2]
    assert found.created in times
    assert len(times) == 1 or found.beyond
    lives = [int.from_bytes(value) for kind, value in subpackets(hashed[6:]) if kind & 127 == 3]
    assert found.beyond or found.expires_at == (times[0] + lives[0] if lives and lives[0] else None)
    critical = {kind & 127 for kind, _ in subpackets(hashed[6:]) + subpackets(unhashed) if kind & 128}
    assert found.beyond or critical <= {2, 3, 16, 26, 28, 33}, "a critical subpacket that nobody understood"
