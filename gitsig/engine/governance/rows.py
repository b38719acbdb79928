"""What is known of each commit's law, by its row among the lineages: which law its tree holds, and a few bytes more."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable

from gitsig.engine.governance.laws import Laws
from gitsig.errors import GitsigError, ObjectFault
from gitsig.objects import parents_and_time
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineage, Lineages, binary, read_commit

__all__ = ["NOTHING", "UNREADABLE", "LawRows", "LawSets"]

NOTHING, UNREADABLE = 0, -1
"""In place of a law's number: the tree holds none; nobody can tell which it holds."""
_UNASKED = -2
_TELL_EVERY = 256
_TREE_LINE = len(b"tree ")


class LawRows:
    """Numbers of laws, from 1, for the rows of one repository's commits."""

    def __init__(self, store: Store, laws: Laws, on_read: Callable[[int], None] | None = None) -> None:
        """`on_read` is told now and then how many commits have been read."""
        self._store = store
        self._laws = laws
        self._on_read = on_read
        self._read = 0
        self._trees = bytearray()  # binary ids, by `Lineage.place`
        self._own = array("i")
        self._numbers: dict[str, int] = {}
        self._found: list[tuple[str, int]] = [("", 0)]
        self.lineages = Lineages(store, self)

    def lineage(self, key: bytes, judged: bool) -> Lineage:  # noqa: ARG002 - the protocol's
        """See `lineages.Reader`; the tree's id is kept besides."""
        self._read += 1
        if self._on_read is not None and not self._read % _TELL_EVERY:
            self._on_read(self._read)
        raw = read_commit(self._store, key.hex())
        names, time = parents_and_time(raw, self._store.object_format)
        self._trees += bytes.fromhex(raw[_TREE_LINE : _TREE_LINE + 2 * len(key)].decode("ascii"))
        return Lineage(binary(names), time, len(self._trees) // len(key))

    def number(self, oid: str) -> int:
        """The row of a commit, which is read if it can be."""
        row = self.lineages.number(bytes.fromhex(oid))
        self.lineages.read(row, judged=False)
        return row

    def own(self, row: int) -> int:
        """The law in a commit's tree: its number, `NOTHING` or `UNREADABLE`."""
        if row >= len(self._own):
            self._own.extend([_UNASKED] * (self.lineages.count - len(self._own)))
        if self._own[row] == _UNASKED:
            try:
                self._own[row] = self._ask(row)
            except GitsigError:
                self._own[row] = UNREADABLE
        return self._own[row]

    def fault(self, row: int) -> GitsigError:
        """Why the law of an `UNREADABLE` row cannot be told."""
        try:
            self._ask(row)
        except GitsigError as error:
            return error
        return ObjectFault("the tree could not be read, and now can be", where=self.lineages.oid(row))

    def _ask(self, row: int) -> int:
        identity = self._laws.identity(self._tree(row))
        if identity is None:
            return NOTHING
        number = self._numbers.setdefault(identity, len(self._found))
        if number == len(self._found):
            self._found.append((identity, row))
        return number

    def _tree(self, row: int) -> str:
        lineages = self.lineages
        place = lineages.place_of(row) if lineages.read(row, judged=False) else 0
        if not place:
            what = lineages.faults.get(row, "its first lines are outside the grammar")
            raise ObjectFault(f"the commit cannot be read: {what}", where=lineages.oid(row))
        return self._trees[(place - 1) * lineages.width : place * lineages.width].hex()

    def where(self, law: int) -> tuple[str, str]:
        """(a commit that has the law, the law's identity)."""
        identity, row = self._found[law]
        return self.lineages.oid(row), identity


class LawSets:
    """Sets of laws for rows, each set kept once: four bytes a commit."""

    def __init__(self) -> None:
        self._of = array("I")  # row to number of the set; 0: not known yet
        self._sets: list[frozenset[int]] = [frozenset()]
        self._numbers: dict[frozenset[int], int] = {}
        self.all: frozenset[int] = frozenset()
        """Every law in any of the sets."""

    def get(self, row: int) -> frozenset[int] | None:
        """The set of a row; None where it is not known yet."""
        number = self._of[row] if row < len(self._of) else 0
        return self._sets[number] if number else None

    def put(self, row: int, laws: Iterable[int]) -> None:
        """Say which laws."""
        if row >= len(self._of):
            self._of.extend([0] * (row + 1024 - len(self._of)))
        found = frozenset(laws)
        number = self._numbers.setdefault(found, len(self._sets))
        if number == len(self._sets):
            self._sets.append(found)
            self.all |= found
        self._of[row] = number
