"""In which files two trees differ. Subtrees with the same id are never read, and no answer is cut short.

A tree can be small and mean billions of paths (the same subtree ten times on each of ten levels), or be thousands of
levels deep: the limits below are far beyond what is honest, and an answer beyond them is a fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gitsig.errors import ObjectFault
from gitsig.store.trees import DIRECTORY, Entry, Tree, Trees

__all__ = ["LIMITS", "ComparisonLimits", "Difference", "differences", "files"]


class ComparisonLimits(NamedTuple):
    """What one comparison of two trees may take."""

    path_length: int = 4096
    """Bytes of one path, slashes included. Linux opens no longer one; it bounds the depth too."""
    entry_count: int = 2_000_000
    """Entries looked at, on both sides together."""
    paths_size: int = 128 * 1024 * 1024
    """Bytes of all paths that are found, directories on the way included."""


LIMITS = ComparisonLimits()


class Difference(NamedTuple):
    """What stands at a path on each side; None: no file, link or submodule."""

    one: Entry | None
    other: Entry | None


def differences(
    trees: Trees, one: str | None, other: str | None, limits: ComparisonLimits = LIMITS
) -> Mapping[bytes, Difference]:
    """Give the paths of files, links and submodules that differ in existence, mode or content, unsorted.

    `one` and `other` are ids of trees; None is an empty one. Where a file on one side is a directory on the other, the
    file and all files of the directory are there. Raises `ObjectFault` as `Trees.read` does, and beyond `limits`.
    """
    found: dict[bytes, Difference] = {}
    waiting = [(b"", one, other)] if one != other else []
    count = size = 0
    while waiting:
        prefix, here, there = waiting.pop()
        left: Tree = trees.read(here) if here else {}
        right: Tree = trees.read(there) if there else {}
        count += len(left) + len(right)
        if count > limits.entry_count:
            raise _too_much(f"more than {limits.entry_count} entries", here or there)
        for name in {name for name, _ in left.items() ^ right.items()}:
            path = prefix + name
            size += len(path)
            if len(path) > limits.path_length:
                raise _too_much(f"a path of more than {limits.path_length} bytes", here or there)
            if size > limits.paths_size:
                raise _too_much(f"paths of more than {limits.paths_size} bytes together", here or there)
            file, folder = _split(left.get(name))
            other_file, other_folder = _split(right.get(name))
            if file != other_file:
                found[path] = Difference(file, other_file)
            if folder != other_folder:
                waiting.append((path + b"/", folder, other_folder))
    return found


def files(trees: Trees, tree: str, limits: ComparisonLimits = LIMITS) -> Mapping[bytes, Entry]:
    """Give all files, links and submodules of a tree by path, unsorted. Raises as `differences` does."""
    found = differences(trees, None, tree, limits)
    return {path: entry for path, (_, entry) in found.items() if entry is not None}


def _split(entry: Entry | None) -> tuple[Entry | None, str | None]:
    """(the file, the id of the directory): one of both, or neither."""
    if entry is None:
        return None, None
    return (None, entry.oid) if entry.mode == DIRECTORY else (entry, None)


def _too_much(what: str, tree: str | None) -> ObjectFault:
    return ObjectFault(f"the trees are too large to be compared: {what}", where=tree or "")
