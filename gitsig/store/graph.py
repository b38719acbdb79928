"""One walk's view of the commit graph: rows painted from both sides."""

from __future__ import annotations

from array import array
from heapq import heappop, heappush

from gitsig.store.lineages import Lineages

__all__ = ["DONE", "EXCLUDED", "INCLUDED", "Graph"]

INCLUDED = 1
"""Reached from an included tip."""
EXCLUDED = 2
"""Reached from an excluded tip, whatever else."""
DONE = 4
"""Its colour has been handed on to its parents."""
FAILED = 8
"""It could not be read."""

_SPARE = 4096
"""Rows that a walk is ready for beyond those that there are."""


class Graph:
    """The colours of the rows of `lineages`, and what waits to hand its colour on."""

    def __init__(self, lineages: Lineages, *, first_parent: bool, judged: bool) -> None:
        """`first_parent`: the included side follows first parents only. `judged`: and is going to be judged."""
        self.lineages = lineages
        self._judged = judged
        self._first_parent = first_parent
        self.state = bytearray(lineages.count)
        self._included = array("I")
        self.times = lineages.times
        self.queue: list[tuple[int, int]] = []
        """(-date, row) of rows that are not done."""
        self._open = 0  # rows of the queue that are included and not excluded
        self.failures: dict[int, int] = {}
        """Row that could not be read: the child that led to it."""

    def number(self, oid: str) -> int:
        """Give the row of an id."""
        row = self.lineages.number(bytes.fromhex(oid))
        self._keep_up()
        return row

    def include(self, row: int, child: int = 0) -> None:
        """Paint a row as reached from an included tip. An excluded one is left as it is."""
        state = self.state[row]
        if state & (INCLUDED | EXCLUDED):
            return
        self.state[row] = state | INCLUDED
        self._included.append(row)
        self._open += 1
        self._enqueue(row, child, self._judged)

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
                rows += ((parent, row) for parent in self.parents(row))
            elif state & INCLUDED:
                self._open -= 1
            else:
                self._enqueue(row, child, False)
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
        return [fresh for parent in self.parents(row) for fresh in self.exclude(parent, row)]

    def parents(self, row: int) -> tuple[int, ...]:
        """Give the parents of a row that was read."""
        return self.lineages.parents(row)

    def followed(self, row: int) -> tuple[int, ...]:
        """Give the parents that the included side follows."""
        parents = self.lineages.parents(row)
        return parents[:1] if self._first_parent else parents

    def interesting(self) -> array[int]:
        """Give the rows that are in the range, and could be read."""
        wanted = INCLUDED | DONE
        state = self.state
        return array("I", (row for row in self._included if state[row] & (wanted | EXCLUDED | FAILED) == wanted))

    def _enqueue(self, row: int, child: int, judged: bool) -> None:
        if not self.lineages.read(row, judged):
            self.state[row] |= FAILED
            self.failures[row] = child
        self._keep_up()
        heappush(self.queue, (-self.times[row], row))

    def _keep_up(self) -> None:
        missing = self.lineages.count - len(self.state)
        if missing > 0:
            self.state.extend(bytes(missing + _SPARE))
