"""Which commits a range holds, by raw parents alone.

Nothing but the raw bytes tells what a commit's parents are: a commit-graph file, grafts, replace refs and shallow files
are not asked, so none of them can hide a commit.

The invariant: a commit is left out only if a chain of raw parents from an excluded tip to it has been read. Giving up
early on the excluded side can therefore only leave too many commits, never too few; `certify` sees to it that it does
not leave too many either.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple, overload

from gitsig.errors import ObjectFault
from gitsig.store.certify import certify
from gitsig.store.graph import EXCLUDED, INCLUDED, Graph
from gitsig.store.interface import Commits
from gitsig.store.lineages import Lineages
from gitsig.store.revision import peel

__all__ = ["History", "Missing", "OidSet", "Oids", "is_ancestor", "walk"]


class Missing(NamedTuple):
    """A parent that could not be read: nobody knows what is behind it."""

    oid: str
    child: str
    """A commit of the history that names it."""
    shallow: bool
    """The shallow file cuts the history off at `child`."""
    detail: str
    """Why, in words."""


class Oids(Sequence[str]):
    """Object ids, kept as row numbers: a million of them take 4 MB."""

    def __init__(self, lineages: Lineages, rows: array[int]) -> None:
        self.lineages = lineages
        self._oid = lineages.oid
        self.rows = rows
        """Of `lineages`."""

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self._oid(row) for row in self.rows[index]]
        return self._oid(self.rows[index])

    def __iter__(self) -> Iterator[str]:
        return map(self._oid, self.rows)

    def as_set(self) -> OidSet:
        """Give the same as a set, which takes a bit more than a byte a commit."""
        return OidSet(self)


class OidSet(Collection[str]):
    """Commits of a history, quick to ask whether it holds one."""

    def __init__(self, oids: Oids) -> None:
        self._oids = oids
        self._lineages = oids.lineages
        self._marks = bytearray(oids.lineages.count)
        for row in oids.rows:
            self._marks[row] = 1

    def __len__(self) -> int:
        return len(self._oids)

    def __iter__(self) -> Iterator[str]:
        return iter(self._oids)

    def __contains__(self, oid: object) -> bool:
        row = self._lineages.find(oid) if isinstance(oid, str) else None
        return row is not None and row < len(self._marks) and self._marks[row] == 1


class History(NamedTuple):
    """The commits of a range."""

    commits: Oids
    """Oldest first: parents before children, by committer's date where that leaves a choice, then by id."""
    missing: tuple[Missing, ...]
    unreadable: frozenset[str]
    """Commits whose parents are outside the grammar. They are in `commits`, and nothing behind them is."""


def walk(
    source: Commits | Lineages,
    include: Sequence[str],
    exclude: Sequence[str] = (),
    *,
    first_parent: bool = False,
    judged: bool = False,
) -> History:
    """Give the commits reachable from `include` and not from `exclude` (ids of commits, or of tags of commits).

    `source` is the store, or what has been read of it already. `first_parent` follows only first parents from
    `include`; what `exclude` reaches stays everything. `judged` tells the reader of `source` that the commits are going
    to be judged. An excluded tip that cannot be read, or is no commit, excludes nothing behind it. Raises
    `ObjectMissing` or `ObjectFault` for such a tip of `include`.
    """
    lineages = source if isinstance(source, Lineages) else Lineages(source)
    graph = Graph(lineages, first_parent=first_parent, judged=judged)
    for oid in exclude:
        graph.exclude(graph.number(_excluded(lineages.store, oid)))
    tips = [graph.number(peel(lineages.store, oid, "commit").oid) for oid in include]
    for tip in tips:
        graph.include(tip)
    graph.paint()
    certify(graph)
    return _history(graph)


def is_ancestor(source: Commits | Lineages, ancestor: str, descendant: str) -> bool:
    """Whether `ancestor` is `descendant` or reachable from it; False where missing objects leave it open.

    Raises `ObjectMissing` or `ObjectFault` if `ancestor` is no readable commit.
    """
    return not walk(source, (ancestor,), (descendant,)).commits


def _excluded(store: Commits, oid: str) -> str:
    try:
        return peel(store, oid, "commit").oid
    except ObjectFault:
        return oid


def _history(graph: Graph) -> History:
    lineages = graph.lineages
    shallow = lineages.store.shallow() if graph.failures else frozenset()
    missing = []
    for row, child in graph.failures.items():
        if graph.state[row] & (INCLUDED | EXCLUDED) == INCLUDED:
            name = lineages.oid(child)
            missing.append(Missing(lineages.oid(row), name, name in shallow, lineages.faults[row]))
    rows = _oldest_first(graph)
    unreadable = frozenset(lineages.oid(row) for row in rows if lineages.is_blind(row))
    return History(Oids(lineages, rows), tuple(missing), unreadable)


def _oldest_first(graph: Graph) -> array[int]:
    """Children before parents, newest first, and then turned round (Kahn's algorithm)."""
    lineages, times = graph.lineages, graph.times
    rows = graph.interesting()
    children = array("I", bytes(4 * lineages.count))  # 0: not of the range; else one more than there are
    for row in rows:
        children[row] = 1
    for row in rows:
        for parent in graph.followed(row):
            if children[parent]:
                children[parent] += 1
    heap = [(-times[row], lineages.key(row), row) for row in rows if children[row] == 1]
    heapify(heap)
    ordered = array("I")
    while heap:
        row = heappop(heap)[2]
        ordered.append(row)
        for parent in graph.followed(row):
            left = children[parent]
            if left > 1:
                children[parent] = left - 1
                if left == 2:
                    heappush(heap, (-times[parent], lineages.key(parent), parent))
    if len(ordered) != len(rows):
        raise ObjectFault("commits are their own ancestors: their bytes do not hash to their ids")
    ordered.reverse()
    return ordered
