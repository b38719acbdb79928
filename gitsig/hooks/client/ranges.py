"""`gitsig hook range` (stage `manual`, CI): is every commit of a range acceptable?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gitsig.engine import Verifier
from gitsig.errors import EnvironmentFault, GitsigError, UsageFault
from gitsig.hooks.client.ci import Span, span_of_job
from gitsig.hooks.client.policies import client_policy
from gitsig.hooks.client.say import counted, refusals, say
from gitsig.hooks.client.settings import read_settings
from gitsig.store import Store, open_store

__all__ = ["range_"]

_TAGS = "refs/tags/"


class _Work(NamedTuple):
    targets: Sequence[str]
    """Empty: everything that `whole` reaches."""
    ref: str | None = None
    bases: Sequence[str] = ()
    """Where the policy must stand; empty: the work tree's, which judges itself."""
    whole: str = "HEAD"


def range_(arguments: Sequence[str]) -> int:
    """Judge `A..B` of the arguments, else what the CI job tells, else what the upstream lacks, else all of HEAD.

    Ranges are judged as new, everything as history. 0, 1 refused, 3 could not be checked. Raises EnvironmentFault in a
    shallow clone, UsageFault for an unknown revision, PolicyFault where the range's old end has no usable policy.
    """
    store = open_store()
    if store.shallow():
        raise EnvironmentFault(
            "the clone is shallow, so the range cannot be judged",
            mend="GitHub: fetch-depth: 0 for actions/checkout; GitLab: GIT_DEPTH: 0; else: git fetch --unshallow",
        )
    settings = read_settings()
    work = _work(store, arguments)
    verifier = Verifier(store, client_policy(store, settings, work.bases, fall_back=not work.bases))
    for remark in verifier.remarks:
        say(f"note: {remark}")
    run = verifier.verify(work.targets, ref=work.ref, new=True) if work.targets else verifier.audit([work.whole])
    refused = [verdict for verdict in run if not verdict.accepted]
    summary = run.summary()
    what = ", ".join(work.targets) or f"all that {work.whole} reaches"
    if refused:
        refusals(refused, summary.refused, verifier.loaded.source, settings.get("gitsig.docs"))
    else:
        say(f"{what}: {counted(summary.checked)} judged, all good, by {verifier.loaded.source}")
    return summary.exit_code


def _work(store: Store, arguments: Sequence[str]) -> _Work:
    if arguments:
        old, dots, _ = arguments[0].partition("..")
        if len(arguments) > 1 or not dots:
            raise UsageFault("the range hook takes one range", mend="write A..B, or nothing")
        store.resolve(f"{old or 'HEAD'}^{{commit}}")
        return _Work([arguments[0]], None, [old or "HEAD"])
    span = span_of_job()
    if span is not None:
        return _of_job(store, span)
    upstream = store.upstream()
    if upstream is None or store.resolve(upstream).oid == store.head()[1]:
        return _Work([])
    return _Work([f"{upstream}..HEAD"], None, [upstream])


def _of_job(store: Store, span: Span) -> _Work:
    ref = span.ref if span.ref.startswith("refs/heads/") else None
    if span.ref.startswith(_TAGS):
        default = f"refs/remotes/origin/{span.default or 'HEAD'}"
        return _Work([span.ref, f"{span.ref}^{{commit}}"], None, [default])
    base = _base(store, span)
    if base is None:
        return _Work([], None, _elsewhere(span), span.new)
    return _Work([f"{base}..{span.new}"], ref, span.policies or [base])


def _elsewhere(span: Span) -> list[str]:
    """Where the policy must stand although there is no range: only a first push of the default branch brings its own.

    What a forced push has put aside took its policy with it, and then nothing but a configured one will do.
    """
    if span.old or not span.ref:
        return [span.old] if span.old else []
    if span.default and span.ref == f"refs/heads/{span.default}":
        return []
    return [f"refs/remotes/origin/{span.default or 'HEAD'}"]


def _base(store: Store, span: Span) -> str | None:
    """The old end of the range. What a push put in place of something that is not here is judged whole.

    A new branch is compared with the default branch; a new default branch with nothing.
    """
    if not span.ref:
        return span.old or None
    if span.old and _here(store, span.old):
        return span.old
    default = f"refs/remotes/origin/{span.default}"
    if span.default and span.ref != f"refs/heads/{span.default}" and _here(store, default):
        return default
    return None


def _here(store: Store, rev: str) -> bool:
    try:
        store.resolve(f"{rev}^{{commit}}")
    except GitsigError:
        return False
    return True
