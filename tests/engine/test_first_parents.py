"""The first-parent line that is new, against brute force, and what breaks it off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from gitsig.engine.firstparents import new_first_parents
from gitsig.errors import ObjectMissing
from gitsig.model import ObjectFormat

_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@dataclass
class Objects:
    """As much of a store as the lines ask for; ids are numbers, so hypothesis can build any graph."""

    object_format: ObjectFormat = ObjectFormat.SHA1
    raw: dict[str, bytes] = field(default_factory=dict)
    cut: frozenset[str] = frozenset()
    reads: int = 0

    def add(self, parents: Sequence[str], time: int) -> str:
        oid = f"{len(self.raw) + 1:040x}"
        lines = "".join(f"parent {parent}\n" for parent in parents)
        who = f"ada <ada@example.org> {time} +0000"
        self.raw[oid] = f"tree {_TREE}\n{lines}author {who}\ncommitter {who}\n\nx\n".encode()
        return oid

    def read(self, oid: str) -> tuple[str, bytes]:
        self.reads += 1
        if oid not in self.raw:
            raise ObjectMissing("not here", where=oid)
        return "commit", self.raw[oid]

    def shallow(self) -> frozenset[str]:
        return self.cut


def line_of(first: dict[str, str | None], oid: str | None) -> list[str]:
    found = []
    while oid is not None:
        found.append(oid)
        oid = first[oid]
    return found


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_new_line_is_exact_whatever_the_dates_say(data: st.DataObject) -> None:
    store = Objects()
    first: dict[str, str | None] = {}
    for _ in range(data.draw(st.integers(1, 14))):
        parents = data.draw(st.lists(st.sampled_from(sorted(first)), max_size=2, unique=True)) if first else []
        oid = store.add(parents, data.draw(st.integers(0, 5)))
        first[oid] = parents[0] if parents else None
    new = data.draw(st.sampled_from(sorted(first)))
    old = data.draw(st.lists(st.sampled_from(sorted(first)), max_size=4))
    known = {oid for tip in old for oid in line_of(first, tip)}
    expected = [oid for oid in line_of(first, new) if oid not in known][::-1]
    assert new_first_parents(store, new, old) == (expected, [])  # type: ignore[arg-type]  # a part of a store


def test_an_old_tip_with_an_ancient_date_still_ends_the_line_where_it_joins() -> None:
    store = Objects()
    base = store.add([], 1)
    first = store.add([base], 100)
    second = store.add([first], 101)
    ancient = store.add([first], 0)
    new = store.add([second], 102)
    assert new_first_parents(store, new, [base, ancient])[0] == [second, new]  # type: ignore[arg-type]


def test_a_side_branch_that_was_merged_is_new_to_the_line() -> None:
    store = Objects()
    base = store.add([], 1)
    side = store.add([base], 2)
    merge = store.add([base, side], 3)
    new = store.add([side], 4)
    assert new_first_parents(store, new, [merge])[0] == [side, new]  # type: ignore[arg-type]


def test_a_missing_parent_is_told_and_a_known_line_beyond_it_hides_nothing() -> None:
    store = Objects()
    lost = "f" * 40
    child = store.add([lost], 5)
    new = store.add([child], 6)
    other = store.add([], 4)
    line, (missing,) = new_first_parents(store, new, [other])  # type: ignore[arg-type]
    assert line == [child, new]
    assert (missing.oid, missing.child, missing.shallow) == (lost, child, False)
    store.cut = frozenset([child])
    assert new_first_parents(store, new, [other])[1][0].shallow  # type: ignore[arg-type]
    assert new_first_parents(store, new, [child]) == ([new], [])  # type: ignore[arg-type]


def test_a_missing_old_tip_excludes_itself_only_and_a_missing_new_one_is_told() -> None:
    store = Objects()
    new = store.add([store.add([], 1)], 2)
    assert len(new_first_parents(store, new, ["e" * 40])[0]) == 2  # type: ignore[arg-type]
    line, (missing,) = new_first_parents(store, "e" * 40, [new])  # type: ignore[arg-type]
    assert (line, missing.oid) == ([], "e" * 40)


def test_one_commit_on_a_long_line_reads_only_a_few() -> None:
    store = Objects()
    tips = [store.add([], 0)]
    for time in range(1, 500):
        tips.append(store.add([tips[-1]], time))
    branches = [store.add([tips[place]], 500 + place) for place in (450, 480, 490)]
    for old in ([tips[-1]], [tips[-1], *branches], [tips[450], *branches]):
        new = store.add([old[0]], 1000)
        store.reads = 0
        assert new_first_parents(store, new, old)[0] == [new]  # type: ignore[arg-type]
        assert store.reads < 200
