"""How git itself divides commits and tags, ported line by line from its C sources (git 2.39 to 2.50).

`commit.c: parse_buffer_signed_by_header`, `remove_signature`; `gpg-interface.c: parse_signed_buffer`;
`ident.c: split_ident_line`.
"""

from __future__ import annotations

import re

__all__ = ["header_lines", "split_commit", "split_ident", "split_tag"]

_SIGNATURES = (
    b"-----BEGIN PGP SIGNATURE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"-----BEGIN SIGNED MESSAGE-----",
    b"-----BEGIN SSH SIGNATURE-----",
)
_HEADERS = (b"gpgsig", b"gpgsig-sha256")


def _lines(raw: bytes) -> list[bytes]:
    return re.findall(rb"[^\n]*\n|[^\n]+", raw)


def split_commit(raw: bytes, header: bytes) -> tuple[bytes, bytes | None]:
    """Payload and signature of a commit; None where git sees no signature under `header`."""
    payload, signature = b"", b""
    in_signature = other = seen = False
    lines = _lines(raw)
    for number, line in enumerate(lines):
        part = None
        if in_signature and line.startswith(b" "):
            part = line[1:]
        elif line.startswith(header + b" "):
            part, other = line[len(header) + 1 :], False
        elif line.startswith(b"gpgsig"):
            other = True
        elif other and not line.startswith(b" "):
            other = False
        in_signature = part is not None
        if part is not None:
            signature, seen = signature + part, True
        elif line == b"\n":
            return payload + b"".join(lines[number:]), signature if seen else None
        elif not other:
            payload += line
    return payload, signature if seen else None


def split_tag(raw: bytes) -> tuple[bytes, bytes | None]:
    """Payload and signature of a tag; None where git sees no signature at its end."""
    at, found = 0, len(raw)
    for line in _lines(raw):
        if line.startswith(_SIGNATURES):
            found = at
        at += len(line)
    return _without_headers(raw[:found]), raw[found:] or None


def _without_headers(raw: bytes) -> bytes:
    """For one signature header at most: `remove_signature` keeps two places, and gitsig takes one."""
    kept, inside = b"", False
    lines = _lines(raw)
    for number, line in enumerate(lines):
        if line == b"\n":
            return kept + b"".join(lines[number:])
        inside = line.startswith(tuple(name + b" " for name in _HEADERS)) or (inside and line.startswith(b" "))
        kept += b"" if inside else line
    return kept


def header_lines(raw: bytes) -> list[bytes]:
    """The lines before the first empty one, without their LF."""
    return raw.partition(b"\n\n")[0].split(b"\n")


def split_ident(line: bytes) -> tuple[bytes, bytes, bytes]:
    """E-mail, date and zone of `name <mail> date zone`: the first brackets for the mail, the last for the date."""
    mail = line[line.index(b"<") + 1 :].partition(b">")[0]
    date, _, zone = line.rpartition(b">")[2].strip().partition(b" ")
    return mail, date, zone
