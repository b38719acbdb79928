"""Public-key packets: fingerprints as GnuPG has them, and nothing that a strange packet could break."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.keys.openpgp.packets import PUBLIC_KEY, PUBLIC_SUBKEY, PacketError, read_packets
from gitsig.keys.openpgp.publickey import read_mpi, read_public_key
from tests.keys.openpgp.handmade import ed25519_key, mpi, rsa_key
from tests.support.gnupg import BIRTH, packets

ED448 = bytes.fromhex("032b6571")


def body(algorithm: int, material: bytes) -> bytes:
    return b"\x04" + BIRTH.to_bytes(4) + bytes([algorithm]) + material


def test_fingerprints_are_those_of_gnupg(gnupg):
    found = {
        read_public_key(each.body).fingerprint
        for each in read_packets(packets(gnupg.export()))
        if each.tag in (PUBLIC_KEY, PUBLIC_SUBKEY)
    }
    ada = gnupg.fingerprint("ada@example.org")
    assert found == {*gnupg.fingerprints(), *gnupg.subkeys(ada)}


def test_rsa_numbers():
    key = rsa_key(1024)
    read = read_public_key(key.body)
    public = key.private.public_key().public_numbers()
    assert [int.from_bytes(each) for each in read.numbers] == [public.n, public.e]
    assert (read.algorithm_name, read.curve, read.created) == ("rsa", "", BIRTH)
    assert read.fingerprint == key.fingerprint
    assert read.key_id == key.fingerprint[24:]


@pytest.mark.parametrize(
    ("packet_body", "name", "curve"),
    [
        (ed25519_key().body, "ed25519", "ed25519"),
        (body(22, ED448 + mpi(1)), "ed448", "ed448"),
        (body(22, b"\x01x" + mpi(1)), "unknown:22", "unknown"),
        (body(19, b"\x05" + bytes.fromhex("2b8104000a") + mpi(1)), "ecdsa", "secp256k1"),
        (body(18, b"\x01x" + mpi(1)), "ecdh", "unknown"),
        (body(17, b""), "dsa", ""),
        (body(16, b""), "elgamal", ""),
        (body(27, bytes(32)), "ed25519", "ed25519"),
        (body(99, b"x"), "unknown:99", ""),
    ],
)
def test_algorithms_have_names(packet_body, name, curve):
    key = read_public_key(packet_body)
    assert (key.algorithm_name, key.curve) == (name, curve)


@pytest.mark.parametrize(
    "packet_body",
    [
        b"",
        b"\x04\0\0\0\0",
        b"\x03" + ed25519_key().body[1:],
        b"\x05" + ed25519_key().body[1:],
        b"\x06" + ed25519_key().body[1:],
        body(1, b""),
        body(1, mpi(5)),
        body(1, mpi(5) + b"\xff\xff"),
        body(22, b""),
        body(22, b"\xff"),
        body(22, ED448),
        # A version 4 fingerprint has two octets for the length.
        body(1, mpi(5) + mpi(3) + bytes(65536)),
    ],
)
def test_other_packets_are_refused(packet_body):
    with pytest.raises(PacketError):
        read_public_key(packet_body)


@given(st.integers(0, 2**600), st.binary(max_size=5))
def test_numbers_are_read_back(number, rest):
    read, end = read_mpi(mpi(number) + rest, 0)
    assert int.from_bytes(read) == number
    assert end == len(mpi(number))


@given(st.sampled_from([1, 2, 3, 16, 17, 18, 19, 20, 22, 25, 27, 99]), st.binary(max_size=80))
def test_hostile_material_is_read_or_refused(algorithm, material):
    try:
        key = read_public_key(body(algorithm, material))
    except PacketError:
        return
    assert len(key.fingerprint) == 40
