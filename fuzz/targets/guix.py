"""Guix's files: one expression and nothing else, the same one that a reader of Scheme sees, and the same keys in it."""

from __future__ import annotations

import re

from fuzz.references import scheme
from gitsig.errors import PolicyFault
from gitsig.policy.adapters.guix import (
    authorized_policy,
    fingerprint_of,
    parse_authorizations,
    parse_keyring_reference,
)
from gitsig.policy.adapters.sexp import Sexp, Symbol, parse_sexp

__all__ = ["TOKENS", "one", "seeds"]

_ADA = "3CE4 6455 8A84 FDC6 9DB4  0CFB 090B 1199 3D9A EBB5"
_BOB = "AD17 A21E F8AE D8F1 CC02  DBD9 F8AE D8F1 765C 61E3"
_WHOLE = re.compile(r"[0-9A-F]{40}|[0-9A-F]{64}")
TOKENS = (
    b"(authorizations\n (version 0)\n ((", b"(channel (version 0) ", b'(keyring-reference "keyring")', b"(version 0)",
    b'(name "ada")', f'("{_BOB}" (name "bob"))'.encode(), _ADA.encode(), b";", b"\n", b'"', b"\\", b'\\"', b"\\n",
    b"(", b")", b" . ", b"#;", b"#|", b"|#", b"'", b"[", b"]", b"0", b"-0", b"+0", b"\xc2\xa0", b"\xef\xac\x80",
    b"\0", b"\f", b"\v", b"\r", b"\xff", b"authorizations", b"(((((((((((((((((",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Authorizations as Guix has them, in one line, with odd entries; a channel; what is none of it."""
    file = f"""; who may commit
(authorizations
 (version 0)

 (;; Ada
  ("{_ADA}"
   (name "ada"))
  ("{_BOB}" (name "bob") (since 2020))))
"""
    digits = _ADA.replace(" ", "").lower()
    return [
        file.encode(),
        f'(authorizations (version 0) (("{digits}")))'.encode(),
        f'(authorizations (version +0) (("{digits}" . (name "a\\"b\\\\"))) (more ()))'.encode(),
        f'(authorizations (version 0) (("{digits}" (name 1) (name "\\t")) ("{digits}")))'.encode(),
        b'(channel (version 0) (keyring-reference "my/keys") (news-file "n"))',
        b"(channel\t(version 0)\r\n) ; nothing",
        b"(authorizations (version 0) ())",
    ]


def one(data: bytes) -> None:
    """Read as an expression, as authorizations, as a channel."""
    read, seen = _read(data), _seen(data)
    assert (read is None) == (seen is None), "one of two readers refuses"
    if read is not None and seen is not None:
        assert _plain(read) == seen, "two readers see different things"
        assert parse_sexp(_written(read).encode(), "f") == read
    _authorizations(data, seen)
    try:
        branch = parse_keyring_reference(data, "f")
    except PolicyFault as fault:
        _check(fault, data)
    else:
        assert branch is None or f'"{branch}"'.encode() in data
    fingerprint = fingerprint_of(data.decode("utf-8", "replace"))
    assert fingerprint is None or _WHOLE.fullmatch(fingerprint)


def _read(data: bytes) -> Sexp | None:
    try:
        return parse_sexp(data, "f")
    except PolicyFault as fault:
        _check(fault, data)
        return None


def _seen(data: bytes) -> scheme.Datum | None:
    try:
        return scheme.read(data.decode("utf-8"))
    except ValueError:  # bytes that are no UTF-8, too
        return None


def _check(fault: PolicyFault, data: bytes) -> None:
    name, _, line = fault.where.partition(":")
    assert name == "f"
    assert fault.what
    assert fault.mend
    assert not line or 1 <= int(line) <= data.count(b"\n") + 1, "a line that is not there"


def _authorizations(data: bytes, seen: scheme.Datum | None) -> None:
    try:
        keys = None if seen is None else scheme.listed(seen)
    except ValueError:
        keys = None
    try:
        found = parse_authorizations(data, "f")
    except PolicyFault as fault:
        _check(fault, data)
        assert keys is None, "refused, and Guix reads it"
        return
    assert keys is not None, "read, and Guix refuses it"
    assert list(found) == list(dict.fromkeys(keys)), "other keys than Guix's"
    policy, signers = authorized_policy(found, "f", "d")
    assert set(signers) == set(found)
    assert set(signers.values()) == set(policy.signers)
    assert all(name.strip() and name.isprintable() for name in policy.signers)


def _plain(read: Sexp) -> scheme.Datum:
    if isinstance(read, list):
        return [_plain(each) for each in read]
    if isinstance(read, Symbol):
        return "name", read.name
    return ("text", read) if isinstance(read, str) else read


def _written(read: Sexp) -> str:
    if isinstance(read, list):
        return f"({' '.join(map(_written, read))})"
    if isinstance(read, str):
        return '"' + read.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return read.name if isinstance(read, Symbol) else str(read)
