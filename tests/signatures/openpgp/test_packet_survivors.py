"""Single demands of the signature packet's reader that no other test makes."""

from __future__ import annotations

import pytest

from gitsig.errors import MalformedSignature
from gitsig.model import LIMITS
from gitsig.signatures.openpgp.packet import SignaturePacket, read_signature
from tests.keys.openpgp.handmade import ed25519_key, packet, rsa_key, signature, subpacket
from tests.support.gnupg import BIRTH

KEY = ed25519_key()
PAYLOAD = b"payload"
TIME = subpacket(2, BIRTH.to_bytes(4))
GOOD = signature(KEY, PAYLOAD)


def refused(data: bytes) -> str:
    with pytest.raises(MalformedSignature) as caught:
        read_signature(data)
    return caught.value.what


def read(*hashed: bytes, unhashed: tuple[bytes, ...] = ()) -> SignaturePacket:
    return read_signature(packet(2, signature(KEY, PAYLOAD, hashed=[TIME, *hashed], unhashed=[*unhashed])))


@pytest.mark.parametrize("size", [200, 300, 700])
def test_areas_of_more_than_255_octets(size: int) -> None:
    numbers = read().numbers
    long = subpacket(20, bytes(size))
    hashed = read(long)
    area = len(TIME) + len(long)
    assert hashed.trailer[-4:] == (6 + area).to_bytes(4)
    assert hashed.trailer[4:6] == area.to_bytes(2)
    assert (hashed.created, hashed.beyond) == (BIRTH, "")
    unhashed = read(unhashed=(long,))
    assert (unhashed.created, unhashed.numbers, unhashed.beyond) == (BIRTH, numbers, "")
    assert len(hashed.numbers) == len(numbers)


def test_an_expiry_of_one_second() -> None:
    assert read(subpacket(3, (1).to_bytes(4))).expires_at == BIRTH + 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "another packet than a signature"),
        (packet(2, GOOD) + packet(13, b"Ada"), "another packet than a signature"),
        (packet(13, b"Ada"), "another packet than a signature"),
        (packet(2, GOOD) * 2, "2 signature packets instead of one"),
        (packet(2, b""), "a signature packet of version 0"),
        (packet(2, b"\x07"), "a signature packet of version 7"),
    ],
)
def test_what_is_wrong_is_named(data: bytes, words: str) -> None:
    assert refused(data) == words


def test_the_shortest_version_3() -> None:
    body = signature(rsa_key(1024), PAYLOAD, version=3, digest="sha1", created=BIRTH)
    found = read_signature(packet(2, body[:22]))
    assert (found.version, found.created, found.numbers) == (3, BIRTH, body[19:22])
    assert found.issuer_key_id == body[7:15].hex().upper()
    assert "cut off" in refused(packet(2, body[:21]))


def test_the_limit_is_inclusive() -> None:
    largest = packet(2, b"\x07" + bytes(LIMITS.packet_size - 7))
    excess = len(largest) - LIMITS.packet_size
    assert "version 7" in refused(packet(2, b"\x07" + bytes(LIMITS.packet_size - 7 - excess)))
    assert "larger than" in refused(packet(2, b"\x07" + bytes(LIMITS.packet_size - 6 - excess)))
