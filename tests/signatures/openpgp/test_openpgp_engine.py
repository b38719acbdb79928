"""Signatures by the real GnuPG, verified in process and by GnuPG: the same evidence from both."""

from __future__ import annotations

import pytest

from gitsig.model import Evidence, Outcome, SignatureFormat
from gitsig.signatures.armor import TIMESTAMP_NOTE
from tests.keys.openpgp.handmade import armor, certificate, ed25519_key, packet, rsa_key, signature, subpacket
from tests.signatures.openpgp.conftest import ALGORITHMS, FOREIGN, PAYLOAD
from tests.signatures.test_armor import STAMP
from tests.support.gnupg import BIRTH

AT = BIRTH + 86400
EVERY = ALGORITHMS + FOREIGN
MODES = {"auto": {}, "cross-check": {"cross_check": True}, "gnupg": {"gnupg_only": True}}


@pytest.fixture(params=MODES.values(), ids=MODES.keys())
def mode(request):
    return request.param


def verified(key: str, *, primary: str | None = None, digest: str = "sha512", **rest: object) -> Evidence:
    known = {"signed_at": AT, "key_id": key[-16:], **rest}
    return Evidence(
        Outcome.VERIFIED,
        SignatureFormat.OPENPGP,
        primary or key,
        key,
        digest=digest,
        **known,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("algo", EVERY)
def test_every_algorithm(algorithms, engine, algo, mode):
    key = algorithms.fingerprint(f"{algo}@example.org")
    check = engine(algorithms.export(key), **mode)
    signed = algorithms.sign_cached(PAYLOAD, key, at=AT)
    assert check.examine(PAYLOAD, signed, None) == verified(key)
    wrong = check.examine(PAYLOAD + b"\n", signed, None)
    assert (wrong.outcome, wrong.fingerprint) == (Outcome.BAD, key)


PAIRS = [
    (algo, digest) for algo in ("ed25519", "rsa2048") for digest in ("sha1", "sha224", "sha256", "sha384", "sha512")
]
PAIRS += [(algo, digest) for algo in ("nistp256", "brainpoolP256r1") for digest in ("sha256", "sha384")]
PAIRS += [("nistp384", "sha384"), ("dsa2048", "sha256")]
"""GnuPG takes no digest that is shorter than an ECDSA key's order."""


@pytest.mark.parametrize(("algo", "digest"), PAIRS)
def test_every_digest(algorithms, engine, algo, digest):
    """`cross_check` turns any disagreement into an error."""
    key = algorithms.fingerprint(f"{algo}@example.org")
    check = engine(algorithms.export(key), cross_check=True)
    signed = algorithms.sign_cached(PAYLOAD, key, at=AT, digest=digest)
    assert check.examine(PAYLOAD, signed, None) == verified(key, digest=digest)


def test_a_signing_subkey(gnupg, engine, mode):
    ada = gnupg.fingerprint("ada@example.org")
    (sub,) = gnupg.subkeys(ada)
    check = engine(gnupg.export(), **mode)
    for key in (sub, ada):
        signed = gnupg.sign_cached(PAYLOAD, key, at=AT)
        assert check.examine(PAYLOAD, signed, None) == verified(key, primary=ada)


def test_a_strangers_signature_is_told_as_what_it_claims(gnupg, engine, mode):
    mallory = gnupg.fingerprint("mallory@example.net")
    check = engine(gnupg.export(gnupg.fingerprint("bob@example.org")), **mode)
    signed = gnupg.sign_cached(PAYLOAD, mallory, at=AT)
    found = check.examine(PAYLOAD, signed, None)
    assert (found.outcome, found.fingerprint, found.key_fingerprint) == (Outcome.UNKNOWN_KEY, None, mallory)
    assert (found.key_id, found.signed_at, found.digest) == (mallory[-16:], AT, "sha512")


def test_a_time_stamp_is_mentioned(gnupg, engine, mode):
    bob = gnupg.fingerprint("bob@example.org")
    signed = gnupg.sign_cached(PAYLOAD, bob, at=AT) + STAMP
    assert engine(gnupg.export(bob), **mode).examine(PAYLOAD, signed, None) == verified(bob, notes=(TIMESTAMP_NOTE,))


@pytest.mark.parametrize(
    ("options", "facts"),
    [
        (["--default-sig-expire", "1d"], {"expires_at": AT + 86400}),
        (["--sig-notation", "a@example.org=b c"], {}),
        (["--sig-policy-url", "https://example.org/"], {}),
        (["--sig-policy-url", "!https://example.org/"], {}),
        (["--sender", "ada@example.org"], {}),
    ],
)
def test_what_signers_add(gnupg, engine, mode, options, facts):
    ada = gnupg.fingerprint("ada@example.org")
    signed = gnupg.sign_cached(PAYLOAD, ada, *options, at=AT)
    assert engine(gnupg.export(ada), **mode).examine(PAYLOAD, signed, None) == verified(ada, **facts)


def test_a_critical_notation_is_for_gnupg_to_judge(gnupg, engine, mode):
    """It demands that its meaning be known; GnuPG knows none and calls the signature bad."""
    ada = gnupg.fingerprint("ada@example.org")
    signed = gnupg.sign_cached(PAYLOAD, ada, "--sig-notation", "!a@example.org=b", at=AT)
    check = engine(gnupg.export(ada), **mode)
    assert check.examine(PAYLOAD, signed, None).outcome == Outcome.BAD


@pytest.mark.parametrize(
    ("times", "outcome"),
    [((5, 5), Outcome.VERIFIED), ((0, 0), Outcome.VERIFIED), ((0, 5), Outcome.ERROR), ((5, 0), Outcome.ERROR)],
)
def test_two_expiry_times_must_be_read_alike(engine, mode, times, outcome):
    """GnuPG goes by the first; nobody should have to know that."""
    key = ed25519_key()
    hashed = [subpacket(2, AT.to_bytes(4)), *(subpacket(3, each.to_bytes(4)) for each in times)]
    signed = armor(packet(2, signature(key, PAYLOAD, hashed=hashed)))
    assert engine(certificate(key), **mode).examine(PAYLOAD, signed, None).outcome == outcome


def test_two_creation_times_must_be_read_alike(engine, mode):
    key = ed25519_key()
    hashed = [subpacket(2, each.to_bytes(4)) for each in (AT, AT + 1)]
    signed = armor(packet(2, signature(key, PAYLOAD, hashed=hashed)))
    assert engine(certificate(key), **mode).examine(PAYLOAD, signed, None).outcome == Outcome.ERROR


def test_version_3_is_for_gnupg_to_judge(engine, mode):
    key = rsa_key()
    check = engine(certificate(key), **mode)
    signed = armor(packet(2, signature(key, PAYLOAD, version=3, created=AT)))
    assert check.examine(PAYLOAD, signed, None) == verified(key.fingerprint, digest="sha256")
    assert check.examine(PAYLOAD + b"x", signed, None).outcome == Outcome.BAD


@pytest.mark.parametrize("mode", [MODES["auto"], MODES["gnupg"]])
def test_without_an_issuer_nobody_is_known(engine, mode):
    key = ed25519_key()
    signed = armor(packet(2, signature(key, PAYLOAD, hashed=[subpacket(2, AT.to_bytes(4))], unhashed=[])))
    found = engine(certificate(key), **mode).examine(PAYLOAD, signed, None)
    assert (found.outcome, found.detail) == (Outcome.UNKNOWN_KEY, "it names no key")


def test_a_key_id_alone_is_enough(engine, mode):
    key = ed25519_key()
    time = [subpacket(2, AT.to_bytes(4))]
    signed = armor(packet(2, signature(key, PAYLOAD, hashed=time)))
    assert engine(certificate(key), **mode).examine(PAYLOAD, signed, None) == verified(key.fingerprint, digest="sha256")


def leading_zeros(key, width: int, position: int) -> tuple[bytes, bytes]:
    """A payload whose signature has a number, at this place, of fewer bytes than `width`."""
    for number in range(20000):
        payload = PAYLOAD + str(number).encode()
        body = signature(key, payload, created=AT)
        numbers, at = [], body.index(bytes([16]) + bytes.fromhex(key.fingerprint)[-8:]) + 11
        while at < len(body):
            size = (int.from_bytes(body[at : at + 2]) + 7) // 8
            numbers.append(size)
            at += 2 + size
        if numbers[position] < width:
            return payload, armor(packet(2, body))
    raise AssertionError("no leading zero in 20000 signatures")


@pytest.mark.parametrize("position", [0, 1])
def test_ed25519_numbers_with_leading_zeros(engine, mode, position):
    """ATTACKS K17: one signature in 128 was refused once."""
    key = ed25519_key()
    payload, signed = leading_zeros(key, 32, position)
    assert engine(certificate(key), **mode).examine(payload, signed, None) == verified(key.fingerprint, digest="sha256")


def test_rsa_numbers_with_leading_zeros(engine, mode):
    key = rsa_key(1024)
    payload, signed = leading_zeros(key, 128, 0)
    assert engine(certificate(key), **mode).examine(payload, signed, None) == verified(key.fingerprint, digest="sha256")


@pytest.mark.parametrize("key", [ed25519_key(), rsa_key(1024)], ids=["ed25519", "rsa"])
def test_numbers_that_count_their_leading_zeros(engine, mode, key):
    """Old forge signatures have whole bytes' worth of bits, whatever the number."""
    payload, _ = leading_zeros(key, 32, 0) if key.algorithm == 22 else leading_zeros(key, 128, 0)
    plain, numbers = key.numbers, []

    def padded(digest: bytes, name: str) -> bytes:
        raw, at = plain(digest, name), 0
        while at < len(raw):
            size = (int.from_bytes(raw[at : at + 2]) + 7) // 8
            numbers.append(raw[at + 2 : at + 2 + size].rjust(32 if key.algorithm == 22 else 128, b"\0"))
            at += 2 + size
        return b"".join((8 * len(each)).to_bytes(2) + each for each in numbers)

    wide = type(key)(key.private, key.body, key.algorithm)
    wide.numbers = padded
    signed = armor(packet(2, signature(wide, payload, created=AT)))
    assert numbers[0][0] == 0
    assert engine(certificate(key), **mode).examine(payload, signed, None) == verified(key.fingerprint, digest="sha256")


@pytest.mark.parametrize("key", [ed25519_key(), rsa_key(1024)], ids=["ed25519", "rsa"])
def test_bytes_behind_the_numbers_are_malformed(engine, key):
    check = engine(certificate(key))
    good = signature(key, PAYLOAD)
    for body in (good + b"\0", good + b"\0\1\1", good + good, good[:-1], good[:-40]):
        assert check.examine(PAYLOAD, armor(packet(2, body)), None).outcome == Outcome.MALFORMED


def test_another_algorithm_than_the_keys_is_bad(engine):
    """The numbers of one key with the algorithm of another, or too large for the key."""
    rsa, curve = rsa_key(1024), ed25519_key()
    check = engine(certificate(rsa), certificate(curve))
    for key, algorithm in [(rsa, 22), (rsa, 19), (rsa, 2), (curve, 1), (curve, 19), (curve, 27)]:
        body = bytearray(signature(key, PAYLOAD))
        body[2] = algorithm
        assert check.examine(PAYLOAD, armor(packet(2, bytes(body))), None).outcome == Outcome.BAD
    for key, size in [(rsa, 200), (curve, 40)]:
        wide = type(key)(key.private, key.body, key.algorithm)
        number = (size * 8).to_bytes(2) + b"\xff" * size
        wide.numbers = lambda _, __, number=number, key=key: number * (2 if key.algorithm == 22 else 1)
        signed = armor(packet(2, signature(wide, PAYLOAD)))
        assert check.examine(PAYLOAD, signed, None).outcome == Outcome.BAD


@pytest.mark.parametrize("digest", [0, 4, 13, 99, 255])
@pytest.mark.parametrize("version", [3, 4])
def test_an_unknown_digest_is_unsupported(engine, fake_gpg, digest, version):
    key = ed25519_key()
    body = bytearray(signature(key, PAYLOAD, version=version))
    body[16 if version == 3 else 3] = digest
    found = engine(certificate(key)).examine(PAYLOAD, armor(packet(2, bytes(body))), None)
    assert found.outcome == Outcome.UNSUPPORTED
    assert not fake_gpg.calls("--verify")


def test_ripemd_is_for_gnupg_to_judge(engine, mode):
    key = ed25519_key()
    body = bytearray(signature(key, PAYLOAD))
    body[3] = 3
    assert engine(certificate(key), **mode).examine(PAYLOAD, armor(packet(2, bytes(body))), None).outcome == Outcome.BAD


def test_md5_needs_a_key_that_gnupg_vouched_for(fresh):
    """GnuPG judges no MD5 signature; what it says is then about the digest, and the policy refuses that."""
    key = ed25519_key()
    weak = armor(packet(2, signature(key, PAYLOAD, digest="md5", created=AT)))
    check = fresh(certificate(key))
    assert not check.examine(PAYLOAD, weak, None).vouched
    check.examine(PAYLOAD, armor(packet(2, signature(key, PAYLOAD))), None)
    assert check.examine(PAYLOAD, weak, None) == verified(key.fingerprint, digest="md5")
    for other in (fresh(certificate(key), cross_check=True), fresh(certificate(key), gnupg_only=True)):
        found = other.examine(PAYLOAD, weak, None)
        assert (found.outcome, found.vouched, found.digest) == (Outcome.VERIFIED, False, "md5")


def test_malformed_and_unsupported_signatures_are_evidence(engine, mode):
    check = engine(certificate(ed25519_key()), **mode)
    malformed = check.examine(PAYLOAD, b"hello", None)
    assert malformed.outcome == Outcome.MALFORMED
    assert malformed.detail
    newer = armor(packet(2, b"\x06" + signature(ed25519_key(), PAYLOAD)[1:]))
    assert check.examine(PAYLOAD, newer, None).outcome == Outcome.UNSUPPORTED
    huge = armor(packet(2, signature(ed25519_key(), PAYLOAD) + bytes(60000)))
    assert check.examine(PAYLOAD, huge, None).outcome == Outcome.MALFORMED
