"""Raw tags, of both object formats, against a port of git's own division."""

from __future__ import annotations

from fuzz.references.git import header_lines, split_ident, split_tag
from gitsig.errors import MalformedObject
from gitsig.model import ObjectFormat, SignedObject
from gitsig.objects import join, parse

__all__ = ["TOKENS", "one", "seeds"]

HEAD = b"object " + b"d" * 40 + b"\ntype commit\ntag v1.0\n"
TAGGER = b"tagger Ada <ada@example.org> 1767225600 +0000\n"
PGP = b"-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0WIQ==\n-----END PGP SIGNATURE-----\n"
SSH = b"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"
STAMP = b"-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----\nAAAA\n-----END OPENTIMESTAMPS GIT TIMESTAMP-----\n"
TOKENS = (
    b"-----BEGIN PGP SIGNATURE-----", b"-----END PGP SIGNATURE-----", b"-----BEGIN PGP MESSAGE-----",
    b"-----BEGIN SSH SIGNATURE-----", b"-----BEGIN SIGNED MESSAGE-----", b"gpgsig ", b"gpgsig-sha256 ", b"\n\n",
    b"\n ", b"type blob\n", b"type tree\n", b"type tag\n", b"tag v1.lock\n", b"tag a/b\n", b"tagger ", TAGGER, PGP,
    SSH, STAMP, b"\0", b"\r", b"object " + b"a" * 40 + b"\n", b"object " + b"a" * 64 + b"\n",
    b"-----END SSH SIGNATURE-----",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Unsigned and signed tags of every kind, one with the other hash's signature in a header."""
    folded = PGP.rstrip(b"\n").replace(b"\n", b"\n ")
    return [
        HEAD + TAGGER + b"\nRelease\n",
        HEAD + TAGGER + b"\nRelease\n" + PGP,
        HEAD + TAGGER + b"\nRelease\n" + PGP + STAMP,
        HEAD + TAGGER + b"\n" + SSH,
        HEAD + TAGGER + b"gpgsig-sha256 " + folded + b"\n\nRelease\n" + PGP,
        HEAD.replace(b"commit", b"tag") + b"\nno tagger\n",
        HEAD.replace(b"d" * 40, b"d" * 64) + TAGGER + b"\nRelease\n" + SSH,
    ]


def one(data: bytes) -> None:
    """Parse as a tag of either format."""
    for object_format in ObjectFormat:
        try:
            obj = parse("tag", data, "oid", object_format)
        except MalformedObject as fault:
            assert fault.what, "a refusal says why"
            continue
        _agrees(data, obj)


def _agrees(raw: bytes, obj: SignedObject) -> None:
    assert join(obj) == raw, "the parts give back the bytes"
    payload, signature = split_tag(raw)
    assert obj.signature == signature, "git finds the signature elsewhere"
    assert obj.payload == payload, "git takes another payload"
    own = [line for line in header_lines(raw) if not line.startswith(b" ")]
    assert own[0] == b"object " + (obj.target or "").encode()
    assert own[1] == b"type " + (obj.target_type or "").encode()
    assert own[2] == b"tag " + (obj.tag_name or b"")
    taggers = [line for line in own if line.startswith(b"tagger ")]
    assert len(taggers) == (obj.committer is not None)
    if obj.committer is not None:
        mail, date, zone = split_ident(taggers[0])
        assert (obj.committer.email, obj.committer.time, obj.committer.zone) == (mail, int(date), zone)
