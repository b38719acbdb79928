"""Where a history's unsigned past ends, for `trusted-roots`."""

from __future__ import annotations

from array import array

from gitsig.store.lineages import Lineages

__all__ = ["Past"]

_MOST = 50
"""Roots that are worth a person's review."""
_PAST, _GOOD, _COVERED = 1, 2, 4


class Past:
    """Fed with commits, parents first. Takes five bytes a commit besides what the walk has kept.

    The past is what has no signature and nothing signed behind it; with a date, also what is older. A root is a commit
    of the past that a later commit with a good signature builds upon: a claim is not enough, or anybody could put his
    own branch into the past by a made-up signature on top of it. Trusting a root accepts nothing that came later.
    """

    def __init__(self, lineages: Lineages, since: int | None) -> None:
        """`lineages` has read every commit that is going to come; `since` is in Unix seconds."""
        self._lineages = lineages
        self._since = since
        self._order = array("I")
        self._marks = bytearray(lineages.count)

    def add(self, oid: str, signed: bool, at: int) -> bool:
        """Take the next commit; whether it is of the time that counts (`since`). `at` is the committer's date."""
        row = self._lineages.find(oid)
        if row is None:
            raise ValueError(oid)
        counts = self._since is None or at >= self._since
        # What could not be read is not known to be past, nor what builds on it.
        behind = all(self._marks[parent] & _PAST for parent in self._lineages.parents(row))
        if not counts or (not signed and behind):
            self._marks[row] |= _PAST
        self._order.append(row)
        return counts

    def accept(self, oid: str) -> None:
        """Take note that a key of the proposed signers was allowed to sign this commit, and did."""
        row = self._lineages.find(oid)
        if row is not None:
            self._marks[row] |= _GOOD

    def roots(self) -> tuple[str, ...]:
        """Ids of the roots, none of them behind another; empty where there are too many to review."""
        marks, parents = self._marks, self._lineages.parents
        built_on = (parents(row) for row in self._order if marks[row] & (_GOOD | _PAST) == _GOOD)
        candidates = {parent for each in built_on for parent in each if marks[parent] & _PAST}
        found = []
        for row in reversed(self._order):
            if row in candidates and not marks[row] & _COVERED:
                found.append(row)
            if row in candidates or marks[row] & _COVERED:
                for parent in parents(row):
                    marks[parent] |= _COVERED
        return () if len(found) > _MOST else tuple(self._lineages.oid(row) for row in reversed(found))
