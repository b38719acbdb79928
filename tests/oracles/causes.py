"""Causes of a difference, each a plain fact about the signature, its key or its certificate.

They are computed here and not taken from what either side says of its refusal. Where a side's own words must serve as
well, `differences.toml` gives them beside the cause.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import NamedTuple

from fuzz.references.packets import packets, signature_parts, subpackets
from gitsig.keys.openpgp.certificate import Certificate
from gitsig.keys.openpgp.signingkey import SigningKey
from gitsig.model import Evidence, KeyFacts, Outcome

__all__ = ["CAUSES", "Case"]

_CERTIFICATIONS = (0x10, 0x11, 0x12, 0x13)
_ORDER_OF_SECP256K1 = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class Case(NamedTuple):
    """One signature over which gitsig and an oracle differ."""

    payload: bytes
    evidence: Evidence
    """gitsig's."""
    data: bytes
    """The packets inside the armor; empty where gitsig sees none."""
    key: SigningKey | None
    certificate: Certificate | None

    @property
    def facts(self) -> KeyFacts | None:
        """Of the key."""
        return self.key.facts if self.key is not None else None

    @property
    def parts(self) -> tuple[bytes, bytes, bytes]:
        """Hashed part, unhashed subpackets and numbers of a good signature of version 4; empty of any other."""
        whole = self.body[:1] == b"\x04" and self.evidence.outcome is Outcome.VERIFIED
        return signature_parts(self.body) if whole else (b"", b"", b"")

    @property
    def body(self) -> bytes:
        """Of the first packet; empty where there is none."""
        try:
            return packets(self.data)[0][1] if self.data else b""
        except (ValueError, IndexError):
            return b""


def _weak_digest(case: Case) -> bool:
    return case.evidence.digest in ("md5", "sha1", "ripemd160")


def _version_3(case: Case) -> bool:
    return case.body[:1] == b"\x03"


def _bits_overcounted(case: Case) -> bool:
    """A number counts zero bits that it does not need (RFC 9580 §3.2 wants none)."""
    rest = case.parts[2]
    while len(rest) > 2:
        bits = int.from_bytes(rest[:2])
        number = int.from_bytes(rest[2 : 2 + (bits + 7) // 8])
        if number.bit_length() != bits:
            return True
        rest = rest[2 + (bits + 7) // 8 :]
    return False


def _short_key_id(case: Case) -> bool:
    hashed, unhashed, _ = case.parts
    both = subpackets(hashed[6:]) + subpackets(unhashed)
    return any(kind & 127 == 16 and len(value) != 8 for kind, value in both)


def _revoked(case: Case) -> bool:
    return case.facts is not None and bool(case.facts.revocations)


def _weak_certificate(case: Case) -> bool:
    return case.facts is not None and bool(case.facts.weak_self_signatures)


def _expired_then(case: Case) -> bool:
    facts, at = case.facts, case.evidence.signed_at
    return facts is not None and at is not None and facts.expires is not None and at >= facts.expires


def _older_than_key(case: Case) -> bool:
    facts, at = case.facts, case.evidence.signed_at
    return facts is not None and at is not None and facts.created is not None and at < facts.created


def _older_than_self_signature(case: Case) -> bool:
    """Nothing that the certificate (still) says of the key is as old as the signature."""
    certificate, facts, at = case.certificate, case.facts, case.evidence.signed_at
    if certificate is None or facts is None or at is None:
        return False
    names = [sig for each in certificate.components if each.user_id is not None for sig in each.signatures]
    if min((sig.created for sig in names if sig.sig_class in _CERTIFICATIONS), default=at + 1) > at:
        return True
    (component,) = [each for each in certificate.keys if each.key and each.key.fingerprint == facts.fingerprint]
    bindings = [sig.created for sig in component.signatures if sig.sig_class == 0x18]
    return component is not certificate.components[0] and min(bindings, default=at + 1) > at


def _from_the_future(case: Case) -> bool:
    return (case.evidence.signed_at or 0) > time.time()


def _signature_expired(case: Case) -> bool:
    return case.evidence.expires_at is not None and case.evidence.expires_at <= time.time()


def _small_key(case: Case) -> bool:
    return case.facts is not None and case.facts.algorithm in ("rsa", "dsa") and case.facts.bits < 2048


def _foreign_curve(case: Case) -> bool:
    return case.key is not None and case.key.public.curve in ("brainpoolP256r1", "secp256k1")


def _high_s(case: Case) -> bool:
    """The larger of the two numbers s that are right for secp256k1."""
    numbers = case.parts[2]
    second = 2 + (int.from_bytes(numbers[:2]) + 7) // 8
    foreign = case.key is not None and case.key.public.curve == "secp256k1"
    return foreign and int.from_bytes(numbers[second + 2 :]) > _ORDER_OF_SECP256K1 // 2


def _not_vouched(case: Case) -> bool:
    return case.evidence.outcome is Outcome.VERIFIED and not case.evidence.vouched


def _octets_wrong(case: Case) -> bool:
    """The two octets that repeat the digest's beginning are wrong (RFC 9580 §5.2.3)."""
    hashed, unhashed, _ = case.parts
    if not hashed or case.evidence.digest not in hashlib.algorithms_available:
        return False
    trailer = hashed + b"\x04\xff" + len(hashed).to_bytes(4)
    at = len(hashed) + 2 + len(unhashed)
    return hashlib.new(case.evidence.digest or "", case.payload + trailer).digest()[:2] != case.body[at : at + 2]


def _fingerprint_unhashed(case: Case) -> bool:
    """Nothing but a fingerprint in the unhashed area names the issuer."""
    hashed, unhashed, _ = case.parts
    kinds = [kind & 127 for kind, _ in subpackets(hashed[6:])] if hashed else [33]
    return not {16, 33} & set(kinds) and [kind & 127 for kind, _ in subpackets(unhashed)] == [33]


def _critical_notation(case: Case) -> bool:
    hashed = signature_parts(case.body)[0] if case.body[:1] == b"\x04" else b""
    return any(kind == 128 | 20 for kind, _ in subpackets(hashed[6:]))


def _critical_unhashed(case: Case) -> bool:
    """A subpacket that nobody signed calls itself critical."""
    unhashed = signature_parts(case.body)[1] if case.body[:1] == b"\x04" else b""
    return any(kind & 128 for kind, _ in subpackets(unhashed))


CAUSES: dict[str, Callable[[Case], bool]] = {
    "": lambda _: True,
    "bits-overcounted": _bits_overcounted,
    "critical-notation": _critical_notation,
    "critical-unhashed": _critical_unhashed,
    "digest-octets-wrong": _octets_wrong,
    "expired-when-signed": _expired_then,
    "fingerprint-unhashed": _fingerprint_unhashed,
    "foreign-curve": _foreign_curve,
    "from-the-future": _from_the_future,
    "high-s": _high_s,
    "not-vouched": _not_vouched,
    "older-than-key": _older_than_key,
    "older-than-self-signature": _older_than_self_signature,
    "revoked": _revoked,
    "short-key-id": _short_key_id,
    "signature-expired": _signature_expired,
    "small-key": _small_key,
    "version-3": _version_3,
    "weak-certificate": _weak_certificate,
    "weak-digest": _weak_digest,
}
