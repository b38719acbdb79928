"""In which files two trees differ: against `git diff-tree`, and where honest trees end."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from gitsig.errors import ObjectFault, ObjectMissing
from gitsig.store.differences import LIMITS, Difference, differences, files
from gitsig.store.trees import Entry, Trees

from .tales import Content, Tale
from .test_walk import MemoryStore


@pytest.fixture(scope="module")
def tale(tmp_path_factory: pytest.TempPathFactory, object_format: str) -> Tale:
    return Tale(tmp_path_factory.mktemp("differences") / "repo.git", object_format)


def _random_files(dice: random.Random) -> dict[str, Content]:
    found: dict[str, Content] = {}
    for _ in range(dice.randint(0, 12)):
        path = "/".join(dice.choices(["a", "b", "a.b", "a-", "é", "\n"], k=dice.randint(1, 3)))
        if any(path.startswith(f"{other}/") or other.startswith(f"{path}/") for other in found):
            continue
        mode = dice.choice([b"100644", b"100644", b"100755", b"120000"])
        found[path] = (mode, b"%d" % dice.randint(0, 2))
    return found


@pytest.mark.parametrize("seed", range(25))
def test_what_git_says(tale: Tale, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    before = _random_files(dice)
    after = {**(before if seed % 2 else {}), **_random_files(dice)}
    one, other = tale.grow(before), tale.grow({path: after[path] for path in after if not _shadowed(path, after)})
    said = tale.git("diff-tree", "-r", "--name-only", "--no-renames", "-z", one, other)
    trees = Trees(tale.store())
    found = differences(trees, one, other)
    assert set(found) == set(said.split(b"\0")[:-1])
    assert all(difference.one != difference.other for difference in found.values())
    for tree in (one, other):
        listed = set(tale.git("ls-tree", "-r", "--name-only", "-z", tree).split(b"\0")[:-1])
        assert set(differences(trees, None, tree)) == set(differences(trees, tree, None)) == listed
        assert set(files(trees, tree)) == listed


def _shadowed(path: str, among: dict[str, Content]) -> bool:
    return any(other.startswith(f"{path}/") for other in among)


def test_both_sides_are_told(tale: Tale) -> None:
    one = tale.grow({"same": b"0", "a": b"1", "d/x": b"2", "m": b"3"})
    other = tale.grow({"same": b"0", "a/x": b"1", "d": b"2", "m": (b"100755", b"3")})
    entries = [Entry(b"100644", tale.raw("blob", b"%d" % number)) for number in range(4)]
    assert differences(Trees(tale.store()), one, other) == {
        b"a": Difference(entries[1], None),
        b"a/x": Difference(None, entries[1]),
        b"d": Difference(None, entries[2]),
        b"d/x": Difference(entries[2], None),
        b"m": Difference(entries[3], Entry(b"100755", entries[3].oid)),
    }


def test_equal_subtrees_are_not_read_and_others_must_be_there(tmp_path: Path, object_format: str) -> None:
    tale = Tale(tmp_path / "repo.git", object_format)
    one, other = tale.grow({"big/f": b"1", "x": b"1"}), tale.grow({"big/f": b"1", "x": b"2"})
    tale.lose(tale.grow({"f": b"1"}))
    trees = Trees(tale.store())
    assert set(differences(trees, one, other)) == {b"x"}
    assert differences(trees, "0" * len(one), "0" * len(one)) == {}
    for missing in (None, tale.grow({"big/f": b"2"})):
        with pytest.raises(ObjectMissing):
            differences(trees, one, missing)
    with pytest.raises(ObjectMissing):
        files(trees, one)


def test_spellings_are_no_difference(tale: Tale) -> None:
    blob, folder = tale.raw("blob", b"x"), tale.grow({"f": b"x"})
    old = tale.entries((b"100664 a", blob), (b"040000 b", folder))
    assert differences(Trees(tale.store()), old, tale.grow({"a": b"x", "b/f": b"x"})) == {}


@pytest.mark.parametrize("one_sided", [True, False])
def test_trees_thousands_of_levels_deep(one_sided: bool) -> None:
    store = MemoryStore()

    def nest(levels: int, bottom: bytes) -> str:
        tree = store.put("tree", b"100644 f\0" + bottom * 20)
        for _ in range(levels):
            tree = store.put("tree", b"40000 d\0" + bytes.fromhex(tree))
        return tree

    trees = Trees(store)
    assert set(differences(trees, None if one_sided else nest(2047, b"2"), nest(2047, b"1"))) == {b"d/" * 2047 + b"f"}
    deeper = nest(10_000, b"1")
    with pytest.raises(ObjectFault, match="a path of more than 4096 bytes"):
        differences(trees, None if one_sided else nest(10_000, b"2"), deeper)
    with pytest.raises(ObjectFault, match="4096"):
        files(trees, deeper)


def test_a_small_tree_of_very_many_files(tale: Tale) -> None:
    tree = tale.grow({str(number): b"" for number in range(10)})
    for _ in range(9):
        tree = tale.entries(*((b"40000 %d" % number, tree) for number in range(10)))
    limits = LIMITS._replace(entry_count=20_000)
    with pytest.raises(ObjectFault, match="more than 20000 entries"):
        differences(Trees(tale.store()), None, tree, limits)
    empty = tale.entries()
    for _ in range(9):
        empty = tale.entries(*((b"40000 %d" % number, empty) for number in range(10)))
    with pytest.raises(ObjectFault, match="entries"):
        differences(Trees(tale.store()), tree, empty, limits)


def test_an_answer_is_whole_or_none(tale: Tale) -> None:
    tree = tale.grow({"a/bc": b"", "a/d": b"", "e": b""})
    trees = Trees(tale.store())
    whole = {b"a/bc", b"a/d", b"e"}
    exact = LIMITS._replace(path_length=4, entry_count=4, paths_size=9)  # `a` itself counts
    assert set(differences(trees, None, tree, exact)) == whole
    for name, value in exact._asdict().items():
        with pytest.raises(ObjectFault, match="too large to be compared"):
            differences(trees, None, tree, exact._replace(**{name: value - 1}))
