"""Ranges: against the real git, and against a plain set difference on random graphs with random dates."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitsig.errors import ObjectFault, ObjectMissing
from gitsig.model import ObjectFormat
from gitsig.objects import hash_object
from gitsig.store import certify as certify_module
from gitsig.store import is_ancestor, open_store, walk
from gitsig.store.lineages import Lineages

from .conftest import TREE, Git


class MemoryStore:
    """Commits in memory; counts what is read."""

    object_format = ObjectFormat.SHA1

    def __init__(self) -> None:
        self.objects: dict[str, tuple[str, bytes]] = {}
        self.reads = 0
        self.cut: frozenset[str] = frozenset()

    def add(self, parents: Iterable[str], date: int, rest: str = "", kind: str = "commit") -> str:
        lines = "".join(f"parent {oid}\n" for oid in parents)
        raw = f"tree {TREE}\n{lines}author A <a> 1 +0000\ncommitter C <c> {date} +0000\n{rest}\n{len(self.objects)}"
        return self.put(kind, raw.encode())

    def put(self, kind: str, raw: bytes) -> str:
        oid = hash_object(kind, raw, self.object_format)
        self.objects[oid] = (kind, raw)
        return oid

    def read(self, oid: str) -> tuple[str, bytes]:
        self.reads += 1
        if oid not in self.objects:
            raise ObjectMissing("not here", where=oid)
        return self.objects[oid]

    def shallow(self) -> frozenset[str]:
        return self.cut

    def chain(self, length: int, parent: str | None = None, date: int = 0) -> list[str]:
        oids = [] if parent is None else [parent]
        for number in range(length):
            oids.append(self.add(oids[-1:], date + number))
        return oids


@dataclass
class Graph:
    store: MemoryStore
    oids: list[str]
    parents: dict[str, tuple[str, ...]]

    def reach(self, tips: Iterable[str], first_parent: bool = False) -> set[str]:
        """Everything that can be reached over commits that are here."""
        found: set[str] = set()
        waiting = list(tips)
        while waiting:
            oid = waiting.pop()
            if oid not in found and oid in self.store.objects:
                found.add(oid)
                waiting += self.parents[oid][:1] if first_parent else self.parents[oid]
        return found


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    size = draw(st.integers(1, 24))
    sane = draw(st.booleans())
    store, oids, parents = MemoryStore(), [], {}
    for number in range(size):
        chosen = draw(st.lists(st.sampled_from(oids[-6:] if sane else oids), max_size=3, unique=True)) if oids else []
        oid = store.add(chosen, number if sane else draw(st.integers(0, 12)))
        oids.append(oid)
        parents[oid] = tuple(chosen)
    for oid in draw(st.lists(st.sampled_from(oids), max_size=2)) if draw(st.booleans()) else ():
        store.objects.pop(oid, None)
    return Graph(store, oids, parents)


@settings(max_examples=150, deadline=None)
@given(graph=graphs(), data=st.data(), first_parent=st.booleans())
def test_a_range_is_the_set_difference(graph: Graph, data: st.DataObject, first_parent: bool) -> None:
    tips = st.lists(st.sampled_from(graph.oids), max_size=3)
    include = [oid for oid in data.draw(tips) if oid in graph.store.objects]
    exclude = data.draw(tips)
    excluded = graph.reach(exclude)
    # What an excluded commit names as its parent is excluded, whether or not it is here.
    named = excluded.union(exclude, *(graph.parents[oid] for oid in excluded))
    expected = graph.reach(include, first_parent) - named
    history = walk(graph.store, include, exclude, first_parent=first_parent)
    commits = list(history.commits)
    assert set(commits) == expected
    assert len(commits) == len(expected)
    place = {oid: number for number, oid in enumerate(commits)}
    for oid in commits:
        assert all(place.get(parent, -1) < place[oid] for parent in graph.parents[oid][: 1 if first_parent else None])
    followed = {parent for oid in expected for parent in graph.parents[oid][: 1 if first_parent else None]}
    assert {each.oid for each in history.missing} == followed - graph.store.objects.keys() - named
    assert list(walk(graph.store, include[::-1], exclude[::-1], first_parent=first_parent).commits) == commits


@settings(max_examples=50, deadline=None)
@given(graph=graphs(), data=st.data())
def test_is_ancestor(graph: Graph, data: st.DataObject) -> None:
    here = st.sampled_from([oid for oid in graph.oids if oid in graph.store.objects] or [graph.store.add((), 0)])
    one, other = data.draw(here), data.draw(here)
    graph.parents.setdefault(one, ())
    assert is_ancestor(graph.store, one, other) == (one in graph.reach([other]))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("bits", [1024, 0])
@pytest.mark.parametrize("first_parent", [False, True])
def test_larger_graphs(seed: int, bits: int, first_parent: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certify_module, "_MASK_BITS", bits)
    luck = random.Random(seed)  # noqa: S311 - repeatable, not secret
    store, oids, parents = MemoryStore(), [], {}
    for number in range(200):
        chosen = luck.sample(oids[-15:], min(len(oids), luck.choice((0, 1, 1, 1, 2, 3)) or (number % 50 > 0)))
        oid = store.add(chosen, max(0, number + luck.randrange(-40, 40) * (luck.random() < 0.2)))
        oids.append(oid)
        parents[oid] = tuple(chosen)
    graph = Graph(store, oids, parents)
    for _ in range(25):
        include, exclude = luck.sample(oids, 2), luck.sample(oids, luck.randrange(3))
        found = walk(store, include, exclude, first_parent=first_parent).commits
        assert set(found) == graph.reach(include, first_parent) - graph.reach(exclude)


def test_close_to_the_tip_the_history_is_not_read() -> None:
    store = MemoryStore()
    old = store.chain(1000)
    new = store.chain(5, old[-1], 1000)
    assert list(walk(store, [new[-1]], [old[-1]]).commits) == new[1:]
    assert store.reads < 20


def test_branches_merged_close_to_the_tip_cost_what_they_span() -> None:
    store = MemoryStore()
    trunk = store.chain(1000)
    for fork in range(900, 990, 10):  # merged on the excluded side
        side = store.add([trunk[fork]], fork + 1)
        trunk.append(store.add([trunk[-1], side], 1000 + fork))
    side, other = store.chain(3, trunk[950], 5000), store.chain(3, trunk[975], 6000)
    tip = store.add([trunk[-1], side[-1], other[-1]], 9000)
    store.reads = 0
    assert set(walk(store, [tip], [trunk[-1]]).commits) == {tip, *side[1:], *other[1:]}
    assert store.reads < 250


def test_a_skewed_clock_hides_no_exclusion() -> None:
    store = MemoryStore()
    root = store.add([], 100)
    shared = store.add([root], 10_000)
    ancient = store.chain(30, shared, 1)
    assert list(walk(store, [shared], [ancient[-1], root]).commits) == []
    bottom = store.add([root], 9_000)
    tip = store.add([shared, bottom], 10_001)
    assert list(walk(store, [tip], [ancient[-1], root]).commits) == [bottom, tip]


def test_one_excluded_tip_behind_a_commit_that_the_other_reaches() -> None:
    store = MemoryStore()
    early = store.add([], 50)
    between = store.add([early], 100)
    late = store.add([between], 1)
    tip = store.add([late], 200)
    assert list(walk(store, [tip, between], [late, early]).commits) == [tip]


def test_unrelated_histories() -> None:
    store = MemoryStore()
    one, other = store.chain(5), store.chain(5, store.add([], 50, "x y\n"), 51)
    assert list(walk(store, [other[-1]], [one[-1]]).commits) == other
    assert list(walk(store, [], [one[-1]]).commits) == []
    assert list(walk(store, [one[-1]], one).commits) == []


def test_a_gap_on_the_excluded_side_hides_nothing() -> None:
    store = MemoryStore()
    a, b, c, d, e = store.chain(5)
    del store.objects[c]
    assert list(walk(store, [b], [e]).commits) == [a, b]
    assert not is_ancestor(store, a, e)
    assert list(walk(store, [e], [d]).commits) == [e]
    assert list(walk(store, [b], [c]).commits) == [a, b]
    assert list(walk(store, [b], [store.put("tree", b"")]).commits) == [a, b]


def test_a_gap_on_the_included_side_is_reported() -> None:
    store = MemoryStore()
    _, b, c, d, e = store.chain(5)
    del store.objects[b]
    store.cut = frozenset([c])
    history = walk(store, [e])
    assert list(history.commits) == [c, d, e]
    assert [(gap.oid, gap.child, gap.shallow) for gap in history.missing] == [(b, c, True)]
    assert walk(store, [e], [b]).missing == ()
    store.cut = frozenset()
    assert not walk(store, [d]).missing[0].shallow
    with pytest.raises(ObjectMissing):
        walk(store, [b])
    with pytest.raises(ObjectMissing):
        is_ancestor(store, b, e)


def test_what_is_no_commit() -> None:
    store = MemoryStore()
    tree = store.put("tree", b"")
    child = store.add([tree], 1)
    (gap,) = walk(store, [child]).missing
    assert (gap.oid, gap.detail) == (tree, "a tree stands where a commit should")
    with pytest.raises(ObjectFault):
        walk(store, [tree])
    tag = store.put("tag", f"object {child}\ntype commit\ntag x\n\n".encode())
    assert list(walk(store, [tag]).commits) == [child]
    assert list(walk(store, [child], [tag]).commits) == []


def test_commits_outside_the_grammar_stay_in() -> None:
    store = MemoryStore()
    root = store.add([], 1)
    blind = store.put("commit", f"tree {TREE}\nparent {root.upper()}\n".encode())
    odd = store.put("commit", f"tree {TREE}\nparent {blind}\nparent {root}\nno author\n".encode())
    tip = store.add([odd], 9)
    history = walk(store, [tip])
    assert set(history.commits) == {root, blind, odd, tip}
    assert history.commits[-1] == tip
    assert history.unreadable == {blind}
    assert walk(store, [tip], [odd]).unreadable == frozenset()
    assert walk(store, [blind], [root]).commits[:] == [blind]


def test_objects_that_name_themselves_are_refused() -> None:
    store = MemoryStore()
    one, other = "1" * 40, "2" * 40
    for oid, parent in ((one, other), (other, one)):
        store.objects[oid] = store.objects[store.add([parent], 1)]
    with pytest.raises(ObjectFault, match="their own ancestors"):
        walk(store, [one])


def test_oids() -> None:
    store = MemoryStore()
    chain = store.chain(3)
    oids: Sequence[str] = walk(store, chain[-1:]).commits
    assert list(oids) == chain
    assert (len(oids), oids[-1], oids[1:], oids[::-1]) == (3, chain[2], chain[1:], chain[::-1])
    assert chain[1] in oids
    with pytest.raises(IndexError):
        oids[3]


def test_a_history_as_a_set() -> None:
    store = MemoryStore()
    chain = store.chain(5)
    lineages = Lineages(store)
    known = walk(lineages, [chain[2]]).commits.as_set()
    assert (len(known), list(known)) == (3, chain[:3])
    assert [oid in known for oid in chain] == [True, True, True, False, False]
    assert walk(lineages, [chain[4]]).commits[:] == chain
    assert chain[4] not in known
    assert "ab" * 20 not in known
    assert 7 not in known


@settings(max_examples=50, deadline=None)
@given(graph=graphs(), data=st.data())
def test_walks_that_share_what_was_read(graph: Graph, data: st.DataObject) -> None:
    """No commit is read twice, and every walk finds what it would have found alone."""
    lineages = Lineages(graph.store)
    tips = st.lists(st.sampled_from(graph.oids), max_size=3)
    for _ in range(4):
        include = [oid for oid in data.draw(tips) if oid in graph.store.objects]
        exclude, first_parent = data.draw(tips), data.draw(st.booleans())
        shared = walk(lineages, include, exclude, first_parent=first_parent)
        alone = walk(graph.store, include, exclude, first_parent=first_parent)
        assert list(shared.commits) == list(alone.commits)
        assert {each.oid for each in shared.missing} == {each.oid for each in alone.missing}


def test_more_commits_than_the_first_table_has_room_for() -> None:
    store = MemoryStore()
    chain = store.chain(3000)
    merge = store.add([chain[-1], *chain[10:20]], 9000)
    lineages = Lineages(store)
    assert list(walk(lineages, [merge]).commits) == [*chain, merge]
    reads = store.reads
    assert list(walk(lineages, [chain[2000]], [chain[1000]]).commits) == chain[1001:2001]
    assert store.reads - reads == 2, "only the tips are looked at again, to peel them"
    assert lineages.count == 3001
    row = lineages.number(bytes.fromhex(merge))
    assert [lineages.oid(parent) for parent in lineages.parents(row)] == [chain[-1], *chain[10:20]]
    assert lineages.find("00" * 20) is None


def random_repository(git: Git, seed: int, dates: Mapping[bool, int]) -> list[str]:
    luck = random.Random(seed)  # noqa: S311 - repeatable, not secret
    marks: list[bytes] = []
    for number in range(60):
        parents = luck.sample(range(max(0, number - 8), number), min(number, luck.choice((1, 1, 1, 2, 3))))
        date = 1_000_000_000 + number * 100 + luck.randrange(dates[luck.random() < 0.2])
        lines = [b"commit refs/heads/b%d" % number, b"mark :%d" % (number + 1), b"committer c <c> %d +0000" % date]
        lines += [b"data 1", b"x"]
        lines += [(b"merge" if place else b"from") + b" :%d" % (parent + 1) for place, parent in enumerate(parents)]
        marks.append(b"\n".join([*lines, b"", b""]))
    git("fast-import", "--quiet", stdin=b"".join(marks))
    return git("for-each-ref", "--format=%(objectname)", "refs/heads/b*").split()


@pytest.mark.parametrize("seed", range(2))
def test_against_git(git: Git, seed: int) -> None:
    oids = random_repository(git, seed, {False: 1, True: 500})
    store = open_store(str(git.folder))
    luck = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for _ in range(10):
        tip, base = luck.sample(oids, 2)
        assert set(walk(store, [tip], [base]).commits) == set(git("rev-list", tip, f"^{base}").split())
        first = walk(store, [tip], [base], first_parent=True).commits
        assert set(first) == set(git("rev-list", "--first-parent", tip, f"^{base}").split())
        ancestor = git("merge-base", base, tip, check=False) == base
        assert is_ancestor(store, base, tip) == ancestor
