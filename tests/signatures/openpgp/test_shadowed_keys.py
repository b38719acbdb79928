"""A key that two certificates claim (K3, K4, CVE-2025-30258): the thief gains nothing, the owner loses nothing."""

from __future__ import annotations

import pytest

from gitsig.model import Outcome
from tests.keys.openpgp.handmade import (
    SIGN,
    armor,
    back_signature,
    bound_subkey,
    certificate,
    ed25519_key,
    packet,
    rsa_key,
    signature,
)
from tests.signatures.openpgp.conftest import PAYLOAD
from tests.support.gnupg import BIRTH, packets

ALICE, SUB, MALLORY = ed25519_key(1), ed25519_key(2), ed25519_key(3)
HONEST = certificate(ALICE, b"Alice", bound_subkey(ALICE, SUB.body, back=back_signature(ALICE, SUB)))


def stolen(body: bytes, **options: object) -> bytes:
    return certificate(MALLORY, b"Mallory", bound_subkey(MALLORY, body, **options))


THEFTS = {
    "without back-signature": stolen(SUB.body),
    "without key flags": stolen(SUB.body, flags=None),
    "back-signature for Alice": stolen(SUB.body, back=back_signature(ALICE, SUB)),
    "back-signature by Mallory": stolen(SUB.body, back=signature(MALLORY, MALLORY.hashed + SUB.hashed, 0x19)),
    "back-signature of nothing": stolen(SUB.body, back=signature(SUB, b"", 0x19)),
    "back-signature of another class": stolen(SUB.body, back=signature(SUB, MALLORY.hashed + SUB.hashed, 0x18)),
    "for encryption": stolen(SUB.body, flags=0x0C),
    "twice": stolen(SUB.body) + bound_subkey(MALLORY, SUB.body, back=back_signature(ALICE, SUB)),
    "alice's binding too": stolen(SUB.body) + bound_subkey(ALICE, SUB.body, back=back_signature(ALICE, SUB)),
}

MODES = pytest.mark.parametrize(
    "mode", [{}, {"cross_check": True}, {"gnupg_only": True}], ids=["auto", "cross-check", "gnupg"]
)


def sign(key, payload: bytes = PAYLOAD) -> bytes:
    return armor(packet(2, signature(key, payload)))


@MODES
@pytest.mark.parametrize("theft", THEFTS.values(), ids=THEFTS.keys())
def test_a_stolen_subkey_signs_for_nobody(engine, theft, mode):
    check = engine(theft, **mode)
    for _ in range(2):
        found = check.examine(PAYLOAD, sign(SUB), None)
        assert (found.outcome, found.vouched) == (Outcome.VERIFIED, False)
        assert found.detail
    assert check.examine(PAYLOAD, sign(MALLORY), None).vouched


@MODES
@pytest.mark.parametrize("theft", THEFTS.values(), ids=THEFTS.keys())
@pytest.mark.parametrize("first", ["thief", "owner"])
def test_the_owner_is_not_disturbed(engine, theft, first, mode):
    files = (theft, HONEST) if first == "thief" else (HONEST, theft)
    check = engine(*files, **mode)
    for _ in range(2):
        found = check.examine(PAYLOAD, sign(SUB), None)
        assert (found.outcome, found.vouched) == (Outcome.VERIFIED, True)
        assert (found.fingerprint, found.key_fingerprint) == (ALICE.fingerprint, SUB.fingerprint)
    assert check.examine(PAYLOAD + b"x", sign(SUB), None).outcome == Outcome.BAD
    for key in (ALICE, MALLORY):
        assert check.examine(PAYLOAD, sign(key), None).fingerprint == key.fingerprint


@MODES
@pytest.mark.parametrize("first", ["thief", "owner"])
def test_a_stolen_primary_key(engine, first, mode):
    theft = stolen(ALICE.body)
    check = engine(*((theft, HONEST) if first == "thief" else (HONEST, theft)), **mode)
    found = check.examine(PAYLOAD, sign(ALICE), None)
    assert (found.outcome, found.vouched, found.fingerprint) == (Outcome.VERIFIED, True, ALICE.fingerprint)


@MODES
def test_a_revocation_of_the_stolen_copy_does_not_reach_the_owner(engine, mode):
    """Mallory revokes the subkey in her own certificate."""
    revocation = packet(2, signature(MALLORY, MALLORY.hashed + SUB.hashed, 0x28, created=BIRTH + 90))
    check = engine(stolen(SUB.body) + revocation, HONEST, **mode)
    assert check.examine(PAYLOAD, sign(SUB), None).fingerprint == ALICE.fingerprint
    owner, thief = (check._keys.find(each.fingerprint, SUB.fingerprint).facts for each in (ALICE, MALLORY))
    assert not owner.revocations
    assert thief.revocations


@MODES
def test_the_subkey_of_a_real_certificate(gnupg, engine, mode):
    """The packet as GnuPG made it, moved to another certificate."""
    ada, mallory = gnupg.fingerprint("ada@example.org"), ed25519_key(9)
    (sub,) = gnupg.subkeys(ada)
    raw = packets(gnupg.export(ada))
    body = raw[raw.index(b"\xb8\x33") + 2 :][:0x33]
    theft = certificate(mallory, b"Mallory", bound_subkey(mallory, body))
    signed = gnupg.sign_cached(PAYLOAD, sub, at=BIRTH + 60)
    alone = engine(theft, **mode).examine(PAYLOAD, signed, None)
    assert (alone.outcome, alone.vouched, alone.fingerprint) == (Outcome.VERIFIED, False, mallory.fingerprint)
    both = engine(theft, gnupg.export(ada), **mode).examine(PAYLOAD, signed, None)
    assert (both.outcome, both.vouched, both.fingerprint) == (Outcome.VERIFIED, True, ada)


@pytest.mark.parametrize("mode", [{}, {"gnupg_only": True}])
def test_what_only_gnupg_can_check_is_no_way_around(engine, mode):
    """A version 3 signature by a subkey that must not sign, or that nothing shows to be Mallory's."""
    sub = rsa_key(1024)
    signed = armor(packet(2, signature(sub, PAYLOAD, version=3)))
    for options in ({"flags": 0x0C}, {"flags": SIGN}, {"back": back_signature(ALICE, sub)}):
        found = engine(stolen(sub.body, **options), **mode).examine(PAYLOAD, signed, None)
        assert found.outcome == Outcome.ERROR or not found.vouched
    owner = certificate(ALICE, b"Alice", bound_subkey(ALICE, sub.body, back=back_signature(ALICE, sub)))
    for options in ({"flags": 0x0C}, {"flags": SIGN}, {"back": back_signature(ALICE, sub)}):
        found = engine(stolen(sub.body, **options), owner, **mode).examine(PAYLOAD, signed, None)
        assert (found.outcome, found.vouched, found.fingerprint) == (Outcome.VERIFIED, True, ALICE.fingerprint)
