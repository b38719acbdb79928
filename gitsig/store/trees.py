"""Raw tree objects, read strictly: what two readers could see differently is refused.

Order counts. Git looks an entry up by going through the tree until a name sorts behind it; in a tree out of order it
misses entries that a reader of all names finds. Such a tree could take a file away from everybody but the verifier.

Two spellings of old histories are known to mean the same to every reader, and are read as today's: `040000` for a
directory, and `100664` for a file (git itself reads it as `100644`). Each other mode is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from gitsig.errors import ObjectFault
from gitsig.model import ObjectFormat
from gitsig.store.bounded import Bounded
from gitsig.store.interface import Commits

__all__ = ["DIRECTORY", "LINK", "REGULAR", "SUBMODULE", "Entry", "Tree", "Trees", "parse_tree", "read_tree"]

DIRECTORY, LINK, SUBMODULE = b"40000", b"120000", b"160000"
REGULAR = frozenset((b"100644", b"100755"))
"""Files that git writes with content; the second may be executed."""
_OLD = {b"040000": DIRECTORY, b"100664": b"100644"}
_MODES = REGULAR | _OLD.keys() | {DIRECTORY, LINK, SUBMODULE}
_NO_NAMES = (b".", b"..")

_CACHED_ENTRIES = 200_000
"""Entries of all trees that are kept; about 40 MB."""


class Entry(NamedTuple):
    """What stands at a name."""

    mode: bytes
    """`DIRECTORY`, `LINK`, `SUBMODULE`, or one of `REGULAR`."""
    oid: str


Tree = Mapping[bytes, Entry]
"""Entries by name, in the order of the tree."""


def _entry(width: int) -> re.Pattern[bytes]:
    return re.compile(rb"(%b) ([^\0/]+)\0(.{%d})" % (b"|".join(sorted(_MODES)), width), re.DOTALL)


_ENTRY = {fmt: _entry(fmt.hex_length // 2) for fmt in ObjectFormat}
_LOOSELY = re.compile(rb"([0-7]+) ([^\0]*)\0")


def read_tree(store: Commits, oid: str) -> Tree:
    """Give the entries of a tree. Raises `ObjectFault` as `parse_tree` and `Store.read` do, and where it is none."""
    kind, raw = store.read(oid)
    if kind != "tree":
        raise ObjectFault(f"a {kind} stands where a tree should", where=oid)
    return parse_tree(oid, raw, store.object_format)


def parse_tree(oid: str, raw: bytes, object_format: ObjectFormat) -> Tree:
    """Split a raw tree.

    Raises `ObjectFault` for damage, an unknown mode, a name that is empty, `.`, `..` or has a slash, two entries of one
    name (a file and a directory, too), and entries out of order.
    """
    entry = _ENTRY[object_format].match
    tree: dict[bytes, Entry] = {}
    at, last = 0, b""
    while at < len(raw):
        found = entry(raw, at)
        if found is None:
            raise _odd(oid, raw, at)
        mode, name, target = found.groups()
        mode = _OLD.get(mode, mode)
        key = name + b"/" if mode == DIRECTORY else name  # as git sorts
        if name in tree:
            raise ObjectFault("two entries of one name in the tree", where=oid)
        if key <= last:
            raise ObjectFault("the entries of the tree are out of order", where=oid)
        if name in _NO_NAMES:
            raise _bad_name(oid)
        tree[name] = Entry(mode, target.hex())
        at, last = found.end(), key
    return tree


def _odd(oid: str, raw: bytes, at: int) -> ObjectFault:
    found = _LOOSELY.match(raw, at)
    if found is None:
        return ObjectFault("the tree is damaged", where=oid)
    if found[1] not in _MODES:
        mode = found[1][:16].decode("ascii")
        return ObjectFault(f"an unknown kind of entry in the tree, mode {mode}", where=oid)
    if not found[2] or b"/" in found[2]:
        return _bad_name(oid)
    return ObjectFault("the tree is damaged: it ends within an entry", where=oid)


def _bad_name(oid: str) -> ObjectFault:
    return ObjectFault("an entry of the tree has a name that no file can have", where=oid)


class Trees:
    """The trees of one repository; the latest are kept parsed."""

    def __init__(self, store: Commits, cached_entries: int = _CACHED_ENTRIES) -> None:
        """`cached_entries` bounds what is kept."""
        self.store = store
        self._kept: Bounded[str, Tree] = Bounded(
            cached_entries, lambda oid: read_tree(store, oid), lambda tree: len(tree) + 1
        )

    def read(self, oid: str) -> Tree:
        """Give the entries of a tree. Raises as `read_tree` does."""
        return self._kept.get(oid)

    def at(self, tree: str, path: bytes) -> Entry | None:
        """Give the file (or link, or submodule) at `path`; None where nothing or a directory stands there.

        Raises as `read_tree` does.
        """
        *folders, name = path.split(b"/")
        for folder in folders:
            found = self.read(tree).get(folder)
            if found is None or found.mode != DIRECTORY:
                return None
            tree = found.oid
        found = self.read(tree).get(name)
        return None if found is None or found.mode == DIRECTORY else found
