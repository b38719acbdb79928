"""The first-parent line of a ref, as far as it is new.

Hiding what an old tip can reach would not do: a commit that came in as a side branch was never judged by a rule for
the first-parent line, and a fast-forward to it would put it there unjudged.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from gitsig.errors import GitsigError, ObjectFault
from gitsig.objects import parents_and_time
from gitsig.store.interface import Store
from gitsig.store.walk import Missing

__all__ = ["new_first_parents"]


def new_first_parents(store: Store, new: str, old: Iterable[str]) -> tuple[list[str], list[Missing]]:
    """The first-parent line of `new`, oldest first, up to where it meets one of the lines of `old`.

    The second value holds the commit at which it breaks off, if it does. Exact whatever the dates say; they only choose
    the order of reading, so that the lines meet soon.
    """
    line: list[str] = []
    places: dict[str, int] = {}
    known: set[str] = set()
    heap = [_entry(store, oid, True) for oid in sorted(set(old))]
    heap.append(_entry(store, new, False))
    heapify(heap)
    missing: list[Missing] = []
    while heap:
        _, oid, is_old, parent, fault = heappop(heap)
        if is_old:
            known.add(oid)
            if oid in places:
                return line[: places[oid]][::-1], []
        elif oid in known:
            break
        else:
            if fault:
                missing.append(
                    Missing(oid, line[-1] if line else oid, bool(line) and line[-1] in store.shallow(), fault)
                )
                continue
            places[oid] = len(line)
            line.append(oid)
        if parent is not None and not (is_old and parent in known):
            heappush(heap, _entry(store, parent, is_old))
    return line[::-1], missing


def _entry(store: Store, oid: str, is_old: bool) -> tuple[int, str, bool, str | None, str]:
    """(minus the date, id, side, first parent, fault), newest first in a heap."""
    try:
        kind, raw = store.read(oid)
        if kind != "commit":
            raise ObjectFault(f"a {kind} where a commit should be", where=oid)
        parents, time = parents_and_time(raw, store.object_format)
    except GitsigError as error:
        return 0, oid, is_old, None, error.what
    return -time, oid, is_old, parents[0] if parents else None, ""
