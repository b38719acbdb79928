"""Small histories with merges of every kind: which paths a commit changes itself, against a slow look at all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unittest.mock import patch

from fuzz.references.merges import Files, History, history_of, own_paths
from gitsig.model import ObjectFormat
from gitsig.objects import hash_object
from gitsig.store import changes as module
from gitsig.store.changes import Changes
from gitsig.store.lineages import Lineages

__all__ = ["TOKENS", "one", "seeds"]

_PATHS = (b"ci/build", b"ci", b"ci/x/y", b"src", b"src/ci")
"""Some stand where others need a folder."""
_MODES = (b"100644", b"100755", b"120000", b"160000")
_COMMITS = 9
_FIRST = 1_700_000_000
TOKENS = (b"\0", b"\1", b"\2", b"\3", b"\x10", b"\x11", b"\x20", b"\x33", b"\x40", b"\x80", b"\xff")


def seeds() -> list[bytes]:
    """Two sides and their merge, an octopus, criss-cross, unrelated histories; each ends in a merge that is its own.

    A commit is an octet for its parents (a bit for each that is one to seven commits before it; the highest turns them
    round) and one a path.
    """
    root, left, right = b"\0\1\0\0\1\0", b"\1\2\0\0\1\0", b"\2\1\0\0\5\0"
    both = b"\3\2\0\0\5\0"
    evil = b"\3\x06\0\0\1\0"
    third = b"\4\1\0\0\1\2"
    stranger = b"\0\0\0\4\0\0"
    folder = b"\1\0\3\0\0\0"
    return [
        root + left + right + both,
        root + left + right + evil,
        root + left + right + third + b"\7\2\0\0\5\2",
        root + left + right + both + b"\6\2\0\0\5\0" + b"\3\1\0\0\5\0",
        root + stranger + b"\3\1\0\4\1\0",
        root + left + folder + both + b"\x0b\2\0\0\1\0" + b"\x03\x0d\0\0\x05\0",
        root + left + b"\x02\x21\0\0\1\0" + b"\x03\x22\0\0\1\0" + b"\x43\x22\0\0\1\0",
        b"\0\x05\0\0\5\0" + b"\1\x16\0\0\x26\0" + b"\2\x09\0\0\x09\0" + b"\3\x1a\0\0\x2a\0" + b"\1\x05\0\0\0\0",
    ]


def one(data: bytes) -> None:
    """Tell the history and compare every commit of it, each by itself and with what was kept from the others."""
    history = _history(data)
    store = _Store()
    oids: list[str] = []
    for number, files in enumerate(history.files):
        oids.append(store.commit(files, [oids[parent] for parent in history.parents[number]], _date(data, number)))
    kept = Changes(store, Lineages(store))  # type: ignore[arg-type]  # no more of a store is needed
    with patch.object(module, "merge_file", _merge_file):
        for number, oid in enumerate(oids):
            assert list(kept.changed_paths(oid)) == own_paths(history, number, _blend), f"commit {number}"
            assert list(kept.brought_paths(oid)) == _brought(history, number), f"commit {number}"
        if oids:
            alone = Changes(store, Lineages(store))  # type: ignore[arg-type]  # as above
            assert alone.changed_paths(oids[-1]) == kept.changed_paths(oids[-1]), "what was kept decides"


def _brought(history: History, commit: int) -> list[bytes]:
    result, parents = history.files[commit], history.parents[commit]
    before = history.files[parents[0]] if parents else {}
    return sorted(path for path in {*before, *result} if before.get(path) != result.get(path))


def _history(data: bytes) -> History:
    size = 1 + len(_PATHS)
    files: list[Files] = []
    parents: list[Sequence[int]] = []
    for number in range(min(len(data) // size, _COMMITS)):
        head, *cells = data[number * size : (number + 1) * size]
        steps = [step for step in range(1, 8) if head & 1 << (step - 1) and step <= number]
        parents.append([number - step for step in (steps[::-1] if head & 0x80 else steps)])
        files.append(dict(_files(cells)))
    return history_of(files, parents)


def _files(cells: Sequence[int]) -> Iterator[tuple[bytes, tuple[bytes, bytes]]]:
    """Low bits: none, or two lines of two kinds each; then the mode. A file where a folder must be is left out."""
    there = [path for path, cell in zip(_PATHS, cells, strict=True) if cell & 15]
    for path, cell in zip(_PATHS, cells, strict=True):
        if cell & 15 and not any(other.startswith(path + b"/") for other in there):
            yield path, (_MODES[cell >> 4 & 3], b"%d\n%d\n" % (cell & 3, cell >> 2 & 3))


def _date(data: bytes, number: int) -> int:
    """Dates may lie: the last octet says how."""
    return _FIRST + (number * (data[-1] % 7 - 3) if len(data) % 6 else number)


def _blend(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Line by line; gitsig asks git, which has tests of its own."""
    lines = []
    for old, left, right in zip(base.split(b"\n"), ours.split(b"\n"), theirs.split(b"\n"), strict=True):
        if left != right and old not in (left, right):
            return None
        lines.append(right if left == old else left)
    return b"\n".join(lines)


def _merge_file(store: _Store, *oids: str) -> bytes | None:
    base, ours, theirs = (store.read(oid)[1] for oid in oids)
    return theirs if ours == base else ours if theirs in (base, ours) else _blend(base, ours, theirs)


class _Store:
    """Objects in memory."""

    object_format = ObjectFormat.SHA1

    def __init__(self) -> None:
        self._objects: dict[str, tuple[str, bytes]] = {}

    def read(self, oid: str) -> tuple[str, bytes]:
        """The type and the bytes."""
        return self._objects[oid]

    def shallow(self) -> frozenset[str]:
        """Nothing is cut off."""
        return frozenset()

    def commit(self, files: Files, parents: Sequence[str], date: int) -> str:
        """Write a commit."""
        who = f"Ada <ada@example.org> {date} +0000"
        lines = [f"tree {self._tree(files)}", *(f"parent {oid}" for oid in parents), f"author {who}"]
        # The number keeps commits apart that are otherwise the same.
        return self._write("commit", "\n".join([*lines, f"committer {who}", "", f"{len(self._objects)}\n"]).encode())

    def _tree(self, files: Files) -> str:
        entries: dict[bytes, bytes] = {}
        folders: dict[bytes, dict[bytes, tuple[bytes, bytes]]] = {}
        for path, (mode, content) in files.items():
            head, _, rest = path.partition(b"/")
            if rest:
                folders.setdefault(head, {})[rest] = mode, content
            else:
                entries[head] = b"%b %b\0%b" % (mode, head, bytes.fromhex(self._write("blob", content)))
        for head, inside in folders.items():
            entries[head + b"/"] = b"40000 %b\0%b" % (head, bytes.fromhex(self._tree(inside)))
        return self._write("tree", b"".join(entries[name] for name in sorted(entries)))

    def _write(self, kind: str, raw: bytes) -> str:
        oid = hash_object(kind, raw, self.object_format)
        self._objects[oid] = kind, raw
        return oid
