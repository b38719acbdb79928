"""Revoked SSH keys, in both forms that `ssh-keygen -Y verify -r` takes: a list of public keys, or a KRL.

PROTOCOL.krl describes the binary form that `ssh-keygen -k` writes. Whatever is not wholly understood is an
error (K12): a list that is read in part would let the rest of the revoked keys pass.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from gitsig.errors import PolicyFault
from gitsig.keys.ssh.line import split_key_line
from gitsig.keys.ssh.public_key import SSHKey, UnsupportedKey, split_public_key
from gitsig.keys.ssh.wire import WireError, read_string

__all__ = ["RevokedKeys", "parse_revocations"]

_MAGIC = b"SSHKRL\n\0"
_VERSION = 1
_CERTIFICATES = 1
_EXPLICIT_KEY = 2
_FINGERPRINT_SHA1 = 3
_SIGNATURE = 4
_FINGERPRINT_SHA256 = 5
_REMAKE = "make it again with `ssh-keygen -k -f KRL KEYS.pub`, or list public keys one per line"


@dataclass(frozen=True, slots=True)
class RevokedKeys:
    """What a revocation list revokes, and the digest of the list itself."""

    blobs: frozenset[bytes]
    """Wire forms of revoked keys."""
    sha1: frozenset[bytes]
    """SHA-1 digests (20 bytes) of wire forms."""
    sha256: frozenset[bytes]
    """SHA-256 digests (32 bytes) of wire forms."""
    digest: str
    """SHA-256 in hex over the list's bytes."""

    def revokes(self, key: SSHKey) -> bool:
        """Whether the list names this key, in any of its ways."""
        if key.blob in self.blobs or hashlib.sha256(key.blob).digest() in self.sha256:
            return True
        return hashlib.sha1(key.blob, usedforsecurity=False).digest() in self.sha1


def parse_revocations(data: bytes, source: str) -> RevokedKeys:
    """Read a revocation list. An empty one revokes nothing, as with OpenSSH.

    `source` names the file in errors. PolicyFault for anything that OpenSSH refuses, and besides for signed KRLs,
    revoked keys in a second encoding, and section types unknown to PROTOCOL.krl.
    """
    digest = hashlib.sha256(data).hexdigest()
    if not data.startswith(_MAGIC[:6]):
        return RevokedKeys(frozenset(_plain(data, source)), frozenset(), frozenset(), digest)
    found: dict[int, set[bytes]] = {_EXPLICIT_KEY: set(), _FINGERPRINT_SHA1: set(), _FINGERPRINT_SHA256: set()}
    try:
        _read_krl(data, found)
    except WireError as error:
        raise PolicyFault(f"the key revocation list is damaged: {error}", where=source, mend=_REMAKE) from error
    sha1, sha256 = found[_FINGERPRINT_SHA1], found[_FINGERPRINT_SHA256]
    return RevokedKeys(frozenset(found[_EXPLICIT_KEY]), frozenset(sha1), frozenset(sha256), digest)


def _plain(data: bytes, source: str) -> Iterator[bytes]:
    for number, line in enumerate(data.split(b"\n"), 1):
        text = line.decode("utf-8", "surrogateescape").strip(" \t\r")
        if not text or text.startswith("#"):
            continue
        where = f"{source}:{number}"
        if text.lower().startswith(("serial:", "id:", "key:", "sha1:", "sha256:", "hash:")):
            what = "this is the source of a KRL, not a revocation list"
            raise PolicyFault(what, where=where, mend=f"compile it: ssh-keygen -k -f KRL {source}")
        blob, _ = split_key_line(text, where)
        try:
            yield _checked(blob)
        except WireError as error:
            what = f"the revoked key is malformed: {error}"
            raise PolicyFault(what, where=where, mend="paste the whole line of the .pub file") from error


def _checked(blob: bytes) -> bytes:
    # A second encoding of a revoked key (a zero in front of a number) would equal no key of the policy
    # and revoke nothing. Kinds of key that are never accepted need no look inside.
    with suppress(UnsupportedKey):
        split_public_key(blob)
    return blob


def _read_krl(data: bytes, found: dict[int, set[bytes]]) -> None:
    at = _header_end(data)
    while at < len(data):
        section = data[at]
        body, at = read_string(data, at + 1)
        if section in found:
            found[section].update(_entries(section, body))
        elif section == _SIGNATURE:
            raise WireError("signed revocation lists are not supported")
        elif section != _CERTIFICATES:
            raise WireError(f"unknown section type {section}")
        # A certificates section revokes nothing that could pass: certificates are not accepted at all.


def _header_end(data: bytes) -> int:
    # Magic, format version (4), KRL version (8), date (8), flags (8), reserved (string), comment (string).
    if not data.startswith(_MAGIC) or len(data) < 36:
        raise WireError("no whole header")
    if int.from_bytes(data[8:12]) != _VERSION:
        raise WireError(f"format version {int.from_bytes(data[8:12])} instead of {_VERSION}")
    _, at = read_string(data, 36)
    _, at = read_string(data, at)
    return at


def _entries(section: int, body: bytes) -> Iterator[bytes]:
    size = {_FINGERPRINT_SHA1: 20, _FINGERPRINT_SHA256: 32}.get(section)
    at = 0
    while at < len(body):
        value, at = read_string(body, at)
        if size is not None and len(value) != size:
            raise WireError(f"a fingerprint of {len(value)} bytes instead of {size}")
        yield _checked(value) if size is None else value
