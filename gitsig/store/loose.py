"""Loose objects, read here and not by libgit2.

libgit2 up to 1.9 loops for ever on a truncated loose object (libgit2 issue 7342) and writes out of bounds on one that
is longer than it says (issue 7177): a damaged or hostile repository must neither stop nor take over the verifier.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from pathlib import Path

from gitsig.errors import MalformedObject, ObjectFault
from gitsig.model import ObjectFormat
from gitsig.objects import hash_object

__all__ = ["LooseObjects"]

_HEADER = re.compile(rb"(commit|tag|tree|blob) (0|[1-9][0-9]{0,18})\0")
_HEADER_SIZE = 32


class LooseObjects:
    """The loose objects of some object directories. Listings are kept; `refresh` forgets them."""

    def __init__(self, directories: Sequence[Path], object_format: ObjectFormat, limit: int) -> None:
        """`limit` is the largest object in bytes that is read."""
        self._directories = directories
        self._format = object_format
        self._limit = limit
        self._listed: dict[str, dict[str, Path]] = {}

    def refresh(self) -> None:
        """Forget the listings: an object may have been written since."""
        self._listed.clear()

    def type_and_size(self, oid: str) -> tuple[str, int] | None:
        """Give what the object says of itself, or None where it is not loose. Raises as `read` does."""
        data = self._bytes(oid)
        return None if data is None else self._open(oid, data)[:2]

    def read(self, oid: str) -> tuple[str, bytes] | None:
        """Give type and raw bytes, or None where the object is not loose.

        Raises `ObjectFault` for damage (bytes that do not hash to their id included), `MalformedObject` beyond the
        size limit.
        """
        data = self._bytes(oid)
        if data is None:
            return None
        kind, size, start, stream = self._open(oid, data)
        if size > self._limit:
            raise MalformedObject(f"larger than {self._limit} bytes", where=oid)
        raw = start + self._inflate(oid, stream, stream.unconsumed_tail, size + 1)
        if len(raw) != size or not stream.eof or stream.unused_data:
            raise ObjectFault("the loose object is damaged: it is longer or shorter than it says", where=oid)
        if hash_object(kind, raw, self._format) != oid:
            raise ObjectFault("the loose object is damaged: its bytes do not hash to its id", where=oid)
        return kind, raw

    def _open(self, oid: str, data: bytes) -> tuple[str, int, bytes, zlib._Decompress]:
        stream = zlib.decompressobj()
        start = self._inflate(oid, stream, data, _HEADER_SIZE)
        found = _HEADER.match(start)
        if found is None:
            raise ObjectFault("the loose object is damaged: it does not begin with type and size", where=oid)
        return found[1].decode("ascii"), int(found[2]), start[found.end() :], stream

    def _inflate(self, oid: str, stream: zlib._Decompress, data: bytes, most: int) -> bytes:
        try:
            return stream.decompress(data, most)
        except zlib.error as error:
            raise ObjectFault("the loose object is damaged: it cannot be inflated", where=oid) from error

    def _bytes(self, oid: str) -> bytes | None:
        listed = self._listed.get(oid[:2])
        if listed is None:
            listed = self._listed[oid[:2]] = self._list(oid[:2])
        if not listed:
            return None
        directory = listed.get(oid[2:])
        if directory is None:
            return None
        try:
            return (directory / oid[:2] / oid[2:]).read_bytes()
        except FileNotFoundError:
            return None  # packed since
        except OSError as error:
            raise ObjectFault(f"the loose object cannot be read: {error.strerror}", where=oid) from error

    def _list(self, fan: str) -> dict[str, Path]:
        names: dict[str, Path] = {}
        for directory in reversed(self._directories):
            try:
                names.update((entry.name, directory) for entry in (directory / fan).iterdir())
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise ObjectFault(f"loose objects cannot be listed: {error.strerror}", where=str(directory)) from error
        return names
