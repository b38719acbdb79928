"""The evidence cache: what was found out about objects, kept beside the repository (SQLite, mode 0600).

Evidence and no verdict: another policy judges it anew, and no cryptography is needed for that. Records are kept in
chunks, as they were examined, so that a walk finds those that it needs together. Each chunk is authenticated
(`secret`) before it is read, and each piece of evidence is bound to the keys that it rests on (`KeyStore.binding`).

Nothing that is wrong with the cache stops a run or changes a verdict: it is not used any more, and a warning says so.
"""

from __future__ import annotations

import marshal
import sqlite3
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from gitsig.engine.cachefile import CacheFile, CacheUnfit, open_file
from gitsig.engine.examine import Examined
from gitsig.engine.records import Chunk, lasting_places
from gitsig.engine.stamp import Files, holds_since, object_files
from gitsig.keys.store import KeyStore
from gitsig.store.interface import Store

__all__ = ["EvidenceCache"]

_CHUNK = 64
"""Places in a chunk: the objects of a batch."""
_READY = 128
"""Chunks that are kept unpacked."""
_COMMIT_EVERY = 256
"""Chunks between commits of the database."""
_BROKEN = (sqlite3.Error, ValueError, TypeError, EOFError, LookupError, OverflowError)
"""What reading a damaged database, or a chunk of another shape, may raise."""
_STAMP = "object store"
_DAMAGED = "is damaged, or not all of it was written by us"


class _Ready(NamedTuple):
    """A chunk that was read, and what is the same for every question to it."""

    chunk: Chunk
    keys: list[bytes]
    holds: list[bool]
    """Whether each object's evidence rests on the keys that are here."""


class EvidenceCache:
    """The evidence on objects of one repository, for one key store."""

    def __init__(self, store: Store, keys: KeyStore) -> None:
        self._format = store.object_format
        self._keys = keys
        self._file: CacheFile | None = None
        """None where the cache is not used, or not any more."""
        self._ready: OrderedDict[int, _Ready] = OrderedDict()
        self._places: dict[bytes, int] = {}
        self._chunks = 0
        """Written since the last commit."""
        self._new: list[tuple[bytes, int]] = []
        """Places that are written with the next commit, in the order of their ids, which is many times as fast."""
        self._blank = False
        """Whether there was nothing in it when it was opened."""
        self._trusted = -1
        """The last chunk whose objects need not be read again: their files are untouched since they were."""
        self._stamp: Files | None = None
        self._read: dict[int, int] = {}
        """Chunk to a bit for each of its objects that this run has read in the store."""
        self.warnings: list[str] = []
        try:
            self._file = open_file(store.git_dir, store.object_format)
        except CacheUnfit as unfit:
            self.warnings.append(f"the evidence cache is not used: {unfit}")
        else:
            self._blank = _is_blank(self._file.database)
            weakref.finalize(self, _close, self._file.database, self._new)

    def find(self, key: bytes) -> int | None:
        """Where evidence on the object with this binary id is kept, from 0, if it rests on the keys that are here."""
        file = self._file
        if file is None or self._blank:
            return None
        try:
            place = self._places.get(key)
            if place is None:
                # Where an object was examined again, only the database knows which record is the latest.
                place = self._latest(file, key)
                if place is None:
                    return None
                number = place // _CHUNK
                ready = self._ready.get(number) or self._chunk(file, number)
                if ready.keys[place % _CHUNK] != key:
                    raise ValueError("an object stands in another one's place")
                if not ready.holds[place % _CHUNK]:
                    return None
        except _BROKEN as error:
            self._give_up(f"{_DAMAGED} ({error})")
            return None
        return place

    def _latest(self, file: CacheFile, key: bytes) -> int | None:
        row = file.database.execute("SELECT place FROM places WHERE oid = ?", (key,)).fetchone()
        return None if row is None else int(row[0])

    def is_trusted(self, place: int) -> bool:
        """Whether the object at a place need not be read."""
        return place // _CHUNK <= self._trusted

    def lineage(self, place: int) -> tuple[bytes, int] | None:
        """See `Chunk.lineage`, for a place that `find` has just given."""
        ready = self._ready.get(place // _CHUNK)
        return None if ready is None else ready.chunk.lineage(place % _CHUNK)

    def examined(self, key: bytes, place: int) -> Examined | None:
        """What is true of an object at the place that `find` gave for it; None if it cannot be read any more."""
        if self._file is None:
            return None
        number, index = divmod(place, _CHUNK)
        try:
            ready = self._ready.get(number) or self._chunk(self._file, number)
            return ready.chunk.examined(index) if ready.keys[index] == key and ready.holds[index] else None
        except _BROKEN as error:
            self._give_up(f"{_DAMAGED} ({error})")
            return None

    def confirm(self, place: int) -> None:
        """The object at this place was read in the store, and hashes to its id."""
        number, index = divmod(place, _CHUNK)
        self._read[number] = self._read.get(number, 0) | 1 << index

    @property
    def trusted(self) -> bool:
        """Whether the object store is untouched since the last whole audit, but for new files."""
        return self._trusted >= 0

    def begin_audit(self, directories: Sequence[Path], width: int) -> None:
        """Look whether the object store is that of the last whole audit; ids have `width` bytes."""
        body = self.remembered(_STAMP)
        try:
            self._stamp = object_files(directories)
            if body is not None and self._file is not None:
                before, last = marshal.loads(body)  # noqa: S302 - authenticated
                if holds_since(before, self._stamp, width, partial(self._knows, self._file, last)):
                    self._trusted = last
        except (OSError, *_BROKEN):
            self._trusted = -1

    def _knows(self, file: CacheFile, last: int, key: bytes) -> bool:
        place = self._latest(file, key)
        return place is not None and place // _CHUNK <= last

    def end_audit(self) -> None:
        """Everything that the refs reach was read or is trusted. Evidence on objects that were not is dropped."""
        if self._file is None or self._stamp is None:
            return
        try:
            last = self._drop_unread(self._file)
            self.remember(_STAMP, marshal.dumps((self._stamp, last)))
        except _BROKEN as error:
            self._give_up(f"cannot be written ({error})")

    def _drop_unread(self, file: CacheFile) -> int:
        """Keep the chunks of which every object was read, for others speak of what no ref reaches; give the last."""
        if not self._chunks:
            file.database.execute("BEGIN IMMEDIATE")
        self._chunks += 1
        _write_places(file.database, self._new)
        last = self._trusted
        query = "SELECT id, substr(body, 1, 8) FROM chunks WHERE id > ? ORDER BY id"
        for number, head in file.database.execute(query, (self._trusted,)).fetchall():
            lasting = int.from_bytes(head)
            last = number
            if self._read.get(number, 0) & lasting != lasting:
                file.database.execute("DELETE FROM chunks WHERE id = ?", (number,))
                places = (number * _CHUNK, (number + 1) * _CHUNK)
                file.database.execute("DELETE FROM places WHERE place >= ? AND place < ?", places)
        return last

    def keep(self, oids: Sequence[str], blob: bytes) -> None:
        """Keep the records of a batch (`records.pack`), those that may be."""
        places = lasting_places(blob) if self._file is not None else []
        if not places or self._file is None:
            return
        database = self._file.database
        try:
            if not self._chunks:
                database.execute("BEGIN IMMEDIATE")
            values = (self._file.seal.mac(b"chunk", blob), blob)
            number = database.execute("INSERT INTO chunks (mac, body) VALUES (?, ?)", values).lastrowid or 0
            self._new += [(bytes.fromhex(oids[place]), number * _CHUNK + place) for place in places]
            self._read[number] = (1 << _CHUNK) - 1
            self._chunks += 1
            if self._chunks >= _COMMIT_EVERY:
                self.flush()
        except sqlite3.Error as error:
            self._give_up(f"cannot be written ({error})")

    def remember(self, name: str, body: bytes) -> None:
        """Keep something under a name, in place of what was kept there."""
        if self._file is None:
            return
        try:
            row = (name, self._file.seal.mac(b"verified " + name.encode(), body), body)
            self._file.database.execute("INSERT OR REPLACE INTO verified VALUES (?, ?, ?)", row)
        except sqlite3.Error as error:
            self._give_up(f"cannot be written ({error})")

    def remembered(self, name: str) -> bytes | None:
        """What is kept under a name, if we have written it."""
        if self._file is None:
            return None
        try:
            found = self._file.database.execute("SELECT mac, body FROM verified WHERE name = ?", (name,)).fetchone()
            if found is None:
                return None
            mac, body = found
            if not (isinstance(mac, bytes) and isinstance(body, bytes)):
                raise TypeError("a record is no bytes")
        except _BROKEN as error:
            self._give_up(f"{_DAMAGED} ({error})")
            return None
        if mac != self._file.seal.mac(b"verified " + name.encode(), body):
            self._give_up(_DAMAGED)
            return None
        return body

    def flush(self) -> None:
        """Commit what was kept."""
        if self._file is not None and self._chunks:
            self._chunks = 0
            try:
                _write_places(self._file.database, self._new)
                self._file.database.execute("COMMIT")
            except sqlite3.Error as error:
                self._give_up(f"cannot be written ({error})")

    def _chunk(self, file: CacheFile, number: int) -> _Ready:
        row = file.database.execute("SELECT mac, body FROM chunks WHERE id = ?", (number,)).fetchone()
        if row is None or file.seal.mac(b"chunk", row[1]) != row[0]:
            raise ValueError("a chunk is not authentic")
        chunk = Chunk(row[1], self._format)
        # Evidence rests on keys; where those are others now, it is as if there were none.
        sound = [bool(binding) and binding == self._keys.binding(evidence) for evidence, binding in chunk.bindings]
        keys = chunk.keys()
        holds = [sound[kind] for kind in chunk.kinds()]
        found = self._ready[number] = _Ready(chunk, keys, holds)
        for index, (key, held) in enumerate(zip(keys, holds, strict=True)):
            if held:
                self._places[key] = number * _CHUNK + index
        if len(self._ready) > _READY:
            for key in self._ready.popitem(last=False)[1].keys:
                self._places.pop(key, None)
        return found

    def _give_up(self, why: str) -> None:
        if self._file is not None:
            self.warnings.append(f"the evidence cache {self._file.path} {why}; gitsig cache clear removes it")
            _close(self._file.database, self._new)
        self._file = None
        self._ready.clear()
        self._places.clear()


def _is_blank(database: sqlite3.Connection) -> bool:
    try:
        return database.execute("SELECT 1 FROM places").fetchone() is None
    except sqlite3.Error:
        return False  # the first question tells


def _write_places(database: sqlite3.Connection, new: list[tuple[bytes, int]]) -> None:
    database.executemany("INSERT OR REPLACE INTO places VALUES (?, ?)", sorted(new))
    new.clear()


def _close(database: sqlite3.Connection, new: list[tuple[bytes, int]]) -> None:
    """Commit and close, as far as that goes."""
    try:
        if database.in_transaction:
            _write_places(database, new)
            database.execute("COMMIT")
        database.close()
    except sqlite3.Error:
        return
