"""Reading raw objects, refs and configuration, and walking ranges. Nothing of the repository is ever run."""

from gitsig.store.interface import PathMissing, Resolved, Store
from gitsig.store.revision import peel
from gitsig.store.walk import History, Missing, is_ancestor, walk

__all__ = ["History", "Missing", "PathMissing", "Resolved", "Store", "is_ancestor", "open_store", "peel", "walk"]


def open_store(path: str | None = None) -> Store:
    """Open the repository at `path`, or the one that `GIT_DIR` or the current directory names.

    Raises `EnvironmentFault` as `libgit2.open_store` does.
    """
    from gitsig.store.libgit2 import open_store as open_with_libgit2

    return open_with_libgit2(path)
