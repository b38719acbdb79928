"""The arithmetic by itself: right only for this key, this signature and these bytes."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from gitsig.signatures.arithmetic import der_signature, verify_ecdsa, verify_ed25519, verify_rsa

DIGEST = hashlib.sha256(b"message").digest()


@given(st.integers(1, 1 << 521), st.integers(1, 1 << 521))
def test_der_is_that_of_the_library(r, s):
    assert der_signature(r, s) == encode_dss_signature(r, s)


def test_ed25519():
    private = ed25519.Ed25519PrivateKey.generate()
    signature = private.sign(b"message")
    assert verify_ed25519(private.public_key(), signature, b"message")
    assert not verify_ed25519(private.public_key(), signature, b"messagf")
    assert not verify_ed25519(private.public_key(), signature[:-1], b"message")
    assert not verify_ed25519(private.public_key(), b"", b"message")


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1(), ec.BrainpoolP256R1()])
def test_ecdsa(curve):
    private = ec.generate_private_key(curve)
    signature = private.sign(DIGEST, ec.ECDSA(Prehashed(SHA256())))
    assert verify_ecdsa(private.public_key(), signature, DIGEST, "sha256")
    assert not verify_ecdsa(private.public_key(), signature, bytes(32), "sha256")
    assert not verify_ecdsa(private.public_key(), signature + b"\0", DIGEST, "sha256")
    assert not verify_ecdsa(private.public_key(), b"", DIGEST, "sha256")
    with pytest.raises(KeyError):
        verify_ecdsa(private.public_key(), signature, DIGEST, "whirlpool")


def test_rsa():
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signature = private.sign(DIGEST, padding.PKCS1v15(), Prehashed(SHA256()))
    assert verify_rsa(private.public_key(), signature, DIGEST, "sha256")
    assert not verify_rsa(private.public_key(), signature, bytes(32), "sha256")
    assert not verify_rsa(private.public_key(), signature, hashlib.sha512(b"").digest(), "sha512")
    assert not verify_rsa(private.public_key(), b"\0" + signature, DIGEST, "sha256")
    assert not verify_rsa(private.public_key(), b"", DIGEST, "sha256")
    assert not verify_rsa(private.public_key(), b"\xff" * 256, DIGEST, "sha256")
    other = private.sign(DIGEST, padding.PSS(padding.MGF1(SHA256()), 32), Prehashed(SHA256()))
    assert not verify_rsa(private.public_key(), other, DIGEST, "sha256")
