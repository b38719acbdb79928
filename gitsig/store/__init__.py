"""Reading raw objects, refs and configuration, and walking ranges. Nothing of the repository is ever run."""

from pathlib import Path

from gitsig.store.interface import PathMissing, Resolved, Store
from gitsig.store.revision import peel
from gitsig.store.walk import History, Missing, is_ancestor, walk

__all__ = ["History", "Missing", "PathMissing", "Resolved", "Store", "is_ancestor", "open_store", "peel", "walk"]


def open_store(path: str | None = None) -> Store:
    """Open the repository at `path`, or the one that `GIT_DIR` or the current directory names.

    libgit2 reads SHA-1 repositories, git those that libgit2 leaves alone (SHA-256). Raises `EnvironmentFault` as
    `libgit2.open_store` and `gitcat.open_store` do.
    """
    from gitsig.store.libgit2 import OtherFormat
    from gitsig.store.libgit2 import open_store as open_with_libgit2

    try:
        return open_with_libgit2(path)
    except OtherFormat as other:
        from gitsig.store.gitcat import open_store as open_with_git  # starts processes; the warm path never needs it

        return open_with_git(Path(other.where), Path(path or "."), other.environ)
