from __future__ import annotations

import pytest

from gitsig.errors import MalformedObject
from gitsig.model import Ident, Limits, ObjectFormat, ObjectType, SignedObject
from gitsig.objects import hash_object, join, parse

A, B, C = "a" * 40, "b" * 40, "c" * 40
HEAD = f"tree {A}\nparent {B}\nauthor Ada <ada@x> 1 +0100\ncommitter Bob <bob@x> 2 -0200\n".encode()
MESSAGE = b"\nSubject\n\nBody\n"
SIGNATURE = b"-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
GPGSIG = b"gpgsig " + SIGNATURE[:-1].replace(b"\n", b"\n ") + b"\n"
GPGSIG256 = b"gpgsig-sha256 other\n folded\n"


def commit(raw: bytes, object_format: ObjectFormat = ObjectFormat.SHA1, limits: Limits | None = None) -> SignedObject:
    obj = parse("commit", raw, "oid", object_format, limits or Limits())
    assert join(obj) == raw
    return obj


def refused(raw: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(MalformedObject) as caught:
        commit(raw, limits=limits)
    assert caught.value.where == "oid"
    return caught.value.what


def committer(line: bytes) -> bytes:
    return f"tree {A}\nauthor A <a> 1 +0000\ncommitter ".encode() + line + b"\n" + MESSAGE


def test_signed_commit() -> None:
    obj = commit(HEAD + GPGSIG + MESSAGE)
    assert obj.payload == HEAD + MESSAGE
    assert obj.signature == SIGNATURE
    assert obj.removed == ((len(HEAD), GPGSIG),)
    assert (obj.type, obj.tree, obj.parents) == (ObjectType.COMMIT, A, (B,))
    assert obj.author == Ident(b"Ada", b"ada@x", 1, b"+0100")
    assert obj.committer == Ident(b"Bob", b"bob@x", 2, b"-0200")
    assert (obj.subject, obj.mergetags, obj.other_headers, obj.foreign_signature) == (b"Subject", 0, (), False)


def test_unsigned_commit_is_its_own_payload() -> None:
    obj = commit(HEAD + MESSAGE)
    assert obj.payload == HEAD + MESSAGE
    assert obj.signature is None
    assert obj.removed == ()


@pytest.mark.parametrize("between", [b"", b"encoding latin1\n", b"change-id xyz\n folded\n"])
def test_both_signatures_leave_the_payload(between: bytes) -> None:
    raw = HEAD + GPGSIG + between + GPGSIG256 + b"HG:extra x\n" + MESSAGE
    obj = commit(raw)
    assert obj.payload == HEAD + between + b"HG:extra x\n" + MESSAGE
    assert obj.signature == SIGNATURE
    assert obj.foreign_signature
    assert [cut for _, cut in obj.removed] == [GPGSIG, GPGSIG256]


def test_signature_for_the_other_hash_does_not_sign() -> None:
    obj = commit(HEAD + GPGSIG256 + MESSAGE)
    assert obj.signature is None
    assert obj.foreign_signature
    assert obj.payload == HEAD + MESSAGE


def test_sha256_commit() -> None:
    wide = HEAD.replace(A.encode(), A.encode() + b"0" * 24).replace(B.encode(), B.encode() + b"1" * 24)
    obj = commit(wide + GPGSIG256 + GPGSIG + MESSAGE, ObjectFormat.SHA256)
    assert obj.signature == b"other\nfolded\n"
    assert obj.foreign_signature
    assert obj.payload == wide + MESSAGE
    assert obj.parents == (B + "1" * 24,)
    with pytest.raises(MalformedObject):
        commit(HEAD + MESSAGE, ObjectFormat.SHA256)
    refused(wide + MESSAGE)


def test_empty_signature_is_a_signature() -> None:
    assert commit(HEAD + b"gpgsig \n" + MESSAGE).signature == b"\n"


def test_headers_that_git_does_not_know_are_signed_text() -> None:
    obj = commit(HEAD + b"change-id abc\nempty\n" + GPGSIG + b"HG:rename a:b\nHG:rename c:d\n" + MESSAGE)
    assert obj.other_headers == (b"change-id", b"empty", b"HG:rename", b"HG:rename")
    assert obj.payload == HEAD + b"change-id abc\nempty\nHG:rename a:b\nHG:rename c:d\n" + MESSAGE


def test_mergetags_are_counted_and_never_sign() -> None:
    tag = b"mergetag object " + C.encode() + b"\n type commit\n tag x\n \n -----BEGIN PGP SIGNATURE-----\n"
    obj = commit(HEAD + tag * 7 + MESSAGE)
    assert (obj.mergetags, obj.signature, obj.other_headers) == (7, None, ())


def test_signature_in_the_message_is_message() -> None:
    obj = commit(HEAD + b"\n" + GPGSIG + SIGNATURE)
    assert obj.signature is None
    assert obj.subject == b"gpgsig -----BEGIN PGP SIGNATURE-----"


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        (b"", b""),
        (b"\n", b""),
        (b"\nno final newline", b"no final newline"),
        (b"\n\n\nlate\n", b"late"),
        (b"\r\n", None),
        (b"\nCR\r\nmore", b"CR\r"),
        (b"\n" + b"x" * 300, b"x" * 200),
        (b"\n\xff\xfe\n", b"\xff\xfe"),
    ],
)
def test_message(message: bytes, subject: bytes | None) -> None:
    if subject is None:
        refused(HEAD + message)
    else:
        assert commit(HEAD + message).subject == subject


@pytest.mark.parametrize(
    ("line", "ident"),
    [
        (b"N <e@f> 3 +0000", Ident(b"N", b"e@f", 3, b"+0000")),
        (b"<e@f> 3 +0000", Ident(b"", b"e@f", 3, b"+0000")),
        (b" <e@f> 3 +0000", Ident(b"", b"e@f", 3, b"+0000")),
        (b"N<e@f> 3 +0000", Ident(b"N", b"e@f", 3, b"+0000")),
        (b" N  M  <> 0003 -7530", Ident(b"N  M", b"", 3, b"-7530")),
        (b"N < e f > 3 +051800", Ident(b"N", b" e f ", 3, b"+051800")),
        (b"\xe4 <\xf6> 67767976233532799 +0", Ident(b"\xe4", b"\xf6", 67767976233532799, b"+0")),
    ],
)
def test_ident(line: bytes, ident: Ident) -> None:
    assert commit(committer(line)).committer == ident
    assert commit(committer(b"C <c> 1 +0000").replace(b"A <a> 1 +0000", line)).author == ident


@pytest.mark.parametrize(
    "line",
    [
        b"N <e@f> -3 +0000",  # git shows no date
        b"N <e@f> +3 +0000",
        b"N <e@f> 67767976233532800 +0000",  # git shows a year before the first
        b"N <e@f> 99999999999999999999 +0000",
        b"N <e@f> " + b"9" * 5000 + b" +0000",
        b"N <e@f> 3 --0400",
        b"N <e@f> 3 0000",
        b"N <e@f> 3 UTC",
        b"N <e@f> 3 +",
        b"N <e@f> 3 +999999999",
        b"N <e@f> 3 +0000 ",
        b"N <e@f> 3 +0000\r",
        b"N <e@f> 3  +0000",
        b"N <e@f> 3",
        b"N <e@f> ",
        b"N <e@f>",
        b"N <e@f>3 +0000",  # libgit2 skips a digit
        b"N <e@f>  3 +0000",  # go-git reads no date
        b"N <e@f> 3.5 +0000",
        b"N <e@f> 0x3 +0000",
        "N <e@f> ٣ +0000".encode(),
        b"N 3 +0000",
        b"N e@f> 3 +0000",
        b"N <e@f 3 +0000",
        b"N <e@f <g> 3 +0000",
        b"N <e@f> <g> 3 +0000",
        b"N > <e@f> 3 +0000",
        b"N <e@f>> 3 +0000",
        b"N <<e@f> 3 +0000",
        b"N <e@f> 3 +0000\n continued",
    ],
)
def test_ident_outside_the_grammar(line: bytes) -> None:
    refused(committer(line))
    refused(committer(b"C <c> 1 +0000").replace(b"A <a> 1 +0000", line))


@pytest.mark.parametrize(
    ("headers", "what"),
    [
        (GPGSIG + GPGSIG, "more than one header gpgsig"),
        (GPGSIG + b"x y\n" + GPGSIG, "more than one header gpgsig"),
        (GPGSIG256 + GPGSIG256, "more than one header gpgsig-sha256"),
        (b"encoding a\nencoding b\n", "more than one header encoding"),
        (b"gpgsig\n", "has no value"),
        (b"gpgsig\n -----BEGIN PGP SIGNATURE-----\n", "has no value"),
        (b"gpgsigx y\n", "begins with gpgsig"),
        (b"gpgsigencoding latin1\n", "begins with gpgsig"),
        (b"gpgsig-sha512 y\n", "begins with gpgsig"),
        (b"GPGSIG y\n", "begins with gpgsig"),
        (b"GpgSig-SHA256 y\n", "begins with gpgsig"),
        (b" folded\n", "no header"),
        (b"x y", "no header"),
        (b"na\xc3\xafve y\n", "no header"),
        (b"\tx y\n", "no header"),
        (b"\x7f y\n", "no header"),
        *((name + b" y\n", "stands where it must not") for name in (b"tree", b"parent", b"author", b"committer")),
        *((name + b" y\n", "stands where it must not") for name in (b"object", b"type", b"tag", b"tagger")),
        (b"parent\n", "stands where it must not"),
        (b"change-id x\nparent " + C.encode() + b"\n", "stands where it must not"),
    ],
)
def test_headers_outside_the_grammar(headers: bytes, what: str) -> None:
    assert what in refused(HEAD + headers + (MESSAGE if headers != b"x y" else b""))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        MESSAGE,
        HEAD[:-1],
        HEAD[:-1] + b"\r\n" + MESSAGE,
        b"\n" + HEAD + MESSAGE,
        HEAD.replace(b"tree ", b"Tree ") + MESSAGE,
        HEAD.replace(b"tree ", b"tree  ") + MESSAGE,
        HEAD.replace(A.encode(), A.upper().encode()) + MESSAGE,
        HEAD.replace(B.encode(), B.upper().encode()) + MESSAGE,
        HEAD.replace(B.encode(), B[:39].encode()) + MESSAGE,
        HEAD.replace(B.encode(), B.encode() + b"b") + MESSAGE,
        b"tree " + C.encode() + b"\n" + HEAD + MESSAGE,
        HEAD.replace(b"author", b"tree " + C.encode() + b"\nauthor") + MESSAGE,
        HEAD.replace(b"committer", b"author Eve <e> 1 +0000\ncommitter") + MESSAGE,
        HEAD.replace(b"committer", b"x y\ncommitter") + MESSAGE,
        HEAD.replace(b"author", b"committer") + MESSAGE,
        HEAD[: HEAD.index(b"committer")] + MESSAGE,
        HEAD.replace(f"parent {B}\n".encode(), b"") + f"parent {B}\n".encode() + MESSAGE,
    ],
)
def test_head_outside_the_grammar(raw: bytes) -> None:
    refused(raw)


@pytest.mark.parametrize("raw", [HEAD + MESSAGE + b"\0", HEAD.replace(b"Ada", b"A\0a") + MESSAGE, b"\0"])
def test_nul_anywhere(raw: bytes) -> None:
    assert refused(raw) == "a NUL byte"


def test_a_parent_named_twice_is_legal() -> None:
    twice = HEAD.replace(b"author", f"parent {B}\nparent {C}\nauthor".encode())
    assert commit(twice + MESSAGE).parents == (B, B, C)


def test_limits() -> None:
    raw = HEAD + b"a b\nc d\n" + MESSAGE
    exact = Limits(object_size=len(raw), header_count=2, parent_count=1)
    assert commit(raw, limits=exact).other_headers == (b"a", b"c")
    assert "larger" in refused(raw + b"x", exact)
    assert "headers" in refused(raw, Limits(header_count=1))
    assert "parents" in refused(raw, Limits(parent_count=0))


def test_only_commits_and_tags() -> None:
    with pytest.raises(MalformedObject, match="neither commit nor tag but blob"):
        parse("blob", b"x", "oid", ObjectFormat.SHA1)


def test_hash_object() -> None:
    assert hash_object("blob", b"", ObjectFormat.SHA1) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert hash_object("blob", b"", ObjectFormat.SHA256).startswith("473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141")
