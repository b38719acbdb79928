"""X.509 signatures are recognised and never accepted (ATTACKS K16)."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.model import LIMITS, Outcome, SignatureFormat
from gitsig.signatures.x509 import X509Engine

SIGNED_DATA = bytes.fromhex("308201000609 2a864886f70d010702 a081f2".replace(" ", "")) + bytes(200)


def armored(data: bytes, *, begin: bytes = b"", end: bytes = b"") -> bytes:
    text = b64encode(data)
    return begin + b"-----BEGIN SIGNED MESSAGE-----\n" + text + b"\n-----END SIGNED MESSAGE-----\n" + end


def outcome(signature: bytes) -> Outcome:
    evidence = X509Engine().examine(b"payload", signature, 0)
    assert evidence.format == SignatureFormat.X509
    assert evidence.detail
    return evidence.outcome


@pytest.mark.parametrize("signature", [armored(SIGNED_DATA), armored(SIGNED_DATA).replace(b"\n", b" \r\n")])
def test_signed_data_is_not_trusted(signature):
    assert outcome(signature) == Outcome.UNTRUSTED


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        armored(b"\x30\x00"),
        armored(b"\x31" + SIGNED_DATA[1:]),
        armored(b"\x30" * 40 + SIGNED_DATA),
        armored(SIGNED_DATA, begin=b"text\n"),
        armored(SIGNED_DATA, end=b"text\n"),
        armored(SIGNED_DATA, end=armored(SIGNED_DATA)),
        armored(SIGNED_DATA).replace(b"AAAA", b"A=AA", 1),
        armored(SIGNED_DATA + bytes(LIMITS.signature_size)),
        b"-----BEGIN SIGNED MESSAGE-----\n" + b"A\n" * 30000 + b"!",
    ],
)
def test_anything_else_is_malformed(signature):
    assert outcome(signature) == Outcome.MALFORMED


@given(st.binary(max_size=100), st.binary(max_size=20))
def test_nothing_is_ever_verified(data, junk):
    for signature in (data, armored(data), armored(SIGNED_DATA + data, begin=junk), armored(SIGNED_DATA, end=junk)):
        assert outcome(signature) in (Outcome.UNTRUSTED, Outcome.MALFORMED)
