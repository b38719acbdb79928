"""Commits: `tree`, `parent`*, `author`, `committer`, other headers, blank line, message.

The signature is the header of the repository's own hash (`gpgsig` or `gpgsig-sha256`); the payload leaves out both, as
git's `commit.c: parse_signed_commit` has it.
"""

from __future__ import annotations

import re

from gitsig.model import ObjectFormat, ObjectType, SignedObject
from gitsig.objects.grammar import IDENT, SIGNATURE_HEADERS, Headers, Source, ident, read_headers, subject

__all__ = ["parse_commit"]


def _head(digits: int) -> re.Pattern[bytes]:
    return re.compile(
        rb"tree ([0-9a-f]{%(n)d})\n((?:parent [0-9a-f]{%(n)d}\n)*+)author %(id)s\ncommitter %(id)s\n"
        % {b"n": digits, b"id": IDENT}
    )


_COMMIT = ObjectType.COMMIT
_HEAD = {fmt: _head(fmt.hex_length) for fmt in ObjectFormat}
_PARENT_LINE = {fmt: len("parent \n") + fmt.hex_length for fmt in ObjectFormat}


def parse_commit(source: Source) -> SignedObject:
    """Parse a raw commit without NUL bytes. Raises `MalformedObject`."""
    raw, fmt = source.raw, source.object_format
    found = _HEAD[fmt].match(raw)
    if found is None:
        raise source.malformed("tree, parents, author and committer do not stand at the start, once each and in order")
    tree, parents, *people = found.groups()
    if len(parents) > source.limits.parent_count * _PARENT_LINE[fmt]:
        raise source.malformed(f"more than {source.limits.parent_count} parents")
    headers = read_headers(source, found.end())
    payload, removed = _payload(raw, headers)
    own = headers.values.get(SIGNATURE_HEADERS[fmt])
    # By position: one is made for every commit, and names would cost twice as much.
    return SignedObject(
        source.oid,
        _COMMIT,
        fmt,
        payload,
        None if own is None else own.replace(b"\n ", b"\n") + b"\n",
        removed,
        tuple(parents[7:-1].decode("ascii").split("\nparent ")) if parents else (),
        tree.decode("ascii"),
        ident(source, *people[:4]),
        ident(source, *people[4:]),
        None,
        None,
        None,
        subject(raw, headers.end, len(raw)),
        headers.mergetags,
        headers.others,
        len(headers.values) > (own is not None),
    )


def _payload(raw: bytes, headers: Headers) -> tuple[bytes, tuple[tuple[int, bytes], ...]]:
    if not headers.cuts:
        return raw, ()
    if len(headers.cuts) == 1:
        start, end = headers.cuts[0]
        return raw[:start] + raw[end:], ((start, raw[start:end]),)
    (start, end), (start2, end2) = headers.cuts
    payload = raw[:start] + raw[end:start2] + raw[end2:]
    return payload, ((start, raw[start:end]), (start + start2 - end, raw[start2:end2]))
