"""What a valid policy should make its author think twice about. Warnings, never errors, and never silent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitsig.model import SignatureFormat
from gitsig.policy.reviewgovernance import review_anchor
from gitsig.policy.reviewrules import review_governance, review_refs, review_rules, review_signers
from gitsig.policy.types import WEAK_DIGESTS, Identity, Policy

__all__ = ["review"]

_STRONG_RSA_BITS = 2048
_FINGERPRINT = re.compile(r"[0-9A-F]{40}|[0-9A-F]{64}")


def review(policy: Policy) -> Policy:
    """The same policy with its warnings."""
    found = (*_identity(policy), *_strength(policy), *review_rules(policy), *_unused(policy))
    found += (*review_signers(policy), *review_governance(policy), *review_anchor(policy))
    found += tuple(review_refs(policy))
    return policy._replace(warnings=found)


def _identity(policy: Policy) -> Iterator[str]:
    if policy.defaults.identity is Identity.OFF:
        return
    for signer in policy.signers.values():
        if not signer.bound:
            yield f"signer {signer.name!r} has no emails: its key may sign under anybody's e-mail address"


def _strength(policy: Policy) -> Iterator[str]:
    allowed = sorted(WEAK_DIGESTS - policy.defaults.reject_digests)
    if allowed:
        yield f"reject-digests lets {', '.join(allowed)} pass: signatures over them can be forged by collision"
    if policy.defaults.min_rsa_bits < _STRONG_RSA_BITS:
        yield f"min-rsa-bits is {policy.defaults.min_rsa_bits}: RSA under {_STRONG_RSA_BITS} bits is breakable"


def _unused(policy: Policy) -> Iterator[str]:
    named = frozenset[str]().union(*(rule.roles for rule in policy.rules))
    named |= policy.seals.roles if policy.seals is not None else frozenset()
    named |= policy.governance.roles if policy.governance is not None else frozenset()
    had = frozenset[str]().union(*(signer.roles for signer in policy.signers.values()))
    for role in sorted(had - named):
        yield f"role {role!r} is named by no rule"
    picks = any(
        spec.format is SignatureFormat.OPENPGP and _FINGERPRINT.fullmatch(spec.value) for spec in policy.key_specs
    )
    if policy.keyrings and not picks:
        yield "no fingerprint picks from the keyring"
