"""Tags: `object`, `type`, `tag`, `tagger`?, other headers, blank line, message, and the signature at its end.

The signature begins at the last line that git takes for one (`gpg-interface.c: parse_signed_buffer`); here there must
be one such line at most. A signature header (`gpgsig`, `gpgsig-sha256`) speaks for the other hash: it is left out of
the payload, as git's `commit.c: remove_signature` has it, and never authorises.
"""

from __future__ import annotations

import re

from gitsig.model import ObjectFormat, ObjectType, SignedObject
from gitsig.objects.grammar import IDENT, Source, ident, read_headers, subject

__all__ = ["parse_tag"]


def _head(digits: int) -> re.Pattern[bytes]:
    return re.compile(
        rb"object ([0-9a-f]{%(n)d})\ntype (commit|tag|tree|blob)\ntag ([^\n]+)\n(?:tagger %(id)s\n)?"
        % {b"n": digits, b"id": IDENT}
    )


_HEAD = {fmt: _head(fmt.hex_length) for fmt in ObjectFormat}

# What `git check-ref-format refs/tags/NAME` lets pass: any other name can belong to no ref.
_NAME = re.compile(rb"(?![./])(?!.*(?:\.\.|@\{|//|/\.|\.lock(?:/|\Z)))[^\x00-\x20\x7f~^:?*\[\\]+(?<![./])", re.DOTALL)

_BEGIN = re.compile(rb"^-----BEGIN (PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----", re.MULTILINE)
_END = {
    label: re.compile(rb"^-----END %s-----" % label, re.MULTILINE)
    for label in (b"PGP SIGNATURE", b"PGP MESSAGE", b"SSH SIGNATURE", b"SIGNED MESSAGE")
}
_AFTER_END = re.compile(
    rb"[ \t\r\n]*+(?:(?<=\n)-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----[ \t\r]*+\n[A-Za-z0-9+/= \t\r\n]*+"
    rb"(?<=\n)-----END OPENTIMESTAMPS GIT TIMESTAMP-----[ \t\r\n]*+)?"
)


def parse_tag(source: Source) -> SignedObject:
    """Parse a raw tag without NUL bytes. Raises `MalformedObject`."""
    raw = source.raw
    found = _HEAD[source.object_format].match(raw)
    if found is None:
        raise source.malformed("object, type and tag do not stand at the start, once each and in order")
    target, target_type, name, *tagger = found.groups()
    if not _NAME.fullmatch(name):
        raise source.malformed("the tag's name can be no ref's name")
    headers = read_headers(source, found.end())
    if len(headers.cuts) > 1:
        # Git's remove_signature leaves one of two adjacent signature headers in the payload, and takes both elsewhere.
        raise source.malformed("more than one signature header in a tag")
    start = _signature_start(source, headers.end)
    payload = raw[:start]
    removed: tuple[tuple[int, bytes], ...] = ()
    if headers.cuts:
        cut, end = headers.cuts[0]
        payload = raw[:cut] + raw[end:start]
        removed = ((cut, raw[cut:end]),)
    signature = raw[start:] or None
    return SignedObject(
        oid=source.oid,
        type=ObjectType.TAG,
        object_format=source.object_format,
        payload=payload,
        signature=signature,
        removed=(*removed, (len(payload), signature)) if signature else removed,
        committer=ident(source, *tagger) if tagger[1] is not None else None,
        tag_name=name,
        target=target.decode("ascii"),
        target_type=target_type.decode("ascii"),
        subject=subject(raw, headers.end, start),
        mergetags=headers.mergetags,
        other_headers=headers.others,
        foreign_signature=bool(headers.cuts),
    )


def _signature_start(source: Source, blank: int) -> int:
    """Offset of the signature, or the object's length where there is none."""
    raw = source.raw
    begins = _BEGIN.finditer(raw)
    first = next(begins, None)
    if first is None:
        return len(raw)
    if first.start() <= blank:
        raise source.malformed("a signature begins among the headers")
    if next(begins, None) is not None:
        raise source.malformed("more than one signature block (R10)")
    end = _END[first[1]].search(raw, first.end())
    if end is not None and not _AFTER_END.fullmatch(raw, end.end()):
        raise source.malformed("text after the signature (R10)")
    return first.start()
