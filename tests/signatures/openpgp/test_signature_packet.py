"""One version 4 signature packet of class 0x00, to the last byte (ATTACKS S3, O9, O10, O11, O12)."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.model import LIMITS
from gitsig.signatures.openpgp.packet import read_signature
from tests.keys.openpgp.handmade import ed25519_key, mpi, packet, rsa_key, signature, subpacket
from tests.support.gnupg import BIRTH

KEY = ed25519_key()
PAYLOAD = b"payload"
TIME = subpacket(2, BIRTH.to_bytes(4))
ISSUER = bytes.fromhex(KEY.fingerprint)
GOOD = signature(KEY, PAYLOAD)


def read(**options):
    return read_signature(packet(2, signature(KEY, PAYLOAD, **options)))


def test_a_plain_signature():
    found = read(digest="sha512", created=BIRTH)
    assert (found.version, found.algorithm, found.digest) == (4, 22, "sha512")
    assert (found.created, found.expires_at, found.beyond) == (BIRTH, None, "")
    assert (found.issuer_fingerprint, found.issuer_key_id) == (KEY.fingerprint, KEY.fingerprint[-16:])
    value = hashlib.sha512(PAYLOAD + found.trailer).digest()
    assert found.numbers == KEY.numbers(value, "sha512")


def test_an_expiry():
    assert read(hashed=[TIME, subpacket(3, (60).to_bytes(4))]).expires_at == BIRTH + 60
    assert read(hashed=[TIME, subpacket(3, bytes(4))]).expires_at is None
    assert read(hashed=[TIME], unhashed=[subpacket(3, (60).to_bytes(4))]).expires_at is None


@pytest.mark.parametrize("where", ["hashed", "unhashed"])
def test_issuers_are_taken_from_either_area(where):
    areas = {"hashed": [TIME], "unhashed": []}
    areas[where] = [*areas[where], subpacket(16, ISSUER[-8:]), subpacket(33, b"\x04" + ISSUER)]
    found = read(**areas)
    assert (found.issuer_fingerprint, found.issuer_key_id) == (KEY.fingerprint, KEY.fingerprint[-16:])


def test_no_issuer_names_nobody():
    found = read(hashed=[TIME], unhashed=[])
    assert (found.issuer_fingerprint, found.issuer_key_id) == (None, None)


@pytest.mark.parametrize(
    "issuer",
    [
        subpacket(16, ISSUER[-7:]),
        subpacket(16, ISSUER),
        subpacket(33, ISSUER),
        subpacket(33, b"\x05" + ISSUER),
        subpacket(33, b"\x06" + bytes(32)),
        subpacket(33, b""),
    ],
)
def test_an_issuer_outside_the_grammar_names_nobody(issuer):
    found = read(hashed=[TIME, issuer], unhashed=[])
    assert (found.issuer_fingerprint, found.issuer_key_id) == (None, None)


def test_the_first_issuer_counts_and_the_hashed_area_comes_first():
    other = subpacket(33, b"\x04" + bytes(20))
    found = read(hashed=[TIME, subpacket(33, b"\x04" + ISSUER), other], unhashed=[other])
    assert found.issuer_fingerprint == KEY.fingerprint


@pytest.mark.parametrize("areas", [([16], [33]), ([33], [16]), ([16, 33], []), ([], [33, 16])])
def test_issuers_that_disagree_are_malformed(areas):
    bodies = {16: subpacket(16, bytes(8)), 33: subpacket(33, b"\x04" + ISSUER)}
    hashed, unhashed = ([bodies[kind] for kind in area] for area in areas)
    with pytest.raises(MalformedSignature, match="two different keys"):
        read(hashed=[TIME, *hashed], unhashed=unhashed)


@pytest.mark.parametrize("kind", [20, 27, 32, 4, 60, 100, 0])
@pytest.mark.parametrize("where", ["hashed", "unhashed"])
def test_unknown_subpackets_matter_only_if_they_are_critical(kind, where):
    for critical in (False, True):
        areas = {"hashed": [TIME], "unhashed": []}
        areas[where] = [*areas[where], subpacket(kind, b"whatever", critical=critical)]
        assert bool(read(**areas).beyond) == critical


@pytest.mark.parametrize("kind", [16, 33, 26, 28])
def test_critical_subpackets_that_are_understood(kind):
    bodies = {16: ISSUER[-8:], 33: b"\x04" + ISSUER}
    assert not read(hashed=[TIME, subpacket(kind, bodies.get(kind, b"x"), critical=True)]).beyond
    assert not read(hashed=[subpacket(2, TIME[2:], critical=True), subpacket(3, bytes(4), critical=True)]).beyond


@pytest.mark.parametrize("kind", [2, 3, 26, 28])
def test_critical_subpackets_that_were_not_signed_go_to_gnupg(kind):
    assert read(hashed=[TIME], unhashed=[subpacket(kind, bytes(4), critical=True)]).beyond


def test_two_times_go_to_gnupg():
    assert read(hashed=[TIME, TIME]).beyond == "two creation times"
    for first, second in [(5, 5), (0, 5), (5, 0)]:
        lifetimes = [subpacket(3, each.to_bytes(4)) for each in (first, second)]
        assert read(hashed=[TIME, *lifetimes]).beyond == "two expiration times"


@pytest.mark.parametrize(
    ("hashed", "unhashed"),
    [
        ([], []),
        ([], [TIME]),
        ([subpacket(33, b"\x04" + ISSUER)], [TIME]),
        ([subpacket(2, bytes(3))], []),
        ([subpacket(2, bytes(5))], []),
        ([subpacket(2, b"")], []),
        ([TIME, subpacket(3, bytes(8))], []),
        ([TIME, b"\x00"], []),
        ([TIME, b"\x09\x10"], []),
        ([TIME], [b"\xff\xff\xff\xff\xff\x10"]),
    ],
)
def test_areas_outside_the_grammar_are_malformed(hashed, unhashed):
    with pytest.raises(MalformedSignature):
        read(hashed=hashed, unhashed=unhashed)


@pytest.mark.parametrize("version", [3, 4])
def test_every_other_class_is_malformed(version):
    body = bytearray(signature(KEY, PAYLOAD, version=version))
    for sig_class in range(1, 256):
        body[2 if version == 3 else 1] = sig_class
        with pytest.raises(MalformedSignature, match=f"class 0x{sig_class:02x}"):
            read_signature(packet(2, bytes(body)))


@pytest.mark.parametrize("version", [5, 6])
def test_newer_versions_are_unsupported(version):
    with pytest.raises(UnsupportedSignature):
        read_signature(packet(2, bytes([version]) + GOOD[1:]))


@pytest.mark.parametrize("version", [0, 1, 2, 7, 255])
def test_other_versions_are_malformed(version):
    with pytest.raises(MalformedSignature):
        read_signature(packet(2, bytes([version]) + GOOD[1:]))


def test_version_3_is_left_to_gnupg():
    found = read_signature(packet(2, signature(rsa_key(1024), PAYLOAD, version=3, digest="sha1", created=BIRTH)))
    assert (found.version, found.algorithm, found.digest, found.created) == (3, 1, "sha1", BIRTH)
    assert (found.issuer_fingerprint, found.expires_at, found.trailer) == (None, None, b"")
    assert found.beyond == "a version 3 signature"


@pytest.mark.parametrize("body", [b"\x03", b"\x03\x05" + bytes(19), b"\x03\x06" + bytes(40)])
def test_version_3_that_is_cut_off_is_malformed(body):
    with pytest.raises(MalformedSignature):
        read_signature(packet(2, body))


PACKETS = {
    "two": packet(2, GOOD) * 2,
    "two by two": packet(2, GOOD) + packet(2, signature(ed25519_key(2), PAYLOAD)),
    "one-pass, literal, signature": packet(4, bytes(13)) + packet(11, b"b\0\0\0\0\0hello") + packet(2, GOOD),
    "literal": packet(11, b"b\0\0\0\0\0hello"),
    "compressed": packet(8, b"\x00hello"),
    "encrypted": packet(18, b"\x01"),
    "marker first": packet(10, b"PGP") + packet(2, GOOD),
    "marker behind": packet(2, GOOD) + packet(10, b"PGP"),
    "padding behind": packet(2, GOOD) + packet(21, b"x"),
    "key behind": packet(2, GOOD) + packet(6, KEY.body),
    "user ID": packet(13, b"Ada"),
    "nothing": b"",
    "empty": packet(2, b""),
    "byte behind": packet(2, GOOD) + b"\0",
    "partial length": b"\xc2\xe0" + GOOD,
    "indeterminate length": b"\x8b" + GOOD,
    "cut off": packet(2, GOOD)[:-1],
    "only a head": packet(2, GOOD[:4]),
    "huge": packet(2, GOOD + bytes(LIMITS.packet_size)),
    "many": b"\xc2\x00" * 16000,
}


@pytest.mark.parametrize("data", PACKETS.values(), ids=PACKETS.keys())
def test_anything_but_one_signature_packet_is_malformed(data):
    with pytest.raises(MalformedSignature):
        read_signature(data)


def test_every_truncation_of_the_body_is_malformed():
    """Up to the numbers, whose own reader follows."""
    fixed = len(GOOD) - len(read_signature(packet(2, GOOD)).numbers)
    for size in range(fixed + 2):
        with pytest.raises(MalformedSignature):
            read_signature(packet(2, GOOD[:size]))


def test_the_trailer_is_that_of_the_rfc():
    """RFC 9580 §5.2.4: version to hashed area, then 0x04 0xFF and the length of that in four octets."""
    found = read(hashed=[TIME], unhashed=[])
    head = b"\x04\x00\x16\x08\x00\x06" + TIME
    assert found.trailer == head + b"\x04\xff\x00\x00\x00\x0c"


@given(st.binary(max_size=80))
def test_random_bodies_are_read_or_refused(data):
    for body in (data, b"\x04" + data, b"\x04\x00\x16\x08" + data, b"\x03\x05\x00" + data):
        try:
            found = read_signature(packet(2, body))
        except (MalformedSignature, UnsupportedSignature):
            continue
        assert body.endswith(found.numbers)
        assert found.created is not None


def test_numbers_stay_as_they_are():
    found = read_signature(packet(2, signature(KEY, PAYLOAD, trailing=mpi(7))))
    assert found.numbers.endswith(mpi(7))
