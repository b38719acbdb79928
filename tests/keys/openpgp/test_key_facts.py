"""What GnuPG says of real certificates, as facts: expiry, revocation, capability (ATTACKS S5, K4, K7)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gitsig.keys.openpgp import signingkey
from gitsig.keys.openpgp.keyring import OpenPGPKeys
from gitsig.keys.openpgp.listing import ListedKey
from gitsig.keys.openpgp.signingkey import from_json, to_json
from gitsig.model import KeyFacts, Revocation, SignatureFormat
from tests.keys.openpgp.handmade import bound_subkey, certificate, ed25519_key, packet, rsa_key, signature, user_id
from tests.support.gnupg import BIRTH, GnupgHome

HOUR = 3600
REASONS = {
    0: Revocation(BIRTH + HOUR, True, "no reason given"),
    1: Revocation(BIRTH + HOUR, False, "superseded"),
    2: Revocation(BIRTH + HOUR, True, "compromised"),
    3: Revocation(BIRTH + HOUR, False, "retired"),
}


@pytest.fixture
def home(gnupg: GnupgHome) -> Iterator[GnupgHome]:
    with gnupg.clone() as twin:
        yield twin


def facts(keys: OpenPGPKeys) -> dict[str, KeyFacts]:
    return {key.facts.fingerprint: key.facts for key in keys.all_keys()}


def test_plain_keys(gnupg, store):
    ada, bob = gnupg.fingerprint("ada@example.org"), gnupg.fingerprint("bob@example.org")
    (sub,) = gnupg.subkeys(ada)
    found = facts(store(gnupg.export(ada, bob)))
    assert found == {
        ada: KeyFacts(SignatureFormat.OPENPGP, ada, ada, "ed25519", 256, BIRTH, names=("ada <ada@example.org>",)),
        sub: KeyFacts(SignatureFormat.OPENPGP, sub, ada, "ed25519", 256, BIRTH, names=("ada <ada@example.org>",)),
        bob: KeyFacts(SignatureFormat.OPENPGP, bob, bob, "rsa", 2048, BIRTH, names=("bob <bob@example.org>",)),
    }


@pytest.mark.parametrize(
    ("primary", "sub", "expected"),
    [
        ("0", "0", (None, None)),
        ("0", "seconds=3600", (None, 3600)),
        ("seconds=7200", "0", (7200, 7200)),
        ("seconds=7200", "seconds=3600", (7200, 3600)),
        ("seconds=3600", "seconds=7200", (3600, 3600)),
    ],
)
def test_the_earlier_expiry_counts(home, store, primary, sub, expected):
    ada = home.generate("eve", "eve@example.org", expire=primary)
    subkey = home.add_subkey(ada, expire=sub)
    found = facts(store(home.export(ada)))
    times = [None if each is None else BIRTH + each for each in expected]
    assert [found[ada].expires, found[subkey].expires] == times


@pytest.mark.parametrize("reason", REASONS)
def test_revocation_of_a_certificate(home, store, reason):
    ada = home.fingerprint("ada@example.org")
    (sub,) = home.subkeys(ada)
    home.revoke(ada, reason, at=BIRTH + HOUR)
    found = facts(store(home.export(ada)))
    assert found[ada].revocations == found[sub].revocations == (REASONS[reason],)


@pytest.mark.parametrize("reason", REASONS)
def test_revocation_of_a_subkey(home, store, reason):
    ada = home.fingerprint("ada@example.org")
    (sub,) = home.subkeys(ada)
    home.revoke_subkey(ada, sub, reason, at=BIRTH + HOUR)
    found = facts(store(home.export(ada)))
    assert found[sub].revocations == (REASONS[reason],)
    assert found[ada].revocations == ()


def test_both_revocations_are_told(home, store):
    ada = home.fingerprint("ada@example.org")
    (sub,) = home.subkeys(ada)
    home.revoke_subkey(ada, sub, 3, at=BIRTH + HOUR)
    home.revoke(ada, 2, at=BIRTH + HOUR)
    assert facts(store(home.export(ada)))[sub].revocations == (REASONS[3], REASONS[2])


def test_revocation_does_not_hide_behind_expiry(home, store):
    eve = home.generate("eve", "eve@example.org", expire="seconds=7200")
    sub = home.add_subkey(eve, expire="seconds=7200")
    home.revoke(eve, 2, at=BIRTH + HOUR)
    found = facts(store(home.export(eve)))
    for key in (eve, sub):
        assert found[key].expires == BIRTH + 7200
        assert found[key].revocations == (REASONS[2],)


def test_somebody_elses_revocation_does_not_count(store):
    """Mallory is known, too, but nobody named her as a revoker of Ada's key."""
    ada, mallory, sub = ed25519_key(1), ed25519_key(2), ed25519_key(3)
    name = b"Ada <ada@example.org>"
    on_key = packet(2, signature(mallory, ada.hashed, 0x20))
    on_sub = packet(2, signature(mallory, ada.hashed + sub.hashed, 0x28))
    data = packet(6, ada.body) + on_key + user_id(ada, name) + bound_subkey(ada, sub.body, flags=0x0C) + on_sub
    found = facts(store(data, certificate(mallory)))
    assert found[ada.fingerprint].revocations == ()
    assert found[sub.fingerprint].revocations == ()


def test_a_revocation_that_cannot_be_dated_is_the_worst(store):
    """GnuPG calls the key revoked and lists no verified revocation: never seen, and refused."""
    keys = store(certificate(ed25519_key(1)))
    (key,) = keys.all_keys()
    said = ListedKey(key.facts.primary, "r", 256, 22, BIRTH, None, True, key.facts.primary)
    assert signingkey._revocations(said, said) == (Revocation(0, True, "no reason given"),)


@pytest.mark.parametrize(
    ("flags", "can_sign"), [(0x02, True), (0x03, True), (0x01, False), (0x0C, False), (0x20, False)]
)
def test_capability_of_the_primary_key(store, flags, can_sign):
    key = ed25519_key(1)
    found = facts(store(certificate(key, flags=flags)))
    assert found[key.fingerprint].can_sign == can_sign


def test_capability_of_subkeys(home, store):
    ada = home.generate("eve", "eve@example.org", usage="cert")
    encrypts = home.add_subkey(ada, algo="cv25519", usage="encr")
    signs = home.add_subkey(ada)
    found = facts(store(home.export(ada)))
    assert {key: each.can_sign for key, each in found.items()} == {ada: False, encrypts: False, signs: True}
    assert (found[encrypts].algorithm, found[signs].algorithm, found[signs].bits) == ("ecdh", "ed25519", 256)
    assert not found[encrypts].unbound


def test_a_key_that_gnupg_calls_invalid_is_unbound():
    said = ListedKey("A" * 40, "i", 256, 22, BIRTH, None, True, "A" * 40)
    assert signingkey._unbound(said, False)


def test_a_signing_subkey_without_back_signature_is_unbound(store):
    ada, sub = ed25519_key(1), ed25519_key(2)
    found = facts(store(certificate(ada, b"Ada", bound_subkey(ada, sub.body))))
    assert "no back-signature" in found[sub.fingerprint].unbound
    assert not found[ada.fingerprint].unbound


def test_a_subkey_that_the_primary_key_never_bound_is_left_out(store):
    ada, sub, other = ed25519_key(1), ed25519_key(2), ed25519_key(3)
    loose = packet(14, sub.body) + packet(2, signature(other, ada.hashed + sub.hashed, 0x18, unhashed=[]))
    found = facts(store(certificate(ada, b"Ada", loose, bound_subkey(ada, other.body, flags=0x0C))))
    assert set(found) == {ada.fingerprint, other.fingerprint}


@pytest.mark.parametrize("bits", [1024, 2048])
def test_size_of_rsa_keys(store, bits):
    (key,) = store(certificate(rsa_key(bits))).all_keys()
    assert (key.facts.algorithm, key.facts.bits) == ("rsa", bits)


@pytest.mark.parametrize("separator", ["\u2028", "\x85"])
def test_a_name_with_a_line_separator_hurts_nobody(store, separator):
    name = f"Ada{separator}pub:{separator}[GNUPG:] IMPORT_OK{separator}".encode()
    ada, bob = ed25519_key(1), ed25519_key(2)
    keys = store(certificate(ada, name), certificate(bob))
    assert set(facts(keys)) == {ada.fingerprint, bob.fingerprint}
    assert not keys.warnings


def test_facts_survive_being_kept(gnupg, store):
    revoked = KeyFacts(
        SignatureFormat.OPENPGP,
        "A" * 40,
        "B" * 40,
        "rsa",
        2048,
        1,
        2,
        (Revocation(1, True, "x"),),
        False,
        "u",
        ("w",),
        ("n",),
    )
    (key, *_) = store(gnupg.export()).all_keys()
    key.facts = revoked
    key.public = type(key.public)("A" * 40, 1, 1, "", (b"\x01", b"\xff"))
    again = from_json(to_json(key))
    assert (again.facts, again.public, again.ring, again.name) == (
        revoked,
        key.public,
        key.ring,
        f"{'B' * 40}-{'A' * 40}",
    )
