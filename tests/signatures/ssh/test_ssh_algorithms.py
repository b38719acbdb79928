"""Signatures that ssh-keygen does not make: other algorithms, lengths and spellings of their numbers."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from gitsig.model import Outcome
from gitsig.signatures.ssh.armor import dearmor

PAYLOAD = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nStory\n"
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture
def private(lab):
    return lambda name: load_ssh_private_key(lab.home.key(name).read_bytes(), None)


def test_rsa_with_sha1_is_never_accepted(lab, private, outcome):
    value = private("rsa2048").sign(lab.signed(PAYLOAD), padding.PKCS1v15(), SHA1())  # noqa: S303 - the attack
    armored = lab.armor(lab.blob(lab.key("rsa2048").blob, lab.string(b"ssh-rsa", value)))
    assert outcome("rsa2048", PAYLOAD, armored, openssh=False) == "unsupported"


def test_rsa_sha2_256(lab, private, outcome):
    value = private("rsa2048").sign(lab.signed(PAYLOAD), padding.PKCS1v15(), SHA256())
    key = lab.key("rsa2048").blob
    good = lab.armor(lab.blob(key, lab.string(b"rsa-sha2-256", value)))
    assert outcome("rsa2048", PAYLOAD, good, openssh=True) == "verified"
    renamed = lab.armor(lab.blob(key, lab.string(b"rsa-sha2-512", value)))
    assert outcome("rsa2048", PAYLOAD, renamed, openssh=False) == "bad"


def test_rsa_signature_with_its_leading_zero_dropped(lab, private, outcome):
    key = private("rsa2048")
    for number in range(10000):
        payload = b"%d" % number
        value = key.sign(lab.signed(payload), padding.PKCS1v15(), SHA512())
        if value[0] == 0:
            break
    for spelling in (value, value.lstrip(b"\0")):
        armored = lab.armor(lab.blob(lab.key("rsa2048").blob, lab.string(b"rsa-sha2-512", spelling)))
        assert outcome("rsa2048", payload, armored, openssh=True) == "verified"


@pytest.mark.parametrize("change", [b"\0%b", b"%b\0", b"%.0b"])
def test_rsa_signature_of_another_length(lab, private, outcome, change):
    value = private("rsa2048").sign(lab.signed(PAYLOAD), padding.PKCS1v15(), SHA512())
    armored = lab.armor(lab.blob(lab.key("rsa2048").blob, lab.string(b"rsa-sha2-512", change % value)))
    assert outcome("rsa2048", PAYLOAD, armored, openssh=False) == "bad"


@pytest.mark.parametrize("size", [0, 63, 65, 128])
def test_ed25519_signature_of_another_length(lab, outcome, size):
    inner = lab.string(b"ssh-ed25519", bytes(size))
    armored = lab.armor(lab.blob(lab.key("ed25519").blob, inner))
    assert outcome("ed25519", PAYLOAD, armored, openssh=False) == "malformed"


def test_ed25519_signature_with_the_order_added_to_s(lab, outcome):
    blob = dearmor(lab.sign("ed25519", PAYLOAD))
    s = int.from_bytes(blob[-32:], "little") + ED25519_ORDER
    armored = lab.armor(blob[:-32] + s.to_bytes(32, "little"))
    assert outcome("ed25519", PAYLOAD, armored) == "bad"


@pytest.mark.parametrize("name", ["ed25519", "ecdsa256"])
def test_signatures_with_leading_zeros_in_r_or_s_are_good(lab, private, name):
    engine, key = lab.engine(name), private(name)
    found = 0
    for number in range(5000):
        payload = b"%d" % number
        if name == "ed25519":
            value = key.sign(lab.signed(payload))
            short = value[31] == 0 or value[63] == 0
            inner = lab.string(b"ssh-ed25519", value)
        else:
            r, s = decode_dss_signature(key.sign(lab.signed(payload), ec.ECDSA(SHA256())))
            short = min(r.bit_length(), s.bit_length()) <= 248
            inner = lab.string(b"ecdsa-sha2-nistp256", lab.string(lab.mpint(r), lab.mpint(s)))
        if short or number < 20:
            found += short
            armored = lab.armor(lab.blob(lab.key(name).blob, inner))
            assert engine.examine(payload, armored, 0).outcome is Outcome.VERIFIED
        if found == 2:
            break
    assert found


def test_ecdsa_numbers_in_other_spellings(lab, private, outcome):
    r, s = decode_dss_signature(private("ecdsa256").sign(lab.signed(PAYLOAD), ec.ECDSA(SHA256())))
    good = (lab.mpint(r), lab.mpint(s))

    def judge(*numbers: bytes, tail: bytes = b"") -> str:
        inner = lab.string(b"ecdsa-sha2-nistp256", lab.string(*numbers) + tail)
        return outcome("ecdsa256", PAYLOAD, lab.armor(lab.blob(lab.key("ecdsa256").blob, inner)))

    assert judge(*good) == "verified"
    assert judge(b"\0" + good[0], good[1]) == "malformed"
    assert judge(good[0], b"\0" + good[1]) == "malformed"
    assert judge(b"", good[1]) == "malformed"
    assert judge(b"\0", good[1]) == "malformed"
    assert judge(b"\xff" + good[0], good[1]) == "malformed"
    assert judge(good[0]) == "malformed"
    assert judge(*good, tail=b"\0") == "malformed"
    assert judge(good[0], b"\x01" * 68) == "malformed"
    assert judge(lab.mpint(r + P256_ORDER), good[1]) == "bad"
    assert judge(good[1], good[0]) == "bad"


def test_ecdsa_is_digested_by_the_hash_of_its_curve(lab, private, outcome):
    r, s = decode_dss_signature(private("ecdsa256").sign(lab.signed(PAYLOAD), ec.ECDSA(SHA384())))
    inner = lab.string(b"ecdsa-sha2-nistp256", lab.string(lab.mpint(r), lab.mpint(s)))
    armored = lab.armor(lab.blob(lab.key("ecdsa256").blob, inner))
    assert outcome("ecdsa256", PAYLOAD, armored, openssh=False) == "bad"


@pytest.mark.parametrize(
    ("name", "algorithm", "expected"),
    [
        ("ed25519", b"ssh-dss", "unsupported"),
        ("ed25519", b"ssh-ed448", "unsupported"),
        ("ed25519", b"rsa-sha2-512", "malformed"),
        ("ed25519", b"", "malformed"),
        ("ed25519", b"ssh-ed25519\0", "malformed"),
        ("ed25519", b"\xff", "malformed"),
        ("ecdsa256", b"ecdsa-sha2-nistp384", "malformed"),
        ("sk-ecdsa", b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com", "unsupported"),
        ("rsa2048", b"rsa-sha2-512-cert-v01@openssh.com", "unsupported"),
    ],
)
def test_signature_algorithms_that_are_not_accepted(lab, outcome, name, algorithm, expected):
    armored = lab.armor(lab.blob(lab.key(name).blob, lab.string(algorithm, bytes(64))))
    assert outcome(name, PAYLOAD, armored, openssh=False) == expected
