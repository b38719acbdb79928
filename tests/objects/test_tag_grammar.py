from __future__ import annotations

import subprocess

import pytest

from gitsig.errors import MalformedObject
from gitsig.model import Ident, ObjectFormat, ObjectType, SignedObject
from gitsig.objects import join, parse

A = "a" * 40
HEAD = f"object {A}\ntype commit\ntag v1.0\ntagger Ada <ada@x> 5 +0100\n".encode()
MESSAGE = b"\nRelease\n\nNotes\n"
OTS = b"-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----\n\nAQD/8BA5\nY29t\n-----END OPENTIMESTAMPS GIT TIMESTAMP-----\n"


def armor(label: str = "PGP SIGNATURE") -> bytes:
    return f"-----BEGIN {label}-----\n\nabc\n-----END {label}-----\n".encode()


def tag(raw: bytes, object_format: ObjectFormat = ObjectFormat.SHA1) -> SignedObject:
    obj = parse("tag", raw, "oid", object_format)
    assert join(obj) == raw
    return obj


def refused(raw: bytes) -> str:
    with pytest.raises(MalformedObject) as caught:
        tag(raw)
    assert caught.value.where == "oid"
    return caught.value.what


@pytest.mark.parametrize("label", ["PGP SIGNATURE", "PGP MESSAGE", "SSH SIGNATURE", "SIGNED MESSAGE"])
def test_signed_tag(label: str) -> None:
    obj = tag(HEAD + MESSAGE + armor(label))
    assert obj.payload == HEAD + MESSAGE
    assert obj.signature == armor(label)
    assert (obj.type, obj.target, obj.target_type, obj.tag_name) == (ObjectType.TAG, A, "commit", b"v1.0")
    assert obj.committer == Ident(b"Ada", b"ada@x", 5, b"+0100")
    assert (obj.author, obj.tree, obj.parents, obj.subject) == (None, None, (), b"Release")


def test_unsigned_tag() -> None:
    obj = tag(HEAD + MESSAGE)
    assert (obj.signature, obj.removed, obj.payload) == (None, (), HEAD + MESSAGE)


@pytest.mark.parametrize("kind", ["commit", "tag", "tree", "blob"])
def test_target_types(kind: str) -> None:
    assert tag(HEAD.replace(b"commit", kind.encode()) + MESSAGE).target_type == kind


def test_tag_without_tagger() -> None:
    obj = tag(HEAD[: HEAD.index(b"tagger")] + MESSAGE + armor())
    assert obj.committer is None
    assert obj.signature == armor()


@pytest.mark.parametrize("message", [b"", b"\n", b"\nno final newline"])
def test_unsigned_message(message: bytes) -> None:
    assert tag(HEAD + message).subject == message.strip()


def test_signature_right_after_the_headers() -> None:
    obj = tag(HEAD + b"\n" + armor())
    assert (obj.payload, obj.subject) == (HEAD + b"\n", b"")


@pytest.mark.parametrize("name", [b"gpgsig", b"gpgsig-sha256"])
def test_signature_header_is_for_the_other_hash(name: bytes) -> None:
    header = name + b" " + armor()[:-1].replace(b"\n", b"\n ") + b"\n"
    obj = tag(HEAD + b"x y\n" + header + b"encoding latin1\n" + MESSAGE + armor())
    assert obj.payload == HEAD + b"x y\nencoding latin1\n" + MESSAGE
    assert obj.signature == armor()
    assert obj.foreign_signature
    assert obj.other_headers == (b"x",)
    alone = tag(HEAD + header + MESSAGE)
    assert (alone.signature, alone.foreign_signature, alone.payload) == (None, True, HEAD + MESSAGE)


def test_sha256_tag() -> None:
    wide = HEAD.replace(A.encode(), b"a" * 64)
    assert tag(wide + MESSAGE + armor(), ObjectFormat.SHA256).signature == armor()
    refused(wide + MESSAGE)


@pytest.mark.parametrize(
    "message",
    [
        b"\ntext -----BEGIN PGP SIGNATURE-----\n",
        b"\n -----BEGIN PGP SIGNATURE-----\n",
        b"\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n",
        b"\n-----BEGIN PGP SIGNATURE\n",
    ],
)
def test_what_git_takes_for_message_is_message(message: bytes) -> None:
    assert tag(HEAD + message).signature is None


@pytest.mark.parametrize("after", [b"", b" \t\r\n\n", OTS, b"\n" + OTS + b"\n", OTS.replace(b"\n", b"\r\n")])
def test_what_may_follow_the_signature(after: bytes) -> None:
    assert tag(HEAD + MESSAGE + armor() + after).signature == armor() + after


@pytest.mark.parametrize(
    "after",
    [
        b"text",
        b"\n\ntext\n",
        OTS + OTS,
        OTS + b"text\n",
        b"x" + OTS,
        OTS.replace(b"AQD", b"A-D"),
        OTS[:-5],
        armor("PGP PUBLIC KEY BLOCK"),
        b"\xc2\xa0\n",
    ],
)
def test_text_after_the_signature(after: bytes) -> None:
    assert "after the signature" in refused(HEAD + MESSAGE + armor() + after)


def test_text_on_the_last_line_of_the_armor() -> None:
    assert "after the signature" in refused(HEAD + MESSAGE + armor()[:-1] + b" text\n")
    assert "after the signature" in refused(HEAD + MESSAGE + armor()[:-1] + OTS)


def test_an_armor_without_an_end_is_left_to_the_armor_reader() -> None:
    assert (
        tag(HEAD + MESSAGE + b"-----BEGIN PGP SIGNATURE-----\nabc").signature == b"-----BEGIN PGP SIGNATURE-----\nabc"
    )


@pytest.mark.parametrize("second", [armor(), armor("SSH SIGNATURE"), b"-----BEGIN PGP MESSAGE-----trailing\n"])
def test_two_signature_blocks(second: bytes) -> None:
    assert "more than one" in refused(HEAD + MESSAGE + armor() + second)
    assert "more than one" in refused(HEAD + MESSAGE + second + MESSAGE + armor())


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (HEAD + armor(), "among the headers"),
        (HEAD + armor()[:30] + MESSAGE, "among the headers"),
        (HEAD + b"gpgsig a\ngpgsig-sha256 b\n" + MESSAGE, "more than one signature header"),
        (HEAD + b"gpgsig a\ngpgsig b\n" + MESSAGE, "more than one header gpgsig"),
        (HEAD + b"gpgsigs a\n" + MESSAGE, "begins with gpgsig"),
        (HEAD + b"tagger Eve <e> 1 +0000\n" + MESSAGE, "tagger"),
        (HEAD.replace(b"5 +0100", b"-5 +0100") + MESSAGE, "tagger"),
        (HEAD.replace(b"5 +0100", b"67767976233532800 +0100") + MESSAGE, "date"),
        (HEAD + b"object " + A.encode() + b"\n" + MESSAGE, "object"),
        (HEAD.replace(b"type commit", b"type push") + MESSAGE, "start"),
        (HEAD.replace(b"type commit\n", b"") + MESSAGE, "start"),
        (HEAD.replace(A.encode(), A.upper().encode()) + MESSAGE, "start"),
        (HEAD[:-1], "no header"),
        (HEAD + MESSAGE + b"\0", "NUL"),
    ],
)
def test_outside_the_grammar(raw: bytes, what: str) -> None:
    assert what in refused(raw)


NAMES = [
    *("v1.0", "a/b", "-x", "@", "a@b", "ünïcode", "v1.lockx", "a.b/c.d", "{", "a}", "x{", "!", "HEAD", "a" * 300),
    *("", " ", "a b", "a..b", ".a", "a.", "a/.b", "a//b", "/a", "a/", "a.lock", "a.lock/b", "a@{b", "@{", "."),
    *("a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", "a\x7fb", "a\tb", "a\rb", "..", "a/..", "é..x", "a.lock.lock"),
]


@pytest.mark.parametrize("name", NAMES)
def test_names_as_git_check_ref_format_has_them(name: str) -> None:
    git = subprocess.run(["git", "check-ref-format", f"refs/tags/{name}"], check=False, capture_output=True)
    raw = HEAD.replace(b"v1.0", name.encode()) + MESSAGE
    if git.returncode == 0:
        assert tag(raw).tag_name == name.encode()
    else:
        refused(raw)
