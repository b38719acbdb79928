"""Whether a commit may bring the law that it brings.

A law changes only by the will of those whom the law before names. A merge that takes the one side that changed the law,
as a three-way merge of the folder would, changes nothing itself; taking back an old law, or putting two together, does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gitsig.engine.governance.bench import Bench
from gitsig.engine.governance.laws import Laws
from gitsig.engine.governance.rows import NOTHING, UNREADABLE, LawRows
from gitsig.errors import PolicyFault
from gitsig.store.mergebase import merge_bases

__all__ = ["Amendments", "Voice"]

_PARENTS = 16
"""A merge of more takes no side: whoever looked at all pairs would look for long."""

InForce = Callable[[int], frozenset[int]]
"""The laws in force after the commit of a row."""


class Voice(NamedTuple):
    """A law that has a say about a commit."""

    parent: int
    """Row of a parent after which the law is in force."""
    law: int
    signer: str
    """Who signed the commit, by this law; empty for nobody, where an exception accepts it."""


class Amendments:
    """Finds out what commits do to the law."""

    def __init__(self, rows: LawRows, bench: Bench, laws: Laws, in_force: InForce) -> None:
        self._rows, self._bench, self._laws, self._in_force = rows, bench, laws, in_force

    def changes(self, row: int, voices: Sequence[Voice]) -> list[Voice]:
        """Those whose law the commit changes itself."""
        own = self._rows.own(row)
        found = [voice for voice in voices if voice.law != own]
        if not found or not self._laws.three_way or own <= NOTHING:
            return found
        parents = list(dict.fromkeys(voice.parent for voice in voices))
        if len(parents) > _PARENTS or not self._takes_a_side(own, parents):
            return found
        return [voice for voice in found if not self._holds(voice.parent, voice.law)]

    def fault(self, row: int, changed: Sequence[Voice]) -> str:
        """Why the commit may not do so, in words; empty if it may.

        Raises ObjectFault, EnvironmentFault where what it brings cannot be told.
        """
        if not changed:
            return ""
        own = self._rows.own(row)
        try:
            if own == UNREADABLE:
                raise self._rows.fault(row)
            after = None if own == NOTHING else self._bench.seat(own).loaded
        except PolicyFault as fault:
            where, mend = (f" ({fault.where})" if fault.where else ""), (f"; {fault.mend}" if fault.mend else "")
            return f"brings a policy that cannot be read: {fault.what}{where}{mend}"
        for voice in changed:
            words = self._laws.amendment_fault(self._bench.seat(voice.law).loaded, after, voice.signer)
            if not words and not voice.signer:
                words = "changes the policy, and only an exception accepts it; have it signed by somebody who may"
            if words:
                return words
        return ""

    def _holds(self, row: int, law: int) -> bool:
        """Whether the law is in the commit's tree, and it alone in force after the commit."""
        return self._rows.own(row) == law and self._in_force(row) == {law}

    def _takes_a_side(self, own: int, parents: Sequence[int]) -> bool:
        """Whether one parent has the commit's law, and no other changed another law since they parted."""
        sides = (parent for parent in parents if self._holds(parent, own))
        return any(all(self._unchanged_since(other, side) for other in parents if other != side) for side in sides)

    def _unchanged_since(self, other: int, side: int) -> bool:
        """Whether `other` has the law of `side`, or the one that was in force wherever the two parted."""
        law = self._rows.own(other)
        if law == self._rows.own(side):
            return True
        lineages = self._rows.lineages
        bases = merge_bases(lineages, lineages.oid(other), lineages.oid(side))
        return bool(bases) and all(self._holds(self._rows.number(base), law) for base in bases)
