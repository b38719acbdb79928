"""What has been read of the commit graph: one row for each commit, shared by all walks of a run.

Memory is what counts here (a million commits): ids in one buffer under a hash table of row numbers, dates and parents
in arrays; about 45 bytes a commit. No commit is read twice, however many walks come by.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gitsig.errors import MalformedObject, ObjectFault
from gitsig.objects import parents_and_time
from gitsig.store.interface import Commits

__all__ = ["Lineage", "Lineages", "Reader", "StoreReader", "binary", "read_commit"]

_UNREAD, _READ, _BLIND, _FAILED = range(4)
"""States of a row. BLIND: its parents are outside the grammar. FAILED: it could not be read."""

_NONE = 0xFFFFFFFF
_SEVERAL = 0x80000000
"""In place of a parent's row: no parent, or where in `_flat` their number and rows stand."""
_LAST_DATE = 0xFFFFFFFF


class Lineage(NamedTuple):
    """What a walk learns of a commit."""

    parents: tuple[bytes, ...]
    """Binary ids."""
    time: int
    """Committer's date in Unix seconds."""
    place: int = 0
    """Where the reader finds the commit again, from 1; 0 where it has kept nothing."""


class Reader(Protocol):
    """Where parents and dates come from."""

    def lineage(self, key: bytes, judged: bool) -> Lineage:
        """Read the commit with this binary id; `judged` tells that it is going to be judged, and not only passed.

        Raises `ObjectFault` where it cannot be read or is no commit, `MalformedObject` where its parents are outside
        the grammar.
        """


class StoreReader:
    """Reads each commit from the store, and keeps nothing."""

    def __init__(self, store: Commits) -> None:
        self._store = store

    def lineage(self, key: bytes, judged: bool) -> Lineage:  # noqa: ARG002 - the protocol's
        """See `Reader.lineage`."""
        parents, time = parents_and_time(read_commit(self._store, key.hex()), self._store.object_format)
        return Lineage(binary(parents), time)


def binary(oids: Sequence[str]) -> tuple[bytes, ...]:
    """Give binary ids."""
    return (bytes.fromhex(oids[0]),) if len(oids) == 1 else tuple(bytes.fromhex(oid) for oid in oids)


def read_commit(store: Commits, oid: str) -> bytes:
    """The raw commit. Raises `ObjectFault` where it cannot be read or is no commit, never `MalformedObject`."""
    try:
        kind, raw = store.read(oid)
    except MalformedObject as fault:  # beyond the size limit, which must not be taken for odd parents
        raise ObjectFault(fault.what, where=oid) from fault
    if kind != "commit":
        raise ObjectFault(f"a {kind} stands where a commit should", where=oid)
    return raw


class Lineages:
    """Rows of commits. A row's number is its order of discovery."""

    def __init__(self, store: Commits, reader: Reader | None = None) -> None:
        """`reader` is by default one that reads from `store`."""
        self.store = store
        self.width = store.object_format.hex_length // 2
        self._reader = reader if reader is not None else StoreReader(store)
        self._ids = bytearray()
        self._state = bytearray()
        self._parents = array("I")
        self._flat = array("I")
        self._places = array("I")
        self.times = array("I")
        """Committer's date in Unix seconds, cut to 32 bits. Chooses the order of reading, and decides nothing."""
        self.faults: dict[int, str] = {}
        """Why a row could not be read."""
        self._table = array("I", bytes(4096))
        self._mask = len(self._table) - 1

        self.count = 0
        """Rows."""

    def number(self, key: bytes) -> int:
        """Give the row of a binary id; a new one if need be."""
        row = self._slot(key)
        if row >= 0:
            return row
        self._table[~row] = self.count = number = self.count + 1  # 0 is an empty slot
        self._ids += key
        self._state.append(_UNREAD)
        self._parents.append(_NONE)
        self._places.append(0)
        self.times.append(0)
        if number * 4 > self._mask * 3:
            self._grow()
        return number - 1

    def find(self, oid: str) -> int | None:
        """Give the row of an id, if it has one."""
        row = self._slot(bytes.fromhex(oid))
        return row if row >= 0 else None

    def _slot(self, key: bytes) -> int:
        """The row of `key`, or ~slot of the free slot for it."""
        # Python's own hash is keyed anew for each process: nobody can choose ids that all fall together.
        slot = hash(key) & self._mask
        table, ids, width = self._table, self._ids, self.width
        while row := table[slot]:
            if ids[row * width - width : row * width] == key:
                return row - 1
            slot = (slot + 1) & self._mask
        return ~slot

    def _grow(self) -> None:
        self._table = array("I", bytes(8 * len(self._table)))
        self._mask = mask = len(self._table) - 1
        table = self._table
        for row in range(self.count):
            slot = hash(self.key(row)) & mask
            while table[slot]:
                slot = (slot + 1) & mask
            table[slot] = row + 1

    def key(self, row: int) -> bytes:
        """Give the binary id of a row."""
        return bytes(self._ids[row * self.width : (row + 1) * self.width])

    def oid(self, row: int) -> str:
        """Give the id of a row."""
        return self._ids[row * self.width : (row + 1) * self.width].hex()

    def parents(self, row: int) -> tuple[int, ...]:
        """Give the rows of the parents, in order; empty where the row is not read."""
        found = self._parents[row]
        if found < _SEVERAL:
            return (found,)
        if found == _NONE:
            return ()
        at = found - _SEVERAL
        return tuple(self._flat[at + 1 : at + 1 + self._flat[at]])

    def is_blind(self, row: int) -> bool:
        """Whether the parents of a row that was read are outside the grammar."""
        return self._state[row] == _BLIND

    def place_of(self, row: int) -> int:
        """Give `Lineage.place` of a row."""
        return self._places[row]

    def place(self, oid: str) -> int:
        """Give `Lineage.place` of a commit; 0 for one that was not read."""
        row = self._slot(bytes.fromhex(oid))
        return self._places[row] if row >= 0 else 0

    def read(self, row: int, judged: bool) -> bool:
        """Read a row, unless that has been done; False if it cannot be read."""
        state = self._state[row]
        if state == _UNREAD:
            state = self._state[row] = self._read(row, judged)
        return state != _FAILED

    def _read(self, row: int, judged: bool) -> int:
        try:
            parents, time, self._places[row] = self._reader.lineage(self.key(row), judged)
        except MalformedObject:
            return _BLIND
        except ObjectFault as fault:
            self.faults[row] = fault.what
            return _FAILED
        self.times[row] = min(time, _LAST_DATE)
        if len(parents) == 1:
            self._parents[row] = self.number(parents[0])
        elif parents:
            rows = [self.number(parent) for parent in parents]
            self._parents[row] = _SEVERAL + len(self._flat)
            self._flat.append(len(rows))
            self._flat.extend(rows)
        return _READ
