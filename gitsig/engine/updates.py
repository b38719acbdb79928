"""Pushes: every update of a ref judged against what the same or a stricter rule has judged before (see `novelty`).

All refs of a push or none: one refusal refuses the whole. What the refs held before gitsig guarded them, or under
another policy, counts as judged; `gitsig audit` tells whether it would be.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from gitsig.engine.jobs import Job
from gitsig.engine.landing import landing
from gitsig.engine.novelty import Known, Novelty
from gitsig.engine.seals import Sealer
from gitsig.engine.tips import TAGS, kind_of, tip_of
from gitsig.engine.verifier import Verifier
from gitsig.errors import GitsigError
from gitsig.model import Reason, RefUpdate, RunInfo, Summary, Verdict
from gitsig.policy import Policy, Rule, is_replace_ref
from gitsig.store import is_ancestor
from gitsig.store.interface import Store
from gitsig.tally import Tally

__all__ = ["PushReport", "UpdateKind", "UpdateReport", "verify_updates"]

_KEPT = 50
"""Refused objects that are kept for each ref; the rest is counted."""
_QUICK = 1000
"""Commits judged in the quick view; beyond that the exact one is the cheaper."""
_REMEMBERED = 20_000
"""Verdicts on commits kept for other refs of the same push."""

_HEADS = "refs/heads/"
_FORWARD = "do not force: make a new commit on top of it, or a new tag"


class UpdateKind(StrEnum):
    """What an update does to its ref."""

    CREATE = "create"
    DELETE = "delete"
    FAST_FORWARD = "fast-forward"
    """The new tip contains the old one, or is the old one."""
    REWIND = "rewind"
    """The new tip does not contain the old one; for tags: moved."""
    UPDATE = "update"
    """One of the two, and nobody asked which: the ref is not guarded, or the objects could not be read."""


class UpdateReport(NamedTuple):
    """What became of one ref."""

    update: RefUpdate
    kind: UpdateKind
    judged: bool
    """False: the policy guards no such ref, so it passes and vouches for nothing."""
    refused: tuple[Verdict, ...]
    """What speaks against the update, the ref's own violations first; cut after 50."""
    summary: Summary

    @property
    def accepted(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.refused

    def violated(self, words: str) -> UpdateReport:
        """The same with one more violation, for what only the doorway knows."""
        verdict = _against(self.update, Reason.RULE_VIOLATION, words)
        counts = self.summary
        reasons = {**counts.by_reason, verdict.reason: counts.by_reason.get(verdict.reason, 0) + 1}
        more = counts._replace(checked=counts.checked + 1, refused=counts.refused + 1, by_reason=reasons)
        return self._replace(judged=True, refused=(verdict, *self.refused), summary=more)


class PushReport(NamedTuple):
    """What became of a push."""

    info: RunInfo
    updates: tuple[UpdateReport, ...]
    seconds: float

    @property
    def accepted(self) -> bool:
        """Whether every ref was accepted: all or none."""
        return all(update.accepted for update in self.updates)


def verify_updates(
    verifier: Verifier, updates: Sequence[RefUpdate], known: Iterable[tuple[str, str]] | None = None
) -> PushReport:
    """Judge the updates of one push.

    `known` are the refs (name, id) whose contents count as judged, each only for the rules that guard it; by default
    those of the repository before the push. Whatever goes wrong with an update refuses it. Raises ObjectFault where
    the refs cannot be listed.
    """
    started = time.monotonic()
    judge = _Judge(verifier, verifier.store.refs() if known is None else known, updates)
    verifier.expect(updates)
    reports = tuple(judge.update(update) for update in updates)
    verifier.flush()
    return PushReport(verifier.info((*verifier.remarks, *judge.remarks)), reports, time.monotonic() - started)


class _Judge:
    """One push on its way through the policy."""

    def __init__(self, verifier: Verifier, refs: Iterable[tuple[str, str]], updates: Sequence[RefUpdate]) -> None:
        self._verifier = verifier
        self._store: Store = verifier.store
        self._policy: Policy = verifier.loaded.policy
        self._refs = dict(refs)
        self._updates = updates
        self._known = Known(self._store, self._policy, self._refs.items())
        self._sealer = verifier.sealer(new=True, tags=False)
        self._tags_taken = False
        self._judged: dict[tuple[object, ...], Verdict] = {}

    def update(self, update: RefUpdate) -> UpdateReport:
        """Judge one ref; an error in judging is a reason to refuse."""
        tally = Tally()
        started = time.monotonic()
        kind, judged = UpdateKind.UPDATE, True
        refused: list[Verdict] = []
        try:
            # A symbolic ref moves another one, by whose rules it is judged.
            lands = landing(self._store, update.ref)
            judged = self._policy.guards(lands) or is_replace_ref(lands)
            kind = self._kind(update, lands, judged)
            for verdict in self._verdicts(update, lands, kind) if judged else ():
                tally.add(verdict)
                if not verdict.accepted and len(refused) < _KEPT:
                    refused.append(verdict)
        except GitsigError as error:
            refused.insert(0, _against(update, Reason.VERIFIER_ERROR, error.diagnostics()))
            tally.add(refused[0])
        return UpdateReport(update, kind, judged, tuple(refused), tally.summary(time.monotonic() - started))

    def _kind(self, update: RefUpdate, ref: str, judged: bool) -> UpdateKind:
        if _absent(update.new):
            return UpdateKind.DELETE
        if _absent(update.old):
            return UpdateKind.CREATE
        if update.old == update.new:
            return UpdateKind.FAST_FORWARD
        if not judged:
            return UpdateKind.UPDATE
        old, new = self._known.commit(update.old), self._known.commit(update.new)
        if ref.startswith(TAGS) or old is None or new is None:
            return UpdateKind.REWIND
        return UpdateKind.FAST_FORWARD if is_ancestor(self._verifier.lineages, old, new) else UpdateKind.REWIND

    def _verdicts(self, update: RefUpdate, ref: str, kind: UpdateKind) -> Iterator[Verdict]:
        violation = self._violation(update, ref, kind)
        if violation:
            yield _against(update, Reason.RULE_VIOLATION, violation)
        if kind is UpdateKind.DELETE or not self._policy.guards(ref):
            return
        tip = tip_of(self._store, self._policy, update.new, ref)
        if self._verifier.governed is not None:
            yield from self._verifier.governed.pushes.judge_update(self._refs, update, ref, tip)
            return
        for job in tip.jobs if tip.lost is None else (*tip.jobs, tip.lost):
            verdict = self._verifier.judge_job(job, new=True)
            if verdict is not None:
                yield verdict
        if tip.commit is not None:
            yield from self._commits(ref, tip.commit)

    def _violation(self, update: RefUpdate, ref: str, kind: UpdateKind) -> str:
        """What the update itself violates, whatever it brings (R1, R8)."""
        if is_replace_ref(ref):
            return "replace refs put one object in the place of another, so they are always refused"
        for rule in self._moving_rules(update, ref):
            if kind is UpdateKind.DELETE and (rule.no_delete or rule.immutable):
                return f"rule {rule.number} forbids to delete this ref; leave it where it is"
            if kind is UpdateKind.REWIND and (rule.no_rewind or rule.immutable):
                return f"rule {rule.number} forbids to rewind or move this ref, which is at {update.old}; {_FORWARD}"
            if kind is UpdateKind.FAST_FORWARD and rule.immutable and update.old != update.new:
                return f"rule {rule.number} says that this ref never changes, and it is at {update.old}; {_FORWARD}"
        if kind is not UpdateKind.DELETE and ref.startswith(_HEADS):
            found = kind_of(self._store, update.new)
            if found not in (None, "commit"):
                return f"a branch must point at a commit, and this is a {found}"
        return ""

    def _moving_rules(self, update: RefUpdate, ref: str) -> tuple[Rule, ...]:
        """How the ref may move, by the policy and where it is governed also by the one that is in force there."""
        rules, governed = self._policy.rules_for(ref), self._verifier.governed
        if governed is None or _absent(update.old):
            return rules
        return *rules, *governed.pushes.rules_at(update.old, ref)

    def _commits(self, ref: str, tip: str) -> Iterator[Verdict]:
        """The verdicts on what is new: the quick view's if it accepts, otherwise those of the exact one."""
        novelty = Novelty(self._store, self._verifier.lineages, self._policy, self._known, ref, tip)
        jobs = novelty.quick()
        if len(jobs) <= _QUICK:
            verdicts = list(self._judge_all(jobs))
            if all(verdict.accepted for verdict in verdicts):
                return iter(verdicts)
        exact = novelty.exact(self._seals())
        return self._judge_all(jobs if exact is None else exact)

    @property
    def remarks(self) -> list[str]:
        """Which seals counted, and which did not and why."""
        return [] if self._sealer is None else self._sealer.remarks()

    def _seals(self) -> Sealer | None:
        """What finds seals, where the policy has any. Seal tags are taken as the push would leave them."""
        if self._sealer is not None and not self._tags_taken:
            self._tags_taken = True
            pushed = [(update, self._lands(update)) for update in self._updates]
            names = Counter(name for update, lands in pushed for name in {update.ref, lands})
            pairs = ((ref, oid) for ref, oid in self._refs.items() if ref not in names)
            self._sealer.take_tags(pairs, new=False)
            for update in self._updates:
                if names[update.ref] == 1 and self._makes_tag(update):
                    new = self._refs.get(update.ref) != update.new
                    self._sealer.take_tags([(update.ref, update.new)], new=new)
        return self._sealer

    def _makes_tag(self, update: RefUpdate) -> bool:
        """Whether an update may make a seal tag: one that violates a rule makes none."""
        if self._sealer is None or not self._sealer.may_seal(update.ref) or _absent(update.new):
            return False
        return not self._violation(update, update.ref, self._kind(update, update.ref, True))

    def _lands(self, update: RefUpdate) -> str:
        """As `landing`; a ref of which that cannot be said is refused by itself."""
        try:
            return landing(self._store, update.ref)
        except GitsigError:
            return ""

    def _judge_all(self, jobs: Sequence[Job]) -> Iterator[Verdict]:
        """The verdicts, in order; those that this push has asked for before are remembered."""
        known = [self._judged.get(_key(job)) for job in jobs]
        fresh = self._verifier.judge_jobs((job for job, old in zip(jobs, known, strict=True) if old is None), new=True)
        for job, old in zip(jobs, known, strict=True):
            verdict = old or next(fresh) or _no_commit(job)
            if old is None and len(self._judged) < _REMEMBERED:
                self._judged[_key(job)] = verdict
            yield verdict


def _key(job: Job) -> tuple[object, ...]:
    # How a commit comes to one ref says nothing of how it comes to another.
    return (job.oid, job.missing, job.ways, *(rule.number for rule in job.rules))


def _no_commit(job: Job) -> Verdict:
    # Unsigned tags may pass where the policy says so; one in a commit's place may not.
    return Verdict(job.oid, "tag", False, Reason.VERIFIER_ERROR, new=True, detail="a tag stands where a commit should")


def _absent(oid: str) -> bool:
    return not oid.strip("0")


def _against(update: RefUpdate, reason: Reason, detail: str) -> Verdict:
    """A verdict on the update itself."""
    oid = update.old if _absent(update.new) else update.new
    return Verdict(oid, "ref", False, reason, ref=update.ref, new=True, detail=detail)
