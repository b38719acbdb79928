"""Judging the objects of one repository: the one entry that the command line, the hooks and other programs use."""

from __future__ import annotations

import os
import time
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from gitsig.engine.ahead import Ahead
from gitsig.engine.audits import Audits
from gitsig.engine.examine import Examined, Examiner
from gitsig.engine.explain import explain
from gitsig.engine.jobs import Job
from gitsig.engine.kept import Kept
from gitsig.engine.plan import check_ref, plan_audit, plan_verify
from gitsig.engine.resume import Horizon
from gitsig.engine.run import Run
from gitsig.engine.seals import Sealer, remarked
from gitsig.engine.surroundings import Finder, asks
from gitsig.engine.survey import OnRead, Survey
from gitsig.engine.tips import target_lies
from gitsig.engine.trailers import Marks
from gitsig.engine.unused import Unused
from gitsig.errors import UsageFault
from gitsig.loading import LoadedPolicy
from gitsig.model import Evidence, Explanation, Outcome, RefUpdate, RunInfo, Verdict
from gitsig.policy import Policy, Question, Rule, Tags, judge
from gitsig.policy.demands import demand_signed_tag
from gitsig.signatures.interface import Signed
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineages

if TYPE_CHECKING:
    from gitsig.engine.governance.governed import Governed

__all__ = ["Verifier", "default_target"]

_ENGINES = ("auto", "gnupg")
_WINDOW = 64
"""Objects that are read before the first of them is judged; so many for each worker process, and for the parent."""


_ROOTLESS = (
    "the policy relies on a governance root and names none, so it judges alone, and not those in the commits' parents; "
    "see docs/governance.md"
)


def default_target(store: Store) -> str:
    """What `verify` judges when nothing is named: what the current branch's upstream does not have yet, or HEAD."""
    upstream = store.upstream()
    return f"{upstream}..HEAD" if upstream else "HEAD"


class Verifier:
    """Judges objects of one repository by one policy, as of one moment."""

    def __init__(
        self,
        store: Store,
        policy: LoadedPolicy,
        *,
        now: int | None = None,
        engine: str = "auto",
        cross_check: bool = False,
        jobs: int | None = 1,
        cache: bool = False,
        on_read: OnRead | None = None,
    ) -> None:
        """`now` is the moment to judge at (Unix seconds; by default this one, taken once).

        `engine="gnupg"` sends every OpenPGP signature to GnuPG; `cross_check` lets both engines judge and takes any
        difference for a `verifier_error`. `jobs` above 1 let as many worker processes (forked, ended with the verifier)
        do the arithmetic where there is enough of it; None: one for each core. `cache` keeps evidence in the repository
        and uses what is kept there, but not with another engine than `auto`, nor with `cross_check`. `on_read` is told
        now and then how many commits have been read to find out what to judge. Raises UsageFault for another engine.
        """
        if engine not in _ENGINES:
            raise UsageFault(f"no engine {engine!r}", mend=f"take one of {', '.join(_ENGINES)}")
        self.store = store
        self.loaded = policy
        self.now = int(time.time()) if now is None else now
        self._tags_any = policy.policy.defaults.tags is Tags.ANY
        jobs = _cores() if jobs is None else jobs
        self._examiner = Examiner(store.object_format, policy.keys, engine=engine, cross_check=cross_check)
        self._window = _WINDOW * (1 if jobs == 1 else 8 * (jobs + 1))
        # Each law has its own keys: no evidence and no finished audit may pass from one to another.
        kept = engine == "auto" and not cross_check and cache and not _is_anchor(policy.policy)
        self._kept = Kept(store, policy.keys) if kept else None
        keep = self._kept.keep if self._kept is not None else None
        ahead = Ahead(self._examiner, store.object_format, policy.keys.binding, jobs=jobs, keep=keep)
        seals = policy.policy.seals
        self._marks = None if seals is None else Marks(seals.trailers)
        self._survey = Survey(store, ahead, self._kept, on_read, self._marks)
        self._horizon = Horizon(policy.policy, self.now)
        self._finder = self._make_finder() if asks(policy.policy) else None
        self.governed: Governed | None = None
        """Judges in this one's place where commits are judged by the policies in their parents."""
        if _is_anchor(policy.policy):
            from gitsig.engine.governance.governed import Governed

            make = partial(Verifier, store, now=self.now, engine=engine, cross_check=cross_check)
            self.governed = Governed(store, policy, make, on_read)

    def verify(self, targets: Sequence[str] = (), *, ref: str | None = None, new: bool = False) -> Run:
        """Judge revisions, tags and ranges (see `gitsig verify`); by default `default_target`.

        `ref` is the full name of the ref whose rules apply, by default the one that a target names. `new` judges as
        the objects of a push: their keys must be valid now as well. Raises UsageFault for an unknown revision, and
        where `ref` does not begin with `refs/`.
        """
        check_ref(ref)
        started = time.monotonic()
        targets = targets or [default_target(self.store)]
        if self.governed is not None:
            return Run(self, self.governed.docketer.verify(targets, ref), started, new=new)
        sealer = self.sealer(new=new)
        plan = plan_verify(self.store, self.lineages, self.loaded.policy, targets, ref, sealer)
        return Run(self, remarked(plan, sealer), started, new=new)

    def audit(self, revs: Sequence[str] = (), *, resume: bool = False) -> Run:
        """Judge everything reachable from `revs`, by default from all refs that the policy guards.

        With `resume`, objects that an earlier audit of all refs accepted under the same policy and keys are counted
        without being given again; that is remembered in the cache. Raises UsageFault for an unknown revision or where
        there is nothing to audit.
        """
        started = time.monotonic()
        if self.governed is not None:
            unused = None if revs else Unused(self.loaded.policy.exceptions, self.now)
            return Run(self, self.governed.docketer.audit(revs), started, unused=unused)
        policy, sealer = self.loaded.policy, self.sealer(new=False)
        if self._kept is None or revs or not self.loaded.material or sealer is not None:
            if self._kept is not None:
                self._kept.cache()
            whole = remarked(plan_audit(self.store, self.lineages, policy, revs, sealer=sealer), sealer)
            return Run(self, whole, started, unused=None if revs else Unused(policy.exceptions, self.now))
        begun = Audits(self.store, self.loaded, self._kept, self._horizon, self.now).begin(self.lineages, resume=resume)
        return Run(self, begun.plan, started, on_end=begun.on_end, finished=begun.finished, unused=begun.unused)

    def explain(self, rev: str, *, ref: str | None = None, new: bool = False) -> Explanation:
        """Say step by step why the object that `rev` names gets its verdict. Raises UsageFault as `verify` does."""
        check_ref(ref)
        if self.governed is not None:
            return self.governed.explain(self.info, rev, ref, new=new)
        sealer = self.sealer(new=new, curious=True)
        plan = plan_verify(self.store, self.lineages, self.loaded.policy, [rev], ref, sealer)
        job = next(iter(plan), None)
        if job is None:
            raise UsageFault(f"{rev!r} names nothing that is judged", mend=plan.remarks[0] if plan.remarks else "")
        return self.explain_job(job, self.info((*self.remarks, *plan.remarks)), new=new, unheld=plan.unheld)

    def explain_job(self, job: Job, info: RunInfo, *, new: bool, unheld: Sequence[Rule] = ()) -> Explanation:
        """Say why one job gets its verdict by this policy alone; `info` is the head of the report.

        `unheld` are rules of the ref whose `require` leaves the object out.
        """
        examined, question = self.question(job, new)
        return explain(info, self.loaded.policy, examined, question, self.now, unheld)

    def sealer(self, *, new: bool, curious: bool = False, tags: bool = True) -> Sealer | None:
        """What finds seals, where the policy has any: see `Sealer`. `tags`: it has found those of the refs."""
        seals, marks = self.loaded.policy.seals, self._marks
        if seals is None or marks is None:
            return None
        policy, judge = self.loaded.policy, self.judge_jobs
        sealer = Sealer(self.store, self.lineages, policy, seals, marks, judge, new=new, curious=curious)
        if tags:
            sealer.take_tags(self.store.refs(), new=new)
        return sealer

    def info(self, remarks: Sequence[str] = ()) -> RunInfo:
        """The head of a report."""
        return RunInfo(
            repository=self.store.path,
            object_format=self.store.object_format,
            policy_source=self.loaded.source,
            policy_digest=self.loaded.digest,
            now=self.now,
            remarks=tuple(remarks),
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """What every reader of a verdict must know of the policy."""
        if self.loaded.policy.governance is None or self.governed is not None:
            return ()
        return (_ROOTLESS,)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why the evidence cache is not used, or not any more."""
        return tuple(self._kept.warnings) if self._kept is not None else ()

    @property
    def cached(self) -> int:
        """Objects so far whose evidence came from the cache."""
        return self._survey.cached

    def expect(self, updates: Sequence[RefUpdate]) -> None:
        """Judge what belongs to a push: where rules ask for other refs, they are taken as it would leave them."""
        if self.governed is not None:
            self.governed.expect(updates)
        elif self._finder is not None:
            self._finder.expect(updates)

    def _make_finder(self) -> Finder:
        loaded, survey = self.loaded, self._survey
        me = weakref.proxy(self)  # a circle would keep worker processes waiting for the collector
        return Finder(
            self.store,
            survey.lineages,
            loaded.policy,
            loaded.keys,
            self.now,
            examine=survey.peek,
            ask=lambda job, new: me.question(job, new)[1],
        )

    def flush(self) -> None:
        """Commit what the evidence cache was given."""
        if self._kept is not None:
            self._kept.flush()

    @property
    def lineages(self) -> Lineages:
        """What has been read of the commit graph."""
        return self._survey.lineages if self.governed is None else self.governed.lineages

    def question(self, job: Job, new: bool) -> tuple[Examined, Question]:
        """Everything that the judge has to know of one job, and its object with payload and signature."""
        examined = _without_reading(job) or self._survey.read(job.oid)
        return examined, self._question(job, examined, new)

    def examine_signature(self, payload: bytes, signature: bytes, claimed_at: int | None) -> Evidence:
        """What is true of a signature over any bytes; see `SignatureEngine`."""
        return self._examiner.signatures([Signed(payload, signature, claimed_at)])[0]

    def judge_job(self, job: Job, *, new: bool) -> Verdict | None:
        """The verdict on one job, as `judge_jobs` gives it."""
        return next(self.judge_jobs([job], new=new))

    def judge_jobs(self, jobs: Iterable[Job], *, new: bool) -> Iterator[Verdict | None]:
        """The verdict on each job, in their order; None for an unsigned tag that the policy allows (`tags = "any"`)."""
        if self.governed is not None:
            yield from self.governed.judge(jobs, new=new)
            return
        waiting: deque[tuple[Job, int | Examined]] = deque()
        window, survey = self._window, self._survey
        for job in jobs:
            waiting.append((job, job.place or _without_reading(job) or survey.place(job.oid)))
            if len(waiting) > window:
                job, place = waiting.popleft()
                yield self._judge(self._question(job, survey.examined(job.oid, place), new))
        while waiting:
            job, place = waiting.popleft()
            yield self._judge(self._question(job, survey.examined(job.oid, place), new))

    def _judge(self, question: Question) -> Verdict | None:
        if self._tags_any and question.type == "tag" and _unsigned_and_unruled(question):
            return None
        return judge(self.loaded.policy, question, self.now)

    def _question(self, job: Job, examined: Examined, new: bool) -> Question:
        kind, obj, evidence = examined
        keys = self.loaded.keys
        if evidence.expires_at is not None:
            self._horizon.see(evidence.expires_at)
        # By position: one is made for every object, and names would cost twice as much.
        question = Question(
            job.oid,
            kind,
            obj,
            evidence,
            keys.facts(evidence) if evidence.outcome in _WITH_KEY else None,
            keys.owner(evidence),
            job.ref,
            job.rules,
            new,
            target_lies(self.store, obj) if obj is not None and obj.target is not None else "",
            job.tag_name,
        )
        return question if self._finder is None else self._finder.complete(question, job.ways)


def _is_anchor(policy: Policy) -> bool:
    """Whether the policy names the root from which on those in the trees judge; without it they rely on an anchor."""
    return policy.governance is not None and policy.governance.root is not None


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _without_reading(job: Job) -> Examined | None:
    """What is true of an object that needs not, or cannot, be read."""
    if job.missing:
        return Examined(job.type, None, Evidence(Outcome.ERROR, detail=job.missing))
    if job.lightweight:
        return Examined("tag", None, Evidence(Outcome.UNSIGNED, detail="a lightweight tag carries no signature"))
    return None


_WITH_KEY = frozenset({Outcome.VERIFIED, Outcome.BAD})


def _unsigned_and_unruled(question: Question) -> bool:
    """An unsigned tag that nobody demands to be signed."""
    return question.evidence.outcome is Outcome.UNSIGNED and not demand_signed_tag(question.rules)
