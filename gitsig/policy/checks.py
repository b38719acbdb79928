"""What must hold of a signature, its key and its signer, time apart. One function a reason.

Every function gives the refusal in words, or an empty text. Each is total: where a fact that it needs is missing it
says nothing, because `unverifiable` has refused already every verified signature whose facts are not complete.
"""

from __future__ import annotations

from gitsig.model import Evidence, Ident, ObjectType, Outcome, SignedObject
from gitsig.policy import rulechecks
from gitsig.policy.demands import kind_of, traits
from gitsig.policy.fido import fido_unmet
from gitsig.policy.patterns import matches_principals
from gitsig.policy.question import Case
from gitsig.policy.strength import weak_algorithm
from gitsig.policy.types import KNOWN_DIGESTS, FidoDemand, Identity, SelfSignatures, Signer

__all__ = [
    "foreign_identity",
    "misnamed_tag",
    "not_allowed",
    "not_signing",
    "rule_broken",
    "unknown_key",
    "unverifiable",
    "weak_digest",
    "weak_key",
]

# until Python 3.12 an enum member costs ten times the look-up of a global, and these run for every commit
_VERIFIED = Outcome.VERIFIED
_BAD = Outcome.BAD
_UNKNOWN_KEY = Outcome.UNKNOWN_KEY
_TAG = ObjectType.TAG
_ANY_FIDO = FidoDemand.ANY
_ANY_SELF_SIGNATURE = SelfSignatures.ANY
_OFF = Identity.OFF
_AUTHOR = Identity.AUTHOR

_NAMED_BY_OTHERS = frozenset(Outcome) - {_VERIFIED, Outcome.ERROR}


def unverifiable(case: Case) -> str:
    """`verifier_error`: nothing, or too little, is known. An outcome that is none of `Outcome` ends here as well."""
    evidence = case.evidence
    if evidence.outcome is _VERIFIED:
        return _unfit_object(case) or _unfit_facts(evidence, case) or rulechecks.unfit(case)
    if evidence.outcome in _NAMED_BY_OTHERS:
        return ""
    return evidence.detail or "the signature could not be checked"


def _unfit_object(case: Case) -> str:
    question = case.question
    obj = question.obj
    if obj is None:
        return "the signature was verified, but the object was not read"
    # a verdict names what was asked for; evidence of any other object must never serve (K19)
    if obj.oid != question.oid or obj.type != question.type:
        return f"the object that was read is the {obj.type} {obj.oid}, not the {question.type} asked for"
    return ""


def _unfit_facts(evidence: Evidence, case: Case) -> str:
    if evidence.signed_at is None:
        return "nothing says when the signature was made"
    if evidence.digest is None:
        return "nothing says which digest the signature is over"
    if case.owner is None:
        return ""
    if case.key is None or evidence.key_fingerprint is None:
        return "nothing is known of the key that signed"
    if case.key.fingerprint != evidence.key_fingerprint:
        return f"the facts at hand are of key {case.key.fingerprint}, but {evidence.key_fingerprint} signed"
    return ""


def unknown_key(case: Case) -> str:
    """The key is in no allowlist entry, whether or not the arithmetic is right (K15).

    A certificate without a pinned root has no owner either; that is `untrusted_certificate`, the cause (K16).
    """
    evidence = case.evidence
    if evidence.outcome == _UNKNOWN_KEY:
        return evidence.detail or f"{_key_name(evidence)} is in no allowlist entry"
    if case.signer is None and evidence.outcome in (_VERIFIED, _BAD):
        return f"{_key_name(evidence)} is in no allowlist entry"
    return ""


def _key_name(evidence: Evidence) -> str:
    named = evidence.key_fingerprint or evidence.fingerprint or evidence.key_id
    return f"key {named}" if named else "the key"


def weak_digest(case: Case) -> str:
    """A digest that the policy rejects, or of which nothing is known (K1)."""
    digest = case.evidence.digest
    if digest is None:
        return ""
    if digest in case.policy.defaults.reject_digests:
        return f"the signature is over {digest}, which the policy rejects"
    return "" if digest in KNOWN_DIGESTS else f"the signature is over {digest}, of which the policy knows nothing"


def weak_key(case: Case) -> str:
    """An algorithm or size below the policy's strength; with `self-signatures = "strong"` a weak certificate (K2)."""
    key = case.key
    if key is None:
        return ""
    weak = weak_algorithm(key, case.policy.defaults.min_rsa_bits)
    if weak or case.policy.defaults.self_signatures is _ANY_SELF_SIGNATURE:
        return weak
    return f"the certificate is weak: {', '.join(key.weak_self_signatures)}" if key.weak_self_signatures else ""


def not_signing(case: Case) -> str:
    """No signing capability, no valid back-signature, or not vouched for by the format's authority (K3, K4)."""
    key = case.key
    if key is None:
        return ""
    if not key.can_sign:
        return "the key has no signing capability"
    if key.unbound:
        return f"the key is no signing key of its certificate: {key.unbound}"
    if case.evidence.outcome == _VERIFIED and not case.evidence.vouched:
        return "nothing vouches that this key signs for its certificate"
    return ""


def foreign_identity(case: Case) -> str:
    """The e-mail address that the policy looks at is none of the signer's. Signers without any are not bound."""
    signer, obj = case.signer, case.question.obj
    if signer is None or obj is None:
        return ""
    addresses, patterns = signer.addresses, signer.patterns
    demand = case.policy.defaults.identity
    if demand is _OFF or not (addresses or patterns):
        return ""
    role, ident = _identity(obj, demand)
    if ident is None:
        return f"the {obj.type} names no {role}, so nothing shows that it is {signer.name}'s"
    if ident.email.lower() in addresses or matches_principals(ident.email, patterns):
        return ""
    return f"the {role} is <{ident.email.decode('utf-8', 'replace')}>, no address of {signer.name}"


def _identity(obj: SignedObject, demand: Identity) -> tuple[str, Ident | None]:
    if obj.type is _TAG:
        return "tagger", obj.committer
    return ("author", obj.author) if demand is _AUTHOR else ("committer", obj.committer)


def misnamed_tag(case: Case) -> str:
    """A tag under another name than its own (R9), or whose target is not what it says."""
    question = case.question
    obj = question.obj
    if obj is None or obj.type is not _TAG:
        return ""
    if question.ref_tag_name is not None and obj.tag_name != question.ref_tag_name:
        own = (obj.tag_name or b"").decode("utf-8", "replace")
        return f"the tag calls itself {own!r}, the ref {question.ref_tag_name.decode('utf-8', 'replace')!r}"
    return question.target_lies


def not_allowed(case: Case) -> str:
    """A known contributor, but not for this kind of object or not under this rule."""
    signer = case.signer
    if signer is None:
        return ""
    if signer.only and case.question.obj is not None:
        return _wrong_kind(signer, case.question.obj) or _barred(case, signer)
    return _barred(case, signer)


def _wrong_kind(signer: Signer, obj: SignedObject) -> str:
    kind = kind_of(obj)
    if kind in signer.only:
        return ""
    return f"{signer.name} may sign only {' or '.join(sorted(signer.only))}, and this is a {kind}"


def _barred(case: Case, signer: Signer) -> str:
    for rule in case.question.rules:
        if rule.signers is not None and signer.name not in rule.signers:
            words = rulechecks.barred(rule, case.question, signer)
            if words:
                return words
    return rulechecks.strayed(case.question, signer, case.policy.defaults.require) if signer.paths else ""


def rule_broken(case: Case) -> str:
    """What rules demand of the object and of FIDO authenticators (K14). Demands on ref updates are the engine's."""
    if case.evidence.outcome is not _VERIFIED:
        return ""
    demand = case.policy.defaults.fido
    if demand is not _ANY_FIDO and (unmet := fido_unmet(demand, case.evidence)):
        return f"[defaults] demands {unmet}"
    rules = case.question.rules
    if traits(rules).demanding:
        for rule in rules:
            words = rulechecks.broken(rule, case.question, case.signer, case.policy.signers)
            if words:
                return words
    return ""
