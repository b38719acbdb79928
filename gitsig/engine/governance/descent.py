"""Whether commits descend from the governance root: what does not has no law, however good its signatures are.

That the root is *not* found must never pass for "nothing to check": peers have read it so.
"""

from __future__ import annotations

from gitsig.engine.governance.rows import LawRows
from gitsig.store.walk import is_ancestor

__all__ = ["Descent"]

_DESCENDS, _UNRELATED = 1, 2


class Descent:
    """Answers are kept: a byte a commit."""

    def __init__(self, rows: LawRows, root: str) -> None:
        self._rows = rows
        self._root = root
        self._marks = bytearray()

    def holds(self, row: int) -> bool:
        """Whether the commit is the root, or the root is among its ancestors.

        The first-parent line nearly always leads to the root, and is short; any other way is looked for exactly.
        """
        lineages, root = self._rows.lineages, self._rows.number(self._root)
        line = [row]
        while line[-1] != root and not self._mark(line[-1]):
            if not lineages.read(line[-1], judged=False) or not lineages.parents(line[-1]):
                break
            line.append(lineages.parents(line[-1])[0])
        if line[-1] == root or self._mark(line[-1]) == _DESCENDS:
            self._put(line, _DESCENDS)
        elif not self._mark(row):
            found = lineages.read(row, judged=False) and is_ancestor(lineages, self._root, lineages.oid(row))
            self._put([row], _DESCENDS if found else _UNRELATED)
        return self._mark(row) == _DESCENDS

    def _mark(self, row: int) -> int:
        return self._marks[row] if row < len(self._marks) else 0

    def _put(self, rows: list[int], mark: int) -> None:
        self._marks.extend(bytes(max(0, max(rows) + 1 - len(self._marks))))
        for row in rows:
            self._marks[row] = mark
