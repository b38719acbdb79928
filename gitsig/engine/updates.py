"""Pushes: every update of a ref judged against what the same or a stricter rule has judged before.

A commit counts as known for a rule, or for `[defaults]`, only if a ref that this rule guards reaches it. Whatever else
is in the repository vouches for nothing: commits parked on an unguarded ref, or on one with laxer rules, are judged
when a guarded ref comes to them (R4). All refs of a push or none: one refusal refuses the whole.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from gitsig.engine.firstparents import new_first_parents
from gitsig.engine.jobs import Job
from gitsig.engine.plan import missing_words
from gitsig.engine.run import Verifier
from gitsig.engine.scope import Scope, Selection, Selector, commit_jobs
from gitsig.engine.tips import TAGS, kind_of, tip_of
from gitsig.errors import GitsigError
from gitsig.model import Reason, RefUpdate, RunInfo, Summary, Verdict
from gitsig.policy import Policy, Require, Rule, is_replace_ref
from gitsig.store.interface import Store
from gitsig.store.walk import is_ancestor
from gitsig.tally import Tally

__all__ = ["PushReport", "UpdateKind", "UpdateReport", "verify_updates"]

_KEPT = 50
"""Refused objects that are kept for each ref; the rest is counted."""

_HEADS = "refs/heads/"


class UpdateKind(StrEnum):
    """What an update does to its ref."""

    CREATE = "create"
    DELETE = "delete"
    FAST_FORWARD = "fast-forward"
    REWIND = "rewind"
    """The new tip does not contain the old one; for tags: moved."""


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
    verifier: Verifier, updates: Sequence[RefUpdate], known: Sequence[tuple[str, str]] | None = None
) -> PushReport:
    """Judge the updates of one push.

    `known` are the refs (name, id) whose contents count as judged, each only for the rules that guard it; by default
    those of the repository before the push. Whatever goes wrong with an update refuses it.
    """
    started = time.monotonic()
    refs = list(verifier.store.refs()) if known is None else list(known)
    judge = _Judge(verifier, refs)
    reports = tuple(judge.update(update) for update in updates)
    return PushReport(verifier.info(), reports, time.monotonic() - started)


class _Judge:
    """One push on its way through the policy."""

    def __init__(self, verifier: Verifier, refs: Sequence[tuple[str, str]]) -> None:
        self._verifier = verifier
        self._store: Store = verifier.store
        self._policy: Policy = verifier.loaded.policy
        self._selector = Selector(self._store, self._policy)
        self._tips = [
            (ref, commit) for ref, oid in refs if self._policy.guards(ref) and (commit := self._peeled(ref, oid))
        ]

    def update(self, update: RefUpdate) -> UpdateReport:
        """Judge one ref; an error in judging is a reason to refuse."""
        tally = Tally()
        started = time.monotonic()
        kind = UpdateKind.CREATE
        refused: list[Verdict] = []
        judged = is_replace_ref(update.ref) or self._policy.guards(update.ref)
        try:
            kind = self._kind(update)
            for verdict in self._verdicts(update, kind) if judged else ():
                tally.add(verdict)
                if not verdict.accepted and len(refused) < _KEPT:
                    refused.append(verdict)
        except GitsigError as error:
            refused.insert(0, _against(update, Reason.VERIFIER_ERROR, error.diagnostics()))
            tally.add(refused[0])
        return UpdateReport(update, kind, judged, tuple(refused), tally.summary(time.monotonic() - started))

    def _verdicts(self, update: RefUpdate, kind: UpdateKind) -> Iterator[Verdict]:
        violation = self._violation(update, kind)
        if violation:
            yield _against(update, Reason.RULE_VIOLATION, violation)
        if kind is not UpdateKind.DELETE and not is_replace_ref(update.ref):
            for job in self._jobs(update):
                verdict = self._verifier.judge_job(job, new=True)
                if verdict is not None:
                    yield verdict

    def _kind(self, update: RefUpdate) -> UpdateKind:
        if not int(update.new, 16):
            return UpdateKind.DELETE
        if not int(update.old, 16):
            return UpdateKind.CREATE
        if update.old == update.new:
            return UpdateKind.FAST_FORWARD
        old, new = self._peeled(update.ref, update.old), self._peeled(update.ref, update.new)
        if update.ref.startswith(TAGS) or old is None or new is None:
            return UpdateKind.REWIND
        return UpdateKind.FAST_FORWARD if is_ancestor(self._store, old, new) else UpdateKind.REWIND

    def _violation(self, update: RefUpdate, kind: UpdateKind) -> str:
        """What the update itself violates, whatever it brings (R1, R8)."""
        if is_replace_ref(update.ref):
            return "replace refs put one object in the place of another, so they are always refused"
        for rule in self._policy.rules_for(update.ref):
            if kind is UpdateKind.DELETE and (rule.no_delete or rule.immutable):
                return f"rule {rule.index} forbids to delete this ref"
            if kind is UpdateKind.REWIND and (rule.no_rewind or rule.immutable):
                return f"rule {rule.index} forbids to rewind or move this ref: it was at {update.old}"
            if kind is UpdateKind.FAST_FORWARD and rule.immutable and update.old != update.new:
                return f"rule {rule.index} says that this ref never changes: it is at {update.old}"
        if kind is not UpdateKind.DELETE and update.ref.startswith(_HEADS):
            found = kind_of(self._store, update.new)
            if found not in (None, "commit"):
                return f"a branch must point at a commit, and this is a {found}"
        return ""

    def _jobs(self, update: RefUpdate) -> Iterator[Job]:
        tip = tip_of(self._store, self._policy, update.new, update.ref)
        yield from tip.jobs
        if tip.lost is not None:
            yield tip.lost
        if tip.commit is None:
            return
        rules = () if update.ref.startswith(TAGS) else self._policy.rules_for(update.ref)
        base = self._select(self._policy.defaults.require, tip.commit, None)
        selections = [(rule, self._select(rule.require, tip.commit, rule)) for rule in rules]
        scopes = [Scope(rule, frozenset(selection.commits)) for rule, selection in selections]
        chosen = dict.fromkeys(base.commits)
        for _, selection in selections:
            chosen.update(dict.fromkeys(selection.commits))
        yield from commit_jobs(list(chosen), scopes)
        lost = {each.oid: each for each in (*base.missing, *(each for _, s in selections for each in s.missing))}
        for each in lost.values():
            yield Job(each.oid, "commit", missing=missing_words(each))

    def _select(self, require: Require, new: str, rule: Rule | None) -> Selection:
        """What is new to a rule, or to `[defaults]`: not reached by any ref that it guards."""
        known = [
            commit for ref, commit in self._tips if rule is None or (rule.matches(ref) and not ref.startswith(TAGS))
        ]
        if require is Require.TIP:
            return Selection([new], ())
        if require is Require.FIRST_PARENT:
            commits, missing = new_first_parents(self._store, new, known)
            return self._selector.without_roots(Selection(commits, missing))
        return self._selector.select(require, [new], known)

    def _peeled(self, ref: str, oid: str) -> str | None:
        return tip_of(self._store, self._policy, oid, ref).commit


def _against(update: RefUpdate, reason: Reason, detail: str) -> Verdict:
    """A verdict on the update itself."""
    oid = update.new if int(update.new, 16) else update.old
    return Verdict(oid, "ref", False, reason, ref=update.ref, new=True, detail=detail)
