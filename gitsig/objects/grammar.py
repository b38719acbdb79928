"""The pieces that commits and tags have in common: identities, headers, and what is cut out of the payload.

Header: `name SP value LF (SP continuation LF)*`; git itself writes an empty value without the space
(`commit.c: commit_tree_extended`). A name is printable ASCII.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gitsig.errors import MalformedObject
from gitsig.model import Ident, Limits, ObjectFormat

__all__ = ["IDENT", "SIGNATURE_HEADERS", "Headers", "Source", "ident", "read_headers", "subject"]

IDENT = rb"([^<>\n]*+)<([^<>\n]*+)> ([0-9]{1,20}) ([+-][0-9]{1,8})"
"""Name, e-mail, date, zone: four groups.

Angle brackets only around the e-mail, one space before date and zone: git, libgit2, JGit and go-git look for the
bracket from different ends, and skip different amounts of space, so anything else is read as several people or dates.
A missing space after the name is an oddity of old imports on which all agree as far as the e-mail goes.
"""

SIGNATURE_HEADERS = {ObjectFormat.SHA1: b"gpgsig", ObjectFormat.SHA256: b"gpgsig-sha256"}

_HEADER = re.compile(rb"([!-~]++)(?: |(?=\n))([^\n]*+(?:\n [^\n]*+)*+)\n")
_SUBJECT = re.compile(rb"\n*+([^\n]{0,200})")
_RESERVED = frozenset((b"tree", b"parent", b"author", b"committer", b"object", b"type", b"tag", b"tagger"))
_KNOWN = frozenset((b"encoding", b"mergetag", *SIGNATURE_HEADERS.values()))
_ONCE = frozenset((b"encoding", *SIGNATURE_HEADERS.values()))

# 31 December of the year 2147483647: git counts years in an int, and shows later dates wrongly or as 1970.
_LAST_SECOND = 67_767_976_233_532_799


class Source(NamedTuple):
    """One raw object on its way through the grammar."""

    raw: bytes
    oid: str
    object_format: ObjectFormat
    limits: Limits

    def malformed(self, what: str) -> MalformedObject:
        """Make the error that names this object."""
        return MalformedObject(what, where=self.oid)


class Headers(NamedTuple):
    """What stands between the fixed lines and the message."""

    end: int
    """Offset of the blank line before the message, or the object's length where there is none."""
    values: dict[bytes, bytes]
    """Values of the signature headers, still folded, without the final LF."""
    cuts: list[tuple[int, int]]
    """(start, end) of the signature headers in the raw bytes, ascending."""
    mergetags: int
    others: tuple[bytes, ...]


_NO_HEADERS: dict[bytes, bytes] = {}


def ident(source: Source, name: bytes, email: bytes, time: bytes, zone: bytes) -> Ident:
    """Make an identity from the four groups of `IDENT`. A date that git cannot show is malformed."""
    seconds = int(time)
    if seconds > _LAST_SECOND:
        raise source.malformed("a date is beyond what git can read")
    return Ident(name.strip(), email, seconds, zone)


def read_headers(source: Source, start: int) -> Headers:
    """Read the headers from offset `start` to the blank line or the end of the object."""
    raw, position, size = source.raw, start, len(source.raw)
    if position == size or raw[position] == 0x0A:
        return Headers(position, _NO_HEADERS, [], 0, ())
    values: dict[bytes, bytes] = {}
    cuts: list[tuple[int, int]] = []
    others: list[bytes] = []
    seen: set[bytes] = set()
    count = mergetags = 0
    while position < size and raw[position] != 0x0A:
        found = _HEADER.match(raw, position)
        count += 1
        if found is None or count > source.limits.header_count:
            raise source.malformed(
                "too many headers" if found else "a line that is no header stands before the message"
            )
        name, value = found.groups()
        _check_name(source, name, seen)
        if name == b"gpgsig" or name == b"gpgsig-sha256":
            if raw[found.end(1)] != 0x20:
                # Git drops such a line from the payload without reading it: text that nobody signed.
                raise source.malformed(f"the header {name.decode()} has no value")
            values[name] = value
            cuts.append(found.span())
        elif name == b"mergetag":
            mergetags += 1
        elif name not in _KNOWN:
            others.append(name)
        position = found.end()
    return Headers(position, values, cuts, mergetags, tuple(others))


def _check_name(source: Source, name: bytes, seen: set[bytes]) -> None:
    if name in _RESERVED:
        raise source.malformed(f"the line '{name.decode()}' stands where it must not, or is outside its grammar")
    if name in _ONCE:
        if name in seen:
            raise source.malformed(f"more than one header {name.decode()}")
        seen.add(name)
    elif name[:6].lower() == b"gpgsig":
        # Git drops every line that begins so from the payload: unsigned text in a good commit.
        raise source.malformed("a header whose name begins with gpgsig, and is none that git knows")


def subject(raw: bytes, blank: int, end: int) -> bytes:
    """Give the first line of the message between the blank line at offset `blank` and `end`: at most 200 bytes."""
    found = _SUBJECT.match(raw, blank, end)
    return found[1] if found else b""
