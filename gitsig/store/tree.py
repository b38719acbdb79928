"""A regular file at a path in a tree, by reading raw trees."""

from __future__ import annotations

from collections.abc import Iterator

from gitsig.errors import ObjectFault, UsageFault
from gitsig.store.interface import PathMissing, Store
from gitsig.store.revision import peel

__all__ = ["read_path"]

_DIRECTORY = b"40000"
_REGULAR = frozenset((b"100644", b"100755", b"100664"))  # the last from early histories
_OTHERS = {_DIRECTORY: "a directory", b"120000": "a symbolic link", b"160000": "a submodule"}


def read_path(store: Store, oid: str, path: str) -> bytes:
    """Give the regular file at `path` in the tree of a commit, tag or tree. Raises as `Store.read_path` says."""
    names = path.split("/")
    if "\0" in path or any(name in ("", ".", "..") for name in names):
        raise UsageFault(f"'{path}' is no path inside a tree", mend="write it from the top, with forward slashes")
    where = f"{oid}:{path}"
    mode, here = _DIRECTORY, peel(store, oid, "tree").oid
    for name in names:
        if mode != _DIRECTORY:
            raise ObjectFault(f"{_OTHERS.get(mode, 'a file')} stands on the way", where=where)
        mode, here = _entry(store, here, name.encode("utf-8", "surrogateescape"), where)
    if mode not in _REGULAR:
        raise ObjectFault(f"{_OTHERS.get(mode, 'an unknown kind of entry')}, not a regular file", where=where)
    kind, raw = store.read(here)
    if kind != "blob":
        raise ObjectFault(f"the tree says a file, the object is a {kind}", where=where)
    return raw


def _entry(store: Store, tree: str, name: bytes, where: str) -> tuple[bytes, str]:
    kind, raw = store.read(tree)
    if kind != "tree":
        raise ObjectFault(f"a {kind} stands where a tree should", where=tree)
    found = [
        (mode, oid) for mode, entry, oid in _entries(tree, raw, store.object_format.hex_length // 2) if entry == name
    ]
    if not found:
        raise PathMissing("no such file in the tree", where=where)
    if len(found) > 1:
        # Git takes one, other readers the other.
        raise ObjectFault("two entries of one name", where=where)
    return found[0]


def _entries(tree: str, raw: bytes, width: int) -> Iterator[tuple[bytes, bytes, str]]:
    position = 0
    while position < len(raw):
        end = raw.find(b"\0", position)
        mode, space, name = raw[position:end].partition(b" ")
        position = end + 1 + width
        if end < 0 or not space or position > len(raw):
            raise ObjectFault("the tree is damaged", where=tree)
        yield mode, name, raw[end + 1 : position].hex()
