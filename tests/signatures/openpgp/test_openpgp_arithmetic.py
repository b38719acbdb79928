"""The arithmetic alone: what it understands, and what it leaves to GnuPG."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gitsig.errors import MalformedSignature
from gitsig.keys.openpgp.publickey import PublicKey
from gitsig.keys.openpgp.signingkey import SigningKey
from gitsig.model import KeyFacts, SignatureFormat
from gitsig.signatures.openpgp.arithmetic import Beyond, check
from gitsig.signatures.openpgp.packet import SignaturePacket
from tests.keys.openpgp.handmade import mpi

PAYLOAD, TRAILER = b"payload", b"trailer"
DIGEST = hashlib.sha256(PAYLOAD + TRAILER).digest()


def signing_key(algorithm: int, curve: str, *numbers: bytes) -> SigningKey:
    facts = KeyFacts(SignatureFormat.OPENPGP, "A" * 40, "A" * 40, "whatever", 0)
    return SigningKey(facts, PublicKey("A" * 40, 0, algorithm, curve, numbers), 0)


def packet(algorithm: int, numbers: bytes, digest: str = "sha256") -> SignaturePacket:
    return SignaturePacket(4, algorithm, digest, 0, None, None, None, TRAILER, numbers, "")


def native_ed25519() -> tuple[SigningKey, bytes]:
    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    return signing_key(27, "ed25519", private.public_key().public_bytes_raw()), private.sign(DIGEST)


def test_native_ed25519():
    """Algorithm 27 of RFC 9580, which GnuPG 2.2 does not know."""
    key, signed = native_ed25519()
    assert check(packet(27, signed), key, PAYLOAD)
    assert not check(packet(27, signed), key, PAYLOAD + b"x")
    assert not check(packet(22, mpi(signed[:32]) + mpi(signed[32:])), key, PAYLOAD)
    for other in (b"", signed[:-1], signed + b"\0"):
        assert not check(packet(27, other), key, PAYLOAD)


@pytest.mark.parametrize(
    ("name", "curve"), [("p256", ec.SECP256R1()), ("p384", ec.SECP384R1()), ("p521", ec.SECP521R1())]
)
def test_ecdsa(name, curve):
    private = ec.generate_private_key(curve)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    key = signing_key(19, name, point)
    r, s = decode_dss_signature(private.sign(DIGEST, ec.ECDSA(Prehashed(SHA256()))))
    assert check(packet(19, mpi(r) + mpi(s)), key, PAYLOAD)
    assert not check(packet(19, mpi(r) + mpi(s)), key, PAYLOAD + b"x")
    # Zeros, and numbers beyond the order, hold for any message in a careless implementation (CVE-2022-21449).
    for numbers in (mpi(0) + mpi(0), mpi(r) + mpi(0), mpi(0) + mpi(s), mpi(2**65000) + mpi(2**65000), mpi(s) + mpi(r)):
        assert not check(packet(19, numbers), key, PAYLOAD)
    for numbers in (b"", mpi(r), mpi(r) + mpi(s) + b"\0", mpi(r) + mpi(s)[:-1], b"\xff\xff\x01"):
        with pytest.raises(MalformedSignature):
            check(packet(19, numbers), key, PAYLOAD)


@pytest.mark.parametrize("digest", ["ripemd160", "unknown:99"])
def test_other_digests_are_beyond(digest):
    key, signed = native_ed25519()
    with pytest.raises(Beyond):
        check(packet(27, signed, digest), key, PAYLOAD)


@pytest.mark.parametrize(
    "key",
    [
        signing_key(1, "", b"", b""),
        signing_key(1, "", b"\xff" * 128, b"\x02"),
        signing_key(2, "", b"\xff" * 128, b"\x03"),
        signing_key(16, ""),
        signing_key(17, ""),
        signing_key(18, "p256", b"\x04" + bytes(64)),
        signing_key(19, "p256", b"\x04" + bytes(64)),
        signing_key(19, "p256", b""),
        signing_key(19, "secp256k1", b"\x04" + bytes(64)),
        signing_key(19, "unknown", b"\x04" + bytes(64)),
        signing_key(19, "ed25519", b"\x40" + bytes(32)),
        signing_key(22, "ed448", bytes(57)),
        signing_key(22, "ed25519", bytes(32)),
        signing_key(22, "ed25519", b"\x04" + bytes(32)),
        signing_key(22, "ed25519", b"\x40" + bytes(31)),
        signing_key(27, "ed25519", bytes(31)),
        signing_key(99, ""),
    ],
)
def test_other_keys_are_beyond(key):
    with pytest.raises(Beyond):
        check(packet(key.public.algorithm, mpi(1) + mpi(1)), key, PAYLOAD)


@pytest.mark.parametrize("bits", [192, 384, 512, 1000])
def test_a_small_modulus_gives_an_answer(bits):
    """The padded digest does not even fit into the smallest."""
    key = signing_key(1, "", (2**bits - 237).to_bytes((bits + 7) // 8), b"\x01\0\x01")
    for number in (0, 1, 2**bits - 238, 2**bits - 1):
        assert not check(packet(1, mpi(number), "sha512"), key, PAYLOAD)
