"""Armor of all three formats, against a reader that goes line by line."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

from fuzz import material as m
from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.model import LIMITS, Outcome, SignatureFormat
from gitsig.signatures.armor import dearmor_openpgp, format_of
from gitsig.signatures.ssh.armor import dearmor
from gitsig.signatures.x509 import X509Engine

__all__ = ["TOKENS", "one", "seeds"]

TOKENS = (
    b"-----BEGIN PGP SIGNATURE-----\n", b"-----END PGP SIGNATURE-----\n", b"-----BEGIN SSH SIGNATURE-----\n",
    b"-----END SSH SIGNATURE-----", b"-----BEGIN SIGNED MESSAGE-----\n", b"-----END SIGNED MESSAGE-----\n",
    b"-----BEGIN PGP MESSAGE-----\n", b"Version: x\n", b"Comment: \r\n", b"Hash: SHA512\n", b"Charset:\n",
    b"MessageID: 1\n", b"=\n", b"==\n", b"=njUN\n", b"\n\n", b"\r\n", b" \t\r", b"\x0b", b"\x0c", b"AAAA\n",
    b"-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----\n", b"-----END OPENTIMESTAMPS GIT TIMESTAMP-----\n", b"\0",
)  # fmt: skip
_PGP_HEADER = re.compile(rb"(Version|Comment|Hash|Charset|MessageID):")


def seeds() -> list[bytes]:
    """Each format, with header lines, checksum, time stamp, CRLF."""
    plain = m.armored(b"packet" * 20)
    checked = [
        m.armored(data).replace(b"-----END", b"=" + b64encode(_crc24(data)) + b"\n-----END")
        for data in (b"\0\1\2\3", bytes(range(119)), bytes(range(200)), b"x" * 48)
    ]
    stamp = b"-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----\nAA==\n-----END OPENTIMESTAMPS GIT TIMESTAMP-----\n"
    cms = b"\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + bytes(40)
    return [
        plain,
        plain.replace(b"\n\n", b"\nVersion: GnuPG v2\nComment: none\n\n"),
        plain.replace(b"\n", b"\r\n"),
        *checked,
        plain + stamp,
        m.armored(b"SSHSIG" + bytes(60), "SSH SIGNATURE", 70),
        m.armored(cms, "SIGNED MESSAGE"),
        b"",
    ]


def one(data: bytes) -> None:
    """Take off each kind of armor."""
    try:
        kind = format_of(data)
    except (MalformedSignature, UnsupportedSignature):
        kind = SignatureFormat.UNKNOWN
    _openpgp(data, kind)
    _ssh(data, kind)
    if X509Engine().examine(b"", data, None).outcome is Outcome.UNTRUSTED:
        assert kind is SignatureFormat.X509
    if len(data) < LIMITS.packet_size:
        assert dearmor_openpgp(m.armored(data or b"\0")).data == (data or b"\0"), "honest armor gives back the bytes"
        assert dearmor(m.armored(data or b"\0", "SSH SIGNATURE", 70)) == (data or b"\0")


def _openpgp(data: bytes, kind: SignatureFormat) -> None:
    try:
        found = dearmor_openpgp(data)
    except MalformedSignature:
        return
    assert kind is SignatureFormat.OPENPGP
    body, checksum, rest = _by_lines(data)
    assert found.data == body, "another reader takes other bytes"
    assert b64encode(body) in data.translate(None, b" \t\r\n"), "base64 in a second spelling"
    assert checksum is None or checksum == _crc24(body)
    assert bool(found.notes) == rest.startswith(b"-----BEGIN OPENTIMESTAMPS")
    assert b"PGP" not in rest


def _by_lines(data: bytes) -> tuple[bytes, bytes | None, bytes]:
    """Body, checksum and what follows the armor, as a reader of lines would have them."""
    lines = [line.rstrip(b" \t\r") for line in data.lstrip().split(b"\n")]
    assert lines.pop(0) == b"-----BEGIN PGP SIGNATURE-----"
    while lines[0]:
        assert _PGP_HEADER.match(lines.pop(0))
    end = lines.index(b"-----END PGP SIGNATURE-----")
    inside = [line for line in lines[:end] if line]
    checksum = inside.pop() if inside[-1].startswith(b"=") else None
    rest = b"\n".join(lines[end + 1 :]).strip()
    return b64decode(b"".join(inside), validate=True), b64decode(checksum[1:]) if checksum else None, rest


def _ssh(data: bytes, kind: SignatureFormat) -> None:
    try:
        blob = dearmor(data)
    except MalformedSignature:
        return
    assert kind is SignatureFormat.SSH
    head, _, rest = data.partition(b"\n-----END SSH SIGNATURE-----")
    assert not rest.strip()
    assert b"".join(head.split(b"\n")[1:]) == b64encode(blob), "base64 in its one spelling"


def _crc24(data: bytes) -> bytes:
    """RFC 4880 §6.1, bit by bit."""
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc = crc << 1 ^ (0x1864CFB if crc & 0x800000 else 0)
    return (crc & 0xFFFFFF).to_bytes(3)
