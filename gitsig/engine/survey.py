"""Where objects come from: the store, whose bytes go on to be examined, and the evidence cache if it knows them.

What the cache knows is read all the same, so that bytes which do not hash to their id are noticed (O15), unless the
object store is untouched since everything in it was last read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gitsig.engine.ahead import Ahead
from gitsig.engine.examine import Examined, unread
from gitsig.engine.kept import Kept
from gitsig.engine.trailers import Marks
from gitsig.errors import GitsigError
from gitsig.objects import parents_and_time
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineage, Lineages, binary, read_commit

if TYPE_CHECKING:
    from gitsig.engine.evidence import EvidenceCache

__all__ = ["OnRead", "Survey"]

_IN_CACHE = 0x80000000
"""Marks a place as one in the cache."""
_TELL_EVERY = 256

OnRead = Callable[[int], None]


class Survey:
    """Reads each object once: for the walk (as its `Reader`) and for the judge."""

    def __init__(
        self,
        store: Store,
        ahead: Ahead,
        kept: Kept | None = None,
        on_read: OnRead | None = None,
        marks: Marks | None = None,
    ) -> None:
        """`on_read` is told now and then how many commits the walks have read. `marks` are shown each of them."""
        self._store = store
        self._on_read = on_read
        self._marks = marks
        self._read = 0
        self._format = store.object_format
        self._ahead = ahead
        self._kept = kept
        self._cache: EvidenceCache | None = None
        self.lineages = Lineages(store, self)
        """What the walks have read."""
        self.cached = 0
        """Objects given to the judge as the cache had them."""

    def lineage(self, key: bytes, judged: bool) -> Lineage:
        """See `lineages.Reader`."""
        self._read += 1
        if self._on_read is not None and not self._read % _TELL_EVERY:
            self._on_read(self._read)
        cache = self._cache or self._open()
        place = cache.find(key) if cache is not None else None
        # The cache knows no messages, so where trailers are looked for every commit is read.
        if cache is not None and place is not None and self._marks is None and cache.is_trusted(place):
            found = cache.lineage(place)
            if found is not None:
                return Lineage(_split(found[0], len(key)), max(found[1], 0), place | _IN_CACHE)
        oid = key.hex()
        raw = read_commit(self._store, oid)
        if self._marks is not None:
            self._marks.see(oid, raw)
        names, time = parents_and_time(raw, self._format)
        if cache is not None and place is not None:
            cache.confirm(place)
            return Lineage(binary(names), time, place | _IN_CACHE)
        return Lineage(binary(names), time, self._ahead.add(oid, "commit", raw) if judged else 0)

    def _open(self) -> EvidenceCache | None:
        self._cache = self._kept.worth() if self._kept is not None else None
        return self._cache

    def place(self, oid: str) -> int | Examined:
        """Where `examined` finds an object; what is true of it where the store cannot give it."""
        place = self.lineages.place(oid)
        if place:
            return place
        cache = self._cache or self._open()
        found = cache.find(bytes.fromhex(oid)) if cache is not None else None
        if cache is not None and found is not None and cache.is_trusted(found):
            return found | _IN_CACHE
        try:
            kind, raw = self._store.read(oid)
        except GitsigError as fault:
            return unread(fault)
        if cache is not None and found is not None:
            cache.confirm(found)
            return found | _IN_CACHE
        return self._ahead.add(oid, kind, raw, once=True)

    def examined(self, oid: str, place: int | Examined) -> Examined:
        """What is true of the object `oid` at a place that `place` gave."""
        if isinstance(place, Examined):
            return place
        if not place & _IN_CACHE:
            return self._ahead.get(place)
        kept = self._cache.examined(bytes.fromhex(oid), place ^ _IN_CACHE) if self._cache is not None else None
        if kept is None:
            return self.read(oid)
        self.cached += 1
        return kept

    def peek(self, oid: str) -> Examined:
        """What is true of an object that is not being judged now, but bears on another."""
        place, cached = self.lineages.place(oid), self.cached
        found = self.examined(oid, place) if place else self.read(oid)
        self.cached = cached
        return found

    def read(self, oid: str) -> Examined:
        """What is true of an object, with its payload and signature: read and examined now."""
        try:
            kind, raw = self._store.read(oid)
        except GitsigError as fault:
            return unread(fault)
        return self._ahead.get(self._ahead.add(oid, kind, raw, once=True))


def _split(parents: bytes, width: int) -> tuple[bytes, ...]:
    if len(parents) == width:
        return (parents,)
    return tuple(parents[at : at + width] for at in range(0, len(parents), width))
