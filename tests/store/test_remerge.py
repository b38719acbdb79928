"""A merge made anew: git's own answer, with nothing of the repository but its objects."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault, ObjectFault
from gitsig.store import gitprogram
from gitsig.store.remerge import merged_tree

from .tales import Tale

LINES = b"".join(b"%d\n" % number for number in range(40))
HEAD, TAIL = b"head\n" + LINES, LINES + b"tail\n"


@pytest.fixture
def tale(tmp_path: Path, object_format: str, monkeypatch: pytest.MonkeyPatch) -> Tale:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return Tale(tmp_path / "repo.git", object_format)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "result"),
    [
        ({"a": LINES}, {"a": HEAD}, {"a": TAIL}, {"a": b"head\n" + LINES + b"tail\n"}),
        ({"a": LINES}, {"b": LINES}, {"a": TAIL}, {"b": TAIL}),
        ({"a": LINES}, {"a": LINES, "b": b"b"}, {"c": LINES}, {"c": LINES, "b": b"b"}),
        ({"a": LINES}, {"a": b"x" + LINES}, {"a": b"y" + LINES}, None),
        ({"a": LINES}, {"b": b"b"}, {"a": TAIL}, None),
        # A folder renamed on one side would take the other's new file along: git asks, so it is no clean merge.
        ({"d/a": LINES, "d/b": HEAD}, {"e/a": LINES, "e/b": HEAD}, {"d/a": LINES, "d/b": HEAD, "d/c": b"c"}, None),
    ],
)
def test_a_merge_is_made_as_git_makes_it(tale: Tale, base, ours, theirs, result) -> None:
    first = tale.commit(base)
    one, other = tale.commit(ours, first), tale.commit(theirs, first)
    before = sorted(tale.path.rglob("*"))
    assert merged_tree(tale.store(), one, other) == (None if result is None else tale.grow(result))
    if result is None:
        assert sorted(tale.path.rglob("*")) == before
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_attributes_and_drivers_have_no_say(tale: Tale) -> None:
    attributes = {".gitattributes": b"* merge=union\n"}
    tale.git("config", "merge.union.driver", "true")
    (tale.path / "info").mkdir(exist_ok=True)
    (tale.path / "info" / "attributes").write_text("* merge=union\n")
    first = tale.commit({"a": LINES, **attributes})
    one, other = tale.commit({"a": b"x\n" + LINES, **attributes}, first), tale.commit({"a": b"y\n" + LINES}, first)
    assert merged_tree(tale.store(), one, other) is None


def test_replaced_objects_are_not_seen(tale: Tale) -> None:
    first = tale.commit({"a": LINES})
    one, other = tale.commit({"a": HEAD}, first), tale.commit({"a": TAIL}, first)
    tale.git("replace", "-f", other, tale.commit({"a": b"evil"}, first))
    assert merged_tree(tale.store(), one, other) == tale.grow({"a": b"head\n" + TAIL})


def test_a_missing_object_is_a_fault(tale: Tale) -> None:
    first = tale.commit({"a": LINES})
    one, other = tale.commit({"a": HEAD}, first), tale.commit({"a": TAIL}, first)
    store = tale.store()
    tale.lose(tale.raw("blob", TAIL))
    with pytest.raises(ObjectFault, match="git cannot merge"):
        merged_tree(store, one, other)


def test_unrelated_histories_are_laid_beside_each_other(tale: Tale) -> None:
    one, other = tale.commit({"a": b"1"}), tale.commit({"b": b"2"})
    assert merged_tree(tale.store(), one, other) == tale.grow({"a": b"1", "b": b"2"})
    assert merged_tree(tale.store(), one, tale.commit({"a": b"2"})) is None


@pytest.mark.parametrize(
    ("script", "words"), [("exit 129", "older than 2.38"), ("echo x; exit 0", "cannot merge"), (None, "not installed")]
)
def test_another_git_is_no_answer(tale: Tale, tmp_path: Path, monkeypatch, script: str | None, words: str) -> None:
    store = tale.store()
    first = tale.commit({"a": LINES})
    other = tale.commit({"a": TAIL}, first)
    programs = tmp_path / "programs"
    programs.mkdir()
    if script is not None:
        (programs / "git").write_text(f"#!/bin/sh\n{script}\n")
        (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    assert gitprogram.shutil.which("git") == (str(programs / "git") if script else None)
    with pytest.raises((EnvironmentFault, ObjectFault), match=words):
        merged_tree(store, first, other)
