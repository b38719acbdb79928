"""Where a history's unsigned past ends, for `trusted-roots`."""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["Past"]

_MOST = 50
"""Roots that are worth a person's review."""


class Past:
    """Fed with commits, parents first.

    The past is what has no signature and nothing signed behind it; with a date, also what is older. A root is a commit
    of the past that a later commit with a good signature builds upon: a claim is not enough, or anybody could put his
    own branch into the past by a made-up signature on top of it. Trusting a root accepts nothing that came later.
    """

    def __init__(self, since: int | None) -> None:
        self._since = since
        self._numbers: dict[str, int] = {}
        self._parents: list[tuple[int, ...]] = []
        self._is_past = bytearray()

    def add(self, oid: str, parents: tuple[str, ...], signed: bool, at: int) -> bool:
        """Take the next commit; whether it is of the time that counts (`since`). `at` is the committer's date."""
        counts = self._since is None or at >= self._since
        behind = tuple(self._numbers[each] for each in parents if each in self._numbers)
        whole = len(behind) == len(parents)
        self._numbers[oid] = len(self._parents)
        self._parents.append(behind)
        self._is_past.append(not counts or (not signed and whole and all(self._is_past[each] for each in behind)))
        return counts

    def roots(self, good: Collection[str]) -> tuple[str, ...]:
        """Ids of the roots, none of them behind another; empty where there are too many to review.

        `good` are the commits that the proposed signers' keys were allowed to sign and did.
        """
        candidates = {
            parent
            for oid, number in self._numbers.items()
            if oid in good and not self._is_past[number]
            for parent in self._parents[number]
            if self._is_past[parent]
        }
        covered = bytearray(len(self._parents))
        found = set()
        for number in range(len(self._parents) - 1, -1, -1):
            if number in candidates and not covered[number]:
                found.add(number)
            if number in candidates or covered[number]:
                for parent in self._parents[number]:
                    covered[parent] = 1
        if len(found) > _MOST:
            return ()
        return tuple(oid for oid, number in self._numbers.items() if number in found)
