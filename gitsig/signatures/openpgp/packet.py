"""One OpenPGP signature packet, read strictly (RFC 9580 §5.2).

Version 4 of class 0x00 (binary document) is read to the last byte. What is legal but beyond this reader (version 3, an
unknown critical subpacket …) is marked so, for GnuPG to judge; what is no single document signature is malformed.
"""

from __future__ import annotations

from typing import NamedTuple

from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.keys.openpgp.packets import SIGNATURE, PacketError, Subpacket, read_packets, read_subpackets
from gitsig.model import LIMITS

__all__ = ["DIGESTS", "SignaturePacket", "read_signature"]

DIGESTS = {
    1: "md5",
    2: "sha1",
    3: "ripemd160",
    8: "sha256",
    9: "sha384",
    10: "sha512",
    11: "sha224",
    12: "sha3-256",
    14: "sha3-512",
}
"""Hash algorithm ids (RFC 9580 §9.5)."""

_CRITICAL_UNDERSTOOD = frozenset({2, 3, 16, 26, 28, 33})
"""Subpackets that may be critical here; a critical notation, say, demands that its meaning be known."""


class SignaturePacket(NamedTuple):
    """What a signature says of itself. Times in Unix seconds."""

    version: int
    algorithm: int
    digest: str
    created: int | None
    expires_at: int | None
    issuer_fingerprint: str | None
    """A hint which key to try; it need not be part of what was hashed."""
    issuer_key_id: str | None
    trailer: bytes
    """What is hashed after the payload (RFC 9580 §5.2.4); empty where GnuPG has to judge."""
    numbers: bytes
    """The algorithm-specific part, not yet split."""
    beyond: str
    """Why this reader leaves the signature to GnuPG; empty if it does not."""


def read_signature(data: bytes) -> SignaturePacket:
    """Read binary `data` that must be exactly one signature packet.

    Raises MalformedSignature, or UnsupportedSignature for a version or digest that GnuPG cannot judge either.
    """
    body = _single_body(data)
    if body[:1] == b"\x04":
        return _version4(body)
    if body[:1] == b"\x03":
        return _version3(body)
    version = body[0] if body else 0
    if version in (5, 6):
        raise UnsupportedSignature(f"a version {version} signature, which GnuPG does not judge")
    raise MalformedSignature(f"a signature packet of version {version}")


def _single_body(data: bytes) -> bytes:
    if len(data) > LIMITS.packet_size:
        raise MalformedSignature(f"the signature packet is larger than {LIMITS.packet_size} bytes")
    try:
        packets = list(read_packets(data))
    except PacketError as error:
        raise MalformedSignature(str(error)) from error
    if len(packets) == 1 and packets[0].tag == SIGNATURE:
        return packets[0].body
    if not packets or any(each.tag != SIGNATURE for each in packets):
        raise MalformedSignature("another packet than a signature")
    raise MalformedSignature(f"{len(packets)} signature packets instead of one")


def _version4(body: bytes) -> SignaturePacket:
    try:
        _, sig_class, algorithm, digest = body[:4]
        hashed_end = 6 + (body[4] << 8) + body[5]
        unhashed_at = hashed_end + 2
        left_at = unhashed_at + (body[hashed_end] << 8) + body[hashed_end + 1]
        hashed = read_subpackets(body[6:hashed_end])
        unhashed = read_subpackets(body[unhashed_at:left_at])
    except (IndexError, ValueError) as error:  # PacketError is a ValueError
        raise MalformedSignature("the signature packet is cut off, or its subpackets do not fit") from error
    if len(body) < left_at + 4:
        raise MalformedSignature("the signature packet is cut off")
    _demand_document_class(sig_class)
    facts = _facts(hashed, unhashed)
    return SignaturePacket(
        4,
        algorithm,
        _digest(digest),
        facts.created,
        facts.created + facts.lifetime if facts.lifetime > 0 else None,
        facts.fingerprint,
        facts.key_id,
        body[:hashed_end] + b"\x04\xff" + hashed_end.to_bytes(4),
        body[left_at + 2 :],
        facts.beyond,
    )


def _demand_document_class(sig_class: int) -> None:
    if sig_class == 0x01:
        raise MalformedSignature("a text-mode signature (class 0x01): line ends could be changed after signing")
    if sig_class:
        raise MalformedSignature(f"a signature of class 0x{sig_class:02x}, which signs no document")


def _digest(number: int) -> str:
    name = DIGESTS.get(number)
    if name is None:
        raise UnsupportedSignature(f"digest algorithm {number}, which GnuPG does not know either")
    return name


class _Facts:
    __slots__ = ("beyond", "created", "fingerprint", "key_id", "lifetime")

    def __init__(self) -> None:
        self.created = -1
        self.lifetime = -1
        self.fingerprint: str | None = None
        self.key_id: str | None = None
        self.beyond = ""


def _facts(hashed: list[Subpacket], unhashed: list[Subpacket]) -> _Facts:
    facts = _Facts()
    for kind, critical, value in hashed:
        if kind in (2, 3):
            _time(facts, kind, value)
        elif kind in (16, 33):
            _issuer(facts, kind, value)
        if critical and kind not in _CRITICAL_UNDERSTOOD:
            facts.beyond = f"a critical subpacket of type {kind}"
    if facts.created < 0:
        raise MalformedSignature("no creation time in what was signed")
    for kind, critical, value in unhashed:
        if kind in (16, 33):
            _issuer(facts, kind, value)
        elif critical:
            facts.beyond = f"a critical subpacket of type {kind}"
    if facts.key_id and facts.fingerprint and not facts.fingerprint.endswith(facts.key_id):
        raise MalformedSignature("the issuer's key id and fingerprint name two different keys")
    return facts


def _time(facts: _Facts, kind: int, value: bytes) -> None:
    """Creation and lifetime: four octets each. Which of two would count is not ours to guess."""
    if len(value) != 4:
        raise MalformedSignature("a time subpacket of the wrong size")
    if kind == 2:
        facts.beyond = "two creation times" if facts.created >= 0 else facts.beyond
        facts.created = int.from_bytes(value)
    else:
        facts.beyond = "two expiration times" if facts.lifetime >= 0 else facts.beyond
        facts.lifetime = int.from_bytes(value)


def _issuer(facts: _Facts, kind: int, value: bytes) -> None:
    """The first issuer of each kind counts; one that is outside the grammar names nobody."""
    if kind == 16 and len(value) == 8 and facts.key_id is None:
        facts.key_id = value.hex().upper()
    elif kind == 33 and len(value) == 21 and value[0] == 4 and facts.fingerprint is None:
        facts.fingerprint = value[1:].hex().upper()


def _version3(body: bytes) -> SignaturePacket:
    """RFC 4880 §5.2.2: nothing but a time and a key id; old PGP made them, GnuPG judges them."""
    if len(body) < 22 or body[1] != 5:
        raise MalformedSignature("the signature packet is cut off")
    _demand_document_class(body[2])
    return SignaturePacket(
        version=3,
        algorithm=body[15],
        digest=_digest(body[16]),
        created=int.from_bytes(body[3:7]),
        expires_at=None,
        issuer_fingerprint=None,
        issuer_key_id=body[7:15].hex().upper(),
        trailer=b"",
        numbers=body[19:],
        beyond="a version 3 signature",
    )
