"""What is judged in a governed run: targets and refs become jobs, together with the court that hears them.

What is behind the governance root is not judged, but a target that does not descend from it is refused wherever it
lies: "nothing to judge" must not read as success.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gitsig.engine.governance.scopes import Aim
from gitsig.engine.governance.session import Session
from gitsig.engine.jobs import Job, Plan
from gitsig.engine.plan import add_tips, commit_of, missing_words, ref_of, split_range
from gitsig.engine.scope import Selector
from gitsig.engine.tips import TAGS, Tip, all_tips, tip_of
from gitsig.policy import Policy, Require
from gitsig.store.interface import Store

__all__ = ["Docket", "Docketer"]

_NO_RULES = (
    "no branch is named, so only [defaults] of the policies in force were applied and no rule; --ref REF names one"
)


class Docket(Plan):
    """A plan with the session that judges it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session


OpenSession = Callable[[Sequence[Aim]], Session]


class _Target(NamedTuple):
    """What one target of the command line asks for: commits of a range, or single objects."""

    aims: Sequence[Aim]
    exclude: Sequence[str] = ()
    jobs: Sequence[Job] = ()


class Docketer:
    """Makes dockets. Its policy is the anchor's: which refs are guarded is for nobody else to say."""

    def __init__(self, store: Store, policy: Policy, selector: Selector, open_session: OpenSession) -> None:
        """`selector` leaves out what is behind the governance root, but not the root itself."""
        self._store, self._policy, self._selector = store, policy, selector
        self._open_session = open_session

    def audit(self, revs: Sequence[str]) -> Docket:
        """See `plan_audit`."""
        tips = [self._tip(rev) for rev in revs] if revs else all_tips(self._store, self._policy)
        aims = [Aim(tip.ref, tip.commit) for tip in tips if tip.commit is not None]
        docket = Docket(self._open_session(aims))
        self._add_commits(docket, aims)
        add_tips(docket, tips)
        return docket

    def verify(self, targets: Sequence[str], ref: str | None) -> Docket:
        """See `plan_verify`. Whatever is behind a range is judged too, as far as the law depends on it."""
        found = [self._target(target, ref) for target in targets]
        docket = Docket(self._open_session([aim for each in found for aim in each.aims]))
        for target, each in zip(targets, found, strict=True):
            if each.jobs:
                docket.add(each.jobs, len(each.jobs))
            elif not self._add_commits(docket, each.aims, each.exclude):
                docket.remark(f"{target} holds no commit that is judged")
            if each.aims and all(aim.ref is None for aim in each.aims):
                docket.remark(_NO_RULES)
        return docket

    def _tip(self, rev: str) -> Tip:
        found = self._store.resolve(rev)
        return tip_of(self._store, self._policy, found.oid, ref_of(self._store, rev, found))

    def _target(self, target: str, ref: str | None) -> _Target:
        if ".." in target:
            return self._range(target, ref)
        found = self._store.resolve(target)
        ref = ref or ref_of(self._store, target, found)
        if found.type == "commit" and not (ref or "").startswith(TAGS):
            end = None if ref is None else self._selector.tip_above(found.oid, ref)
            return _Target([Aim(ref, found.oid, end)], jobs=[Job(found.oid, "commit")])
        tip = tip_of(self._store, self._policy, found.oid, ref)
        jobs = tip.jobs if tip.lost is None else (*tip.jobs, tip.lost)
        return _Target([] if tip.commit is None else [Aim(ref, tip.commit)], jobs=jobs)

    def _range(self, target: str, ref: str | None) -> _Target:
        left, right, symmetric = split_range(target)
        old, new = commit_of(self._store, left), commit_of(self._store, right)
        ref = ref or ref_of(self._store, right, self._store.resolve(right))
        if symmetric:
            return _Target([Aim(ref, new), Aim(ref, old)], self._selector.common(old, new))
        return _Target([Aim(ref, new)], [old])

    def _add_commits(self, docket: Docket, aims: Sequence[Aim], exclude: Sequence[str] = ()) -> int:
        """Plan the commits of a range, and its ends in any case if they do not descend from the root."""
        tips = list(dict.fromkeys(aim.commit for aim in aims))
        selection = self._selector.select(Require.EVERY_COMMIT, tips, exclude)
        chosen = selection.scope()
        beside = [Job(tip, "commit") for tip in tips if tip not in chosen and not docket.session.descends(tip)]
        lost = [Job(each.oid, "commit", missing=missing_words(each)) for each in selection.missing]
        docket.add(beside, len(beside))
        docket.add((Job(oid, "commit") for oid in selection.commits), len(selection.commits))
        docket.add(lost, len(lost))
        return len(beside) + len(chosen) + len(lost)
