"""The evidence cache, opened only where a run is long enough: that takes as long as examining a few dozen objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gitsig.engine.examine import Examined
from gitsig.keys.store import KeyStore
from gitsig.store.interface import Store

if TYPE_CHECKING:
    from gitsig.engine.evidence import EvidenceCache

__all__ = ["Kept"]

_PATIENCE = 32
"""Questions that go unanswered first."""


class Kept:
    """See `EvidenceCache`, whose methods these are."""

    def __init__(self, store: Store, keys: KeyStore) -> None:
        self._store = store
        self._keys = keys
        self._patience = _PATIENCE
        self._cache: EvidenceCache | None = None

    def cache(self) -> EvidenceCache:
        """The cache, opened now if need be."""
        if self._cache is None:
            from gitsig.engine.evidence import EvidenceCache

            self._cache = EvidenceCache(self._store, self._keys)
        return self._cache

    def find(self, key: bytes) -> int | None:
        """Where evidence on the object with this binary id is kept, from 0, if it rests on the keys that are here."""
        if self._cache is None and self._patience:
            self._patience -= 1
            return None
        return (self._cache or self.cache()).find(key)

    def lineage(self, place: int) -> tuple[bytes, int] | None:
        """Parents and date of a commit at a place that `find` gave."""
        return self._cache.lineage(place) if self._cache is not None else None

    def examined(self, key: bytes, place: int) -> Examined | None:
        """What is true of an object at the place that `find` gave for it; None if it cannot be read any more."""
        return self._cache.examined(key, place) if self._cache is not None else None

    @property
    def trusted(self) -> bool:
        """Whether what has evidence need not be read again, because the object store is untouched."""
        return self._cache is not None and self._cache.trusted

    def confirm(self, place: int) -> None:
        """The object at this place was read in the store, and hashes to its id."""
        if self._cache is not None:
            self._cache.confirm(place)

    def keep(self, oids: Sequence[str], blob: bytes) -> None:
        """Keep the records of a batch, if the cache is open."""
        if self._cache is not None:
            self._cache.keep(oids, blob)

    def flush(self) -> None:
        """Commit what was kept."""
        if self._cache is not None:
            self._cache.flush()

    @property
    def warnings(self) -> list[str]:
        """Why the cache is not used, or not any more."""
        return self._cache.warnings if self._cache is not None else []
