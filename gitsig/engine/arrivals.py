"""For rules that want two persons: which commits of a range they speak of, and how a single one comes to its ref."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitsig.engine.jobs import Plan
from gitsig.engine.lines import Ways
from gitsig.engine.scope import Scope, Selection, Selector
from gitsig.policy import Rule

__all__ = ["beyond", "range_scope", "ways_of"]


def range_scope(selector: Selector, rule: Rule, ends: Sequence[tuple[str, str]]) -> Scope:
    """What the rule speaks of in a range: for each (new, old) the commits that are new to the first-parent line.

    Where the old end is not on that line, commits that it reaches are new there all the same: the range has put one
    line in the place of another.
    """
    found = [selector.since(new, [old]) for new, old in ends]
    spoken = (selector.not_behind(part, new, rule.behind) for (part, _), (new, _) in zip(found, ends, strict=True))
    commits = frozenset(oid for selection in spoken for oid in selection.commits)
    return Scope(rule, commits, tuple(line for _, lines in found for line in lines))


def beyond(selection: Selection, scopes: Sequence[Scope]) -> bool:
    """Whether such a rule speaks of more than a range holds."""
    lined = [scope for scope in scopes if scope.lines]
    chosen = selection.scope() if lined else ()
    return any(oid not in chosen for scope in lined for oid in scope.commits or ())


def ways_of(plan: Plan, selector: Selector, oid: str, ref: str | None, rules: Iterable[Rule]) -> tuple[Ways, ...]:
    """How a single commit comes to `ref`; one that is not there comes as if it were pushed now."""
    wanting = [rule for rule in rules if rule.two_person]
    if not wanting or ref is None:
        return ()
    tip = selector.tip_above(oid, ref)
    if tip is None:
        plan.remark(f"{ref} does not reach {oid}, so that is judged as if it were pushed there as it is")
    line = selector.line_to(tip or oid, oid)
    return tuple(Ways(rule.number, (line,)) for rule in wanting)
