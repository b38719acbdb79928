"""A bare repository written byte by byte: loose objects, trees and refs, without a process per object."""

from __future__ import annotations

import hashlib
import os
import subprocess
import zlib
from collections.abc import Mapping
from pathlib import Path

__all__ = ["RawRepository"]


class RawRepository:
    """Holds whatever bytes a test gives it, under the id that git would give them."""

    def __init__(self, path: Path, object_format: str = "sha1") -> None:
        self.path = path
        self.object_format = object_format
        options = ["--bare", "--template=", "-b", "main", f"--object-format={object_format}"]
        subprocess.run(["git", "init", "-q", *options, str(path)], check=True)

    def raw(self, type: str, content: bytes) -> str:  # noqa: A002 -- git's own word
        """Write an object of any type with exactly these bytes; give its id."""
        data = b"%s %d\0%s" % (type.encode(), len(content), content)
        oid = hashlib.new(self.object_format, data).hexdigest()
        self.plant(oid, data)
        return oid

    def plant(self, oid: str, data: bytes) -> None:
        """Write a loose object under an id that need not be its own; `data` includes `type SP size NUL`."""
        folder = self.path / "objects" / oid[:2]
        folder.mkdir(exist_ok=True)
        target = folder / oid[2:]
        if target.exists():
            target.unlink()
        target.write_bytes(zlib.compress(data, 1))

    def tree(self, files: Mapping[str, bytes]) -> str:
        """Write the tree of these files (paths may have folders); give its id."""
        entries: dict[str, tuple[bytes, str]] = {}
        folders: dict[str, dict[str, bytes]] = {}
        for path, content in files.items():
            head, _, rest = path.partition("/")
            if rest:
                folders.setdefault(head, {})[rest] = content
            else:
                entries[head] = (b"100644", self.raw("blob", content))
        for name, inside in folders.items():
            entries[name] = (b"40000", self.tree(inside))
        order = sorted(entries, key=lambda name: name.encode() + (b"/" if entries[name][0] == b"40000" else b""))
        rows = (b"%s %s\0%s" % (entries[name][0], name.encode(), bytes.fromhex(entries[name][1])) for name in order)
        return self.raw("tree", b"".join(rows))

    def ref(self, name: str, oid: str) -> None:
        """Point a ref at an object, whatever git may think of that."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{oid}\n")

    def git(self, *args: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None) -> bytes:
        """Run git here and give its standard output; raises CalledProcessError."""
        command = ["git", "--git-dir", str(self.path), *args]
        merged = {**os.environ, **(env or {})}
        return subprocess.run(command, input=stdin, capture_output=True, check=True, env=merged).stdout
