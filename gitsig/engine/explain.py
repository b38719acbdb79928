"""Why an object got its verdict: object, grammar, signature, key and its times, then every check of the judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitsig.engine.examine import Examined
from gitsig.engine.explainrules import rule_details, rule_steps
from gitsig.model import Evidence, Explanation, Ident, KeyFacts, Outcome, Reason, RunInfo, SignedObject, Step
from gitsig.policy import Policy, Question, Rule, examine_checks, judge
from gitsig.policy.times import iso

__all__ = ["explain"]

_READABLE = frozenset(Outcome) - {Outcome.ERROR, Outcome.MALFORMED_OBJECT}

_TOPICS = {
    Reason.VERIFIER_ERROR: "object",
    Reason.MALFORMED_OBJECT: "grammar",
    Reason.UNSIGNED: "signature",
    Reason.MALFORMED_SIGNATURE: "signature",
    Reason.UNSUPPORTED_FORMAT: "signature",
    Reason.UNKNOWN_KEY: "key",
    Reason.BAD_SIGNATURE: "signature",
    Reason.KEY_REVOKED: "time",
    Reason.KEY_PREDATED: "time",
    Reason.KEY_EXPIRED: "time",
    Reason.SIGNATURE_EXPIRED: "time",
    Reason.FUTURE_DATED: "time",
    Reason.IDENTITY_MISMATCH: "identity",
    Reason.TAG_NAME_MISMATCH: "identity",
    Reason.KEY_NOT_ALLOWED: "rules",
    Reason.RULE_VIOLATION: "rules",
}


def explain(
    info: RunInfo, policy: Policy, examined: Examined, question: Question, now: int, unheld: Sequence[Rule] = ()
) -> Explanation:
    """All steps from the object to the verdict; the checks are the judge's own.

    `unheld` are rules of the ref whose `require` leaves the object out.
    """
    verdict = judge(policy, question, now)
    steps = [*_object(examined), *_signature(question.evidence), *_key(question, now)]
    steps += [*(Step("rules", None, words) for words in info.remarks), *rule_steps(policy, question, unheld)]
    steps += [
        Step(
            _TOPICS.get(check.reason, "key"),
            check.passed,
            check.words if check.passed else f"{check.reason}: {check.words}",
        )
        for check in examine_checks(policy, question, now)
        if check.passed is not None
    ]
    words = f"{verdict.reason}, accepted" if verdict.accepted else f"{verdict.reason}, refused"
    if verdict.exception is not None:
        words += f" by a written exception: {verdict.exception}"
    steps.append(Step("verdict", verdict.accepted, words))
    return Explanation(info, verdict, tuple(steps), rule_details(policy, question, unheld))


def _object(examined: Examined) -> Iterator[Step]:
    obj = examined.obj
    if obj is None:
        return
    yield Step("object", None, f"a {obj.type} of {len(obj.payload)} signed bytes; its bytes hash to its id")
    if obj.parents:
        yield Step("object", None, f"parents {' '.join(obj.parents)}")
    if obj.target:
        name = (obj.tag_name or b"").decode("utf-8", "replace")
        yield Step("object", None, f"tag {name!r} of the {obj.target_type} {obj.target}")
    yield from _people(obj)
    if obj.mergetags:
        yield Step("grammar", None, f"{obj.mergetags} mergetag headers, which never speak for the commit itself")
    if obj.other_headers:
        names = ", ".join(each.decode("utf-8", "replace") for each in obj.other_headers)
        yield Step("grammar", None, f"headers that git does not know, part of what was signed: {names}")
    if obj.foreign_signature:
        yield Step("grammar", None, "a signature for the other object format, not looked at")


def _people(obj: SignedObject) -> Iterator[Step]:
    if obj.author is not None:
        yield Step("object", None, f"author {_person(obj.author)}")
    if obj.committer is not None:
        yield Step("object", None, f"{'tagger' if obj.target else 'committer'} {_person(obj.committer)}")


def _person(ident: Ident) -> str:
    text = b"%s <%s>" % (ident.name, ident.email)
    return f"{text.decode('utf-8', 'replace')} at {iso(ident.time)}, as written in the object"


def _signature(evidence: Evidence) -> Iterator[Step]:
    if evidence.format is None or evidence.outcome not in _READABLE:
        return
    made = f", made {iso(evidence.signed_at)}" if evidence.signed_at is not None else ""
    claimed = " (the object's own date: the signature carries none)" if evidence.claimed and made else ""
    yield Step("signature", None, f"{evidence.format} over {evidence.digest or 'an unknown digest'}{made}{claimed}")
    if evidence.expires_at is not None:
        yield Step("signature", None, f"the signature expires {iso(evidence.expires_at)}")
    if evidence.fido is not None:
        touch = "touched" if evidence.fido.touch else "not touched"
        pin = "with" if evidence.fido.verified else "without"
        yield Step("signature", None, f"FIDO key, {touch}, {pin} PIN or biometry, counter {evidence.fido.counter}")
    for note in evidence.notes:
        yield Step("signature", None, note)


def _key(question: Question, now: int) -> Iterator[Step]:
    key, owner = question.key, question.owner
    if owner is not None:
        yield Step("key", None, f"signer {owner.signer}{_window(owner.valid_from, owner.valid_until)}")
    if key is None:
        if question.evidence.key_fingerprint or question.evidence.key_id:
            named = question.evidence.key_fingerprint or question.evidence.key_id
            yield Step("key", None, f"{named}, as the signature says")
        return
    of = f" of the certificate {key.primary}" if key.primary != key.fingerprint else ""
    yield Step("key", None, f"{key.fingerprint}{of}, {key.algorithm} of {key.bits} bits")
    yield from _key_times(key, now)


def _key_times(key: KeyFacts, now: int) -> Iterator[Step]:
    if key.created is not None:
        yield Step("time", None, f"the key was made {iso(key.created)}")
    if key.expires is not None:
        yield Step("time", None, f"the key {'expired' if key.expires <= now else 'expires'} {iso(key.expires)}")
    for revocation in key.revocations:
        kind = "hard: refuses at any date" if revocation.hard else "soft: refuses from then on"
        at = f" at {iso(revocation.at)}" if revocation.at else ""
        yield Step("time", None, f"revoked{at}, {revocation.reason} ({kind})")
    for weakness in key.weak_self_signatures:
        yield Step("key", None, weakness)


def _window(begin: int | None, end: int | None) -> str:
    parts = [f"from {iso(begin)}"] if begin is not None else []
    parts += [f"until {iso(end)}"] if end is not None else []
    return f", by the policy {' '.join(parts)}" if parts else ""
