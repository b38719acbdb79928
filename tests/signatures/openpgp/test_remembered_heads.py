"""What is remembered of a signature's head tells what reading it tells (`gitsig.signatures.openpgp.head`)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.signatures.openpgp import head as module
from gitsig.signatures.openpgp.packet import read_signature
from tests.keys.openpgp.handmade import ed25519_key, packet, signature, subpacket

KEY = ed25519_key()
FINGERPRINT = subpacket(33, b"\x04" + bytes.fromhex(KEY.fingerprint))
KEY_ID = subpacket(16, bytes.fromhex(KEY.fingerprint)[-8:])
NOTATION = subpacket(20, b"\x80\0\0\0\0\x01\0\x01nv")

subpackets = st.one_of(
    st.integers(0, 2**32 - 1).map(lambda time: subpacket(2, time.to_bytes(4))),
    st.integers(0, 2**32 - 1).map(lambda time: subpacket(0x82, time.to_bytes(4))),
    st.sampled_from(
        [FINGERPRINT, KEY_ID, NOTATION, subpacket(3, bytes(3) + b"\x09"), subpacket(0x85, b"x"), b"\x05\x02"]
    ),
    st.sampled_from(
        [subpacket(33, bytes(21)), subpacket(33, b"\x04" + bytes(20)), subpacket(0xA1, b"\x04" + bytes(20))]
    ),
    st.binary(max_size=6),
)
areas = st.lists(subpackets, max_size=4).map(b"".join)


def told(how, *args):
    try:
        return how(*args)
    except (MalformedSignature, UnsupportedSignature) as fault:
        return type(fault), fault.what


def body_of(hashed: bytes, unhashed: bytes, start: bytes = b"\x04\x00\x16\x0a", end: bytes = bytes(6)) -> bytes:
    return start + len(hashed).to_bytes(2) + hashed + len(unhashed).to_bytes(2) + unhashed + end


def both(body: bytes):
    hashed_end = 6 + int.from_bytes(body[4:6])
    left_at = hashed_end + 2 + int.from_bytes(body[hashed_end : hashed_end + 2])
    return told(module.find_head, body, hashed_end, left_at), told(module._read_head, body, hashed_end, left_at)


@given(
    areas,
    areas,
    st.sampled_from([b"\x04\x00\x16\x0a", b"\x04\x01\x01\x08", b"\x04\x00\x01\x63"]),
    st.binary(max_size=6),
)
def test_remembered_and_read_agree(hashed, unhashed, start, end):
    for _ in range(2):  # the second time from memory
        remembered, read = both(body_of(hashed, unhashed, start, end))
        assert remembered == read


@given(st.integers(0, 2**32 - 1), st.sampled_from([b"", FINGERPRINT]), st.sampled_from([b"", KEY_ID, NOTATION]))
def test_only_the_time_differs(time, before, after):
    body = body_of(before + subpacket(2, time.to_bytes(4)) + after, KEY_ID)
    remembered, read = both(body)
    assert remembered == read
    assert remembered.created == time
    assert remembered == both(body_of(before + subpacket(2, bytes(4)) + after, KEY_ID))[0]._replace(created=time)


def test_one_template_serves_all_times():
    module._remembered.cache_clear()
    for time in range(50):
        hashed = [FINGERPRINT, subpacket(2, time.to_bytes(4))]
        assert read_signature(packet(2, signature(KEY, b"x", hashed=hashed, unhashed=[KEY_ID]))).created == time
    assert module._remembered.cache_info().misses == 1


@pytest.mark.parametrize("count", [1, 4000])
def test_strange_heads_do_not_fill_the_memory(count):
    for number in range(count):
        both(body_of(subpacket(2, bytes(4)) + subpacket(20, number.to_bytes(4)), b""))
        both(body_of(subpacket(2, bytes(4)), subpacket(20, number.to_bytes(4) + bytes(600))))
    assert module._remembered.cache_info().currsize <= 1024


def test_two_times_are_left_to_gnupg():
    twice = subpacket(2, bytes(4)) + subpacket(2, b"\0\0\0\x07")
    remembered, read = both(body_of(twice, b""))
    assert remembered == read
    assert remembered.beyond == "two creation times"
