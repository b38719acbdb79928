"""Brings commits and tags before the court, in the order of the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from gitsig.engine.governance.account import account
from gitsig.engine.governance.bench import Seat
from gitsig.engine.governance.court import Court
from gitsig.engine.governance.plain import blamed, ungoverned, unread
from gitsig.engine.jobs import Job
from gitsig.errors import GitsigError, ObjectFault, ObjectMissing
from gitsig.model import Explanation, RunInfo, Step, Verdict
from gitsig.policy import Rule
from gitsig.store import peel

__all__ = ["Session"]

_WINDOW = 64
"""Commits that are judged together by the laws that will most likely be in force."""


class Session:
    """Judges what one plan, or one update of a ref, holds."""

    def __init__(self, court: Court) -> None:
        self.court = court
        self._realm = court.realm

    def judge(self, jobs: Iterable[Job], *, new: bool) -> Iterator[Verdict | None]:
        """The verdict on each job, in their order, which has parents before children; as `Verifier.judge_jobs`."""
        waiting = iter(jobs)
        while window := list(islice(waiting, _WINDOW)):
            if len(window) > 1:
                commits = [job.oid for job in window if _is_commit(job)]
                self.court.opinions.foresee(commits, self.court.force.laws, new=new)
            for job in window:
                yield self._judge(job, new=new)

    def descends(self, oid: str) -> bool:
        """Whether a commit is the governance root or descends from it."""
        return self._realm.descent.holds(self._realm.rows.number(oid))

    def known_but_ungoverned(self, oid: str, *, new: bool) -> Verdict | None:
        """The refusal of a commit that guarded refs hold, but for which no law is in force; None for any other."""
        row = self._realm.rows.number(oid)
        force = self.court.force
        if not force.is_known(row) or force.after(row):
            return None
        words = f"it does not descend from the governance root {self._realm.founding.oid[:12]}"
        if self._realm.descent.holds(row):
            words = self.court.why_lawless(row, "")
        return ungoverned(self._realm.store, Job(oid, "commit"), words, new=new)

    def explain(self, job: Job, info: RunInfo, *, new: bool) -> Explanation:
        """Say step by step why a job gets its verdict. Raises as `Bench.seat`."""
        if _is_commit(job):
            return account(self.court, job.oid, info, new=new)
        verdict = self._judge(job, new=new)
        seat = self._tag_seat(job)
        if seat is None:
            found = verdict or unread(job, "", new=new)
            steps = (Step("governance", False, found.detail), Step("verdict", False, f"{found.reason}, refused"))
            return Explanation(info, found, steps)
        told = seat.verifier.explain_job(self._under(seat.rules_for(job.ref), job), info, new=new)
        step = Step("governance", None, f"judged by {seat.loaded.source}, the policy in the commit that it leads to")
        return told._replace(verdict=verdict or told.verdict, steps=(*told.steps[:-1], step, told.steps[-1]))

    def _tag_seat(self, job: Job) -> Seat | None:
        """The law that is in force for a tag; None where there is none, or nobody can tell."""
        with suppress(GitsigError):
            row = self._tagged(job)
            if row is not None and self.court.force.is_accepted(row):
                return self._realm.bench.seat(self._realm.rows.own(row))
        return None

    def _judge(self, job: Job, *, new: bool) -> Verdict | None:
        if job.missing:
            return unread(job, job.missing, new=new)
        if _is_commit(job):
            return self.court.hear(self._realm.rows.number(job.oid), new=new).verdict
        try:
            return self._judge_tag(job, new=new)
        except GitsigError as error:
            return unread(job, error.diagnostics(), new=new)

    def _judge_tag(self, job: Job, *, new: bool) -> Verdict | None:
        """By the law that is in force after the commit to which the tag leads."""
        row = self._tagged(job)
        if row is None:
            words = "it leads to no commit, so no policy is in force for it"
            return ungoverned(self._realm.store, job, words, new=new)
        name = self._realm.rows.lineages.oid(row)
        if not self.court.force.is_accepted(row):
            words = f"the commit {name[:12]} to which it leads is not accepted"
            return ungoverned(self._realm.store, job, words, new=new)
        seat = self._realm.bench.seat(self._realm.rows.own(row))
        verdict = seat.verifier.judge_job(self._under(seat.rules_for(job.ref), job), new=new)
        return verdict if verdict is None or verdict.accepted else blamed(verdict, name, "the commit")

    def _tagged(self, job: Job) -> int | None:
        """The row of the commit to which a job leads; None where it leads to none. Raises ObjectMissing."""
        try:
            return self._realm.rows.number(peel(self._realm.store, job.oid, "commit").oid)
        except ObjectMissing:
            raise
        except ObjectFault:
            return None

    @staticmethod
    def _under(rules: tuple[Rule, ...], job: Job) -> Job:
        return job._replace(rules=rules, place=0, ways=())


def _is_commit(job: Job) -> bool:
    return job.type == "commit" and not job.missing
