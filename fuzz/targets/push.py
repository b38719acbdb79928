"""What comes with a push: the hook's lines and the push certificate."""

from __future__ import annotations

import re

from fuzz.references.git import split_tag
from gitsig.errors import MalformedObject, UsageFault
from gitsig.hooks.server.lines import parse_lines
from gitsig.model import ObjectFormat, RefUpdate
from gitsig.objects.pushcert import parse_push_certificate

__all__ = ["TOKENS", "one", "seeds"]

_OLD, _NEW = b"0" * 40, b"a" * 40
_LINE = _OLD + b" " + _NEW + b" refs/heads/main\n"
_ARMOR = b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n"
_HEAD = b"certificate version 0.1\npusher Ada <ada@example.org> 1767225600 +0000\n"
TOKENS = (
    _LINE, _ARMOR, _HEAD, b"pushee https://example.org/r.git\n", b"nonce 1767225600-abc\n", b"push-option x\n",
    b"\n\n", b"refs/heads/", b"refs/tags/v1\n", b" ", b"-----BEGIN SSH SIGNATURE-----\n", b"\0", b"\r", b".lock",
    b"..", b"@{", b"//", b"\x7f", b"b" * 64, b"nonce ", b"\xff", b"~", b"\xed\xa0\x80",
)  # fmt: skip


def seeds() -> list[bytes]:
    """A hook's input and certificates, of both formats."""
    return [
        _LINE + _NEW + b" " + _OLD + b" refs/tags/v1.0\n",
        b"0" * 64 + b" " + b"b" * 64 + b" refs/heads/\xc3\xa4\n",
        _HEAD + b"pushee file:///r\nnonce 1-a\npush-option x\n\n" + _LINE + _LINE.replace(b"main", b"side") + _ARMOR,
        _HEAD
        + b"\n"
        + _LINE.replace(b"main", b"a b")
        + b"-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n",
    ]


def one(data: bytes) -> None:
    """Read as the hook's input and as a certificate, of either format."""
    for object_format in ObjectFormat:
        _lines(data, object_format)
        _certificate(data, object_format)


def _lines(data: bytes, object_format: ObjectFormat) -> None:
    try:
        updates = parse_lines(data, object_format)
    except UsageFault as fault:
        assert fault.what
        return
    assert b"".join(map(_written, updates)) == data, "the updates give back the lines"
    assert len({update.ref for update in updates}) == len(updates)
    for update in updates:
        parts = update.ref.split("/")
        assert parts[0] == "refs"
        assert len(parts) > 1
        assert all(part and not part.startswith(".") and not part.endswith(".lock") for part in parts)
        assert not re.search(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{", update.ref)
        assert not update.ref.endswith(".")


def _certificate(data: bytes, object_format: ObjectFormat) -> None:
    try:
        found = parse_push_certificate(data, object_format)
    except MalformedObject as fault:
        assert fault.what
        return
    assert found.payload + found.signature == data
    head, _, lines = found.payload.partition(b"\n\n")
    assert b"".join(map(_written, found.updates)) == lines, "the updates are what was signed"
    assert all(update.ref.startswith("refs/") for update in found.updates)
    fields = head.split(b"\n")
    nonces = [line[6:] for line in fields if line.startswith(b"nonce ")]
    assert nonces == ([] if found.nonce is None else [found.nonce]), "git reads the first nonce that it finds"
    assert fields[1].startswith(b"pusher " + found.pusher)
    if split_tag(data)[1] != found.signature:
        # Git begins at the last block. Two blocks are no signature here: the armor refuses them.
        assert found.signature.count(b"-----BEGIN") > 1


def _written(update: RefUpdate) -> bytes:
    return f"{update.old} {update.new} {update.ref}\n".encode("utf-8", "surrogateescape")
