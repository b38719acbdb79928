"""Which laws are in force after which commits, found out for what is asked and kept.

After an accepted commit the law of its tree is in force, after a refused one whatever was in force before it. Where a
commit leaves the only law in force as it is, that law is in force after it whether or not it is accepted; so with
`parents = "all"` nothing needs judging on the way to a commit but what touches the law.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from gitsig.engine.governance.descent import Descent
from gitsig.engine.governance.rows import NOTHING, LawRows, LawSets

__all__ = ["Force"]

_ACCEPTED, _REFUSED = 1, 2

Hear = Callable[[int], object]
"""Judges the commit of a row, and has `Force.record` told."""


class Force:
    """A byte for each commit, and four for the laws in force after it."""

    def __init__(
        self,
        rows: LawRows,
        descent: Descent,
        root: int,
        hear: Hear,
        *,
        frontier: Collection[str] | None,
        accepted_matters: bool,
    ) -> None:
        """`root` is the row of the governance root. `frontier` are the commits that a push brings: all others count as
        accepted; None: nothing does. `accepted_matters`: whether it must be known of every commit that is passed.
        """
        self._rows, self._descent, self._root, self._hear = rows, descent, root, hear
        self._frontier = frontier
        self._accepted_matters = accepted_matters
        self._after = LawSets()
        self._marks = bytearray()

    @property
    def laws(self) -> frozenset[int]:
        """Every law that is in force after any commit asked for so far."""
        return self._after.all

    def after(self, row: int) -> frozenset[int]:
        """The laws in force after a commit; none where it does not descend from the root."""
        waiting = [row]
        while waiting:
            top = waiting[-1]
            if self._after.get(top) is None:
                before = [parent for parent in self._parents(top) if self._after.get(parent) is None]
                if before:
                    waiting += before
                    continue
                self._settle(top)
            waiting.pop()
        return self._after.get(row) or frozenset()

    def is_accepted(self, row: int) -> bool:
        """Whether a commit is accepted, judged or as one that guarded refs hold."""
        self.after(row)
        if not self._mark(row):
            self._hear(row)
        return self._mark(row) == _ACCEPTED

    def is_known(self, row: int) -> bool:
        """Whether guarded refs hold the commit, in a push."""
        return self._frontier is not None and self._rows.lineages.oid(row) not in self._frontier

    def is_brought(self, row: int) -> bool:
        """Whether a push brings the commit. The root need not be: its signer's key may have expired since."""
        return self._frontier is not None and not self.is_known(row)

    def record(self, row: int, *, accepted: bool) -> None:
        """Take note of a judgement; the commit's parents have been asked for."""
        self._after.put(row, {self._rows.own(row)} if accepted else self._before(row))
        self._marks.extend(bytes(max(0, row + 1 - len(self._marks))))
        self._marks[row] = _ACCEPTED if accepted else _REFUSED

    def _mark(self, row: int) -> int:
        return self._marks[row] if row < len(self._marks) else 0

    def _parents(self, row: int) -> Sequence[int]:
        """Rows of the parents that bear on what is in force: the root and what is known have none."""
        if row == self._root or self.is_known(row):
            return ()
        return self._rows.lineages.parents(row) if self._rows.lineages.read(row, judged=False) else ()

    def _settle(self, row: int) -> None:
        """Find out what is in force after a commit whose parents are settled."""
        if row == self._root:
            self._hear(row)
        elif self.is_known(row):
            governed = self._descent.holds(row) and self.is_accepted(self._root)
            self.record(row, accepted=governed and self._rows.own(row) > NOTHING)
        else:
            before = self._before(row)
            if not before:
                self.record(row, accepted=False)
            elif before == {self._rows.own(row)} and not self._accepted_matters:
                self._after.put(row, before)
            else:
                self._hear(row)

    def _before(self, row: int) -> frozenset[int]:
        return frozenset[int]().union(*(self._after.get(parent) or () for parent in self._parents(row)))
