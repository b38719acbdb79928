"""Commits: `tree`, `parent`*, `author`, `committer`, other headers, blank line, message.

The signature is the header of the repository's own hash (`gpgsig` or `gpgsig-sha256`); the payload leaves out both, as
git's `commit.c: parse_signed_commit` has it.
"""

from __future__ import annotations

import re

from gitsig.model import LIMITS, ObjectFormat, ObjectType, SignedObject
from gitsig.objects.grammar import IDENT, SIGNATURE_HEADERS, Headers, Source, ident, read_headers, subject

__all__ = ["parse_commit"]


def _grammar(digits: int, signature: bytes) -> re.Pattern[bytes]:
    """The fixed lines; then, where it is so simple, all the rest: no header but the signature, and a message.

    What has matched is never tried in another way, so the time is linear in the size of any object.
    """
    return re.compile(
        rb"tree ([0-9a-f]{%(n)d})\n((?:parent [0-9a-f]{%(n)d}\n)*+)author %(id)s\ncommitter %(id)s\n"
        rb"(?:(?:%(sig)s ([^\n]*+\n(?: [^\n]*+\n)*+))?+\n++([^\n]{0,200}))?+"
        % {b"n": digits, b"id": IDENT, b"sig": signature}
    )


_COMMIT = ObjectType.COMMIT
_GRAMMAR = {fmt: _grammar(fmt.hex_length, SIGNATURE_HEADERS[fmt]) for fmt in ObjectFormat}
_LAST_FIXED = 10
_SIGNATURE = 11
"""Groups: the committer's zone; the signature's value, folded, with its final LF."""
_fold = re.compile(rb"\n ")
_PARENT_LINE = {fmt: len("parent \n") + fmt.hex_length for fmt in ObjectFormat}


def parse_commit(source: Source) -> SignedObject:
    """Parse a raw commit without NUL bytes. Raises `MalformedObject`."""
    fmt = source.object_format
    found = _GRAMMAR[fmt].match(source.raw)
    if found is None:
        raise source.malformed("tree, parents, author and committer do not stand at the start, once each and in order")
    tree, parents, *people, _, first_line = found.groups()
    if len(parents) > source.limits.parent_count * _PARENT_LINE[fmt]:
        raise source.malformed(f"more than {source.limits.parent_count} parents")
    if first_line is None or not source.limits.header_count:
        rest = _by_headers(source, found.end(_LAST_FIXED) + 1)
    else:
        rest = _at_once(source, found)
    author = ident(source, *people[:4])
    # By position: one is made for every commit, and names would cost twice as much.
    return SignedObject(
        source.oid,
        _COMMIT,
        fmt,
        rest[0],
        rest[1],
        rest[2],
        tuple(parents[7:-1].decode("ascii").split("\nparent ")) if parents else (),
        tree.decode("ascii"),
        author,
        author if people[:4] == people[4:] else ident(source, *people[4:]),
        None,
        None,
        None,
        *rest[3:],
    )


_Cuts = tuple[tuple[int, bytes], ...]
_Rest = tuple[bytes, bytes | None, _Cuts, bytes, int, tuple[bytes, ...], bool]
"""`SignedObject`'s payload, signature, removed, subject, mergetags, other_headers and foreign_signature."""


def _at_once(source: Source, found: re.Match[bytes]) -> _Rest:
    """What `_by_headers` gives, where the expression has matched to the message's first line."""
    raw, folded = source.raw, found[_SIGNATURE]
    if folded is None:
        return raw, None, (), found[_SIGNATURE + 1], 0, (), False
    start, end = found.end(_LAST_FIXED) + 1, found.end(_SIGNATURE)
    signature = _unfolded(folded)
    return raw[:start] + raw[end:], signature, ((start, raw[start:end]),), found[_SIGNATURE + 1], 0, (), False


def _by_headers(source: Source, start: int) -> _Rest:
    raw = source.raw
    headers = read_headers(source, start)
    payload, removed = _payload(raw, headers)
    own = headers.values.get(SIGNATURE_HEADERS[source.object_format])
    return (
        payload,
        None if own is None else _unfolded(own) + b"\n",
        removed,
        subject(raw, headers.end, len(raw)),
        headers.mergetags,
        headers.others,
        len(headers.values) > (own is not None),
    )


def _unfolded(value: bytes) -> bytes:
    # Pieces joined are quicker than pieces replaced; in an object of 32 MiB there could be too many to hold.
    return _fold.sub(b"\n", value) if len(value) <= LIMITS.signature_size else value.replace(b"\n ", b"\n")


def _payload(raw: bytes, headers: Headers) -> tuple[bytes, tuple[tuple[int, bytes], ...]]:
    if not headers.cuts:
        return raw, ()
    if len(headers.cuts) == 1:
        start, end = headers.cuts[0]
        return raw[:start] + raw[end:], ((start, raw[start:end]),)
    (start, end), (start2, end2) = headers.cuts
    payload = raw[:start] + raw[end:start2] + raw[end2:]
    return payload, ((start, raw[start:end]), (start + start2 - end, raw[start2:end2]))
