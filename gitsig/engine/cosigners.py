"""Who has signed a release: the accepted tags that lead to one commit, among the refs of which a rule speaks.

What the repository held before a push is judged as history: an approval stays good when its key expires later. What the
push brings is new, and takes the place of what it moves. Each tag is judged as on its own, without the threshold.

A tag of a tag is signed step by step. The outer one is bound to the ref by its name; one inside it counts only if the
rule speaks of its own name too, or anybody could wrap what was signed as something else into an approval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gitsig.engine.jobs import Job
from gitsig.engine.landing import landing, read_symbolic
from gitsig.engine.tips import TAGS, tip_of
from gitsig.model import Outcome, RefUpdate
from gitsig.policy import Policy, Question, Rule, judge
from gitsig.policy.patterns import ref_matcher
from gitsig.store.directories import common_dir
from gitsig.store.interface import Store

__all__ = ["Cosigners", "without_threshold"]


class Cosigners:
    """The tags of a repository, as they would be after a push, by the commit that they lead to."""

    def __init__(
        self,
        store: Store,
        policy: Policy,
        now: int,
        ask: Callable[[Job, bool], Question],
        updates: Sequence[RefUpdate] = (),
    ) -> None:
        """`ask` gives the question that a job is, as new or as history; `updates` are those of the push, if any."""
        self._store, self._policy, self._now, self._ask = store, policy, now, ask
        self._updates = updates
        self._rules = tuple(rule for rule in policy.rules if rule.threshold > 1)
        self._jobs: dict[str, list[tuple[Job, bool]]] | None = None
        """By commit: every step of every tag, and whether it is new."""
        self._signers: dict[tuple[str | None, str], str | None] = {}

    def of(self, rule: Rule, commit: str) -> frozenset[str]:
        """Names of those whose tags count for `rule`. Raises GitsigError where the refs cannot be listed."""
        if self._jobs is None:
            self._jobs = self._index()
        matcher = ref_matcher(_patterns(rule))
        found = set()
        for job, new in self._jobs.get(commit, ()):
            signer = self._signer(job, new) if matcher.fullmatch(job.ref or "") else None
            if signer is not None and (job.tag_name is not None or matcher.fullmatch(self._own_ref(job))):
                found.add(signer)
        return frozenset(found)

    def _index(self) -> dict[str, list[tuple[Job, bool]]]:
        found: dict[str, list[tuple[Job, bool]]] = {}
        for ref, oid, new in self._refs():
            tip = tip_of(self._store, self._policy, oid, ref)
            if tip.commit is not None:
                found.setdefault(tip.commit, []).extend((_alone(job), new) for job in tip.jobs if not job.lightweight)
        return found

    def _refs(self) -> Iterator[tuple[str, str, bool]]:
        """Every ref that may count, with its value after the push and whether that is new."""
        top = common_dir(self._store.git_dir)
        pushed = self._pushed()
        for ref, oid in self._store.refs():
            # A symbolic ref is another ref's second name, and counts for nothing itself.
            if ref not in pushed and self._may_count(ref) and read_symbolic(top, ref) is None:
                yield ref, oid, False
            elif pushed.get(ref) == oid:
                yield ref, oid, False
                pushed[ref] = None
        for name, value in pushed.items():
            if value is not None and self._may_count(name):
                yield name, value, True

    def _pushed(self) -> dict[str, str | None]:
        """What the push makes of refs; None where it says two things, or what stays symbolic."""
        pushed: dict[str, str | None] = {}
        for update in self._updates:
            for name in {update.ref, landing(self._store, update.ref)}:
                unclear = name in pushed or name != landing(self._store, name)
                pushed[name] = None if unclear else update.new
        return pushed

    def _may_count(self, ref: str) -> bool:
        if not ref.startswith(TAGS) or not self._policy.guards(ref):
            return False
        return any(ref_matcher(_patterns(rule)).fullmatch(ref) for rule in self._rules)

    def _signer(self, job: Job, new: bool) -> str | None:
        """Who signed one step, if it is accepted; a written exception must not make a signer of nobody."""
        key = (job.ref, job.oid)
        if key not in self._signers:
            question = self._ask(job, new)
            signed = question.evidence.outcome is Outcome.VERIFIED
            verdict = judge(self._policy, question, self._now)
            self._signers[key] = verdict.signer if signed and verdict.accepted else None
        return self._signers[key]

    def _own_ref(self, job: Job) -> str:
        """The guarded ref that an inner tag's own name stands for; nothing where it has no such name."""
        obj = self._ask(job, False).obj
        ref = TAGS + (obj.tag_name or b"").decode("utf-8", "surrogateescape") if obj is not None else ""
        return ref if self._policy.guards(ref) else ""


def _patterns(rule: Rule) -> tuple[str, ...]:
    return (*rule.refs, *rule.approvals)


def _alone(job: Job) -> Job:
    """The same job without the demand that others sign as well."""
    return job._replace(rules=tuple(without_threshold(rule) for rule in job.rules))


def without_threshold(rule: Rule) -> Rule:
    """The rule, content with one signer."""
    return rule._replace(threshold=1)
