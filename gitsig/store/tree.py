"""A regular file at a path in a tree, by reading raw trees."""

from __future__ import annotations

from gitsig.errors import ObjectFault, UsageFault
from gitsig.store.interface import PathMissing, Store
from gitsig.store.revision import peel
from gitsig.store.trees import DIRECTORY, LINK, SUBMODULE, read_tree

__all__ = ["read_path"]

_OTHERS = {DIRECTORY: "a directory", LINK: "a symbolic link", SUBMODULE: "a submodule"}


def read_path(store: Store, oid: str, path: str) -> bytes:
    """Give the regular file at `path` in the tree of a commit, tag or tree. Raises as `Store.read_path` says."""
    names = path.split("/")
    if "\0" in path or any(name in ("", ".", "..") for name in names):
        raise UsageFault(f"'{path}' is no path inside a tree", mend="write it from the top, with forward slashes")
    where = f"{oid}:{path}"
    mode, here = DIRECTORY, peel(store, oid, "tree").oid
    for name in names:
        if mode != DIRECTORY:
            raise ObjectFault(f"{_OTHERS.get(mode, 'a file')} stands on the way", where=where)
        entry = read_tree(store, here).get(name.encode("utf-8", "surrogateescape"))
        if entry is None:
            raise PathMissing("no such file in the tree", where=where)
        mode, here = entry
    if mode in _OTHERS:
        raise ObjectFault(f"{_OTHERS[mode]}, not a regular file", where=where)
    kind, raw = store.read(here)
    if kind != "blob":
        raise ObjectFault(f"the tree says a file, the object is a {kind}", where=where)
    return raw
