"""Best common ancestors: against `git merge-base --all`, and against sets on random graphs with random dates."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitsig.errors import ObjectFault, ObjectMissing
from gitsig.store import open_store
from gitsig.store.lineages import Lineages
from gitsig.store.mergebase import merge_bases

from .tales import Tale
from .test_walk import Graph, MemoryStore, graphs


def best(graph: Graph, one: str, other: str) -> list[str]:
    common = graph.reach([one]) & graph.reach([other])
    behind: set[str] = set().union(*(graph.reach(graph.parents[oid]) for oid in common))
    return sorted(common - behind)


@settings(max_examples=100, deadline=None)
@given(graph=graphs(), data=st.data())
def test_the_best_common_ancestors(graph: Graph, data: st.DataObject) -> None:
    here = st.sampled_from([oid for oid in graph.oids if oid in graph.store.objects] or [graph.store.add((), 0)])
    one, other = data.draw(here), data.draw(here)
    graph.parents.setdefault(one, ())
    behind = graph.reach([one, other])
    whole = all(parent in graph.store.objects for oid in behind for parent in graph.parents[oid])
    lineages = Lineages(graph.store)
    if data.draw(st.booleans()):
        for oid in graph.oids:  # whatever was read before changes nothing
            lineages.read(lineages.number(bytes.fromhex(oid)), False)
    try:
        found = merge_bases(lineages, one, other)
    except ObjectFault:
        assert not whole
        return
    assert found == merge_bases(lineages, other, one) == merge_bases(Lineages(graph.store), one, other)
    assert found == best(graph, one, other)


@pytest.mark.parametrize("seed", range(6))
def test_what_git_says(tmp_path: Path, object_format: str, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    tale = Tale(tmp_path / "repo.git", object_format)
    oids: list[str] = []
    for number in range(20):
        parents = dice.sample(oids[-5:], min(len(oids), dice.choice([0, 1, 1, 2, 2, 3]))) if number > 2 else []
        oids.append(tale.commit({}, *parents, at=dice.choice([number, dice.randint(0, 20)])))
    lineages = Lineages(tale.store())
    for _ in range(8):
        one, other = dice.choices(oids[-12:], k=2)
        answer = tale.git("merge-base", "--all", one, other) if related(tale, one, other) else b""
        assert merge_bases(lineages, one, other) == sorted(answer.decode().split())


def related(tale: Tale, *oids: str) -> bool:
    sets: Iterable[set[bytes]] = (set(tale.git("rev-list", oid).split()) for oid in oids)
    return bool(set.intersection(*sets))


def test_criss_cross_with_dates_that_lie() -> None:
    store = MemoryStore()
    root = store.add((), 50)
    first, second = store.add([root], 1), store.add([root], 99)
    one, other = store.add([first, second], 0), store.add([second, first], 77)
    for a, b in ((one, other), (other, one)):
        assert merge_bases(Lineages(store), a, b) == sorted([first, second])
    assert merge_bases(Lineages(store), one, first) == [first]
    assert merge_bases(Lineages(store), one, one) == [one]
    assert merge_bases(Lineages(store), root, store.add((), 3)) == []


def test_only_as_much_is_read_as_must_be() -> None:
    store = MemoryStore()
    trunk = store.chain(1000)
    one, other = store.add(trunk[-1:], 2000), store.add(trunk[-3:-2], 2001)
    store.reads = 0
    assert merge_bases(Lineages(store), one, other) == [trunk[-3]]
    assert store.reads < 10


def test_an_answer_needs_all_commits_on_the_way(tmp_path: Path, object_format: str) -> None:
    tale = Tale(tmp_path / "repo.git", object_format)
    root = tale.commit({})
    middle = tale.commit({}, root)
    one, other = tale.commit({}, middle), tale.commit({}, root)
    tale.lose(middle)
    for pair in ((one, other), (other, one), (middle, one)):
        with pytest.raises(ObjectMissing):
            merge_bases(Lineages(tale.store()), *pair)
    (tale.path / "shallow").write_text(f"{one}\n")  # is no root for all that
    with pytest.raises(ObjectMissing, match="does not hold"):
        merge_bases(Lineages(open_store(str(tale.path))), one, other)


def test_parents_outside_the_grammar() -> None:
    store = MemoryStore()
    root = store.add((), 1)
    odd = store.put("commit", b"parent " + root.encode() + b"\n")
    blob = store.put("blob", b"")
    for oid in (odd, store.add([odd], 5), blob, store.add([blob], 5)):
        with pytest.raises(ObjectFault, match=r"outside the grammar|a blob stands"):
            merge_bases(Lineages(store), store.add([root], 9), oid)
