"""The evidence cache, opened only where a run is long enough: that takes as long as examining a few dozen objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gitsig.keys.store import KeyStore
from gitsig.store.interface import Store

if TYPE_CHECKING:
    from gitsig.engine.evidence import EvidenceCache

__all__ = ["Kept"]

_PATIENCE = 32
"""Objects that are looked for before it is opened."""


class Kept:
    """What is kept from earlier runs, and what this one keeps."""

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

    def worth(self) -> EvidenceCache | None:
        """The cache, if it is open or was asked for often enough."""
        if self._cache is None and self._patience:
            self._patience -= 1
            return None
        return self._cache or self.cache()

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
