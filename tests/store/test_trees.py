"""Raw trees: against the real git, and whatever is outside the grammar."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from gitsig.errors import MalformedObject, ObjectFault, ObjectMissing
from gitsig.store.bounded import Bounded
from gitsig.store.trees import DIRECTORY, LINK, SUBMODULE, Entry, Trees, read_tree

from .tales import Tale


@pytest.fixture
def tale(tmp_path: Path, object_format: str) -> Tale:
    return Tale(tmp_path / "repo.git", object_format)


def test_what_git_lists(tale: Tale) -> None:
    tree = tale.grow(
        {
            "a": b"1",
            "a.b": (b"100755", b"2"),
            "a-b/c": b"3",
            "b/c/d": b"4",
            "b.c": (b"120000", b"a"),
            "\n \udcff": b"5",
            "module": (b"160000", b"1" * len(tale.raw("blob", b""))),
        }
    )
    listed = {}
    for line in tale.git("ls-tree", "-z", tree).split(b"\0")[:-1]:
        facts, _, name = line.partition(b"\t")
        mode, _, oid = facts.split(b" ")
        listed[name] = Entry(mode.lstrip(b"0"), oid.decode())
    found = read_tree(tale.store(), tree)
    assert found == listed
    assert list(found) == list(listed)
    assert {entry.mode for entry in found.values()} >= {DIRECTORY, LINK, SUBMODULE}
    assert read_tree(tale.store(), tale.entries()) == {}


def test_spellings_of_old_histories(tale: Tale) -> None:
    blob, folder = tale.raw("blob", b"x"), tale.grow({"f": b"x"})
    old = tale.entries((b"100664 a", blob), (b"040000 b", folder))
    new = tale.entries((b"100644 a", blob), (b"40000 b", folder))
    assert old != new
    assert read_tree(tale.store(), old) == read_tree(tale.store(), new)


@pytest.mark.parametrize(
    ("entries", "what"),
    [
        ([b"100644 a", b"100644 a"], "two entries of one name"),
        ([b"100644 a", b"40000 a"], "two entries of one name"),
        ([b"100644 a", b"100644 a.b", b"40000 a"], "two entries of one name"),
        ([b"100644 b", b"100644 a"], "out of order"),
        ([b"40000 a", b"100644 a.b"], "out of order"),
        ([b"100644 a0", b"40000 a"], "out of order"),
        ([b"100644 "], "a name that no file can have"),
        ([b"100644 ."], "a name that no file can have"),
        ([b"40000 .."], "a name that no file can have"),
        ([b"40000 ."], "a name that no file can have"),
        ([b"100644 a/b"], "a name that no file can have"),
        ([b"40000 a/"], "a name that no file can have"),
        ([b"100600 a"], "mode 100600"),
        ([b"100000 a"], "mode 100000"),
        ([b"0100644 a"], "mode 0100644"),
        ([b"0040000 a"], "mode 0040000"),
        ([b"0160000 a"], "mode 0160000"),
        ([b"140000 a"], "mode 140000"),
        ([b"0 a"], "mode 0"),
        ([b"7" * 5000 + b" a"], "mode 7777777777777777$"),
        ([b" a"], "damaged"),
        ([b"a"], "damaged"),
        ([b"100644"], "damaged"),
        ([b"+100644 a"], "damaged"),
        ([b"100644\ta"], "damaged"),
    ],
)
def test_outside_the_grammar(tale: Tale, entries: Sequence[bytes], what: str) -> None:
    blob = tale.raw("blob", b"")
    tree = tale.entries(*((entry, blob) for entry in entries))
    with pytest.raises(ObjectFault, match=what) as caught:
        read_tree(tale.store(), tree)
    assert caught.value.where == tree


def test_cut_off(tale: Tale) -> None:
    blob = tale.raw("blob", b"")
    whole = b"100644 a\0" + bytes.fromhex(blob)
    for length in (*range(1, len(whole)), len(whole) + 1):
        with pytest.raises(ObjectFault, match="damaged"):
            read_tree(tale.store(), tale.raw("tree", (whole * 2)[:length]))


def test_an_id_may_hold_any_byte(tale: Tale) -> None:
    width = len(bytes.fromhex(tale.raw("blob", b"")))
    for oid in (b"\n" * width, b"\0" * width, b"100644 a\0".ljust(width, b"/")):
        assert read_tree(tale.store(), tale.entries((b"100644 a", oid.hex()))) == {b"a": Entry(b"100644", oid.hex())}


def test_no_tree_and_no_object(tale: Tale) -> None:
    blob = tale.raw("blob", b"")
    with pytest.raises(ObjectFault, match="a blob stands where a tree should"):
        read_tree(tale.store(), blob)
    with pytest.raises(ObjectMissing):
        Trees(tale.store()).read("1" * len(blob))
    tale.plant("2" * len(blob), b"tree 0\0")
    with pytest.raises(ObjectFault, match="hash"):
        read_tree(tale.store(), "2" * len(blob))


def test_at(tale: Tale) -> None:
    trees = Trees(tale.store())
    tree = tale.grow({"a": b"1", "b/c/d": b"2", "link": (b"120000", b"b")})
    assert trees.at(tree, b"b/c/d") == Entry(b"100644", tale.raw("blob", b"2"))
    assert trees.at(tree, b"link") == Entry(LINK, tale.raw("blob", b"b"))
    for path in (b"b", b"b/c", b"b/c/e", b"a/b", b"link/c", b"", b"b//c", b"/a", b"a/"):
        assert trees.at(tree, path) is None
    tale.lose(tale.grow({"d": b"2"}))
    with pytest.raises(ObjectMissing):
        Trees(tale.store()).at(tree, b"b/c/d")


def test_trees_are_kept_within_bounds(tale: Tale) -> None:
    trees = Trees(tale.store(), cached_entries=3)
    oids = [tale.grow({str(number): b""}) for number in range(3)]
    for oid in (*oids, oids[1]):
        trees.read(oid)
    tale.lose(oids[1])
    assert trees.read(oids[1]) == {b"1": Entry(b"100644", tale.raw("blob", b""))}
    tale.lose(oids[0])
    with pytest.raises(ObjectMissing):
        trees.read(oids[0])


def test_what_was_used_longest_ago_goes_first() -> None:
    made: list[int] = []

    def make(key: int) -> int:
        made.append(key)
        if key < 0:
            raise MalformedObject("negative")
        return key

    kept = Bounded(10, make, lambda weight: weight)
    for key in (4, 5, 4, 3, 4, 5, 11, 11):
        assert kept.get(key) == key
    assert made == [4, 5, 3, 5, 11, 11]
    assert len(kept) == 2
    for _ in range(2):
        with pytest.raises(MalformedObject):
            kept.get(-1)
    assert made[-2:] == [-1, -1]
