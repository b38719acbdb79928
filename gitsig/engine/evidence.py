"""The evidence cache: what was found out about objects, kept beside the repository (SQLite, mode 0600).

Evidence and no verdict: another policy judges it anew, and no cryptography is needed for that. Records are kept in
chunks, as they were examined, so that a walk finds those that it needs together. Each chunk is authenticated
(`secret`) before it is read, and each piece of evidence is bound to the keys that it rests on (`KeyStore.binding`).

Nothing that is wrong with the cache stops a run or changes a verdict: it is not used any more, and a warning says so.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections import OrderedDict
from collections.abc import Sequence

from gitsig.engine.cachefile import CacheFile, CacheUnfit, open_file
from gitsig.engine.records import Record, lasting_places, unpack
from gitsig.keys.store import KeyStore
from gitsig.store.interface import Store

__all__ = ["EvidenceCache"]

_CHUNK = 64
"""Places in a chunk: the objects of a batch."""
_READY = 128
"""Chunks that are kept unpacked."""
_COMMIT_EVERY = 256
"""Chunks between commits of the database."""
_BROKEN = (sqlite3.Error, ValueError, TypeError, EOFError, LookupError)
"""What reading a damaged database, or a chunk of another shape, may raise."""
_DAMAGED = "is damaged, or not all of it was written by us"


class EvidenceCache:
    """The evidence on objects of one repository, for one key store."""

    def __init__(self, store: Store, keys: KeyStore) -> None:
        self._format = store.object_format
        self._keys = keys
        self._file: CacheFile | None = None
        """None where the cache is not used, or not any more."""
        self._ready: OrderedDict[int, list[Record]] = OrderedDict()
        self._places: dict[str, int] = {}
        self._chunks = 0
        """Written since the last commit."""
        self.warnings: list[str] = []
        try:
            self._file = open_file(store.git_dir, store.object_format)
        except CacheUnfit as unfit:
            self.warnings.append(f"the evidence cache is not used: {unfit}")
        else:
            weakref.finalize(self, _close, self._file.database)

    def find(self, oid: str) -> tuple[int, Record] | None:
        """What is kept of an object, if it was examined with these keys, and its place, from 0."""
        file = self._file
        if file is None:
            return None
        try:
            place = self._places.get(oid)
            if place is None or not self._holds(self._at(file, place)):
                # Where an object was examined again, only the database knows which record is the latest.
                row = file.database.execute("SELECT place FROM places WHERE oid = ?", (bytes.fromhex(oid),)).fetchone()
                if row is None:
                    return None
                place = int(row[0])
            record = self._at(file, place)
        except _BROKEN as error:
            self._give_up(f"{_DAMAGED} ({error})")
            return None
        if record.oid != oid:
            self._give_up(_DAMAGED)
        if record.oid != oid or not self._holds(record):
            return None
        return place, record

    def _holds(self, record: Record) -> bool:
        """Whether its evidence rests on the keys that are here."""
        return bool(record.binding) and record.binding == self._keys.binding(record.examined.evidence)

    def record(self, place: int) -> Record | None:
        """The record at a place that `find` gave; None if it cannot be read any more."""
        if self._file is None:
            return None
        try:
            return self._at(self._file, place)
        except _BROKEN as error:
            self._give_up(f"{_DAMAGED} ({error})")
            return None

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
            rows = [(bytes.fromhex(oids[place]), number * _CHUNK + place) for place in places]
            database.executemany("INSERT OR REPLACE INTO places VALUES (?, ?)", rows)
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
            mac, body = bytes(found[0]), bytes(found[1])
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
                self._file.database.execute("COMMIT")
            except sqlite3.Error as error:
                self._give_up(f"cannot be written ({error})")

    def _at(self, file: CacheFile, place: int) -> Record:
        return self._chunk(file, place // _CHUNK)[place % _CHUNK]

    def _chunk(self, file: CacheFile, number: int) -> list[Record]:
        found = self._ready.get(number)
        if found is not None:
            return found
        row = file.database.execute("SELECT mac, body FROM chunks WHERE id = ?", (number,)).fetchone()
        if row is None or file.seal.mac(b"chunk", row[1]) != row[0]:
            raise ValueError("a chunk is not authentic")
        found = unpack(row[1], self._format)
        self._ready[number] = found
        for index, record in enumerate(found):
            self._places[record.oid] = number * _CHUNK + index
        if len(self._ready) > _READY:
            for record in self._ready.popitem(last=False)[1]:
                self._places.pop(record.oid, None)
        return found

    def _give_up(self, why: str) -> None:
        if self._file is not None:
            self.warnings.append(f"the evidence cache {self._file.path} {why}; gitsig cache clear removes it")
            _close(self._file.database)
        self._file = None
        self._ready.clear()
        self._places.clear()


def _close(database: sqlite3.Connection) -> None:
    """Commit and close, as far as that goes."""
    try:
        if database.in_transaction:
            database.execute("COMMIT")
        database.close()
    except sqlite3.Error:
        return
