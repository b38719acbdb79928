"""The first-parent line of a ref, as far as it is new.

Hiding what an old tip can reach would not do: a commit that came in as a side branch was never judged by a rule for
the first-parent line, and a fast-forward to it would put it there unjudged.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

from gitsig.errors import GitsigError, ObjectFault
from gitsig.objects import parents_and_time
from gitsig.store.interface import Store
from gitsig.store.walk import Missing

__all__ = ["new_first_parents"]


_NEW = 0
"""Number of the line that is asked about; the known ones count from 1."""


def new_first_parents(store: Store, new: str, old: Iterable[str]) -> tuple[list[str], list[Missing]]:
    """The first-parent line of `new`, oldest first, up to where it meets one of the lines of `old`.

    The second value holds the commit at which it breaks off, if it does. Exact whatever the dates say; they only choose
    the order of reading, so that the lines meet soon.
    """
    lines = _Lines(store)
    lines.wait(new, _NEW)
    for number, oid in enumerate(sorted(set(old)), start=1):
        lines.open.add(number)
        lines.wait(oid, number)
    while lines.undecided:
        lines.step()
    return lines.found()


class _Lines:
    """One line that is asked about and many that are known, all read at once, newest commit first.

    A date may lie, so that one known line meets the new one above the place where another did. A known line that has
    come below that place can do so no more, since hashes allow no circle; the others stay open until they join it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.open: set[int] = set()
        """Known lines that may yet meet the new one above its end."""
        self._heap: list[tuple[int, str, int, str | None, str]] = []
        """(minus the date, id, line, first parent, fault)."""
        self._line: list[str] = []
        self._places: dict[str, int] = {}
        self._known: dict[str, int] = {}
        self._joined: dict[int, int] = {}
        self._end: int | None = None
        """Place from which on the new line is known; None while it goes on."""
        self._missing: list[Missing] = []

    @property
    def undecided(self) -> bool:
        """Whether reading on could change what is found."""
        return bool(self._heap) and (self._end is None or bool(self.open))

    def wait(self, oid: str, line: int) -> None:
        """Put the next commit of a line on the heap."""
        heappush(self._heap, _entry(self._store, oid, line))

    def step(self) -> None:
        """Follow the newest commit that waits."""
        _, oid, line, parent, fault = heappop(self._heap)
        if line != _NEW:
            self._step_known(oid, line, parent)
        elif self._end is None:
            self._step_new(oid, parent, fault)

    def _step_known(self, oid: str, line: int, parent: str | None) -> None:
        other = self._known.setdefault(oid, line)
        if other != line:
            self._joined[line] = other
            if line not in self.open:
                self._settle(other)
        elif oid in self._places:
            self._end = min(self._places[oid], len(self._line) if self._end is None else self._end)
            self._settle(line)
        if other != line or parent is None:
            self.open.discard(line)
        else:
            self.wait(parent, line)

    def _settle(self, line: int | None) -> None:
        """What this line, or the one that it joined, has yet to read is below the end."""
        while line is not None:
            self.open.discard(line)
            line = self._joined.get(line)

    def _step_new(self, oid: str, parent: str | None, fault: str) -> None:
        if oid in self._known:
            self._end = len(self._line)
            self._settle(self._known[oid])
        elif fault:
            child = self._line[-1] if self._line else oid
            self._missing.append(Missing(oid, child, child in self._store.shallow(), fault))
        else:
            self._places[oid] = len(self._line)
            self._line.append(oid)
            if parent is not None:
                self.wait(parent, _NEW)

    def found(self) -> tuple[list[str], list[Missing]]:
        """What is new, oldest first, and where it breaks off."""
        if self._end is None:
            return self._line[::-1], self._missing
        return self._line[: self._end][::-1], []


def _entry(store: Store, oid: str, line: int) -> tuple[int, str, int, str | None, str]:
    try:
        kind, raw = store.read(oid)
        if kind != "commit":
            raise ObjectFault(f"a {kind} where a commit should be", where=oid)
        parents, time = parents_and_time(raw, store.object_format)
    except GitsigError as error:
        return 0, oid, line, None, error.what
    return -time, oid, line, parents[0] if parents else None, ""
