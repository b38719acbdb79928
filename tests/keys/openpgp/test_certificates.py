"""Certificates out of key files: what is kept, what is left out, what is refused (ATTACKS K2, K3, K18)."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitsig.errors import PolicyFault
from gitsig.keys.openpgp.certificate import Certificate, Component, read_certificates
from gitsig.keys.openpgp.packets import SIGNATURE, USER_ID, read_packets
from gitsig.model import Limits
from tests.keys.openpgp.handmade import (
    CERTIFY,
    SIGN,
    armor,
    back_signature,
    bound_subkey,
    certificate,
    certification,
    ed25519_key,
    packet,
    signature,
    subpacket,
    user_id,
)
from tests.support.gnupg import BIRTH, packets

ADA, SUB, MALLORY = ed25519_key(1), ed25519_key(2), ed25519_key(3)
NAME = b"Ada <ada@example.org>"
PLAIN = certificate(ADA, NAME)
WHOLE = certificate(ADA, NAME, bound_subkey(ADA, SUB.body, back=back_signature(ADA, SUB)))


def block(data: bytes) -> bytes:
    return armor(data, "PUBLIC KEY BLOCK")


def fingerprints(data: bytes) -> list[list[str]]:
    return [[each.key.fingerprint for each in found.keys] for found in read_certificates(data, "key.asc")]


def test_a_certificate_of_gnupg_is_kept_whole(gnupg):
    ada = gnupg.fingerprint("ada@example.org")
    armored = gnupg.export(ada)
    (found,) = read_certificates(armored, "ada.asc")
    assert found.packets == packets(armored)
    assert [each.key.fingerprint for each in found.keys] == [ada, *gnupg.subkeys(ada)]
    assert found.primary.fingerprint == ada
    assert all(map(found.has_back_signature, found.keys))
    assert not any(map(found.weak_self_signatures, found.keys))


@pytest.mark.parametrize(
    "data",
    [
        WHOLE,
        block(WHOLE),
        block(WHOLE).replace(b"\n", b"\r\n"),
        block(WHOLE).replace(b"BLOCK-----\n", b"BLOCK-----\nVersion: x\nComment:\n", 1),
        block(WHOLE).replace(b"-----END", b"=AAAA\n\n-----END"),
        b"Ada's key, fetched today\n\n" + block(WHOLE) + b"\nthat was it\n",
    ],
)
def test_the_same_certificate_in_other_clothes(data):
    assert fingerprints(data) == [[ADA.fingerprint, SUB.fingerprint]]


@pytest.mark.parametrize("data", [PLAIN + certificate(MALLORY), block(PLAIN) + block(certificate(MALLORY))])
def test_several_certificates_in_one_file(data):
    assert fingerprints(data) == [[ADA.fingerprint], [MALLORY.fingerprint]]


def test_what_others_certified_is_left_out(gnupg):
    ada, mallory = gnupg.fingerprint("ada@example.org"), gnupg.fingerprint("mallory@example.net")
    home = gnupg.clone()
    try:
        before = packets(home.export(ada))
        home.run("--batch", "--yes", "--local-user", mallory, "--quick-sign-key", ada, at=BIRTH + 100)
        after = home.export(ada)
    finally:
        home.close()
    assert packets(after) != before
    (found,) = read_certificates(after, "ada.asc")
    assert found.packets == before


def test_a_flooded_certificate_gets_its_size_back():
    flood = b"".join(certification(ed25519_key(10 + at), ADA, NAME) for at in range(200))
    (found,) = read_certificates(PLAIN + flood, "ada.asc")
    assert found.packets == PLAIN


def test_a_designated_revoker_is_heard_but_not_two_hundred():
    """Whether a revocation by somebody else counts is for GnuPG to say."""
    revocation = packet(2, signature(MALLORY, ADA.hashed, 0x20))
    direct = packet(2, signature(MALLORY, ADA.hashed, 0x1F))
    (found,) = read_certificates(packet(6, ADA.body) + revocation * 200 + direct + user_id(ADA, NAME), "ada.asc")
    assert found.packets == packet(6, ADA.body) + revocation * 16 + user_id(ADA, NAME)


def test_photo_ids_and_their_signatures_are_left_out():
    photo = packet(17, b"\x05\x01jpeg") + packet(2, signature(ADA, b"whatever", 0x13))
    (found,) = read_certificates(PLAIN + photo + bound_subkey(ADA, SUB.body), "ada.asc")
    assert found.packets == PLAIN + bound_subkey(ADA, SUB.body)


def test_what_is_none_of_the_certificate_is_left_out():
    trust, marker, padding, unknown = packet(12, b"\x3c"), packet(10, b"PGP"), packet(21, b"xx"), packet(60, b"?")
    (found,) = read_certificates(marker + PLAIN + trust + padding + unknown, "ada.asc")
    assert found.packets == PLAIN


@pytest.mark.parametrize("version", [2, 3, 5, 6])
def test_a_subkey_of_another_version_does_not_hurt_the_others(version):
    strange = packet(14, bytes([version]) + SUB.body[1:]) + packet(2, signature(ADA, b"", 0x18))
    assert fingerprints(PLAIN + strange + bound_subkey(ADA, SUB.body)) == [[ADA.fingerprint, SUB.fingerprint]]


@pytest.mark.parametrize(
    "body", [b"", b"\x04", b"\x05rest", b"\x04\x18\x16\x08\xff\xff", b"\x04\x18\x16\x08\x00\x01\x07", b"\x03\x05\x18"]
)
def test_a_signature_that_cannot_be_read_is_left_out(body):
    (found,) = read_certificates(PLAIN + packet(2, body), "ada.asc")
    assert found.packets == PLAIN


def test_expired_and_revoked_subkeys_stay(gnupg):
    """`export-clean` would drop them, and every old signature by them would turn unknown."""
    home = gnupg.clone()
    try:
        ada = home.fingerprint("ada@example.org")
        expired = home.add_subkey(ada, expire="seconds=60")
        revoked = home.subkeys(ada)[0]
        home.revoke_subkey(ada, revoked, at=BIRTH + 100)
        exported = home.export(ada)
    finally:
        home.close()
    assert fingerprints(exported) == [[ada, revoked, expired]]
    (found,) = read_certificates(exported, "ada.asc")
    assert found.packets == packets(exported)


SUBKEY_BINDING = {
    "good": (bound_subkey(ADA, SUB.body, back=back_signature(ADA, SUB)), True),
    "missing": (bound_subkey(ADA, SUB.body), False),
    "of another class": (bound_subkey(ADA, SUB.body, back=signature(SUB, ADA.hashed + SUB.hashed, 0x18)), False),
    "not to be read": (bound_subkey(ADA, SUB.body, back=b"\x04\x19"), False),
    "certified only": (packet(14, SUB.body) + packet(2, signature(ADA, b"", 0x1F)), False),
}


@pytest.mark.parametrize(("subkey", "present"), SUBKEY_BINDING.values(), ids=SUBKEY_BINDING.keys())
def test_whether_a_back_signature_is_there(subkey, present):
    (found,) = read_certificates(PLAIN + subkey, "ada.asc")
    primary, sub = found.keys
    assert found.has_back_signature(primary)
    assert found.has_back_signature(sub) == present


def weaknesses(*rest: bytes, digest: str = "sha256") -> list[tuple[str, ...]]:
    data = packet(6, ADA.body) + user_id(ADA, NAME, digest=digest) + b"".join(rest)
    (found,) = read_certificates(data, "ada.asc")
    return [found.weak_self_signatures(each) for each in found.keys]


def test_weak_self_signatures_are_named():
    strong, weak = back_signature(ADA, SUB), back_signature(ADA, SUB, digest="sha1")
    uid = "every user ID's newest self-signature uses SHA-1"
    binding, back = "the subkey's binding signature uses SHA-1", "the subkey's back-signature uses SHA-1"
    assert weaknesses(bound_subkey(ADA, SUB.body, back=strong)) == [(), ()]
    assert weaknesses(bound_subkey(ADA, SUB.body, back=strong), digest="sha1") == [(uid,), (uid,)]
    assert weaknesses(bound_subkey(ADA, SUB.body, back=strong, digest="sha1")) == [(), (binding,)]
    assert weaknesses(bound_subkey(ADA, SUB.body, back=weak)) == [(), (back,)]
    assert weaknesses(bound_subkey(ADA, SUB.body, digest="sha1")) == [(), (binding,)]
    assert weaknesses(user_id(ADA, b"other"), digest="sha1") == [()]
    assert weaknesses(user_id(ADA, b"other", digest="md5"), digest="sha1") == [
        ("every user ID's newest self-signature uses MD5 or SHA-1",)
    ]


def test_the_newest_signature_counts():
    older = bound_subkey(ADA, SUB.body, back=back_signature(ADA, SUB), digest="sha1")
    newer = bound_subkey(ADA, SUB.body, back=back_signature(ADA, SUB), created=BIRTH + 9)[len(packet(14, SUB.body)) :]
    assert weaknesses(older + newer) == [(), ()]
    assert weaknesses(packet(14, SUB.body), newer, older[len(packet(14, SUB.body)) :]) == [(), ()]


def test_gnupg_makes_weak_self_signatures_too(gnupg):
    home = gnupg.clone()
    try:
        options = ["--batch", "--cert-digest-algo", "SHA1", "--quick-generate-key"]
        home.run(*options, "Old <old@example.org>", "ed25519", "sign", "0", at=BIRTH)
        (found,) = read_certificates(home.export("old@example.org"), "old.asc")
    finally:
        home.close()
    assert found.weak_self_signatures(found.keys[0]) == ("every user ID's newest self-signature uses SHA-1",)


def test_version_3_self_signatures_are_kept():
    old = packet(2, signature(ADA, b"", 0x10, version=3, digest="sha1"))
    (found,) = read_certificates(packet(6, ADA.body) + packet(13, NAME) + old, "old.asc")
    assert found.packets.endswith(old)
    assert found.weak_self_signatures(found.keys[0])


REFUSED = {
    "empty": b"",
    "text": b"no key at all\n",
    "junk": b"\x99" + bytes(range(100)),
    "a signature": packet(2, signature(ADA, b"x")),
    "a user ID first": user_id(ADA, NAME) + PLAIN,
    "only a marker": packet(10, b"PGP"),
    "cut off": PLAIN[:-5],
    "a version 5 key": packet(6, b"\x05" + ADA.body[1:]),
    "a huge key packet": packet(6, ADA.body + bytes(70_000)),
    "bytes behind it": PLAIN + b"\n",
    "armor without body": block(b""),
    "armor of a signature": armor(packet(2, signature(ADA, b"x"))),
    "a block of another kind too": block(PLAIN) + armor(packet(2, signature(ADA, b"x"))),
    "armor without END": block(PLAIN)[:-20],
    "armor with text inside": block(PLAIN).replace(b"\n\n", b"\n\n!hello\n", 1),
    "damaged base64": block(PLAIN).replace(b"-----END", b"A\n-----END"),
    "base64 behind the padding": block(PLAIN + b"x").replace(b"-----END", b"AAAA\n-----END"),
    "armored again": block(block(PLAIN)),
    "UTF-16": b"\xff\xfe" + block(PLAIN).decode().encode("utf-16-le"),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_the_policys_fault(data):
    with pytest.raises(PolicyFault) as caught:
        read_certificates(data, "keys/ada.asc")
    assert caught.value.where == "keys/ada.asc"
    assert caught.value.mend


def test_private_keys_are_refused(gnupg):
    secret = gnupg.run("--batch", "--armor", "--export-secret-keys", "ada@example.org")
    stub = packet(6, ADA.body) + packet(7, SUB.body)
    for data in (secret, gnupg.run("--batch", "--export-secret-keys", "ada@example.org"), stub, packet(5, ADA.body)):
        with pytest.raises(PolicyFault, match="a private key, which must not be here"):
            read_certificates(data, "ada.asc")


def test_a_huge_file_is_not_even_looked_at():
    with pytest.raises(PolicyFault, match="larger than 100 bytes"):
        read_certificates(PLAIN, "ada.asc", Limits(certificate_size=100))


@settings(deadline=None)
@given(st.data())
def test_no_mutation_escapes(data):
    """Bytes changed, cut and put in: certificates, or a fault of the policy."""
    whole = bytearray(data.draw(st.sampled_from([WHOLE, block(WHOLE), PLAIN + b"".join([WHOLE] * 2)])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole)))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        found = read_certificates(bytes(whole), "key.asc")
    except PolicyFault:
        return
    for each in found:
        assert each.primary
        for component in each.keys:
            each.weak_self_signatures(component)
            each.has_back_signature(component)
        tags = [item.tag for item in read_packets(each.packets)]
        assert set(tags) <= {SIGNATURE, 6, 14, USER_ID}
        assert read_certificates(each.packets, "again")[0].packets == each.packets


def test_a_certificate_without_a_key_is_none():
    with pytest.raises(ValueError, match="primary key"):
        _ = Certificate((Component(None, b"Ada", ()),), b"").primary


HOSTILE = {
    "header lines": b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n" + b"A: \n" * 200_000,
    "white space": b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" + b" \n" * 400_000,
    "checksums": b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" + b"=AAAA\n\n" * 100_000,
    "beginnings": b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" * 20_000,
    "base64": b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" + b64encode(bytes(60)) * 8000,
    "packets": PLAIN[:-1] + b"\xc2\x00" * 100_000,
    "user IDs": PLAIN + b"\xcd\x00" * 2_000_000,
    "signatures": PLAIN + b"\xc2\x00" * 2_000_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_refused_in_linear_time(data):
    with pytest.raises(PolicyFault):
        read_certificates(data, "key.asc")


def test_flags_do_not_matter_here():
    """Capabilities are GnuPG's to tell: nothing is left out for their sake."""
    for flags in (0, CERTIFY, SIGN, 0x0C):
        assert fingerprints(PLAIN + bound_subkey(ADA, SUB.body, flags=flags)) == [[ADA.fingerprint, SUB.fingerprint]]
    odd = packet(2, signature(ADA, b"", 0x18, hashed=[subpacket(2, b"")], unhashed=[]))
    assert fingerprints(PLAIN + packet(14, SUB.body) + odd) == [[ADA.fingerprint, SUB.fingerprint]]
