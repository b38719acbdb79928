"""What brought a commit to a ref, against the definition spelt out: the oldest first parent that reaches it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from gitsig.engine.lines import Line, Ways, base_of
from gitsig.engine.scope import Selector
from gitsig.policy import Policy
from gitsig.store import open_store, walk
from gitsig.store.lineages import Lineages
from tests.support.rawrepo import RawRepository


class Graph(RawRepository):
    """Commits without content, by number; their dates say nothing."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "graph.git")
        self.parents: dict[str, tuple[str, ...]] = {}
        self._tree = self.tree({})

    def commit(self, *parents: str, date: int = 0) -> str:
        lines = [f"tree {self._tree}", *(f"parent {oid}" for oid in parents)]
        people = [f"{who} A <a@example.org> {date} +0000" for who in ("author", "committer")]
        oid = self.raw("commit", "\n".join([*lines, *people, "", f"{len(self.parents)}\n"]).encode())
        self.parents[oid] = parents
        return oid

    def reached(self, oid: str) -> set[str]:
        """An id and all that is behind it."""
        found, waiting = set(), [oid]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += self.parents[each]
        return found

    def line(self, tip: str) -> list[str]:
        """First parents, newest first."""
        line = [tip]
        while self.parents[line[-1]]:
            line.append(self.parents[line[-1]][0])
        return line

    def bringer(self, tip: str, oid: str) -> str | None:
        """The definition."""
        return next((each for each in reversed(self.line(tip)) if oid in self.reached(each)), None)


def grown(folder: Path, seed: int, size: int = 40) -> tuple[Graph, list[str]]:
    """A random history with merges of up to three parents, and dates that lie."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    graph = Graph(folder)
    made: list[str] = []
    for _ in range(size):
        count = min(len(made), chance.choice((0, 1, 1, 1, 2, 2, 3)) if made else 0)
        made.append(graph.commit(*chance.sample(made[-8:], min(count, len(made[-8:]))), date=chance.randrange(10**9)))
    return graph, made


@pytest.mark.parametrize("seed", range(6))
def test_many_tips_and_roots(tmp_path: Path, seed: int) -> None:
    graph, made = grown(tmp_path, seed)
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    tips = chance.sample(made[-15:], 4)
    roots = chance.sample(made[:10], 2) if seed % 2 else []
    store = open_store(str(graph.path))
    lineages = Lineages(store)
    lines = Selector(store, lineages, Policy({}, trusted_roots=frozenset(roots))).lines(tips)
    hidden = set().union(*(graph.reached(root) for root in roots)) if roots else set()
    for oid in made:
        wanted = {graph.bringer(tip, oid) for tip in tips} - {None} if oid not in hidden else set()
        assert {line.bringer(oid) for line in lines} - {None} == wanted


@pytest.mark.parametrize("seed", range(6))
def test_what_has_come_since_and_single_commits(tmp_path: Path, seed: int) -> None:
    graph, made = grown(tmp_path, seed)
    store = open_store(str(graph.path))
    selector = Selector(store, Lineages(store), Policy({}))
    for new in made[-6:]:
        for old in made[-12:-6]:
            parted = next((each for each in graph.line(new) if each in graph.line(old)), None)
            known = graph.reached(parted) if parted else set()
            selection, lines = selector.since(new, [old])
            assert set(selection.commits) == graph.reached(new) - known
            for oid in selection.commits:
                assert [line.bringer(oid) for line in lines] == [graph.bringer(new, oid)]
        for oid in graph.reached(new):
            assert selector.line_to(new, oid).bringer(oid) == graph.bringer(new, oid)


def test_what_is_not_of_the_history_has_no_bringer(tmp_path: Path) -> None:
    graph = Graph(tmp_path)
    first = graph.commit()
    tip, other = graph.commit(first), graph.commit(first)
    lineages = Lineages(open_store(str(graph.path)))
    line = Line(lineages, tip, list(walk(lineages, [tip]).commits))
    assert [line.bringer(oid) for oid in (first, tip, other, "f" * 40)] == [first, tip, None, None]
    assert Line(lineages, tip, ()).bringer(tip) is None
    assert Ways(1, (line,)).lines == (line,)


def test_the_base_of_a_line(tmp_path: Path) -> None:
    graph = Graph(tmp_path)
    first = graph.commit()
    tip = graph.commit(first, graph.commit())
    lineages = Lineages(open_store(str(graph.path)))
    assert base_of(lineages, [tip]) == [first]
    assert base_of(lineages, [first, tip]) == []
    assert base_of(lineages, []) == []
