"""SSH signatures by the real ssh-keygen, and by hand where it cannot make them."""

from __future__ import annotations

import hashlib
import pickle
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA512

from gitsig.keys.ssh import SSHKeys, parse_public_key
from gitsig.model import Evidence, Fido, Outcome, SignatureFormat
from gitsig.signatures.ssh.armor import dearmor
from gitsig.signatures.ssh.engine import SSHEngine

PAYLOAD = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nStory\n"


@pytest.mark.parametrize("digest", ["sha512", "sha256"])
def test_a_good_signature_is_verified(lab, key_name, digest):
    evidence = lab.engine("ed25519", key_name).examine(PAYLOAD, lab.sign(key_name, PAYLOAD, digest=digest), 1234)
    fingerprint = lab.key(key_name).fingerprint
    fido = Fido(True, False, 7) if key_name.startswith("sk-") else None
    assert evidence == Evidence(
        Outcome.VERIFIED,
        SignatureFormat.SSH,
        fingerprint=fingerprint,
        key_fingerprint=fingerprint,
        signed_at=1234,
        claimed=True,
        digest=digest,
        fido=fido,
    )


def test_the_hand_made_fido_signatures_are_good_for_openssh(lab, outcome):
    for name in ("sk-ed25519", "sk-ecdsa"):
        for flags in (0, 1, 4, 5, 0x40):
            assert outcome(name, PAYLOAD, lab.fido(name, PAYLOAD, flags=flags), openssh=True) == "verified"


def test_flags_and_counter_of_the_authenticator_are_told(lab):
    armored = lab.fido("sk-ecdsa", PAYLOAD, flags=4, counter=0xFFFFFFFF)
    assert lab.engine("sk-ecdsa").examine(PAYLOAD, armored, None).fido == Fido(False, True, 0xFFFFFFFF)


def test_without_a_claimed_date_there_is_none(lab):
    evidence = lab.engine("ed25519").examine(PAYLOAD, lab.sign("ed25519", PAYLOAD), None)
    assert evidence.outcome is Outcome.VERIFIED
    assert evidence.signed_at is None


def test_another_payload_is_a_bad_signature(lab, key_name):
    evidence = lab.engine(key_name).examine(PAYLOAD + b"\n", lab.sign(key_name, PAYLOAD), 0)
    assert (evidence.outcome, evidence.fingerprint) == (Outcome.BAD, lab.key(key_name).fingerprint)
    assert evidence.fido is None


def test_a_key_that_is_not_listed_is_unknown_and_named(lab, key_name):
    other = "rsa2048" if key_name == "ed25519" else "ed25519"
    evidence = lab.engine(other).examine(PAYLOAD, lab.sign(key_name, PAYLOAD), 0)
    fingerprint = lab.key(key_name).fingerprint
    assert (evidence.outcome, evidence.fingerprint) == (Outcome.UNKNOWN_KEY, fingerprint)
    assert evidence.key_fingerprint == fingerprint


def test_every_bit_of_the_blob_counts(lab, key_name):
    engine = lab.engine(key_name)
    blob = dearmor(lab.sign(key_name, PAYLOAD))
    assert engine.examine(PAYLOAD, lab.armor(blob), 0).outcome is Outcome.VERIFIED
    # Long blobs by a step that has no factor in common with eight, so that every byte and every place has its turn.
    for bit in range(0, len(blob) * 8, 1 if len(blob) < 256 else 3):
        flipped = bytearray(blob)
        flipped[bit // 8] ^= 1 << bit % 8
        assert engine.examine(PAYLOAD, lab.armor(flipped), 0).outcome is not Outcome.VERIFIED, bit


def test_every_bit_of_the_payload_counts(lab):
    engine, armored = lab.engine("ed25519"), lab.sign("ed25519", PAYLOAD)
    for bit in range(len(PAYLOAD) * 8):
        flipped = bytearray(PAYLOAD)
        flipped[bit // 8] ^= 1 << bit % 8
        assert engine.examine(bytes(flipped), armored, 0).outcome is Outcome.BAD


def test_every_bit_of_the_armor_counts(lab):
    engine, armored = lab.engine("ed25519"), lab.sign("ed25519", PAYLOAD)
    # The line feed behind the armor may turn into other white space.
    for bit in range((len(armored) - 1) * 8):
        flipped = bytearray(armored)
        flipped[bit // 8] ^= 1 << bit % 8
        assert engine.examine(PAYLOAD, bytes(flipped), 0).outcome is not Outcome.VERIFIED


def test_every_truncation_and_extension_is_malformed(lab, key_name):
    engine, blob = lab.engine(key_name), dearmor(lab.sign(key_name, PAYLOAD))
    for size in range(len(blob)):
        assert engine.examine(PAYLOAD, lab.armor(blob[:size]), 0).outcome is Outcome.MALFORMED
    assert engine.examine(PAYLOAD, lab.armor(blob + b"\0"), 0).outcome is Outcome.MALFORMED


def test_a_signature_cannot_be_read_as_one_by_another_key(lab):
    engine = lab.engine("ed25519", "sk-ed25519")
    inner = dearmor(lab.sign("ed25519", PAYLOAD))[-83:]
    assert inner.startswith(b"\0\0\0\x0bssh-ed25519")
    armored = lab.armor(lab.blob(lab.key("sk-ed25519").blob, inner))
    assert engine.examine(PAYLOAD, armored, 0).outcome is Outcome.MALFORMED


def test_fido_signature_with_bytes_behind_the_counter(lab, outcome):
    armored = lab.fido("sk-ed25519", PAYLOAD, tail=b"\0")
    assert outcome("sk-ed25519", PAYLOAD, armored, openssh=False) == "malformed"


def test_fido_application_is_part_of_what_is_signed(lab):
    blob = lab.sk_blob("sk-ed25519", application=b"ssh:other")
    signed = dearmor(lab.fido("sk-ed25519", PAYLOAD))
    armored = lab.armor(signed.replace(lab.string(lab.sk_blob("sk-ed25519")), lab.string(blob)))
    line = f"sk-ssh-ed25519@openssh.com {b64encode(blob).decode()}"
    engine = SSHEngine(SSHKeys([parse_public_key(line, "")]))
    assert engine.examine(PAYLOAD, armored, 0).outcome is Outcome.BAD


def test_unknown_keys_of_every_shape(lab):
    engine = lab.engine("ed25519")

    def judge(key: bytes, algorithm: bytes = b"ssh-ed25519") -> Outcome:
        inner = lab.string(algorithm, bytes(64))
        return engine.examine(PAYLOAD, lab.armor(lab.blob(key, inner)), 0).outcome

    raw = lab.key("ed25519").blob[-32:]
    assert judge(lab.string(b"ssh-ed25519", bytes(32))) is Outcome.UNKNOWN_KEY
    assert judge(lab.string(b"ssh-ed25519", bytes(31))) is Outcome.MALFORMED
    assert judge(lab.string(b"ssh-ed25519", raw) + b"\0") is Outcome.MALFORMED
    assert judge(lab.string(b"ssh-ed25519\0", raw)) is Outcome.MALFORMED
    assert judge(b"") is Outcome.MALFORMED
    assert judge(lab.string(b"ssh-dss", *[b"\1"] * 4), b"ssh-dss") is Outcome.UNSUPPORTED
    assert judge(lab.string(b"ssh-ed25519-cert-v01@openssh.com", b"nonce", raw)) is Outcome.UNSUPPORTED
    small = lab.string(b"ssh-rsa", b"\3", lab.mpint((1 << 511) + 1))
    assert judge(small, b"rsa-sha2-512") is Outcome.UNKNOWN_KEY


def test_a_second_encoding_of_a_known_key_is_malformed(lab):
    fields = lab.key("rsa2048").blob[11:]
    exponent, modulus = fields[4:7], fields[11:]
    assert lab.string(b"ssh-rsa", exponent, modulus) == lab.key("rsa2048").blob
    blob = dearmor(lab.sign("rsa2048", PAYLOAD))
    padded = lab.string(b"ssh-rsa", b"\0" + exponent, modulus)
    armored = lab.armor(blob.replace(lab.string(lab.key("rsa2048").blob), lab.string(padded)))
    assert lab.engine("rsa2048").examine(PAYLOAD, armored, 0).outcome is Outcome.MALFORMED


def test_large_keys_and_odd_exponents(lab):
    private = rsa.generate_private_key(public_exponent=3, key_size=1024)  # noqa: S505 - the least that is read
    numbers = private.public_key().public_numbers()
    blob = lab.string(b"ssh-rsa", lab.mpint(numbers.e), lab.mpint(numbers.n))
    line = f"ssh-rsa {b64encode(blob).decode()}"
    value = private.sign(lab.signed(PAYLOAD), padding.PKCS1v15(), SHA512())
    armored = lab.armor(lab.blob(blob, lab.string(b"rsa-sha2-512", value)))
    keys = SSHKeys([parse_public_key(line, "")])
    assert SSHEngine(keys).examine(PAYLOAD, armored, 0).outcome is Outcome.VERIFIED
    facts = keys.facts(parse_public_key(line, "").fingerprint)
    assert facts is not None
    assert facts.bits == 1024


def test_an_engine_can_be_sent_to_another_process(lab, key_name):
    engine = pickle.loads(pickle.dumps(lab.engine(key_name)))  # noqa: S301 - our own bytes
    assert engine.examine(PAYLOAD, lab.sign(key_name, PAYLOAD), 0).outcome is Outcome.VERIFIED


def test_digest_of_the_signed_data_is_that_of_the_protocol(lab):
    expected = b"SSHSIG\0\0\0\3git\0\0\0\0\0\0\0\6sha512\0\0\0\x40" + hashlib.sha512(PAYLOAD).digest()
    assert lab.signed(PAYLOAD) == expected
