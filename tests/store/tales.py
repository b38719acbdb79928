"""Histories of trees, written byte by byte: any mode, any parents, any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gitsig.store import Store, open_store
from gitsig.store.changes import Changes
from gitsig.store.lineages import Lineages
from tests.support.rawrepo import RawRepository

Content = bytes | tuple[bytes, bytes]
"""A file's content; or its mode and content, which for a submodule is its id in hex."""
Files = Mapping[str, Content]


class Tale(RawRepository):
    """A bare repository whose commits are a second apart."""

    def __init__(self, folder: Path, object_format: str) -> None:
        super().__init__(folder, object_format)
        self.now = 1_700_000_000

    def entries(self, *entries: tuple[bytes, str]) -> str:
        """Write a tree of just these entries (`mode SP name`, id), in this order."""
        return self.raw("tree", b"".join(entry + b"\0" + bytes.fromhex(oid) for entry, oid in entries))

    def grow(self, files: Files) -> str:
        """Write the tree of these files (paths may have folders)."""
        entries: dict[bytes, tuple[bytes, str]] = {}
        folders: dict[str, dict[str, Content]] = {}
        for path, content in files.items():
            head, _, rest = path.partition("/")
            mode, data = content if isinstance(content, tuple) else (b"100644", content)
            if rest:
                folders.setdefault(head, {})[rest] = content
            else:
                oid = data.decode() if mode == b"160000" else self.raw("blob", data)
                entries[head.encode("utf-8", "surrogateescape")] = mode, oid
        for head, inside in folders.items():
            entries[head.encode("utf-8", "surrogateescape") + b"/"] = b"40000", self.grow(inside)
        return self.entries(*((b"%b %b" % (entries[n][0], n.rstrip(b"/")), entries[n][1]) for n in sorted(entries)))

    def commit(self, files: Files | str, *parents: str, at: int | None = None) -> str:
        """Write a commit of these files, or of a tree that is there."""
        self.now += 1
        tree = files if isinstance(files, str) else self.grow(files)
        who = f"Ada <ada@example.org> {self.now if at is None else at} +0000"
        lines = [f"tree {tree}", *(f"parent {oid}" for oid in parents), f"author {who}", f"committer {who}"]
        return self.raw("commit", "\n".join([*lines, "", f"Change {self.now}\n"]).encode())

    def lose(self, oid: str) -> None:
        """Take an object away, as a partial clone would."""
        (self.path / "objects" / oid[:2] / oid[2:]).unlink()

    def store(self) -> Store:
        return open_store(str(self.path))

    def changes(self) -> Changes:
        store = self.store()
        return Changes(store, Lineages(store))

    def changed(self, commit: str) -> Sequence[str]:
        """What the commit itself changes, in words."""
        return [path.decode("utf-8", "surrogateescape") for path in self.changes().changed_paths(commit)]
