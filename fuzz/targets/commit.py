"""Raw commits, of both object formats, against a port of git's own division and the walk's reading of parents."""

from __future__ import annotations

from fuzz.references.git import header_lines, split_commit, split_ident
from gitsig.errors import MalformedObject
from gitsig.model import ObjectFormat, SignedObject
from gitsig.objects import join, parents_and_time, parse

__all__ = ["TOKENS", "one", "seeds"]

TREE = b"tree " + b"4b825dc642cb6eb9a060e54bf8d69288fbee4904" + b"\n"
PEOPLE = b"author Ada <ada@example.org> 1767225600 +0000\ncommitter Ada <ada@example.org> 1767225600 +0100\n"
ARMOR = b"-----BEGIN PGP SIGNATURE-----\n \n iHUEABYKAB0WIQ==\n -----END PGP SIGNATURE-----"
TOKENS = (
    b"gpgsig ", b"gpgsig-sha256 ", b"gpgsig\n", b"gpgsigs ", b"\n gpgsig ", b"\n\n", b"\n ", b"mergetag object ",
    b"encoding UTF-8\n", b"parent " + b"a" * 40 + b"\n", b"parent " + b"a" * 64 + b"\n", TREE, b"author ",
    b"committer ", b"change-id z\n", b"HG:rename a\n", b"<", b">", b" 67767976233532799 ", b"\r\n", b"\0",
    b"gpgsig " + ARMOR + b"\n", PEOPLE, b" +051800", b"\x0b", b"\xe2\x80\xa8", b"Gpgsig ",
)  # fmt: skip
_HEADER = {ObjectFormat.SHA1: b"gpgsig", ObjectFormat.SHA256: b"gpgsig-sha256"}


def seeds() -> list[bytes]:
    """Unsigned, signed, merged, with headers of every kind, without a message."""
    sha256 = b"tree " + b"6" * 64 + b"\nparent " + b"a" * 64 + b"\n" + PEOPLE
    parents = b"parent " + b"b" * 40 + b"\nparent " + b"c" * 40 + b"\n"
    return [
        TREE + PEOPLE + b"\nA message\n",
        TREE + parents + PEOPLE + b"gpgsig " + ARMOR + b"\n\nMerge\n\nbody",
        TREE + PEOPLE + b"encoding latin1\nchange-id z\ngpgsig " + ARMOR + b"\nHG:x y\n z\n\n\xe4\n",
        TREE + PEOPLE + b"gpgsig " + ARMOR + b"\ngpgsig-sha256 " + ARMOR + b"\n\nBoth\n",
        TREE + PEOPLE + b"mergetag object " + b"d" * 40 + b"\n type commit\n tag v1\n \n x\n\nMerge\n",
        sha256 + b"gpgsig-sha256 " + ARMOR + b"\n\nSHA-256\n",
        TREE + PEOPLE,
    ]


def one(data: bytes) -> None:
    """Parse as a commit of either format."""
    for object_format in ObjectFormat:
        try:
            obj = parse("commit", data, "oid", object_format)
        except MalformedObject as fault:
            assert fault.what, "a refusal says why"
            continue
        _agrees(data, obj)


def _agrees(raw: bytes, obj: SignedObject) -> None:
    assert join(obj) == raw, "the parts give back the bytes"
    assert (obj.payload, obj.signature) == split_commit(raw, _HEADER[obj.object_format]), "git divides it otherwise"
    assert obj.parents == parents_and_time(raw, obj.object_format)[0], "the walk follows other parents"
    assert b"\0" not in raw
    lines = header_lines(raw)
    own = [line for line in lines if not line.startswith(b" ")]
    assert obj.parents == tuple(line[7:].decode() for line in own if line.startswith(b"parent "))
    assert [b"tree " + (obj.tree or "").encode()] == [line for line in own if line.startswith(b"tree ")]
    for word, who in ((b"author", obj.author), (b"committer", obj.committer)):
        (line,) = [line for line in own if line.startswith(word + b" ")]
        assert who is not None
        assert (who.email, b"%d" % who.time, who.zone) == _plain(*split_ident(line)), "git reads another person"


def _plain(mail: bytes, date: bytes, zone: bytes) -> tuple[bytes, bytes, bytes]:
    return mail, b"%d" % int(date), zone
