"""The judgement of one object: pure and total, `(policy, question, now)` in, a `Verdict` out.

Invariants:

* An object is accepted only if its signature is VERIFIED and every check is silent, or if a written exception covers
  every reason that applies. A check that cannot speak for want of facts is preceded by one that refuses for it.
* The reason is the first that applies in the order of `Reason`; `detail` names the others.
* `verifier_error` is never excepted: what could not be checked is not what the exception's author looked at.
* `judge` and `examine_checks` run the same functions; no rule is written twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gitsig.model import Outcome, Reason, Verdict
from gitsig.policy import checks, timerule
from gitsig.policy.question import Case, Question
from gitsig.policy.times import iso
from gitsig.policy.types import Policy

__all__ = ["Check", "Question", "examine_checks", "judge"]


class Check(NamedTuple):
    """One check of an explanation."""

    reason: Reason
    """What a failure is called."""
    passed: bool | None
    """None: not reached, because the signature was not verified."""
    words: str
    """Why it failed, or what was looked at. Not escaped: every output escapes it."""


def _outcome(outcome: Outcome, words: str) -> Callable[[Case], str]:
    def check(case: Case) -> str:
        evidence = case.evidence
        return (evidence.detail or words) if evidence.outcome == outcome else ""

    return check


_CHECKS: tuple[tuple[Reason, Callable[[Case], str], str], ...] = (
    (Reason.VERIFIER_ERROR, checks.unverifiable, "everything needed could be checked"),
    (
        Reason.MALFORMED_OBJECT,
        _outcome(Outcome.MALFORMED_OBJECT, "the object is outside the grammar"),
        "the object is within the grammar",
    ),
    (Reason.UNSIGNED, _outcome(Outcome.UNSIGNED, "there is no signature"), "there is a signature"),
    (
        Reason.MALFORMED_SIGNATURE,
        _outcome(Outcome.MALFORMED, "the signature is outside its grammar"),
        "the signature is within its grammar",
    ),
    (
        Reason.UNSUPPORTED_FORMAT,
        _outcome(Outcome.UNSUPPORTED, "no engine handles this kind of signature"),
        "the signature's format is supported",
    ),
    (Reason.UNKNOWN_KEY, checks.unknown_key, "the key is in the allowlist"),
    (
        Reason.BAD_SIGNATURE,
        _outcome(Outcome.BAD, "the signature does not match the object"),
        "the signature matches the object",
    ),
    (Reason.WEAK_DIGEST, checks.weak_digest, "the digest is strong enough"),
    (Reason.WEAK_KEY, checks.weak_key, "the key is strong enough"),
    (Reason.KEY_NOT_SIGNING, checks.not_signing, "the key is a signing key of its certificate"),
    (
        Reason.UNTRUSTED_CERTIFICATE,
        _outcome(Outcome.UNTRUSTED, "the certificate does not lead to a pinned root"),
        "the certificate is trusted",
    ),
    (Reason.KEY_REVOKED, timerule.revoked, "no revocation of the key concerns this signature"),
    (Reason.KEY_PREDATED, timerule.predated, "the key was valid already"),
    (Reason.KEY_EXPIRED, timerule.expired, "the key was valid still"),
    (Reason.SIGNATURE_EXPIRED, timerule.signature_expired, "the signature has not expired"),
    (Reason.FUTURE_DATED, timerule.future_dated, "the signature is not from the future"),
    (Reason.IDENTITY_MISMATCH, checks.foreign_identity, "key and e-mail address belong together"),
    (Reason.TAG_NAME_MISMATCH, checks.misnamed_tag, "no tag goes under a false name"),
    (Reason.KEY_NOT_ALLOWED, checks.not_allowed, "the signer may sign this here"),
    (Reason.RULE_VIOLATION, checks.rule_broken, "the demands of the rules are met"),
)


_GOOD = Reason.GOOD
_OF_OUTCOMES = frozenset(
    {
        Reason.MALFORMED_OBJECT,
        Reason.UNSIGNED,
        Reason.MALFORMED_SIGNATURE,
        Reason.UNSUPPORTED_FORMAT,
        Reason.BAD_SIGNATURE,
        Reason.UNTRUSTED_CERTIFICATE,
    }
)
_VERIFIED = Outcome.VERIFIED
_OF_VERIFIED = tuple(check for reason, check, _ in _CHECKS if reason not in _OF_OUTCOMES)
"""Those that can say anything of a verified signature: each of the others names one further outcome."""


def judge(policy: Policy, question: Question, now: int) -> Verdict:
    """The verdict on one object as of `now` (Unix seconds). Never raises."""
    case = _case(policy, question, now)
    if question.evidence.outcome is not _VERIFIED:
        return _refusal(case)
    for check in _OF_VERIFIED:
        if check(case):
            return _refusal(case)
    return _verdict(case, _GOOD, accepted=True, detail="; ".join(case.evidence.notes))


def examine_checks(policy: Policy, question: Question, now: int) -> tuple[Check, ...]:
    """Every check that `judge` makes, in its order, with what came of it."""
    case = _case(policy, question, now)
    verified = case.evidence.outcome is Outcome.VERIFIED
    reached = True
    found: list[Check] = []
    for reason, check, claim in _CHECKS:
        words = check(case)
        if words:
            found.append(Check(reason, False, words))
            reached = verified
        else:
            found.append(Check(reason, True, claim) if reached else Check(reason, None, "not reached"))
    return tuple(found)


def _case(policy: Policy, question: Question, now: int) -> Case:
    owner = question.owner
    return Case(policy, question, None if owner is None else policy.signers.get(owner.signer), now)


def _refusal(case: Case) -> Verdict:
    found = [(reason, words) for reason, check, _ in _CHECKS if (words := check(case))]
    (reason, words), others = found[0], [other for other, _ in found[1:]]
    parts = [words]
    if others:
        parts.append("also: " + ", ".join(others))
    exemption = case.policy.exceptions.get(case.question.oid)
    if exemption is None:
        return _verdict(case, reason, accepted=False, detail="; ".join(parts))
    void = _void(case, frozenset((reason, *others)))
    if void:
        return _verdict(case, reason, accepted=False, detail="; ".join((*parts, void)))
    return _verdict(case, reason, accepted=True, detail="; ".join(parts), exception=exemption.because)


def _void(case: Case, reasons: frozenset[Reason]) -> str:
    """Why the object's exemption does not serve, in words; empty if it does.

    All reasons must be covered: an exemption for an expired key must not carry a false identity through with it.
    """
    exemption = case.policy.exceptions[case.question.oid]
    uncovered = sorted(reasons - exemption.accept | reasons & {Reason.VERIFIER_ERROR})
    if uncovered:
        return f"the policy's exception does not cover {', '.join(uncovered)}"
    if exemption.until is not None and case.now >= exemption.until:
        return f"the policy's exception ended at {iso(exemption.until)}"
    return ""


def _verdict(case: Case, reason: Reason, *, accepted: bool, detail: str, exception: str | None = None) -> Verdict:
    question, evidence, obj = case.question, case.evidence, case.question.obj
    # By position: one is made for every object, and names would cost twice as much.
    return Verdict(
        question.oid,
        question.type,
        accepted,
        reason,
        question.ref,
        evidence.format,
        None if case.owner is None else case.owner.signer,
        evidence.fingerprint,
        evidence.key_fingerprint,
        evidence.signed_at,
        evidence.digest,
        question.new,
        exception,
        detail,
        "" if obj is None else obj.subject.decode("utf-8", "replace"),
        obj.parents[0] if obj is not None and obj.parents else None,
    )
