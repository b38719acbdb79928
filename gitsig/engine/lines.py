"""How commits come to a ref: the first-parent line of its tip, and which commit of the line brought each of the others.

What brought a commit is the oldest commit of the line that reaches it. Only raw parents say so, whatever dates say.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from gitsig.store.lineages import Lineages
from gitsig.store.walk import Oids

__all__ = ["Line", "Ways", "base_of", "lines_of"]

_SPARE = 4096
"""Marks that are made ready beyond those that are needed."""


class Line:
    """The first-parent line of one tip, as far as it is in a set of commits; 8 bytes for each of those."""

    def __init__(self, lineages: Lineages, tip: str, commits: Sequence[str]) -> None:
        """`commits` are all that `tip` reaches, less what some commits of the line, or any others, reach."""
        self._lineages = lineages
        self.tip = tip
        self._commits = commits
        self._rows: array[int] | None = None
        """Of `commits`, ascending; None until somebody asks."""
        self._bringers = array("I")
        """For each of `_rows` the row of what brought it, plus one."""

    def bringer(self, oid: str) -> str | None:
        """The commit of the line that brought `oid`, itself where it is on the line; None for one of other commits."""
        if self._rows is None:
            self._rows = array("I", sorted(self._row_numbers()))
            self._bring(self._rows)
        row = self._lineages.find(oid)
        place = None if row is None else self._place(self._rows, row)
        if place is None or not self._bringers[place]:
            return None
        return self._lineages.oid(self._bringers[place] - 1)

    def _row_numbers(self) -> Iterable[int]:
        if isinstance(self._commits, Oids):
            return self._commits.rows
        return (self._lineages.number(bytes.fromhex(oid)) for oid in self._commits)

    def _bring(self, rows: array[int]) -> None:
        """From the oldest commit of the line to the newest: what each reaches, and none before it did."""
        parents = self._lineages.parents
        self._bringers = bringers = array("I", bytes(4 * len(rows)))
        for bringer in reversed(self._line(rows)):
            waiting = [bringer]
            while waiting:
                row = waiting.pop()
                place = self._place(rows, row)
                if place is not None and not bringers[place]:
                    bringers[place] = bringer + 1
                    waiting += parents(row)

    def _line(self, rows: array[int]) -> array[int]:
        line = array("I")
        row = self._lineages.find(self.tip)
        while row is not None and self._place(rows, row) is not None:
            line.append(row)
            row = next(iter(self._lineages.parents(row)), None)
        return line

    @staticmethod
    def _place(rows: array[int], row: int) -> int | None:
        place = bisect_left(rows, row)
        return place if place < len(rows) and rows[place] == row else None


class Ways(NamedTuple):
    """The lines on which commits come to the refs that one rule guards."""

    rule: int
    """`Rule.number`."""
    lines: tuple[Line, ...]


def lines_of(
    lineages: Lineages,
    tips: Iterable[str],
    ends: Iterable[str],
    select: Callable[[str, Sequence[str]], Sequence[str]],
) -> tuple[Line, ...]:
    """The lines of several tips, none twice: each ends where it meets one before it, and goes on as that does.

    `ends` are commits of which nothing is asked, nor of what is behind them. `select` gives the commits that a tip
    reaches and some others do not.
    """
    lines = []
    met = _Met(lineages, ends)
    for tip in dict.fromkeys(tips):
        base = met.base(tip)
        if base != tip:
            lines.append(Line(lineages, tip, select(tip, [] if base is None else [base])))
    return tuple(lines)


class _Met:
    """Commits on lines that have been followed: a byte for each row."""

    def __init__(self, lineages: Lineages, ends: Iterable[str]) -> None:
        self._lineages = lineages
        self._marks = bytearray()
        for end in ends:
            self._add(lineages.number(bytes.fromhex(end)))

    def base(self, tip: str) -> str | None:
        """Where the line of `tip` comes to one that was met before; from now on it was met as well."""
        row: int | None = self._lineages.number(bytes.fromhex(tip))
        while row is not None and self._add(row):
            self._lineages.read(row, judged=False)
            row = next(iter(self._lineages.parents(row)), None)
        return None if row is None else self._lineages.oid(row)

    def _add(self, row: int) -> bool:
        """False if it was met before."""
        if row >= len(self._marks):
            self._marks.extend(bytes(row - len(self._marks) + _SPARE))
        if self._marks[row]:
            return False
        self._marks[row] = 1
        return True


def base_of(lineages: Lineages, line: Sequence[str]) -> list[str]:
    """The first parent of the oldest commit of a line (oldest first), in a list; empty where it has none."""
    if not line:
        return []
    row = lineages.number(bytes.fromhex(line[0]))
    lineages.read(row, judged=False)
    return [lineages.oid(parent) for parent in lineages.parents(row)[:1]]
