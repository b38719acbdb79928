"""Reads and writes `.vector` files; the README describes the format for other programs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["ROOT", "Vector", "read_vectors"]

ROOT = Path(__file__).parent


class Vector(NamedTuple):
    """One object and the verdict that it must get."""

    id: str
    """The file's name without `.vector`."""
    attack: str
    """An id of `families.FAMILIES`, or `honest`."""
    expect: str
    """The reason (docs/verdicts.md); `good` is the only one that accepts."""
    why: str
    reference: str
    content: bytes
    """The raw object, without git's `type size NUL` in front."""
    kind: str = "commit"
    policy: str = "default"
    """Name of a file in `policies`, without `.toml`."""
    now: int = 1769904000
    """The moment of judging, Unix seconds: 2026-02-01T00:00:00Z unless a vector needs another."""
    signer: str = ""
    """Who must be credited, where that is part of the matter; every `good` vector says."""
    ref: str = ""
    """Full name of the ref under which the object is met."""
    new: bool = False
    """Met in a push: the key must be valid now as well."""
    oid: str = ""
    """The id under which the object lies, where it is not its own."""

    @property
    def object_id(self) -> str:
        """`oid`, or the SHA-1 id that git gives to the content."""
        head = b"%s %d\0" % (self.kind.encode(), len(self.content))
        return self.oid or hashlib.sha1(head + self.content, usedforsecurity=False).hexdigest()

    def file(self) -> bytes:
        """The bytes of the `.vector` file: header lines in the order of the fields, a blank line, the content."""
        lines = []
        for name, value in self._asdict().items():
            if name != "content" and value not in ("", False):
                lines.append(f"{name}: {'true' if value is True else value}\n")
        return "".join(lines).encode() + b"\n" + self.content

    @classmethod
    def parse(cls, data: bytes) -> Vector:
        """The inverse of `file`."""
        head, _, content = data.partition(b"\n\n")
        fields: dict[str, object] = dict(line.split(": ", 1) for line in head.decode().split("\n"))
        fields["now"] = int(str(fields["now"]))
        fields["new"] = fields.get("new") == "true"
        return cls(content=content, **fields)  # type: ignore[arg-type]  # names and types are the file's own


def read_vectors(folder: Path = ROOT) -> Iterator[Vector]:
    """Every vector of a folder, in the order of their names."""
    for path in sorted(folder.glob("*.vector")):
        yield Vector.parse(path.read_bytes())
