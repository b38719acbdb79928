"""Where objects come from: the evidence cache if it knows them, else the store, whose bytes go on to be examined."""

from __future__ import annotations

from gitsig.engine.ahead import Ahead
from gitsig.engine.examine import Examined, unread
from gitsig.engine.kept import Kept
from gitsig.errors import GitsigError
from gitsig.objects import parents_and_time
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineage, Lineages, read_commit

__all__ = ["Survey"]

_IN_CACHE = 0x80000000
"""Marks a place as one in the cache."""


class Survey:
    """Reads each object once: for the walk (as its `Reader`) and for the judge."""

    def __init__(self, store: Store, ahead: Ahead, kept: Kept | None = None) -> None:
        self._store = store
        self._format = store.object_format
        self._ahead = ahead
        self._kept = kept
        self.lineages = Lineages(store, self)
        """What the walks have read."""
        self.cached = 0
        """Objects given to the judge as the cache had them."""

    def lineage(self, oid: str, judged: bool) -> Lineage:
        """See `lineages.Reader`."""
        found = self._kept.find(oid) if self._kept is not None else None
        if found is not None and (obj := found[1].examined.obj) is not None and obj.committer is not None:
            return Lineage(obj.parents, max(obj.committer.time, 0), found[0] | _IN_CACHE)
        raw = read_commit(self._store, oid)
        parents, time = parents_and_time(raw, self._format)
        return Lineage(parents, time, self._ahead.add(oid, "commit", raw) if judged else 0)

    def place(self, oid: str) -> int | Examined:
        """Where `examined` finds an object; what is true of it where the store cannot give it."""
        place = self.lineages.place(oid)
        if place:
            return place
        found = self._kept.find(oid) if self._kept is not None else None
        if found is not None:
            return found[0] | _IN_CACHE
        try:
            kind, raw = self._store.read(oid)
        except GitsigError as fault:
            return unread(fault)
        return self._ahead.add(oid, kind, raw, once=True)

    def examined(self, oid: str, place: int | Examined) -> Examined:
        """What is true of the object `oid` at a place that `place` gave."""
        if isinstance(place, Examined):
            return place
        if not place & _IN_CACHE:
            return self._ahead.get(place)
        record = self._kept.record(place ^ _IN_CACHE) if self._kept is not None else None
        if record is not None and record.oid == oid:
            self.cached += 1
            return record.examined
        return self.read(oid)

    def read(self, oid: str) -> Examined:
        """What is true of an object, with its payload and signature: read and examined now."""
        try:
            kind, raw = self._store.read(oid)
        except GitsigError as fault:
            return unread(fault)
        return self._ahead.get(self._ahead.add(oid, kind, raw, once=True))
