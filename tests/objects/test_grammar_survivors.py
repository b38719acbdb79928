"""Single demands of the grammar that no other test makes: each case here is let through when one of them is gone."""

from __future__ import annotations

import pytest

from gitsig.errors import MalformedObject
from gitsig.model import LIMITS, Ident, ObjectFormat
from gitsig.objects import hash_object, join, parents_and_time, parse

A, B = "a" * 40, "b" * 40
ADA, BOB = b"author Ada <ada@x> 1 +0100\n", b"committer Bob <bob@x> 2 -0200\n"
TREE, PARENT = f"tree {A}\n".encode(), f"parent {B}\n".encode()
HEAD = TREE + PARENT + ADA + BOB
MESSAGE = b"\nSubject\n"
TAG = f"object {A}\ntype commit\ntag v1\ntagger Ada <ada@x> 1 +0100\n".encode()


def refused(raw: bytes, kind: str = "commit") -> str:
    with pytest.raises(MalformedObject) as caught:
        parse(kind, raw, "oid", ObjectFormat.SHA1)
    return caught.value.what


@pytest.mark.parametrize(
    "line",
    [
        b"Ada\nEve <ada@x> 1 +0100",
        b"Ada <ada\n@x> 1 +0100",
        b"Ada <ada@x>  +0100",
        b"Ada <ada@x> 000000000000000000001 +0100",
        b"Ada <ada@x> 1+0100",
        b"Ada <ada@x> 1 \n+0100",
        b"Ada <ada@x> 1 *0100",
        b"Ada <ada@x> 1 +01a0",
        b"Ada <ada@x> 1 +\n",
    ],
)
def test_identities_outside_the_grammar(line: bytes) -> None:
    refused(TREE + PARENT + b"author " + line + b"\n" + BOB + MESSAGE)
    refused(TREE + PARENT + ADA + b"committer " + line + b"\n" + MESSAGE)
    refused(TAG[: TAG.index(b"tagger")] + b"tagger " + line + b"\n" + MESSAGE, "tag")


def test_the_longest_date_and_zone() -> None:
    line = b"Ada <ada@x> 00000000000000000001 +00000100\n"
    obj = parse("commit", TREE + b"author " + line + b"committer " + line + MESSAGE, "oid", ObjectFormat.SHA1)
    assert obj.author == obj.committer == Ident(b"Ada", b"ada@x", 1, b"+00000100")


@pytest.mark.parametrize(
    "raw",
    [
        TREE + PARENT + ADA.replace(b"author ", b"author") + BOB + MESSAGE,
        TREE + PARENT + ADA + BOB.replace(b"committer ", b"committer") + MESSAGE,
        TREE + PARENT + ADA[:-1] + BOB + MESSAGE,
        TREE[:-1] + PARENT + ADA + BOB + MESSAGE,
        TREE + PARENT[:-1] + ADA + BOB + MESSAGE,
        TREE.replace(b"tree ", b"tree") + PARENT + ADA + BOB + MESSAGE,
        TREE + PARENT.replace(b"parent ", b"parent") + ADA + BOB + MESSAGE,
        TREE.replace(b"aa\n", b"ag\n") + PARENT + ADA + BOB + MESSAGE,
        TREE.replace(b"aa\n", b"a\n") + PARENT + ADA + BOB + MESSAGE,
        TREE.replace(b"aa\n", b"aaa\n") + PARENT + ADA + BOB + MESSAGE,
        TREE + PARENT.replace(b"bb\n", b"bg\n") + ADA + BOB + MESSAGE,
    ],
)
def test_fixed_lines_outside_the_grammar(raw: bytes) -> None:
    assert "start" in refused(raw)


def test_ids_of_digits_and_of_letters() -> None:
    digits, letters = "0123456789" * 4, "abcdef" * 6 + "abcd"
    raw = HEAD.replace(A.encode(), digits.encode()).replace(B.encode(), letters.encode())
    obj = parse("commit", raw + raw[45:93].replace(b"parent", b"x") + MESSAGE, "oid", ObjectFormat.SHA1)
    assert (obj.tree, obj.parents) == (digits, (letters,))
    swapped = HEAD.replace(B.encode(), digits.encode()).replace(A.encode(), letters.encode())
    obj = parse("commit", swapped + MESSAGE, "oid", ObjectFormat.SHA1)
    assert (obj.tree, obj.parents) == (letters, (digits,))
    assert parents_and_time(swapped, ObjectFormat.SHA1) == ((digits,), 2)
    assert parents_and_time(raw, ObjectFormat.SHA1) == ((letters,), 2)


def test_a_root_has_no_parents() -> None:
    for rest in (MESSAGE, b"x y\n" + MESSAGE):
        assert parse("commit", TREE + ADA + BOB + rest, "oid", ObjectFormat.SHA1).parents == ()


@pytest.mark.parametrize("header", [b"", b"x y\n"], ids=["at once", "by headers"])
def test_a_subject_ends_after_200_bytes(header: bytes) -> None:
    for kind, head in (("commit", HEAD), ("tag", TAG)):
        obj = parse(kind, head + header + b"\n\n" + b"s" * 201 + b"\n", "oid", ObjectFormat.SHA1)
        assert obj.subject == b"s" * 200


def test_encoding_is_a_header_that_git_knows() -> None:
    obj = parse("commit", HEAD + b"encoding x\nmergetag y\ngpgsig z\n" + MESSAGE, "oid", ObjectFormat.SHA1)
    assert (obj.other_headers, obj.mergetags) == ((), 1)


@pytest.mark.parametrize("mergetags", [1, 2])
def test_pieces_come_back_in_their_places(mergetags: int) -> None:
    """Two cuts with text before, between and after them, whose lengths all differ."""
    raw = HEAD + b"gpgsig a\n b\n" + b"mergetag xyz\n" * mergetags + b"gpgsig-sha256 c\nlast x\n" + MESSAGE
    obj = parse("commit", raw, "oid", ObjectFormat.SHA1)
    assert join(obj) == raw
    assert obj.payload == HEAD + b"mergetag xyz\n" * mergetags + b"last x\n" + MESSAGE
    assert obj.removed == (
        (len(HEAD), b"gpgsig a\n b\n"),
        (len(HEAD) + 13 * mergetags, b"gpgsig-sha256 c\n"),
    )


def test_the_limit_of_parents_is_counted_in_lines() -> None:
    raw = TREE + PARENT * 3 + ADA + BOB + MESSAGE
    assert len(parse("commit", raw, "oid", ObjectFormat.SHA1, LIMITS._replace(parent_count=3)).parents) == 3
    with pytest.raises(MalformedObject, match="more than 2 parents"):
        parse("commit", raw, "oid", ObjectFormat.SHA1, LIMITS._replace(parent_count=2))
    wide = raw.replace(A.encode(), A.encode() + b"0" * 24).replace(B.encode(), B.encode() + b"0" * 24)
    assert len(parse("commit", wide, "oid", ObjectFormat.SHA256, LIMITS._replace(parent_count=3)).parents) == 3
    with pytest.raises(MalformedObject, match="more than 2 parents"):
        parse("commit", wide, "oid", ObjectFormat.SHA256, LIMITS._replace(parent_count=2))


def test_the_hash_is_over_type_length_and_bytes() -> None:
    assert hash_object("commit", b"x", ObjectFormat.SHA1) == "eaa562e454681104aee02c9809ea2ca6ec4aa5cd"


@pytest.mark.parametrize(
    ("people", "time"),
    [
        (b"author \ncommitter C <c> 7 +0000\n", 7),
        (b"author A\ncommitter > 7 +0000\n", 7),
        (b"author A\ncommitter C <c> 7\n", 7),
        (b"author A\ncommitter C <c> 999999999999999999 +0000\n", 999_999_999_999_999_999),
        (b"author A\ncommitter C <c> 1000000000000000000 +0000\n", 0),
        (b"author A\ncommitter C <c>  +0000\n", 0),
        (b"authorA\ncommitter C <c> 7 +0000\n", 0),
        (b"author A\ncommitterC <c> 7 +0000\n", 0),
        (b"author A\ncommitter C <c>7 +0000\n", 0),
        (b"author A\ncommitter C <c> 7x\n", 0),
        (b"author A\nx y\ncommitter C <c> 7 +0000\n", 0),
    ],
)
def test_the_walk_s_date(people: bytes, time: int) -> None:
    assert parents_and_time(TREE + PARENT + people, ObjectFormat.SHA1) == ((B,), time)
