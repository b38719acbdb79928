"""Which commits are judged, and which rules speak of each: `require` and refs turned into sets of commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from gitsig.engine.firstparents import new_first_parents
from gitsig.engine.jobs import Job
from gitsig.engine.lines import Line, Ways, base_of, lines_of
from gitsig.engine.tips import kind_of
from gitsig.errors import GitsigError
from gitsig.objects import parents_of
from gitsig.policy import Policy, Require, Rule
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineages
from gitsig.store.walk import Missing, Oids, is_ancestor, walk

__all__ = ["Scope", "Selection", "Selector", "commit_jobs"]

_MERGE = 2
"""Parents that make a merge."""


class Selection(NamedTuple):
    """Commits to judge, oldest first, and parents that should be there and are not."""

    commits: Sequence[str]
    missing: Sequence[Missing]

    def scope(self) -> Collection[str]:
        """The commits as a set."""
        return self.commits.as_set() if isinstance(self.commits, Oids) else frozenset(self.commits)


class Scope(NamedTuple):
    """The commits that one rule speaks of; None for all that are judged."""

    rule: Rule
    commits: Collection[str] | None
    """Quick to ask whether it holds one."""
    lines: tuple[Line, ...] = ()
    """For a rule that wants two persons: how the commits come to its refs."""


class Selector:
    """Selects commits of one repository; what is behind the trusted roots is never selected, nor what is sealed."""

    def __init__(self, store: Store, lineages: Lineages, policy: Policy, sealed: Iterable[str] = ()) -> None:
        """`sealed` are commits that are not judged, nor anything behind them, besides the policy's own roots."""
        self._store = store
        self._lineages = lineages
        self._policy = policy
        self._sealed = frozenset(sealed)
        self._roots = [root for root in sorted(policy.trusted_roots | self._sealed) if kind_of(store, root) == "commit"]
        self._lines: dict[tuple[str, ...], tuple[Line, ...]] = {}

    @property
    def roots(self) -> Sequence[str]:
        """The commits that hide themselves and what is behind them."""
        return self._roots

    def extended(self, sealed: Iterable[str]) -> Selector:
        """The same, with further commits that hide themselves and what is behind them."""
        more = self._sealed.union(sealed)
        return Selector(self._store, self._lineages, self._policy, more) if more != self._sealed else self

    def select(self, require: Require, include: Sequence[str], exclude: Sequence[str] = ()) -> Selection:
        """The commits that `require` names among those reachable from `include` and not from `exclude`."""
        hidden = [*exclude, *self._roots]
        judged = require in (Require.EVERY_COMMIT, Require.FIRST_PARENT)
        first_parent = require is Require.FIRST_PARENT
        history = walk(self._lineages, include, hidden, first_parent=first_parent, judged=judged)
        if require is Require.TIP:
            wanted = frozenset(include)
            return Selection([oid for oid in history.commits if oid in wanted], ())
        if require is Require.MERGES:
            return Selection([oid for oid in history.commits if self.may_be_merge(oid)], history.missing)
        return Selection(history.commits, history.missing)

    def of_rule(self, rule: Rule, include: Sequence[str], exclude: Sequence[str] = ()) -> Selection:
        """The commits that `rule` speaks of: as its `require` selects, less what is behind where it ends."""
        return self.select(rule.require, include, [*exclude, *sorted(rule.behind)])

    def not_behind(self, selection: Selection, tip: str, behind: Iterable[str]) -> Selection:
        """A selection of what `tip` reaches, less the commits of which a rule does not speak any more."""
        if not behind or not selection.commits:
            return selection
        spoken = self.select(Require.EVERY_COMMIT, [tip], sorted(behind)).scope()
        return selection._replace(commits=[oid for oid in selection.commits if oid in spoken])

    def lines(self, tips: Sequence[str]) -> tuple[Line, ...]:
        """How the commits that `tips` reach come to them."""
        key = tuple(tips)
        if key not in self._lines:
            self._lines[key] = lines_of(self._lineages, key, self._roots, self._reached)
        return self._lines[key]

    def since(self, tip: str, known: Iterable[str]) -> tuple[Selection, tuple[Line, ...]]:
        """What has come to the first-parent line of `tip` since it left those of `known`, and how.

        What a known tip reaches besides is not left out: the line of `tip` may have brought it in another way.
        """
        line, missing = new_first_parents(self._store, tip, known)
        if not line:
            return Selection((), missing), ()
        selection = self.select(Require.EVERY_COMMIT, [tip], [] if missing else base_of(self._lineages, line))
        return selection, (Line(self._lineages, tip, selection.commits),)

    def tip_above(self, oid: str, ref: str) -> str | None:
        """The commit at the end of `ref`, if it reaches the commit `oid`."""
        try:
            tip = self._store.resolve(f"{ref}^{{commit}}").oid
            return tip if is_ancestor(self._lineages, oid, tip) else None
        except GitsigError:
            return None

    def line_to(self, tip: str, oid: str) -> Line:
        """The line of `tip`, as far as it tells what brought `oid`."""
        history = walk(self._lineages, [tip], [*self.parents(oid), *self._roots])
        return Line(self._lineages, tip, history.commits)

    def _reached(self, tip: str, exclude: Sequence[str]) -> Sequence[str]:
        return self.select(Require.EVERY_COMMIT, [tip], exclude).commits

    def may_be_merge(self, oid: str) -> bool:
        """Whether a commit has two parents or more; one that cannot be read may have."""
        try:
            return len(parents_of(self._store.read(oid)[1], self._store.object_format)) >= _MERGE
        except GitsigError:
            return True

    def is_behind_root(self, oid: str) -> bool:
        """Whether the commit `oid` is a trusted root, or sealed, or an ancestor of one."""
        return any(is_ancestor(self._lineages, oid, root) for root in self._roots)

    def parents(self, oid: str) -> tuple[str, ...]:
        """The parents of a commit; none where it cannot be read."""
        try:
            return parents_of(self._store.read(oid)[1], self._store.object_format)
        except GitsigError:
            return ()

    def common(self, one: str, other: str) -> list[str]:
        """What both ends of a symmetric range can reach: the newest of it is enough to hide the rest."""
        reached = walk(self._lineages, [one]).commits.as_set()
        return [oid for oid in walk(self._lineages, [other]).commits if oid in reached]


def commit_jobs(commits: Iterable[str], scopes: Sequence[Scope]) -> Iterator[Job]:
    """A job for each commit, with the rules whose scope holds it."""
    everywhere = all(scope.commits is None for scope in scopes)
    rules = tuple(scope.rule for scope in scopes)
    ways = tuple(Ways(scope.rule.number, scope.lines) for scope in scopes if scope.lines)
    for oid, place in _placed(commits):
        if not everywhere:
            rules = tuple(scope.rule for scope in scopes if scope.commits is None or oid in scope.commits)
        yield Job(oid, "commit", rules, None, None, False, "", place, ways)


def _placed(commits: Iterable[str]) -> Iterator[tuple[str, int]]:
    if not isinstance(commits, Oids):
        return ((oid, 0) for oid in commits)
    lineages = commits.lineages
    return ((lineages.oid(row), lineages.place_of(row)) for row in commits.rows)
