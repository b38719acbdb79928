"""What a version 4 OpenPGP signature says of itself before its numbers: digest, times, issuer (RFC 9580 §5.2.3).

One key writes the same octets for every signature, but for the creation time: what was read of them once is remembered.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.keys.openpgp.packets import PacketError, Subpacket, read_subpackets

__all__ = ["DIGESTS", "Head", "demand_document_class", "digest_name", "find_head"]

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

_ISSUER = (33, 0x80 | 33)
_ISSUER_LENGTH = 22
"""Type, version and octets of a version 4 issuer fingerprint."""
_CREATED = (b"\x05\x02", b"\x05\x82")
_TIME_FIRST = 8
_TIME_BEHIND_ISSUER = 31
"""Where honest signers put the four octets of the creation time: first, or behind that issuer fingerprint."""
_LONGEST_REMEMBERED = 512
"""Octets of a head that is remembered."""


class Head(NamedTuple):
    """What stands before the left 16 bits of the digest."""

    digest: str
    created: int
    lifetime: int
    """-1 where there is none."""
    fingerprint: str | None
    key_id: str | None
    beyond: str


def find_head(body: bytes, hashed_end: int, left_at: int) -> Head:
    """Read the head of a version 4 packet's `body`, which ends at `left_at`, its hashed area at `hashed_end`.

    Raises MalformedSignature, UnsupportedSignature for an unknown digest.
    """
    if left_at <= _LONGEST_REMEMBERED and left_at + 4 <= len(body):
        at = _TIME_BEHIND_ISSUER if body[7] in _ISSUER else _TIME_FIRST
        known = _remembered(body[:at] + body[at + 4 : left_at])
        if known is not None:
            digest, _, lifetime, fingerprint, key_id, beyond = known
            return Head(digest, int.from_bytes(body[at : at + 4]), lifetime, fingerprint, key_id, beyond)
    return _read_head(body, hashed_end, left_at)


@lru_cache(maxsize=1024)
def _remembered(template: bytes) -> Head | None:
    """What `_read_head` gives for a head without its creation time; None where what is left out is anything else.

    One key writes the same head for every signature, but for these four octets, and they decide nothing but `created`.
    """
    hashed_end = 6 + (template[4] << 8) + template[5]
    behind_issuer = template[7] in _ISSUER
    at = _TIME_BEHIND_ISSUER if behind_issuer else _TIME_FIRST
    if (
        at + 4 > hashed_end
        or (behind_issuer and template[6] != _ISSUER_LENGTH)
        or template[at - 2 : at] not in _CREATED
    ):
        return None
    head = template[:at] + bytes(4) + template[at:]
    found = _read_head(head + bytes(4), hashed_end, len(head))
    return found if not found.beyond else None


def _read_head(body: bytes, hashed_end: int, left_at: int) -> Head:
    try:
        hashed = read_subpackets(body[6:hashed_end])
        unhashed = read_subpackets(body[hashed_end + 2 : left_at])
    except PacketError as error:
        raise MalformedSignature("the signature packet is cut off, or its subpackets do not fit") from error
    if len(body) < left_at + 4:
        raise MalformedSignature("the signature packet is cut off")
    demand_document_class(body[1])
    facts = _facts(hashed, unhashed)
    return Head(digest_name(body[3]), facts.created, facts.lifetime, facts.fingerprint, facts.key_id, facts.beyond)


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


def demand_document_class(sig_class: int) -> None:
    """Raise MalformedSignature for all but class 0x00, a binary document."""
    if sig_class == 0x01:
        raise MalformedSignature("a text-mode signature (class 0x01): line ends could be changed after signing")
    if sig_class:
        raise MalformedSignature(f"a signature of class 0x{sig_class:02x}, which signs no document")


def digest_name(number: int) -> str:
    """The name of a hash algorithm id; raises UnsupportedSignature for one that is not listed."""
    name = DIGESTS.get(number)
    if name is None:
        raise UnsupportedSignature(f"digest algorithm {number}, which GnuPG does not know either")
    return name
