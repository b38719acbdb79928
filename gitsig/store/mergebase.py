"""The best common ancestors of two commits, by raw parents alone: what `git merge-base --all` gives.

Both sides are painted backwards, newest first, until all that waits is behind a common ancestor. No best one is missed
then, whatever the dates: on a way to it from either side stands nothing that is behind a common ancestor, or it would
not be best. Dates that lie can only leave too many, some behind others; these are sorted out by a walk.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from gitsig.errors import ObjectFault
from gitsig.store.certify import certify
from gitsig.store.graph import EXCLUDED, Graph
from gitsig.store.lineages import Lineages, read_commit

__all__ = ["merge_bases"]

_ONE, _OTHER, _BEHIND = 1, 2, 4
"""Reached from the one, from the other, from a common ancestor."""
_COMMON = _ONE | _OTHER


def merge_bases(lineages: Lineages, one: str, other: str) -> list[str]:
    """Give all best common ancestors of two commits, by id; none where the histories are unrelated.

    Raises `ObjectFault` where a commit on the way cannot be read, or its parents are outside the grammar.
    """
    rows = _Painting(lineages, one, other).common()
    if len(rows) > 1:
        rows = _best(lineages, rows)
    return sorted(lineages.oid(row) for row in rows)


class _Painting:
    """The colours of rows, and the rows that wait to hand theirs on."""

    def __init__(self, lineages: Lineages, one: str, other: str) -> None:
        self._lineages = lineages
        self._colours: dict[int, int] = {}
        self._queue: list[tuple[int, int]] = []
        """(-date, row), each row once."""
        self._waiting: set[int] = set()
        self._open = 0  # rows of the queue that are behind no common ancestor, as far as is known
        for oid, colour in ((one, _ONE), (other, _OTHER)):
            self._paint(lineages.number(bytes.fromhex(oid)), colour)

    def common(self) -> list[int]:
        """Rows of common ancestors: all best ones, and others that are not known to be behind them."""
        found = []
        while self._open:
            row = heappop(self._queue)[1]
            self._waiting.discard(row)
            colour = self._colours[row]
            self._open -= _is_open(colour)
            if colour == _COMMON:
                found.append(row)
                colour |= _BEHIND
            for parent in self._lineages.parents(row):
                self._paint(parent, colour)
        return [row for row in found if self._colours[row] == _COMMON]

    def _paint(self, row: int, colour: int) -> None:
        before = self._colours.get(row, 0)
        after = before | colour
        if after == before:
            return
        self._colours[row] = after
        if row in self._waiting:
            self._open += _is_open(after) - _is_open(before)
            return
        if not before:
            _read(self._lineages, row)
        self._waiting.add(row)
        self._open += _is_open(after)
        heappush(self._queue, (-self._lineages.times[row], row))


def _is_open(colour: int) -> int:
    """1 for a row that is behind no common ancestor."""
    return 0 if colour & _BEHIND else 1


def _best(lineages: Lineages, rows: Sequence[int]) -> list[int]:
    """Those of the rows that cannot be reached from another one."""
    graph = Graph(lineages, first_parent=False, judged=False)
    for row in rows:
        for parent in lineages.parents(row):
            graph.exclude(parent, row)
    for row in rows:
        graph.include(row)
    graph.paint()
    certify(graph)
    for row in graph.failures:
        _read(lineages, row)
    return [row for row in rows if not graph.state[row] & EXCLUDED]


def _read(lineages: Lineages, row: int) -> None:
    if not lineages.read(row, False):
        read_commit(lineages.store, lineages.oid(row))  # raises what it raised before
        raise ObjectFault(lineages.faults[row], where=lineages.oid(row))
    if lineages.is_blind(row):
        raise ObjectFault("the commit's parents are outside the grammar", where=lineages.oid(row))
