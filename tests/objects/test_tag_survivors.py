"""Single demands of the grammar of tags that no other test makes."""

from __future__ import annotations

import pytest

from gitsig.errors import MalformedObject
from gitsig.model import Ident, ObjectFormat, SignedObject
from gitsig.objects import parse

A = "a" * 40
HEAD = f"object {A}\ntype commit\ntag v1.0\ntagger Ada <ada@x> 5 +0100\n".encode()
MESSAGE = b"\nRelease\n"
ARMOR = b"-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
BEGIN = b"-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----"
END = b"-----END OPENTIMESTAMPS GIT TIMESTAMP-----"


def tag(raw: bytes) -> SignedObject:
    return parse("tag", raw, "oid", ObjectFormat.SHA1)


def refused(raw: bytes) -> str:
    with pytest.raises(MalformedObject) as caught:
        tag(raw)
    return caught.value.what


@pytest.mark.parametrize(
    "raw",
    [
        b"x\n" + HEAD,
        b"object x\n" + HEAD,
        HEAD.replace(b"object ", b"object"),
        HEAD.replace(b"type ", b"type"),
        HEAD.replace(b"tag v", b"tagv"),
        HEAD.replace(b"commit\n", b"commit"),
        HEAD.replace(A.encode(), b"g" * 40),
        HEAD.replace(A.encode(), b"a" * 39),
        HEAD.replace(A.encode(), b"a" * 41),
    ],
)
def test_the_head_is_at_the_start_and_complete(raw: bytes) -> None:
    assert "start" in refused(raw + MESSAGE)


def test_a_tagger_is_set_off_by_a_space() -> None:
    obj = tag(HEAD.replace(b"tagger ", b"tagger") + MESSAGE)
    assert (obj.committer, obj.other_headers) == (None, (b"taggerAda",))


def test_ids_of_digits_and_of_letters() -> None:
    for oid in ("0123456789" * 4, "abcdef" * 6 + "abcd"):
        assert tag(HEAD.replace(A.encode(), oid.encode()) + MESSAGE).target == oid


def test_a_tagger_without_a_name() -> None:
    assert tag(HEAD.replace(b"Ada ", b"") + MESSAGE).committer == Ident(b"", b"ada@x", 5, b"+0100")


@pytest.mark.parametrize(
    "name", [b"", b"a\nb", b"a/.b", b"a..b", b"a@{b", b"a//b", b"a.lock", b"a.lock/b", b".a", b"/a"]
)
def test_names_that_no_ref_can_have(name: bytes) -> None:
    refused(HEAD.replace(b"v1.0", name) + MESSAGE)


@pytest.mark.parametrize("name", [b"a.lockb", b"a@b{", b"a.b", b"@", b"a/b"])
def test_names_that_a_ref_can_have(name: bytes) -> None:
    assert tag(HEAD.replace(b"v1.0", name) + MESSAGE).tag_name == name


def test_the_end_of_an_armor_begins_a_line() -> None:
    inner = ARMOR.replace(b"abc", b"x-----END PGP SIGNATURE-----y")
    assert tag(HEAD + MESSAGE + inner).signature == inner


@pytest.mark.parametrize(
    "after",
    [
        BEGIN + b" \t\r\nAQD\n" + END,
        BEGIN + b"\nazAZ09+/= \t\r\nY29t\n" + END + b" \t\r\n",
        BEGIN + b"\n" + END,
        b" \t\r\n" + BEGIN + b"\nAQD\n" + END,
    ],
)
def test_timestamps_after_the_signature(after: bytes) -> None:
    assert tag(HEAD + MESSAGE + ARMOR + after).signature == ARMOR + after


@pytest.mark.parametrize(
    "after",
    [
        BEGIN + b"AQD\n" + END,
        BEGIN + b"\nAQD" + END,
        BEGIN + b" x\nAQD\n" + END,
        BEGIN + b"\nAQD\n" + END + b" x",
        BEGIN + b"\nA_D\n" + END,
        BEGIN + b"\nAQD\n",
        b" " + BEGIN + b"\nAQD\n" + END,
        b"\x0b",
        *(BEGIN.replace(b" ", b"", count) + b"\nAQD\n" + END for count in (1, 2, 3)),
        *(BEGIN + b"\nAQD\n" + END.replace(b" ", b"", count) for count in (1, 2, 3)),
    ],
)
def test_what_is_no_timestamp_is_text(after: bytes) -> None:
    assert "after the signature" in refused(HEAD + MESSAGE + ARMOR + after)


def test_nothing_need_follow_the_signature() -> None:
    assert tag(HEAD + MESSAGE + ARMOR[:-1]).signature == ARMOR[:-1]
