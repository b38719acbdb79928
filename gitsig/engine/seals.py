"""Seals: commits and tags by which a maintainer vouches for everything behind them, so that it need not be judged.

A seal commit has a trailer that the policy names, with grounds; a seal tag is a signed tag under a ref that the policy
names. Either must be `good` on its own, judged by all rules that apply to it, with no exception's and no other seal's
help, and be signed by somebody who may seal. A commit seals what is behind it and is judged itself; a tag seals the
commit that it leads to as well. What is sealed is hidden as trusted roots hide, and nothing else about it changes.

Where seal commits are looked for: a commit is behind a seal only if the seal descends from it, so the seals that can
hide anything of a range `A..B` are themselves in it. No more than that is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from gitsig.engine.jobs import Job, Plan
from gitsig.engine.landing import read_symbolic
from gitsig.engine.scope import Scope, Selector, commit_jobs
from gitsig.engine.tips import TAGS, Tip, kind_of, tip_of
from gitsig.engine.trailers import Marks, grounds_of
from gitsig.errors import GitsigError
from gitsig.model import Reason, Verdict
from gitsig.objects import parents_of
from gitsig.policy import Policy, Seals
from gitsig.policy.patterns import ref_matcher
from gitsig.store.directories import common_dir
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineages
from gitsig.store.walk import is_ancestor, walk

__all__ = ["Judge", "Seal", "Sealer", "remarked"]

_TOLD = 5
"""So many seals are named in the remarks, and so many that do not count."""
_ABBREVIATED = 10
_WORDS = 300


class Judge(Protocol):
    """See `Verifier.judge_jobs`."""

    def __call__(self, jobs: Iterable[Job], *, new: bool) -> Iterator[Verdict | None]:
        """The verdict on each job, in their order; None for an unsigned tag that the policy allows."""


class Seal(NamedTuple):
    """A commit or tag that vouches for what is behind it."""

    name: str
    """What to call it: an abbreviated id, for a tag its ref before that."""
    signer: str
    grounds: str
    roots: tuple[str, ...]
    """Commits that are not judged, nor anything behind them."""

    @property
    def words(self) -> str:
        """Who sealed, where and why, in words. Not escaped."""
        return f"sealed by {self.signer} in {self.name}: {self.grounds}"


class _Void(NamedTuple):
    """What looks like a seal and does not count."""

    name: str
    why: str
    by_sealer: bool
    """Whether somebody who may seal signed it: he must learn of it, however many others write such trailers."""


class Sealer:
    """Finds the seals that count in one run."""

    def __init__(
        self,
        store: Store,
        lineages: Lineages,
        policy: Policy,
        seals: Seals,
        marks: Marks,
        judge: Judge,
        *,
        new: bool,
        curious: bool = False,
    ) -> None:
        """`marks` has seen every commit that `lineages` has read. `new`: seal commits are judged as coming in now.

        `curious`: seals over a single commit are looked for although it may need none.
        """
        self._store, self._lineages, self._policy, self._seals = store, lineages, policy, seals
        self._marks = marks
        self._judge = judge
        self._new = new
        self.curious = curious
        self._tags: dict[str, Seal] = {}
        self._counted: dict[str, Seal] = {}
        self._void: dict[str, _Void] = {}

    def take_tags(self, refs: Iterable[tuple[str, str]], *, new: bool) -> None:
        """Look for seal tags among `refs` (name, id); `new`: judged as coming in now."""
        top = common_dir(self._store.git_dir)
        for ref, oid in refs:
            # A symbolic ref is another ref's second name, and vouches for nothing itself.
            if self.may_seal(ref) and read_symbolic(top, ref) is None:
                tip = tip_of(self._store, self._policy, oid, ref)
                found = self._tag(tip, ref, list(self._judge(tip.jobs, new=new)))
                if isinstance(found, Seal):
                    self._tags[oid] = found
                else:
                    self._void[oid] = found

    def may_seal(self, ref: str) -> bool:
        """Whether tags under `ref` can be seals."""
        return ref.startswith(TAGS) and self._policy.guards(ref) and bool(ref_matcher(self._seals.tags).fullmatch(ref))

    def extend(
        self, selector: Selector, include: Sequence[str], exclude: Sequence[str], scopes: Sequence[Scope]
    ) -> Selector:
        """`selector`, to which what is sealed is hidden as well: by tags, and by commits of a range.

        The range is what `include` reaches and `exclude` does not; `scopes` are the rules as they hold without seals.
        Raises as `walk` does.
        """
        tags = selector.extended(root for seal in self._tags.values() for root in seal.roots)
        reached = walk(self._lineages, include, [*exclude, *tags.roots]).commits.as_set()
        # A rule may speak of commits that the range leaves out: then it speaks of the seals over them too.
        spoken = [reached, *(scope.commits for scope in scopes if scope.commits is not None)]
        marked = [oid for oid in self._marks.oids if any(oid in each for each in spoken)]
        found = dict(self._commits(marked, scopes))
        sealed = tags.extended(root for each in found.values() if isinstance(each, Seal) for root in each.roots)
        if len(sealed.roots) > len(tags.roots):
            # A seal behind another one is of no interest any more, counting or not.
            left = walk(self._lineages, include, [*exclude, *sealed.roots]).commits.as_set()
            found = {oid: each for oid, each in found.items() if oid in left or oid not in reached}
        for oid, each in found.items():
            if isinstance(each, Seal):
                self._counted[oid] = each
            else:
                self._void[oid] = each
        return sealed

    def accepts(self, job: Job) -> bool:
        """Whether an object is accepted as it is, so that nobody need ask for seals."""
        return all(verdict is not None and verdict.accepted for verdict in self._judge([job], new=self._new))

    def over(self, oid: str) -> Seal | None:
        """A seal that the commit `oid` is behind, of those found so far."""
        for seal in self._all():
            if any(is_ancestor(self._lineages, oid, root) for root in seal.roots):
                return seal
        return None

    def remarks(self) -> list[str]:
        """Which seals count, and which do not and why. Not escaped."""
        seals = [f"{seal.words}; what is behind it is not judged" for seal in self._all()]
        void = sorted(self._void.values(), key=lambda each: not each.by_sealer)
        return [*_first(seals, "more seals"), *_first([f"no seal: {each.name}: {each.why}" for each in void], "more")]

    def _all(self) -> tuple[Seal, ...]:
        return (*self._tags.values(), *self._counted.values())

    def _commits(self, oids: list[str], scopes: Sequence[Scope]) -> Iterator[tuple[str, Seal | _Void]]:
        """What becomes of each commit that may be a seal, newest first."""
        oids.sort(key=lambda oid: (-self._time(oid), oid))
        for oid, verdict in zip(oids, self._judge(commit_jobs(oids, scopes), new=self._new), strict=True):
            yield oid, self._commit(oid, verdict)

    def _commit(self, oid: str, verdict: Verdict | None) -> Seal | _Void:
        name = oid[:_ABBREVIATED]
        signer, why = self._sealer((verdict,))
        if why:
            return _Void(name, why, signer in self._seals.signers)
        try:
            raw = self._store.read(oid)[1]
            grounds, why = grounds_of(raw, self._marks.names)
            roots = self._present(parents_of(raw, self._store.object_format))
        except GitsigError as fault:
            return _Void(name, fault.what, True)
        why = why or ("" if roots else "nothing that is here is behind it")
        return _Void(name, why, True) if why else Seal(name, signer, grounds[:_WORDS], roots)

    def _tag(self, tip: Tip, ref: str, verdicts: Sequence[Verdict | None]) -> Seal | _Void:
        name = f"{ref} ({tip.oid[:_ABBREVIATED]})"
        # A tag among the trusted roots is not judged, and what nobody has judged vouches for nothing.
        judged = [each.oid for each in tip.jobs[:1]] == [tip.oid]
        signer, why = self._sealer(verdicts) if judged else ("", "the tag itself is not judged: it is a trusted root")
        if not why and (tip.commit is None or tip.lost is not None):
            why = "it leads to no commit that can be read"
        if why or tip.commit is None or verdicts[0] is None:
            return _Void(name, why, signer in self._seals.signers)
        return Seal(name, signer, verdicts[0].subject[:_WORDS] or "no grounds given", (tip.commit,))

    def _sealer(self, verdicts: Sequence[Verdict | None]) -> tuple[str, str]:
        """Who signed the first of these objects, all of which a seal consists of; and why it is no seal, or nothing."""
        signer = _signer(verdicts[0]) if verdicts else ""
        if not verdicts:
            return "", "there is nothing to judge"
        for verdict in verdicts:
            if verdict is None:
                return signer, "it is unsigned"
            if verdict.exception is not None:
                return signer, "an exception accepts it, and a seal must be good by itself"
            if not verdict.accepted or verdict.reason is not Reason.GOOD:
                return signer, f"{verdict.reason}: {verdict.detail[:_WORDS]}"
        if signer not in self._seals.signers:
            return signer, f"{signer} may not seal: [history] seals does not name this signer"
        return signer, ""

    def _present(self, oids: Iterable[str]) -> tuple[str, ...]:
        """The commits among `oids` that are here. What is missing is not hidden: it is reported as missing (R3)."""
        return tuple(oid for oid in oids if kind_of(self._store, oid) == "commit")

    def _time(self, oid: str) -> int:
        row = self._lineages.find(oid)
        return 0 if row is None else self._lineages.times[row]


def remarked(plan: Plan, sealer: Sealer | None) -> Plan:
    """The plan with what the reader must know of seals."""
    for words in () if sealer is None else sealer.remarks():
        plan.remark(words)
    return plan


def _signer(verdict: Verdict | None) -> str:
    """Who signed for certain: the key that a bad signature names is made up easily."""
    made_up = verdict is None or verdict.reason in (Reason.BAD_SIGNATURE, Reason.VERIFIER_ERROR)
    return "" if verdict is None or made_up else verdict.signer or ""


def _first(lines: Sequence[str], more: str) -> list[str]:
    if len(lines) <= _TOLD:
        return [*lines]
    return [*lines[:_TOLD], f"and {len(lines) - _TOLD} {more}"]
