"""OpenSSH's allowed signers file: every line an entry or a fault, and entries that can be written down again."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime

from fuzz import material as m
from gitsig.errors import PolicyFault
from gitsig.keys.allowed_signers import AllowedSigner, match_principals, parse_allowed_signers, usable_for_git

__all__ = ["TOKENS", "one", "seeds"]

_BLOB = m.string(b"ssh-ed25519", bytes(range(32)))
_KEY = b"ssh-ed25519 " + b64encode(_BLOB)
TOKENS = (
    _KEY, b'namespaces="git"', b'namespaces="git,file" ', b'valid-after="20250101"',
    b'valid-before="20270101120000Z"', b"cert-authority ", b",", b'"', b'\\"', b"*@example.org", b"!eve@example.org,",
    b"#", b"\t", b"\r\n", b"\n", b" ", b"ssh-rsa AAAA", b"?", b'valid-before="19700101"', b"\0", b"\xef\xbb\xbf",
    b"UTC", b'VALID-AFTER="20250101"', b"\xe2\x80\x82", b"\xd9\xa1",
)  # fmt: skip
_SOME = ("ada@example.org", "git", "eve@example.org", "", "*")


def seeds() -> list[bytes]:
    """Plain lines, lines with options, comments, quotes."""
    return [
        b"ada@example.org " + _KEY + b" Ada's key\n",
        b'ada@example.org,*@example.com namespaces="git",valid-after="20250101",valid-before="20270101Z" '
        + _KEY
        + b"\n",
        b"# comment\n\n*@example.org cert-authority " + _KEY + b"\r\n",
        b'"ada lovelace,!eve@*" valid-before="202701010000" ' + _KEY + b"\n",
        b'* NAMESPACES="g?t,!file" ' + _KEY,
    ]


def one(data: bytes) -> None:
    """Parse, compare with the lines, write down and parse again."""
    try:
        entries = parse_allowed_signers(data, "f")
    except PolicyFault as fault:
        assert fault.what
        assert re.fullmatch(r"f(:[1-9][0-9]*)?", fault.where)
        return
    lines = [line.strip(b" \t\r") for line in data.split(b"\n")]
    lines = [line for line in lines if line and not line.startswith(b"#")]
    assert len(entries) == len(lines), "a line was dropped or made up"
    for entry, line in zip(entries, lines, strict=True):
        assert b64encode(entry.key.blob) in line
        _entry(entry)
    if entries:
        written = b"\n".join(map(_written, entries))
        assert [_plain(each) for each in parse_allowed_signers(written, "f")] == [_plain(each) for each in entries]


def _entry(entry: AllowedSigner) -> None:
    assert entry.principals
    for bound in (entry.valid_after, entry.valid_before):
        assert bound is None or bound > 0, "zero is `no bound` to OpenSSH"
    assert not (entry.cert_authority and usable_for_git(entry)), "an authority is no signer"
    for identity in _SOME:
        assert match_principals(entry.principals, identity) == _reference(entry.principals, identity)


def _reference(patterns: tuple[str, ...], identity: str) -> bool:
    """Pattern lists by way of regular expressions."""
    if sum(each.count("*") for each in patterns) > 8 or any(len(each.encode()) > 1000 for each in patterns):
        return match_principals(patterns, identity)
    hits = [
        each for each in patterns if re.fullmatch(_expression(each.removeprefix("!")), identity.encode(), re.DOTALL)
    ]
    return bool(hits) and not any(each.startswith("!") for each in hits)


def _expression(pattern: str) -> bytes:
    return re.escape(pattern.encode()).replace(rb"\*", rb".*").replace(rb"\?", rb".")


def _written(entry: AllowedSigner) -> bytes:
    options = ["cert-authority"] if entry.cert_authority else []
    if entry.namespaces:
        options.append('namespaces="{}"'.format(",".join(entry.namespaces).replace('"', '\\"')))
    for name, bound in (("valid-after", entry.valid_after), ("valid-before", entry.valid_before)):
        if bound is not None:
            options.append(f'{name}="{datetime.fromtimestamp(bound, UTC):%Y%m%d%H%M%S}Z"')
    words = ['"{}"'.format(",".join(entry.principals)), ",".join(options), entry.key.type]
    return " ".join(word for word in words if word).encode() + b" " + b64encode(entry.key.blob)


def _plain(entry: AllowedSigner) -> tuple[object, ...]:
    rest = (entry.valid_after, entry.valid_before, entry.namespaces, entry.cert_authority)
    return (entry.principals, entry.key.blob, *rest)
