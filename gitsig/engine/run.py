"""Verifying and auditing: the one entry that the command line, the hooks and other programs use."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gitsig.engine.examine import Examined, Examiner
from gitsig.engine.explain import explain
from gitsig.engine.jobs import Job, Plan
from gitsig.engine.plan import plan_audit, plan_verify
from gitsig.engine.tips import kind_of
from gitsig.errors import UsageFault
from gitsig.loading import LoadedPolicy
from gitsig.model import Evidence, Explanation, Outcome, Reason, Report, RunInfo, SignedObject, Summary, Verdict
from gitsig.policy import Question, Tags, judge
from gitsig.signatures.interface import Signed
from gitsig.store.interface import Store
from gitsig.tally import Tally

__all__ = ["Run", "Verifier", "default_target"]

_ENGINES = ("auto", "gnupg")
_BATCH, _BATCH_SIZE = 64, 4 * 1024 * 1024
"""Objects, and bytes of them, that are examined together: few enough for the processor's caches."""
_FAULTS = 8
"""So many different faults are kept for standard error."""


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
    ) -> None:
        """`now` is the moment to judge at (Unix seconds; by default this one, taken once).

        `engine="gnupg"` sends every OpenPGP signature to GnuPG; `cross_check` lets both engines judge and takes any
        difference for a `verifier_error`. Raises UsageFault for another engine.
        """
        if engine not in _ENGINES:
            raise UsageFault(f"no engine {engine!r}", mend=f"take one of {', '.join(_ENGINES)}")
        self.store = store
        self.loaded = policy
        self.now = int(time.time()) if now is None else now
        self._tags_any = policy.policy.defaults.tags is Tags.ANY
        self._examiner = Examiner(store, policy.keys, engine=engine, cross_check=cross_check)

    def verify(self, targets: Sequence[str] = (), *, ref: str | None = None, new: bool = False) -> Run:
        """Judge revisions, tags and ranges (see `gitsig verify`); by default `default_target`.

        `ref` is the full name of the ref whose rules apply, by default the one that a target names. `new` judges as
        the objects of a push: their keys must be valid now as well. Raises UsageFault for an unknown revision.
        """
        targets = targets or [default_target(self.store)]
        return Run(self, plan_verify(self.store, self.loaded.policy, targets, ref), new)

    def audit(self, revs: Sequence[str] = ()) -> Run:
        """Judge everything reachable from `revs`, by default from all refs that the policy guards.

        Raises UsageFault for an unknown revision or where there is nothing to audit.
        """
        return Run(self, plan_audit(self.store, self.loaded.policy, revs), new=False)

    def explain(self, rev: str, *, ref: str | None = None, new: bool = False) -> Explanation:
        """Say step by step why the object that `rev` names gets its verdict. Raises UsageFault for an unknown one."""
        plan = plan_verify(self.store, self.loaded.policy, [rev], ref)
        job = next(iter(plan), None)
        if job is None:
            raise UsageFault(f"{rev!r} names nothing that is judged", mend=plan.remarks[0] if plan.remarks else "")
        examined, question = self.question(job, new)
        return explain(self.info(plan.remarks), self.loaded.policy, examined, question, self.now)

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

    def question(self, job: Job, new: bool) -> tuple[Examined, Question]:
        """Everything that the judge has to know of one job."""
        (examined,) = self._examiner.close([self._open(job)])
        return examined, self._question(job, examined, new)

    def examine_signature(self, payload: bytes, signature: bytes, claimed_at: int | None) -> Evidence:
        """What is true of a signature over any bytes; see `SignatureEngine`."""
        return self._examiner.signatures([Signed(payload, signature, claimed_at)])[0]

    def judge_job(self, job: Job, *, new: bool) -> Verdict | None:
        """The verdict on one job, as `judge_jobs` gives it."""
        return next(self.judge_jobs([job], new=new))

    def judge_jobs(self, jobs: Iterable[Job], *, new: bool) -> Iterator[Verdict | None]:
        """The verdict on each job, in their order; None for an unsigned tag that the policy allows (`tags = "any"`).

        Works through small batches, stage by stage, which takes three quarters of the time.
        """
        batch: list[tuple[Job, Examined]] = []
        size = 0
        for job in jobs:
            opened = self._open(job)
            batch.append((job, opened))
            size += len(opened.obj.payload) if opened.obj is not None else 0
            if len(batch) >= _BATCH or size >= _BATCH_SIZE:
                yield from self._judge_batch(batch, new)
                batch, size = [], 0
        yield from self._judge_batch(batch, new)

    def _open(self, job: Job) -> Examined:
        if job.missing:
            return Examined(job.type, None, Evidence(Outcome.ERROR, detail=job.missing))
        if job.lightweight:
            return Examined("tag", None, Evidence(Outcome.UNSIGNED, detail="a lightweight tag carries no signature"))
        return self._examiner.open(job.oid)

    def _judge_batch(self, batch: Sequence[tuple[Job, Examined]], new: bool) -> list[Verdict | None]:
        examined = self._examiner.close([opened for _, opened in batch])
        return [self._judge(self._question(job, each, new)) for (job, _), each in zip(batch, examined, strict=True)]

    def _judge(self, question: Question) -> Verdict | None:
        if self._tags_any and question.type == "tag" and _unsigned_and_unruled(question):
            return None
        return judge(self.loaded.policy, question, self.now)

    def _question(self, job: Job, examined: Examined, new: bool) -> Question:
        kind, obj, evidence = examined
        keys = self.loaded.keys
        # By position: one is made for every object, and names would cost twice as much.
        return Question(
            job.oid,
            kind,
            obj,
            evidence,
            keys.facts(evidence) if evidence.outcome in _WITH_KEY else None,
            keys.owner(evidence),
            job.ref,
            job.rules,
            new,
            self._target_lies(obj) if obj is not None and obj.target is not None else "",
            job.tag_name,
        )

    def _target_lies(self, tag: SignedObject) -> str:
        """Whether a tag's target is of another type than it says; a target that is not here cannot mislead."""
        actual = kind_of(self.store, tag.target or "")
        if actual is None or actual == tag.target_type:
            return ""
        return f"the tag says that it points at a {tag.target_type}, but its target is a {actual}"


_WITH_KEY = frozenset({Outcome.VERIFIED, Outcome.BAD})


class Run:
    """Verdicts, one at a time, in the order of the report: iterate once, then ask for the `summary`."""

    def __init__(self, verifier: Verifier, plan: Plan, new: bool) -> None:
        self._verifier = verifier
        self._plan = plan
        self._new = new
        self._tally = Tally()
        self._started = time.monotonic()
        self._unjudged = 0
        self.faults: list[str] = []
        """What stood in the way of a check, in words, each once: for standard error."""

    @property
    def total(self) -> int:
        """How many objects are going to be looked at."""
        return self._plan.total

    @property
    def info(self) -> RunInfo:
        """The head of the report; its remarks grow until the last verdict."""
        return self._verifier.info(self.remarks)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the reader must know besides the verdicts."""
        found = [*self._plan.remarks]
        if self._unjudged:
            found.append(f'{self._unjudged} unsigned tags are not judged: the policy says tags = "any"')
        return tuple(found)

    def __iter__(self) -> Iterator[Verdict]:
        tally = self._tally
        for verdict in self._verifier.judge_jobs(self._plan, new=self._new):
            if verdict is None:
                self._unjudged += 1
                continue
            tally.add(verdict)
            if verdict.reason is Reason.VERIFIER_ERROR:
                self._note_fault(verdict.detail)
            yield verdict

    def summary(self) -> Summary:
        """The counts of what has been iterated so far."""
        return self._tally.summary(time.monotonic() - self._started, key_expiry=self._expiry())

    def report(self) -> Report:
        """Iterate to the end and give the whole report. Holds every verdict: for histories of moderate length."""
        verdicts = tuple(self)
        return Report(self.info, verdicts, self.summary())

    def _note_fault(self, words: str) -> None:
        if words not in self.faults and len(self.faults) < _FAULTS:
            self.faults.append(words)

    def _expiry(self) -> Mapping[str, int]:
        return self._verifier.loaded.keys.expiry()


def _unsigned_and_unruled(question: Question) -> bool:
    """An unsigned tag that nobody demands to be signed."""
    demanded = any(rule.signers is not None for rule in question.rules)
    return question.evidence.outcome is Outcome.UNSIGNED and not demanded
