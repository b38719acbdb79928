"""Which commits a range holds, by raw parents alone.

Nothing but the raw bytes tells what a commit's parents are: a commit-graph file, grafts, replace refs and shallow files
are not asked, so none of them can hide a commit.

The invariant: a commit is left out only if a chain of raw parents from an excluded tip to it has been read. Giving up
early on the excluded side can therefore only leave too many commits, never too few; `certify` sees to it that it does
not leave too many either.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple, overload

from gitsig.errors import ObjectFault
from gitsig.store.certify import certify
from gitsig.store.graph import EXCLUDED, INCLUDED, Graph
from gitsig.store.interface import Store
from gitsig.store.revision import peel

__all__ = ["History", "Missing", "Oids", "is_ancestor", "walk"]


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
    """Object ids, kept as bytes: a million of them take 20 MB."""

    def __init__(self, data: bytes, width: int) -> None:
        """`data` holds binary ids of `width` bytes, one after the other."""
        self._data = data
        self._width = width

    def __len__(self) -> int:
        return len(self._data) // self._width

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self._at(number) for number in range(*index.indices(len(self)))]
        return self._at(range(len(self))[index])

    def __iter__(self) -> Iterator[str]:
        return map(self._at, range(len(self)))

    def _at(self, number: int) -> str:
        return self._data[number * self._width : (number + 1) * self._width].hex()


class History(NamedTuple):
    """The commits of a range."""

    commits: Sequence[str]
    """Oldest first: parents before children, by committer's date where that leaves a choice, then by id."""
    missing: tuple[Missing, ...]
    unreadable: frozenset[str]
    """Commits whose parents are outside the grammar. They are in `commits`, and nothing behind them is."""


def walk(store: Store, include: Sequence[str], exclude: Sequence[str] = (), *, first_parent: bool = False) -> History:
    """Give the commits reachable from `include` and not from `exclude` (ids of commits, or of tags of commits).

    `first_parent` follows only first parents from `include`; what `exclude` reaches stays everything. An excluded tip
    that cannot be read, or is no commit, excludes nothing behind it. Raises `ObjectMissing` or `ObjectFault` for such
    a tip of `include`.
    """
    graph = Graph(store, first_parent=first_parent)
    for oid in exclude:
        graph.exclude(graph.number(bytes.fromhex(_excluded(store, oid))))
    tips = [graph.number(bytes.fromhex(peel(store, oid, "commit").oid)) for oid in include]
    for tip in tips:
        graph.include(tip)
    graph.paint()
    certify(graph)
    return _history(store, graph)


def is_ancestor(store: Store, ancestor: str, descendant: str) -> bool:
    """Whether `ancestor` is `descendant` or reachable from it; False where missing objects leave it open.

    Raises `ObjectMissing` or `ObjectFault` if `ancestor` is no readable commit.
    """
    return not walk(store, (ancestor,), (descendant,)).commits


def _excluded(store: Store, oid: str) -> str:
    try:
        return peel(store, oid, "commit").oid
    except ObjectFault:
        return oid


def _history(store: Store, graph: Graph) -> History:
    shallow = store.shallow() if graph.failures else frozenset()
    missing = []
    for number, (child, detail) in graph.failures.items():
        if graph.state[number] & (INCLUDED | EXCLUDED) == INCLUDED:
            name = graph.ids[child].hex()
            missing.append(Missing(graph.ids[number].hex(), name, name in shallow, detail))
    commits = _oldest_first(graph)
    unreadable = frozenset(graph.ids[number].hex() for number in graph.unreadable if not graph.state[number] & EXCLUDED)
    return History(Oids(commits, store.object_format.hex_length // 2), tuple(missing), unreadable)


def _oldest_first(graph: Graph) -> bytes:
    """Children before parents, newest first, and then turned round (Kahn's algorithm)."""
    wanted = 0
    children = array("i", [-1]) * len(graph.ids)  # -1: not of the range
    for row in graph.interesting():
        children[row] = 0
        wanted += 1
    for row in graph.interesting():
        for parent in graph.followed(row):
            if children[parent] >= 0:
                children[parent] += 1
    heap = [(-graph.times[row], graph.ids[row], row) for row in graph.interesting() if not children[row]]
    heapify(heap)
    ordered: list[bytes] = []
    while heap:
        _, key, row = heappop(heap)
        ordered.append(key)
        for parent in graph.followed(row):
            if children[parent] > 0:
                children[parent] -= 1
                if not children[parent]:
                    heappush(heap, (-graph.times[parent], graph.ids[parent], parent))
    if len(ordered) != wanted:
        raise ObjectFault("commits are their own ancestors: their bytes do not hash to their ids")
    ordered.reverse()
    return b"".join(ordered)
