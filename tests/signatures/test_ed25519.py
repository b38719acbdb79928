"""Ed25519 by OpenSSL and by libsodium: the same answers, whichever is at work."""

from __future__ import annotations

import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gitsig.signatures import arithmetic
from gitsig.signatures.arithmetic import Ed25519

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
MESSAGE = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.fixture(params=["openssl", "libsodium"])
def key(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Ed25519:
    fresh = arithmetic._Sodium()
    if request.param == "libsodium":
        fresh.load()
        assert fresh.open is not None
    monkeypatch.setattr(arithmetic, "_sodium", fresh)
    return Ed25519(PRIVATE.public_key())


def test_right_and_wrong_signatures(key: Ed25519) -> None:
    signature = PRIVATE.sign(MESSAGE)
    assert key.verify(signature, MESSAGE)
    assert not key.verify(signature, MESSAGE + b"x")
    for bit in range(0, 512, 7):
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not key.verify(bytes(flipped), MESSAGE)


def test_a_signature_of_another_length_never_borrows_from_the_message(key: Ed25519) -> None:
    signature = PRIVATE.sign(MESSAGE)
    assert not key.verify(signature[:-1], signature[-1:] + MESSAGE)
    assert not key.verify(signature + MESSAGE[:1], MESSAGE[1:])
    assert not key.verify(b"", signature + MESSAGE)


def test_s_beyond_the_order_is_refused(key: Ed25519) -> None:
    signature = PRIVATE.sign(MESSAGE)
    s = int.from_bytes(signature[32:], "little") + ORDER
    assert not key.verify(signature[:32] + s.to_bytes(32, "little"), MESSAGE)


def test_libsodium_comes_in_when_it_pays_and_its_absence_is_borne(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arithmetic, "_sodium", arithmetic._Sodium())
    monkeypatch.setattr(arithmetic, "_SODIUM_AFTER", 3)
    key, signature = Ed25519(PRIVATE.public_key()), PRIVATE.sign(MESSAGE)
    for _ in range(2):
        assert key.verify(signature, MESSAGE)
    assert arithmetic._sodium.open is None
    monkeypatch.setitem(sys.modules, "nacl.bindings", None)
    assert key.verify(signature, MESSAGE)
    assert arithmetic._sodium.open is None
    assert key.verify(signature, MESSAGE)
    monkeypatch.delitem(sys.modules, "nacl.bindings")
    monkeypatch.setattr(arithmetic, "_sodium", arithmetic._Sodium())
    for _ in range(5):
        assert key.verify(signature, MESSAGE)
    assert arithmetic._sodium.open is not None
    assert not key.verify(signature, MESSAGE + b"x")
