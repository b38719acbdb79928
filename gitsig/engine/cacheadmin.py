"""Looking at the evidence cache of a repository, and removing it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from gitsig.engine.cachefile import CacheUnfit, cache_paths, open_file
from gitsig.errors import EnvironmentFault
from gitsig.store.interface import Store

__all__ = ["clear", "describe"]

_BESIDE = ("", "-journal", "-wal", "-shm")
"""What SQLite may leave beside a database."""


def describe(store: Store) -> Iterator[str]:
    """Where the cache of a repository is and what it holds, in lines for people."""
    present = [path for path in cache_paths(store.git_dir) if path.exists()]
    if not present:
        yield "nothing is kept"
        return
    try:
        file = open_file(store.git_dir, store.object_format)
    except CacheUnfit as unfit:
        yield f"not used: {unfit}"
        return
    try:
        objects, audits = file.counts()
    except CacheUnfit as unfit:
        yield f"not used: {unfit}"
        return
    finally:
        file.database.close()
    yield f"{file.path}: {file.path.stat().st_size:,} bytes"
    yield f"evidence on {objects:,} objects"
    yield f"{audits} audits that accepted everything"


def clear(store: Store) -> list[Path]:
    """Remove the cache of a repository, wherever it is; give what was removed. Raises EnvironmentFault."""
    removed = []
    for place in cache_paths(store.git_dir):
        for ending in _BESIDE:
            path = Path(f"{place}{ending}")
            if not os.path.lexists(path):
                continue
            try:
                path.unlink()
            except OSError as error:
                raise EnvironmentFault(f"cannot be removed ({error.strerror})", where=str(path)) from error
            removed.append(path)
    return removed
