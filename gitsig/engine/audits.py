"""Audits that the next one may go on from: what they plan, and what they leave in the evidence cache."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from gitsig.engine.jobs import Plan
from gitsig.engine.kept import Kept
from gitsig.engine.plan import plan_audit
from gitsig.engine.resume import Finished, Horizon, finished_name, plan_since, read_finished, write_finished
from gitsig.engine.run import OnEnd
from gitsig.engine.tips import Tip, all_tips
from gitsig.engine.unused import Unused
from gitsig.loading import LoadedPolicy
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineages
from gitsig.tally import Tally

__all__ = ["Audits", "Begun"]


class Begun(NamedTuple):
    """What a run of an audit is made of; see `Run`."""

    plan: Plan
    on_end: OnEnd
    finished: Finished | None
    unused: Unused


class Audits:
    """Audits of all refs under one policy, as of one moment."""

    def __init__(self, store: Store, loaded: LoadedPolicy, kept: Kept, horizon: Horizon, now: int) -> None:
        """`horizon` sees what the verdicts depend on while they are given."""
        self._store, self._loaded, self._kept = store, loaded, kept
        self._horizon, self._now = horizon, now

    def begin(self, lineages: Lineages, *, resume: bool) -> Begun:
        """Plan one, and with `resume` go on where another one ended. Raises UsageFault where there is nothing to do."""
        store, policy, cache = self._store, self._loaded.policy, self._kept.cache()
        cache.begin_audit(store.object_directories, lineages.width)
        name = finished_name(self._loaded)
        tips = all_tips(store, policy)
        finished = read_finished(cache.remembered(name), self._now) if resume and cache.trusted else None
        plan = plan_since(store, lineages, policy, tips, finished) if finished else None
        if plan is None or finished is None:
            plan, finished = plan_audit(store, lineages, policy, (), tips), None
        else:
            self._horizon.see(finished.until)
        unused = Unused(policy.exceptions, self._now, finished and finished.met)
        return Begun(plan, partial(self._remember, name, tips, unused), finished, unused)

    def _remember(self, name: str, tips: Sequence[Tip], unused: Unused, tally: Tally, unjudged: int) -> None:
        """What the next audit of all refs may know of one that has come to its end."""
        cache = self._kept.cache()
        if not tally.unverifiable:
            cache.end_audit()
        if tally.accepted_all:
            state = tally.state()
            cache.remember(name, write_finished(tips, self._now, self._horizon.until, state, unjudged, unused.met))
