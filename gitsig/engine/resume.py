"""Going on where an audit ended that accepted everything: what it has seen need not be judged again.

The record of such an audit is bound to the policy, every file that it names, the gpg that vouched for the keys and this
version of gitsig, and holds from then until the first moment at which a verdict could change. It lies in the evidence
cache, authenticated as everything there is. It serves only if every ref of then is still there, and where it was or
ahead of that; otherwise everything is judged again.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Sequence
from typing import Any, NamedTuple

from gitsig.engine.jobs import Plan
from gitsig.engine.plan import add_commits, add_tips, rules_commits
from gitsig.engine.scope import Scope, Selector
from gitsig.engine.tips import Tip
from gitsig.engine.unused import Met
from gitsig.loading import LoadedPolicy
from gitsig.policy import Policy, Require
from gitsig.policy.times import iso
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineages
from gitsig.store.walk import is_ancestor

__all__ = ["Finished", "Horizon", "finished_name", "plan_since", "read_finished", "write_finished"]


class Finished(NamedTuple):
    """An audit that accepted everything."""

    at: int
    """The moment that it judged at, and the first at which one of its verdicts could be another (Unix seconds)."""
    until: int
    refs: dict[str, tuple[str, str | None]]
    """Each guarded ref with its id and the commit at its end."""
    tally: tuple[Any, ...]
    unjudged: int
    """Unsigned tags that the policy allows."""
    met: Met
    """What became of the objects of exceptions."""


_EVER = 1 << 62


class Horizon:
    """The first moment at which a verdict given now could be another."""

    def __init__(self, policy: Policy, now: int) -> None:
        self._now = now
        ends = (each.until for each in policy.exceptions.values() if each.until is not None)
        self.until = min((end for end in ends if end > now), default=_EVER)

    def see(self, expires_at: int) -> None:
        """Take notice of a signature's own expiry."""
        if self._now < expires_at < self.until:
            self.until = expires_at


def finished_name(loaded: LoadedPolicy) -> str:
    """What the record of an audit by this policy and these keys is called."""
    return hashlib.sha256(f"audit 2 {loaded.material} {loaded.keys.openpgp.build}".encode()).hexdigest()


def read_finished(body: bytes | None, now: int) -> Finished | None:
    """The record in `body`, if it holds at `now`. Raises ValueError, TypeError or EOFError for anything else."""
    if body is None:
        return None
    finished = Finished(*marshal.loads(body))  # noqa: S302 - authenticated by the cache
    finished = finished._replace(met=Met(*finished.met))
    return finished if finished.at <= now < finished.until else None


def write_finished(tips: Sequence[Tip], at: int, until: int, tally: tuple[Any, ...], unjudged: int, met: Met) -> bytes:
    """The record of an audit of all refs that accepted everything."""
    refs = {tip.ref: (tip.oid, tip.commit) for tip in tips}
    return marshal.dumps((at, until, refs, tally, unjudged, tuple(met)))


def plan_since(
    store: Store, lineages: Lineages, policy: Policy, tips: Sequence[Tip], finished: Finished
) -> Plan | None:
    """What has come to the refs since; None where all has to be judged again."""
    if any(rule.two_person for rule in policy.rules):
        return None  # a ref that moves ahead can exchange its first-parent line, and with it old verdicts
    if policy.defaults.valid_now:
        return None  # so can the clock
    plan = Plan()
    fresh = [tip for tip in tips if finished.refs.get(tip.ref or "", ("",))[0] != tip.oid]
    if finished.refs.keys() - {tip.ref for tip in tips}:
        return None
    if fresh and not _plan_fresh(plan, store, lineages, policy, fresh, finished):
        return None
    plan.remark(
        f"{finished.tally[1]} objects are counted and not listed: all were accepted at {iso(finished.at)}, under the "
        "same policy and keys; --no-cache judges and lists them"
    )
    return plan


def _plan_fresh(
    plan: Plan, store: Store, lineages: Lineages, policy: Policy, fresh: Sequence[Tip], finished: Finished
) -> bool:
    """Plan what the refs that are new, or have moved, bring; False where that alone would not do."""
    requires = {policy.defaults.require, *(rule.require for rule in policy.rules)}
    if requires != {Require.EVERY_COMMIT}:
        return False  # which commits are on a first-parent line depends on where it begins
    before = [(*finished.refs[tip.ref], tip) for tip in fresh if tip.ref in finished.refs]
    if any(oid != old or tip.commit is None or not rules_commits(tip.ref) for oid, old, tip in before):
        return False  # a ref that was at a tag: that tag is not reached any more, and must not be counted
    moved = [(old, tip) for _, old, tip in before]
    selector = Selector(store, lineages, policy)
    include = [tip.commit for tip in fresh if tip.commit is not None]
    known = [commit for _, commit in finished.refs.values() if commit is not None]
    selection = selector.select(Require.EVERY_COMMIT, include, known)
    if any(not is_ancestor(lineages, old or "", tip.commit or "") for old, tip in moved):
        return False
    chosen = selection.scope()
    scopes = []
    for rule in policy.rules:
        own = [
            tip.commit for tip in fresh if tip.commit is not None and rules_commits(tip.ref) and rule.matches(tip.ref)
        ]
        seen = [
            commit for ref, (_, commit) in finished.refs.items() if commit and rules_commits(ref) and rule.matches(ref)
        ]
        scope = Scope(rule, selector.of_rule(rule, own, seen).scope() if own else frozenset())
        if any(oid not in chosen for oid in scope.commits or ()):
            return False  # commits that this rule has not judged yet, though [defaults] have
        scopes.append(scope)
    add_commits(plan, policy, selection, [scope for scope in scopes if scope.commits])
    add_tips(plan, fresh)
    return True
