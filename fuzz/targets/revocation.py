"""SSH revocation lists: read whole or refused, for a list that is read in part lets revoked keys pass (K12)."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from fuzz import material as m
from gitsig.errors import PolicyFault
from gitsig.keys.ssh.public_key import read_public_key_blob
from gitsig.keys.ssh_revocation import RevokedKeys, parse_revocations

__all__ = ["TOKENS", "one", "seeds"]

_BLOB = m.string(b"ssh-ed25519", bytes(range(32)))
_LINE = b"ssh-ed25519 " + b64encode(_BLOB)
_HEAD = b"SSHKRL\n\0" + (1).to_bytes(4) + bytes(24) + m.string(b"", b"comment")
TOKENS = (
    b"SSHKRL\n\0", b"\0\0\0\1", b"\1", b"\2\0\0\0\x37", b"\3\0\0\0\x18\0\0\0\x14", b"\4\0\0\0\0",
    b"\5\0\0\0\x24\0\0\0\x20", b"\0\0\0\0", _LINE + b"\n", b"#", b"serial: 1\n", b"sha256:", b"hash: ", b"\r\n",
    b"\x27", m.string(_BLOB),
)  # fmt: skip
_KEY = read_public_key_blob(_BLOB)


def _section(kind: int, *values: bytes) -> bytes:
    return bytes([kind]) + m.string(m.string(*values))


def seeds() -> list[bytes]:
    """Plain lists and KRLs with each kind of section."""
    sha1, sha256 = hashlib.sha1(_BLOB, usedforsecurity=False).digest(), hashlib.sha256(_BLOB).digest()
    return [
        b"",
        b"# revoked\n" + _LINE + b" ada\n\n" + _LINE,
        _HEAD,
        _HEAD + _section(2, _BLOB),
        _HEAD + _section(3, sha1) + _section(5, sha256) + _section(1, b""),
        _HEAD + _section(4, b"signature"),
    ]


def one(data: bytes) -> None:
    """Read, ask about a key, write down and read again."""
    try:
        found = parse_revocations(data, "f")
    except PolicyFault as fault:
        assert fault.where.partition(":")[0] == "f"
        return
    assert found.digest == hashlib.sha256(data).hexdigest()
    spelled = (_BLOB, hashlib.sha1(_BLOB, usedforsecurity=False).digest(), hashlib.sha256(_BLOB).digest())
    named = found.blobs | found.sha1 | found.sha256
    assert found.revokes(_KEY) == any(each in named for each in spelled)
    if data.startswith(b"SSHKRL"):
        assert _values(data) == named, "an entry was passed over"
        again = parse_revocations(_written(found), "f")
        assert (again.blobs, again.sha1, again.sha256) == (found.blobs, found.sha1, found.sha256)
    else:
        lines = [line.strip(b" \t\r") for line in data.split(b"\n")]
        wanted = [line for line in lines if line and not line.startswith(b"#")]
        assert len(found.blobs) == len({line.split()[1] for line in wanted}), "a line was passed over"


def _values(data: bytes) -> set[bytes]:
    """All entries of the sections that name keys, by a second reader."""
    rest = data[36:]
    for _ in range(2):
        rest = rest[4 + int.from_bytes(rest[:4]) :]
    found: set[bytes] = set()
    while rest:
        kind, size = rest[0], int.from_bytes(rest[1:5])
        section, rest = rest[5 : 5 + size], rest[5 + size :]
        while kind != 1 and section:
            end = 4 + int.from_bytes(section[:4])
            found.add(section[4:end])
            section = section[end:]
    return found


def _written(found: RevokedKeys) -> bytes:
    return _HEAD + _section(2, *found.blobs) + _section(3, *found.sha1) + _section(5, *found.sha256)
