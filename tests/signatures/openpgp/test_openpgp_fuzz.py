"""Hostile signatures: an evidence whatever comes, and never a false one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitsig.keys.openpgp.keyring import KeySource, OpenPGPKeys
from gitsig.model import Evidence, Outcome
from gitsig.signatures.openpgp.engine import OpenPGPEngine
from tests.keys.openpgp.handmade import armor, certificate, ed25519_key, packet, rsa_key, signature, subpacket
from tests.signatures.openpgp.conftest import PAYLOAD
from tests.support.gnupg import BIRTH

CURVE, RSA, STRANGER = ed25519_key(1), rsa_key(1024), ed25519_key(2)
TIME = subpacket(2, BIRTH.to_bytes(4))
GOOD = {key.algorithm: signature(key, PAYLOAD) for key in (CURVE, RSA)}
ARMORED = [armor(packet(2, body)) for body in GOOD.values()]

short = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenPGPEngine]:
    """An engine whose keys are vouched for, so that few inputs start a process."""
    sources = [KeySource(certificate(CURVE) + certificate(RSA), "", "keys.asc")]
    engine = OpenPGPEngine(OpenPGPKeys(sources, tmp_path_factory.mktemp("fuzz") / "cache"))
    for armored in ARMORED:
        assert engine.examine(PAYLOAD, armored, None).vouched
    return engine


def sane(found: Evidence) -> None:
    assert isinstance(found, Evidence)
    assert found.outcome in (
        Outcome.VERIFIED,
        Outcome.BAD,
        Outcome.MALFORMED,
        Outcome.UNSUPPORTED,
        Outcome.UNKNOWN_KEY,
        Outcome.ERROR,
    )
    assert found.outcome == Outcome.VERIFIED or found.detail
    assert len(found.detail) < 500


@short
@given(st.data())
def test_mutated_armor(warm, data):
    whole = bytearray(data.draw(st.sampled_from(ARMORED)))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(whole)))
        whole[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    sane(warm.examine(PAYLOAD, bytes(whole), None))
    found = warm.examine(PAYLOAD + b"x", bytes(whole), None)
    sane(found)
    assert found.outcome != Outcome.VERIFIED


@short
@given(st.data())
def test_mutated_packets(warm, data):
    whole = bytearray(packet(2, data.draw(st.sampled_from(list(GOOD.values())))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole)))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    sane(warm.examine(PAYLOAD, armor(bytes(whole)), None))
    found = warm.examine(b"another payload", armor(bytes(whole)), None)
    sane(found)
    assert found.outcome != Outcome.VERIFIED


areas = st.lists(
    st.builds(subpacket, st.integers(0, 127), st.binary(max_size=24), critical=st.booleans())
    | st.sampled_from([TIME, subpacket(33, b"\x04" + bytes.fromhex(CURVE.fingerprint))]),
    max_size=4,
)


@short
@given(areas, areas, st.integers(0, 30), st.integers(0, 20), st.binary(max_size=80))
def test_signatures_put_together(warm, hashed, unhashed, algorithm, digest, numbers):
    """Well-formed packets with anything in them, said to be by a key that is known."""
    issuer = subpacket(16, bytes.fromhex(CURVE.fingerprint)[-8:])
    area, plain = b"".join([TIME, issuer, *hashed]), b"".join(unhashed)
    body = bytes([4, 0, algorithm, digest]) + len(area).to_bytes(2) + area
    body += len(plain).to_bytes(2) + plain + b"\0\0" + numbers
    found = warm.examine(PAYLOAD, armor(packet(2, body)), None)
    sane(found)
    assert found.outcome != Outcome.VERIFIED


@short
@given(areas, areas)
def test_whatever_a_signer_writes_into_the_areas(warm, hashed, unhashed):
    """A right signature with any subpackets: verified with the facts that were signed, or refused."""
    issuer = subpacket(33, b"\x04" + bytes.fromhex(CURVE.fingerprint))
    body = signature(CURVE, PAYLOAD, hashed=[TIME, issuer, *hashed], unhashed=unhashed)
    found = warm.examine(PAYLOAD, armor(packet(2, body)), None)
    sane(found)
    if found.outcome == Outcome.VERIFIED:
        assert (found.key_fingerprint, found.signed_at) == (CURVE.fingerprint, BIRTH)
    wrong = warm.examine(PAYLOAD + b"x", armor(packet(2, body)), None)
    assert wrong.outcome != Outcome.VERIFIED


@short
@given(st.binary(max_size=300))
def test_random_bytes(warm, data):
    for armored in (data, armor(data), armor(packet(2, data)), ARMORED[0] + data, data + ARMORED[0]):
        found = warm.examine(PAYLOAD, armored, None)
        sane(found)
        assert found.outcome != Outcome.VERIFIED or not data.strip()


@short
@given(st.binary(max_size=100))
def test_a_strangers_signature_is_never_verified(warm, payload):
    """Whatever it claims: Mallory names the contributor's key as the issuer."""
    for named in (CURVE, RSA):
        for hashed in ([TIME, subpacket(33, b"\x04" + bytes.fromhex(named.fingerprint))], [TIME]):
            unhashed = [subpacket(16, bytes.fromhex(named.fingerprint)[-8:])]
            body = signature(STRANGER, payload, hashed=hashed, unhashed=unhashed)
            found = warm.examine(payload, armor(packet(2, body)), None)
            assert found.outcome == (Outcome.BAD if named is CURVE else Outcome.MALFORMED)
