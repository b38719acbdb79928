"""The short way through the plainest armor tells what the grammar tells, and nothing where it cannot."""

from __future__ import annotations

import random
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import MalformedSignature
from gitsig.signatures import armor as module
from gitsig.signatures.armor import dearmor_openpgp
from gitsig.signatures.crc24 import crc24

BEGIN, END = b"-----BEGIN PGP SIGNATURE-----\n", b"-----END PGP SIGNATURE-----\n"
PIECES = (
    b"\n",
    b"\n\n",
    b"=",
    b"==",
    b" ",
    b"\r",
    b"\t",
    b"-",
    b"A",
    b"AAAA",
    b"\n=",
    b"\xff",
    BEGIN,
    END,
    b"Version: 2\n",
)


def armored(data: bytes, width: int = 64, tail: bytes = b"") -> bytes:
    text = b64encode(data)
    lines = b"".join(text[at : at + width] + b"\n" for at in range(0, len(text), width))
    return BEGIN + b"\n" + lines + b"=" + b64encode(crc24(data).to_bytes(3)) + b"\n" + END + tail


def told(how, signature):
    try:
        return how(signature)
    except MalformedSignature as fault:
        return fault.what


@pytest.mark.parametrize("size", range(1, 200))
def test_the_short_way_is_taken(size):
    data = bytes(range(size))
    assert module._bare(armored(data)) == module._any(armored(data)) == (data, ())
    assert module._bare(b" \n" + armored(data, tail=b" \n")) == (data, ())


@pytest.mark.parametrize("width", [1, 4, 60, 63, 65, 76, 10_000])
def test_other_lines_take_the_long_way(width):
    signature = armored(bytes(120), width)
    assert module._bare(signature) is None
    assert dearmor_openpgp(signature).data == bytes(120)


def test_a_wrong_checksum_is_refused():
    right = b"=" + b64encode(crc24(bytes(90)).to_bytes(3))
    wrong = armored(bytes(90)).replace(right, b"=" + b64encode((crc24(bytes(90)) ^ 1).to_bytes(3)))
    with pytest.raises(MalformedSignature, match="checksum"):
        dearmor_openpgp(wrong)


@pytest.mark.parametrize(
    "body", [b"", b"=", b"==", b"====", b"A===", b"AAAA=", b"A" * 64 + b"\n=", b"A" * 64 + b"\n===="]
)
def test_padding_alone_is_no_line(body):
    signature = BEGIN + b"\n" + body + b"\n=twTO\n" + END
    assert module._bare(signature) is None
    assert isinstance(told(dearmor_openpgp, signature), str)


@given(st.binary(min_size=1, max_size=300), st.integers(0, 2**32), st.integers(1, 3))
def test_both_ways_agree(data, seed, changes):
    chance = random.Random(seed)  # noqa: S311 - hypothesis gives the seed
    signature = armored(data)
    for _ in range(changes):
        at = chance.randrange(len(signature) + 1)
        signature = signature[:at] + chance.choice(PIECES) + signature[at + chance.randrange(3) :]
    assert told(dearmor_openpgp, signature) == told(module._any, signature)
