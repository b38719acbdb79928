"""Single demands of the readers of SSH signatures that no other test makes."""

from __future__ import annotations

from base64 import b64encode

import pytest

from gitsig.errors import MalformedSignature
from gitsig.model import LIMITS
from gitsig.signatures.ssh.armor import dearmor

BEGIN, END = b"-----BEGIN SSH SIGNATURE-----\n", b"\n-----END SSH SIGNATURE-----"
BLOB = bytes(range(60))
ARMOR = BEGIN + b64encode(BLOB) + END


def refused(armored: bytes) -> str:
    with pytest.raises(MalformedSignature) as caught:
        dearmor(armored)
    return caught.value.what


def test_every_octet_of_the_frame_counts() -> None:
    assert dearmor(ARMOR) == BLOB
    for at in (*range(len(BEGIN)), *range(len(ARMOR) - len(END), len(ARMOR))):
        refused(ARMOR[:at] + b"+" + ARMOR[at + 1 :])


def test_the_limit_is_inclusive() -> None:
    assert dearmor(ARMOR + b" " * (LIMITS.signature_size - len(ARMOR))) == BLOB
    assert "above" in refused(ARMOR + b" " * (LIMITS.signature_size - len(ARMOR) + 1))


@pytest.mark.parametrize(
    ("armored", "words"),
    [
        (BEGIN[:-1] + END, "the SSH armor has no last line"),
        (BEGIN, "the SSH armor has no last line"),
        (b" \n", "the signature is empty"),
        (b"text", "no SSH armor"),
        (b"text\n" + ARMOR, "text before the SSH armor"),
        (ARMOR.replace(b"\n", b"\r\n"), "carriage returns in the SSH armor"),
        (ARMOR.replace(END, b"\r" + END), "carriage returns in the SSH armor"),
        (BEGIN + b"A" + END, "the SSH armor is not whole base64"),
        (ARMOR + b"x", "text after the SSH armor"),
        (ARMOR + ARMOR, "text after the SSH armor"),
        (BEGIN + b"\n" + ARMOR[len(BEGIN) :], "an empty line in the SSH armor"),
        (ARMOR[: -len(END)] + b"\n" + END, "an empty line in the SSH armor"),
        (BEGIN + b"AAAA\n\nAAAA" + END, "an empty line in the SSH armor"),
    ],
)
def test_what_is_wrong_is_named(armored: bytes, words: str) -> None:
    assert refused(armored) == words


def test_nothing_inside_the_armor_is_an_empty_blob() -> None:
    assert dearmor(BEGIN + END) == b""
