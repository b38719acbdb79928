"""The time rule, one for every signature format.

A key must be valid when it signed; for an object that is new it must be valid now as well, since the time in a
signature is written by whoever signs (K11: a thief of an expired key dates his commits back). With `valid-now` that
holds for every object. Every function gives the refusal in words, or an empty text.
"""

from __future__ import annotations

from gitsig.policy.question import Case
from gitsig.policy.times import iso

__all__ = ["expired", "future_dated", "predated", "revoked", "signature_expired"]

_KEY_WINDOW = "the policy's window for this key"
_SIGNER_WINDOW = "the policy's window for this signer"


def revoked(case: Case) -> str:
    """A hard revocation refuses at any date, a soft one from its own time on (RFC 9580 §5.2.3.31)."""
    if case.key is None or not case.key.revocations:
        return ""
    signed_at = case.evidence.signed_at
    for revocation in sorted(case.key.revocations, key=lambda each: not each.hard):
        when = f" at {iso(revocation.at)}" if revocation.at > 0 else ""
        told = f"the key was revoked{when} ({revocation.reason})"
        if revocation.hard:
            return f"{told}, which voids every signature by it"
        if not when:
            return f"{told}, and nothing says when"
        if signed_at is None or signed_at >= revocation.at:
            return f"{told}, before this signature"
        if case.now >= revocation.at and (why := _judged_now(case)):
            return f"{told}, and {why}"
    return ""


def predated(case: Case) -> str:
    """Signed before the key existed, or before the policy lets it sign.

    A key made later than now needs no look at the clock: the signature is then older than the key or `future_dated`.
    """
    signed_at = case.evidence.signed_at
    if signed_at is None:
        return ""
    key = case.key
    if key is not None and key.created is not None and signed_at < key.created:
        return f"signed at {iso(signed_at)}, before the key was made at {iso(key.created)}"
    owner, signer = case.owner, case.signer
    told = ""
    if owner is not None and owner.valid_from is not None:
        told = _too_early(case, signed_at, owner.valid_from, _KEY_WINDOW)
    if not told and signer is not None and signer.valid_from is not None:
        told = _too_early(case, signed_at, signer.valid_from, _SIGNER_WINDOW)
    return told


def expired(case: Case) -> str:
    """Signed at or after the end of the key, or the end has passed and the object is new (K5, K6)."""
    signed_at = case.evidence.signed_at
    if signed_at is None:
        return ""
    key, owner, signer = case.key, case.owner, case.signer
    told = ""
    if key is not None and key.expires is not None:
        told = _too_late(case, signed_at, key.expires, "the key's validity")
    if not told and owner is not None and owner.valid_until is not None:
        told = _too_late(case, signed_at, owner.valid_until, _KEY_WINDOW)
    if not told and signer is not None and signer.valid_until is not None:
        told = _too_late(case, signed_at, signer.valid_until, _SIGNER_WINDOW)
    return told


def signature_expired(case: Case) -> str:
    """The signature's own expiry has passed (K8)."""
    expires_at = case.evidence.expires_at
    if expires_at is None or expires_at > case.now:
        return ""
    return f"the signature itself expired at {iso(expires_at)}"


def future_dated(case: Case) -> str:
    """Signed later than now and the skew that the policy allows (K9)."""
    signed_at = case.evidence.signed_at
    if signed_at is None or signed_at <= case.now + case.policy.defaults.clock_skew:
        return ""
    return f"signed at {iso(signed_at)}, but it is only {iso(case.now)}"


def _judged_now(case: Case) -> str:
    """Why the key must be valid at the moment of judging as well; empty if it need not be."""
    if case.question.new:
        return "the object is new"
    return "the policy wants keys that are valid now" if case.policy.defaults.valid_now else ""


def _too_early(case: Case, signed_at: int, begin: int, whose: str) -> str:
    if signed_at < begin:
        return f"signed at {iso(signed_at)}, before {whose} begins at {iso(begin)}"
    if case.now < begin and (why := _judged_now(case)):
        return f"{whose} begins only at {iso(begin)}, and {why}"
    return ""


def _too_late(case: Case, signed_at: int, end: int, whose: str) -> str:
    if signed_at >= end:
        return f"signed at {iso(signed_at)}, but {whose} ended at {iso(end)}"
    if case.now >= end and (why := _judged_now(case)):
        return f"{whose} ended at {iso(end)}, and {why}"
    return ""
