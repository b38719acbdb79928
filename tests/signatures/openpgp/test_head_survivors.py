"""Single demands of the head's reader that no other test makes; all is read twice, the second time remembered."""

from __future__ import annotations

import pytest

from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.signatures.openpgp.head import digest_name
from gitsig.signatures.openpgp.packet import SignaturePacket, read_signature
from tests.keys.openpgp.handmade import ed25519_key, packet, signature, subpacket
from tests.support.gnupg import BIRTH

KEY = ed25519_key()
PAYLOAD = b"payload"
TIME = subpacket(2, BIRTH.to_bytes(4))
FALSE_TIME = b"\x05\x02" + (BIRTH + 99).to_bytes(4)
ISSUER = b"\x04" + bytes.fromhex(KEY.fingerprint)


def read(*hashed: bytes, unhashed: tuple[bytes, ...] = ()) -> SignaturePacket:
    data = packet(2, signature(KEY, PAYLOAD, hashed=list(hashed), unhashed=list(unhashed)))
    first, second = read_signature(data), read_signature(data)
    assert first == second
    return first


def test_the_digests_of_the_rfc() -> None:
    """RFC 9580 §9.5, table 23; 4 to 7 and 13 are reserved."""
    names = ("md5", "sha1", "ripemd160", "sha256", "sha384", "sha512", "sha224", "sha3-256", "sha3-512")
    for number, name in zip((1, 2, 3, 8, 9, 10, 11, 12, 14), names, strict=True):
        assert digest_name(number) == name
    for number in (0, 4, 5, 6, 7, 13, 15, 110):
        with pytest.raises(UnsupportedSignature):
            digest_name(number)


@pytest.mark.parametrize("kind", [33, 0x80 | 33])
@pytest.mark.parametrize("more", [b"", b"x", b"x" * 20])
def test_a_time_inside_a_long_issuer_is_none(kind: int, more: bytes) -> None:
    """What stands where honest signers put the creation time counts only if it is a subpacket of its own."""
    longer = subpacket(kind & 0x7F, ISSUER + FALSE_TIME + more, critical=kind > 0x7F)
    found = read(longer, TIME)
    assert (found.created, found.issuer_fingerprint) == (BIRTH, None)


def test_a_time_inside_another_subpacket_is_none() -> None:
    for value in (FALSE_TIME, b"x" + FALSE_TIME, b"x" * 23 + FALSE_TIME, b"x" * 22 + FALSE_TIME):
        assert read(subpacket(20, value), TIME).created == BIRTH
        assert read(TIME, subpacket(20, value)).created == BIRTH
        assert read(subpacket(33, ISSUER), subpacket(20, value), TIME).created == BIRTH


def test_two_signatures_of_one_key_keep_their_own_times() -> None:
    for head in ((), (subpacket(33, ISSUER),), (subpacket(33, ISSUER, critical=True),)):
        for critical in (False, True):
            for moment in (0, 1, BIRTH, 0xFFFFFFFF):
                found = read(*head, subpacket(2, moment.to_bytes(4), critical=critical))
                assert (found.created, found.beyond, found.expires_at) == (moment, "", None)
                assert found.issuer_fingerprint == (KEY.fingerprint if head else None)


def test_a_lifetime_of_nothing_twice_is_still_two() -> None:
    assert read(TIME, subpacket(3, bytes(4)), subpacket(3, bytes(4))).beyond == "two expiration times"
    assert read(subpacket(2, bytes(4)), subpacket(2, bytes(4))).beyond == "two creation times"


def test_a_head_too_long_to_be_remembered() -> None:
    for size in range(440, 520):
        found = read(TIME, subpacket(20, bytes(size)), subpacket(16, ISSUER[-8:]))
        assert (found.created, found.issuer_key_id) == (BIRTH, KEY.fingerprint[-16:])


def test_the_first_key_id_counts() -> None:
    assert (
        read(TIME, subpacket(16, bytes(7) + b"\x01"), subpacket(16, bytes(7) + b"\x02")).issuer_key_id == "0" * 15 + "1"
    )


@pytest.mark.parametrize("issuer", [subpacket(33, bytes(8)), subpacket(16, ISSUER)])
def test_issuers_of_the_other_kind_s_size_name_nobody(issuer: bytes) -> None:
    for found in (read(TIME, issuer), read(TIME, unhashed=(issuer,))):
        assert (found.issuer_fingerprint, found.issuer_key_id) == (None, None)


def test_what_no_reader_knows_is_named() -> None:
    body = signature(KEY, PAYLOAD)
    with pytest.raises(UnsupportedSignature, match="digest algorithm 99"):
        read_signature(packet(2, body[:3] + b"\x63" + body[4:]))
    with pytest.raises(MalformedSignature, match="text-mode"):
        read_signature(packet(2, body[:1] + b"\x01" + body[2:]))
