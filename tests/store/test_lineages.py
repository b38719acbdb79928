"""What has been read of the commit graph: each commit once, whoever asks."""

from __future__ import annotations

import random

import pytest

from gitsig.errors import MalformedObject, ObjectFault, ObjectMissing
from gitsig.store import walk
from gitsig.store.lineages import Lineages, read_commit
from tests.store.test_walk import MemoryStore

_LATEST = 0xFFFFFFFF


def test_rows_are_numbered_in_the_order_of_their_discovery() -> None:
    luck = random.Random(1)  # noqa: S311 - repeatable, not secret
    lineages = Lineages(MemoryStore())
    keys = [luck.randbytes(20) for _ in range(5000)]
    assert [lineages.number(key) for key in keys] == list(range(5000))
    assert [lineages.number(key) for key in reversed(keys)] == list(range(4999, -1, -1))
    assert lineages.count == 5000
    assert [lineages.key(row) for row in range(5000)] == keys
    assert lineages.oid(17) == keys[17].hex()
    assert lineages.find(keys[42].hex()) == 42
    assert lineages.find("0" * 40) is None
    assert lineages.place("0" * 40) == 0
    assert lineages.count == 5000, "asking adds nothing"


def test_a_commit_is_read_once() -> None:
    store = MemoryStore()
    root = store.add([], 5)
    tip = store.add([root], 7)
    lineages = Lineages(store)
    row = lineages.number(bytes.fromhex(tip))
    assert lineages.parents(row) == ()
    for _ in range(3):
        assert lineages.read(row, judged=True)
    assert store.reads == 1
    assert [lineages.oid(each) for each in lineages.parents(row)] == [root]
    assert lineages.times[row] == 7


def test_walks_share_what_was_read() -> None:
    store = MemoryStore()
    chain = store.chain(50)
    lineages = Lineages(store)
    expected = list(walk(store, [chain[-1]], [chain[9]]).commits)
    assert list(walk(lineages, [chain[-1]], [chain[9]]).commits) == expected
    reads = store.reads
    assert list(walk(lineages, [chain[-1]], [chain[9]]).commits) == expected
    # Only the two ends, which a caller may name by a tag, are looked at anew.
    assert store.reads == reads + 2


@pytest.mark.parametrize("count", [0, 1, 2, 3, 8])
def test_parents_keep_their_order(count: int) -> None:
    store = MemoryStore()
    parents = [store.add([], number) for number in range(count)][::-1]
    lineages = Lineages(store)
    row = lineages.number(bytes.fromhex(store.add(parents, 9)))
    assert lineages.read(row, judged=False)
    assert [lineages.oid(each) for each in lineages.parents(row)] == parents


def test_what_cannot_be_read_stays_so() -> None:
    store = MemoryStore()
    lineages = Lineages(store)
    row = lineages.number(bytes(20))
    for _ in range(2):
        assert not lineages.read(row, judged=False)
    assert store.reads == 1
    assert lineages.faults == {row: "not here"}
    assert not lineages.is_blind(row)


def test_what_is_no_commit_is_no_root() -> None:
    store = MemoryStore()
    tag = store.put("tag", b"object x")
    lineages = Lineages(store)
    row = lineages.number(bytes.fromhex(tag))
    assert not lineages.read(row, judged=True)
    assert "a tag stands where a commit should" in lineages.faults[row]


def test_parents_outside_the_grammar_lead_nowhere() -> None:
    store = MemoryStore()
    row_of = Lineages(store)
    blind = row_of.number(bytes.fromhex(store.put("commit", b"tree x\nparent y\n\n")))
    assert row_of.read(blind, judged=True)
    assert row_of.is_blind(blind)
    assert row_of.parents(blind) == ()
    assert row_of.faults == {}


def test_dates_are_cut_and_not_wrapped() -> None:
    store = MemoryStore()
    lineages = Lineages(store)
    for date, expected in ((_LATEST, _LATEST), (_LATEST + 1, _LATEST), (10**14, _LATEST), (0, 0)):
        row = lineages.number(bytes.fromhex(store.add([], date)))
        assert lineages.read(row, judged=False)
        assert lineages.times[row] == expected


def test_a_commit_beyond_the_limits_is_not_taken_for_one_with_odd_parents() -> None:
    class Limited(MemoryStore):
        def read(self, oid: str) -> tuple[str, bytes]:
            raise MalformedObject("larger than the limit", where=oid)

    with pytest.raises(ObjectFault, match="larger") as caught:
        read_commit(Limited(), "1" * 40)
    assert not isinstance(caught.value, MalformedObject)
    with pytest.raises(ObjectMissing):
        read_commit(MemoryStore(), "1" * 40)
