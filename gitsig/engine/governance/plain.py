"""Verdicts where no law decides, and how the verdicts of laws name them."""

from __future__ import annotations

from gitsig.engine.jobs import Job
from gitsig.errors import GitsigError, MalformedObject
from gitsig.model import Reason, SignedObject, Verdict
from gitsig.objects import parse
from gitsig.store.interface import Store

__all__ = ["blamed", "ungoverned", "unread"]

_WHATEVER_THE_LAW = frozenset(
    {Reason.MALFORMED_OBJECT, Reason.UNSIGNED, Reason.MALFORMED_SIGNATURE, Reason.UNSUPPORTED_FORMAT}
)
"""Reasons that are the same by every law."""


def blamed(verdict: Verdict, oid: str, what: str) -> Verdict:
    """A refusal that says whose policy refuses: that of the commit `oid`, and what that is to what is judged."""
    if verdict.reason in _WHATEVER_THE_LAW:
        return verdict
    return verdict._replace(detail=f"{verdict.detail} (by the policy in {what} {oid[:12]})".lstrip())


def unread(job: Job, words: str, *, new: bool) -> Verdict:
    """`verifier_error` for what could not be checked."""
    return Verdict(job.oid, job.type, False, Reason.VERIFIER_ERROR, job.ref, new=new, detail=words)


def ungoverned(store: Store, job: Job, words: str, *, new: bool) -> Verdict:
    """Refuse what no law is in force for, or for what comes before that: its grammar."""
    verdict = Verdict(
        job.oid, job.type, False, Reason.RULE_VIOLATION, job.ref, new=new, detail=f"not governed: {words}"
    )
    try:
        obj = _object(store, job)
    except MalformedObject as fault:
        return verdict._replace(reason=Reason.MALFORMED_OBJECT, detail=fault.what)
    except GitsigError as error:
        return unread(job, error.diagnostics(), new=new)
    if obj is None:
        return verdict
    parent = obj.parents[0] if obj.parents else None
    return verdict._replace(subject=obj.subject.decode("utf-8", "replace"), parent=parent)


def _object(store: Store, job: Job) -> SignedObject | None:
    kind, raw = store.read(job.oid)
    return parse(kind, raw, job.oid, store.object_format) if kind in ("commit", "tag") else None
