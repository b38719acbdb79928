"""What a FIDO authenticator must attest (K14), and whether a signature does."""

from __future__ import annotations

from gitsig.model import Evidence, SignatureFormat
from gitsig.policy.types import FidoDemand

__all__ = ["fido_unmet"]


def fido_unmet(demand: FidoDemand, evidence: Evidence) -> str:
    """What of `demand`, which is not `any`, the signature does not attest, in words; empty if it attests it."""
    fido = evidence.fido
    if fido is None or evidence.format is not SignatureFormat.SSH:
        return f"{demand}, and this signature is by no FIDO key"
    if not fido.touch:
        return f"{demand}, and the key was not touched"
    if demand is FidoDemand.VERIFY and not fido.verified:
        return f"{demand}, and neither PIN nor biometry was asked for"
    return ""
