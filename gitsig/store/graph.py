"""The part of the commit graph that a walk has read: one row for each commit, painted from both sides.

Memory is what counts here (a million commits): ids as bytes, rows in arrays, parents as tuples of row numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from heapq import heappop, heappush

from gitsig.errors import MalformedObject, ObjectFault
from gitsig.objects import parents_and_time
from gitsig.store.interface import Store

__all__ = ["DONE", "EXCLUDED", "INCLUDED", "Graph"]

INCLUDED = 1
"""Reached from an included tip."""
EXCLUDED = 2
"""Reached from an excluded tip, whatever else."""
DONE = 4
"""Its colour has been handed on to its parents."""
FAILED = 8
"""It could not be read."""


class Graph:
    """Rows of commits. A row's number is its order of discovery."""

    def __init__(self, store: Store, *, first_parent: bool) -> None:
        """`first_parent`: the included side follows first parents only."""
        self._store = store
        self._first_parent = first_parent
        self._rows: dict[bytes, int] = {}
        self.ids: list[bytes] = []
        self.state = bytearray()
        self.times = array("q")
        """Committer's date in Unix seconds. Chooses the order of reading, and decides nothing."""
        self.parents: list[tuple[int, ...]] = []
        self.queue: list[tuple[int, int]] = []
        """(-date, row) of rows that are not done."""
        self._open = 0  # rows of the queue that are included and not excluded
        self.failures: dict[int, tuple[int, str]] = {}
        """Row that could not be read: (child that led to it, why)."""
        self.unreadable: list[int] = []

    def number(self, key: bytes) -> int:
        """Give the row of a binary id; a new one if need be."""
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = len(self.ids)
            self.ids.append(key)
            self.state.append(0)
            self.times.append(0)
            self.parents.append(())
        return row

    def include(self, row: int, child: int = 0) -> None:
        """Paint a row as reached from an included tip. An excluded one is left as it is."""
        state = self.state[row]
        if state & (INCLUDED | EXCLUDED):
            return
        self.state[row] = state | INCLUDED
        self._open += 1
        self._enqueue(row, child)

    def exclude(self, row: int, child: int = 0) -> list[int]:
        """Paint a row as reached from an excluded tip, and whatever is already known to be behind it.

        Gives the rows that are new in the queue.
        """
        fresh: list[int] = []
        rows = [(row, child)]
        while rows:
            row, child = rows.pop()
            state = self.state[row]
            if state & EXCLUDED:
                continue
            self.state[row] = state | EXCLUDED
            if state & DONE:
                rows += ((parent, row) for parent in self.parents[row])
            elif state & INCLUDED:
                self._open -= 1
            else:
                self._enqueue(row, child)
                fresh.append(row)
        return fresh

    def paint(self) -> None:
        """Work from the newest commit backwards until the included side has nothing left."""
        while self._open:
            self.step()

    def step(self) -> None:
        """Hand on the colour of the newest row that is waiting."""
        row = heappop(self.queue)[1]
        if self.state[row] & EXCLUDED:
            self.expand(row)
        else:
            self._open -= 1
            self.state[row] |= DONE
            for parent in self.followed(row):
                self.include(parent, row)

    def expand(self, row: int) -> list[int]:
        """Exclude the parents of an excluded row; give the rows that are new in the queue."""
        self.state[row] |= DONE
        return [fresh for parent in self.parents[row] for fresh in self.exclude(parent, row)]

    def followed(self, row: int) -> tuple[int, ...]:
        """Give the parents that the included side follows."""
        parents = self.parents[row]
        return parents[:1] if self._first_parent else parents

    def interesting(self) -> Iterator[int]:
        """Give the rows that are in the range, and could be read."""
        wanted = INCLUDED | DONE
        return (row for row, state in enumerate(self.state) if state & (wanted | EXCLUDED | FAILED) == wanted)

    def _enqueue(self, row: int, child: int) -> None:
        self._read(row, child)
        heappush(self.queue, (-self.times[row], row))

    def _read(self, row: int, child: int) -> None:
        try:
            kind, raw = self._store.read(self.ids[row].hex())
            if kind != "commit":
                self._fail(row, child, f"a {kind} stands where a commit should")
                return
        except ObjectFault as fault:
            self._fail(row, child, fault.what)
            return
        try:
            parents, self.times[row] = parents_and_time(raw, self._store.object_format)
            self.parents[row] = tuple([self.number(bytes.fromhex(parent)) for parent in parents])
        except MalformedObject:
            self.unreadable.append(row)

    def _fail(self, row: int, child: int, detail: str) -> None:
        self.state[row] |= FAILED
        self.failures[row] = (child, detail)
