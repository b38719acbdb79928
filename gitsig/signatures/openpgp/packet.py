"""One OpenPGP signature packet, read strictly (RFC 9580 §5.2).

Version 4 of class 0x00 (binary document) is read to the last byte. What is legal but beyond this reader (version 3, an
unknown critical subpacket …) is marked so, for GnuPG to judge; what is no single document signature is malformed.
"""

from __future__ import annotations

from typing import NamedTuple

from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.keys.openpgp.packets import SIGNATURE, PacketError, only_body, read_packets
from gitsig.model import LIMITS
from gitsig.signatures.openpgp.head import DIGESTS, demand_document_class, digest_name, find_head

__all__ = ["DIGESTS", "SignaturePacket", "read_signature"]


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
        body = only_body(data, SIGNATURE)
        if body is not None:
            return body
        packets = list(read_packets(data))
    except PacketError as error:
        raise MalformedSignature(str(error)) from error
    if not packets or any(each.tag != SIGNATURE for each in packets):
        raise MalformedSignature("another packet than a signature")
    raise MalformedSignature(f"{len(packets)} signature packets instead of one")


def _version4(body: bytes) -> SignaturePacket:
    try:
        hashed_end = 6 + (body[4] << 8) + body[5]
        left_at = hashed_end + 2 + (body[hashed_end] << 8) + body[hashed_end + 1]
    except IndexError as error:
        raise MalformedSignature("the signature packet is cut off, or its subpackets do not fit") from error
    digest, created, lifetime, fingerprint, key_id, beyond = find_head(body, hashed_end, left_at)
    return SignaturePacket(
        4,
        body[2],
        digest,
        created,
        created + lifetime if lifetime > 0 else None,
        fingerprint,
        key_id,
        body[:hashed_end] + b"\x04\xff" + hashed_end.to_bytes(4),
        body[left_at + 2 :],
        beyond,
    )


def _version3(body: bytes) -> SignaturePacket:
    """RFC 4880 §5.2.2: nothing but a time and a key id; old PGP made them, GnuPG judges them."""
    if len(body) < 22 or body[1] != 5:
        raise MalformedSignature("the signature packet is cut off")
    demand_document_class(body[2])
    return SignaturePacket(
        version=3,
        algorithm=body[15],
        digest=digest_name(body[16]),
        created=int.from_bytes(body[3:7]),
        expires_at=None,
        issuer_fingerprint=None,
        issuer_key_id=body[7:15].hex().upper(),
        trailer=b"",
        numbers=body[19:],
        beyond="a version 3 signature",
    )
