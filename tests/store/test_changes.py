"""What a commit itself changes: stories of merges, honest and evil, and what git says of random ones."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from gitsig.errors import MalformedObject, ObjectFault, ObjectMissing
from gitsig.store import changes as changes_module
from gitsig.store import open_store
from gitsig.store.changes import Changes
from gitsig.store.lineages import Lineages

from .tales import Content, Files, Tale

LINES = b"".join(b"line %d\n" % number for number in range(12))
TOP, END, BOTH = b"top\n" + LINES, LINES + b"end\n", b"top\n" + LINES + b"end\n"
OLD, NEW, OTHER = b"old\n", b"new\n", b"other\n"
CI = "ci/build.yml"


@pytest.fixture
def tale(tmp_path: Path, object_format: str) -> Tale:
    return Tale(tmp_path / "repo.git", object_format)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, object_format: str) -> Tale:
    """For stories that only add to it."""
    return Tale(tmp_path_factory.mktemp("shared") / "repo.git", object_format)


def executable(content: bytes) -> Content:
    return b"100755", content


def link(target: bytes) -> Content:
    return b"120000", target


# Commits with one parent or none


def test_a_root_changes_all_of_its_files(shared: Tale) -> None:
    root = shared.commit({"b": OLD, "a/x": OLD, "module": (b"160000", shared.raw("blob", b"").encode())})
    assert shared.changed(root) == ["a/x", "b", "module"]
    assert shared.changes().brought_paths(root) == (b"a/x", b"b", b"module")
    assert shared.changed(shared.commit({})) == []


@pytest.mark.parametrize(
    ("after", "changed"),
    [
        ({"a": OLD, "b/c": OLD}, []),
        ({"a": NEW, "b/c": OLD}, ["a"]),
        ({"a": executable(OLD), "b/c": OLD}, ["a"]),
        ({"a": link(OLD), "b/c": OLD}, ["a"]),
        ({"a": OLD}, ["b/c"]),
        ({"a/x": OLD, "b": OLD}, ["a", "a/x", "b", "b/c"]),
        ({"moved": OLD, "b/c": OLD}, ["a", "moved"]),
        ({}, ["a", "b/c"]),
    ],
)
def test_one_parent(shared: Tale, after: Files, changed: Sequence[str]) -> None:
    root = shared.commit({"a": OLD, "b/c": OLD})
    for parents in ([root], [root, root]):
        commit = shared.commit(after, *parents)
        assert shared.changed(commit) == changed
        assert [path.decode() for path in shared.changes().brought_paths(commit)] == changed


# Merges of two sides of one story: base, ours, theirs, result; and what is the merge's own

STORIES: dict[str, tuple[Files, Files, Files, Files, list[str]]] = {
    "nothing on their side": ({CI: OLD}, {CI: NEW}, {CI: OLD, "x": NEW}, {CI: NEW, "x": NEW}, []),
    "nothing on our side": ({CI: OLD}, {CI: OLD, "x": NEW}, {CI: NEW}, {CI: NEW, "x": NEW}, []),
    "the same on both sides": ({CI: OLD}, {CI: NEW}, {CI: NEW, "x": NEW}, {CI: NEW, "x": NEW}, []),
    "the old version of a side branch": ({CI: OLD}, {CI: NEW}, {CI: OLD, "x": NEW}, {CI: OLD, "x": NEW}, [CI]),
    "the old version on the main line": ({CI: OLD}, {CI: OLD}, {CI: NEW, "x": NEW}, {CI: OLD, "x": NEW}, [CI]),
    "an addition taken back": ({}, {CI: NEW}, {"x": NEW}, {"x": NEW}, [CI]),
    "a deletion undone": ({CI: OLD}, {}, {CI: OLD, "x": NEW}, {CI: OLD, "x": NEW}, [CI]),
    "a deletion kept": ({CI: OLD}, {}, {CI: OLD, "x": NEW}, {"x": NEW}, []),
    "changed and deleted, ours": ({CI: OLD}, {CI: NEW}, {"x": NEW}, {CI: NEW, "x": NEW}, [CI]),
    "changed and deleted, theirs": ({CI: OLD}, {CI: NEW}, {"x": NEW}, {"x": NEW}, [CI]),
    "deleted by both": ({CI: OLD}, {"x": OLD}, {"x": NEW}, {"x": OTHER}, ["x"]),
    "deleted by both and back": ({CI: OLD}, {"x": OLD}, {"x": OLD, "y": OLD}, {CI: OLD, "x": OLD, "y": OLD}, [CI]),
    "changed by both, ours": ({CI: OLD}, {CI: NEW}, {CI: OTHER}, {CI: NEW}, [CI]),
    "changed by both, theirs": ({CI: OLD}, {CI: NEW}, {CI: OTHER}, {CI: OTHER}, [CI]),
    "changed by both, by hand": ({CI: OLD}, {CI: NEW}, {CI: OTHER}, {CI: b"new\nother\n"}, [CI]),
    "changed by nobody": ({CI: OLD}, {CI: OLD, "x": NEW}, {CI: OLD}, {CI: NEW, "x": NEW}, [CI]),
    "added by nobody": ({}, {"x": NEW}, {"y": NEW}, {CI: NEW, "x": NEW, "y": NEW}, [CI]),
    "added by both alike": ({}, {CI: NEW}, {CI: NEW, "x": NEW}, {CI: NEW, "x": NEW}, []),
    "added by both": ({}, {CI: NEW}, {CI: OTHER}, {CI: NEW}, [CI]),
    "content of both": ({CI: LINES}, {CI: TOP}, {CI: END}, {CI: BOTH}, []),
    "content of both and more": ({CI: LINES}, {CI: TOP}, {CI: END}, {CI: BOTH + b"evil\n"}, [CI]),
    "content of both, ours alone": ({CI: LINES}, {CI: TOP}, {CI: END}, {CI: TOP}, [CI]),
    "content of both, theirs alone": ({CI: LINES}, {CI: TOP}, {CI: END}, {CI: END}, [CI]),
    "content of both, none": ({CI: LINES}, {CI: TOP}, {CI: END}, {CI: LINES}, [CI]),
    "content of both, as conflict": (
        {CI: OLD},
        {CI: NEW},
        {CI: OTHER},
        {CI: b"<<<<<<< ours\nnew\n=======\nother\n>>>>>>> theirs\n"},
        [CI],
    ),
    "ours has theirs already": ({CI: LINES}, {CI: BOTH}, {CI: END}, {CI: BOTH}, []),
    "binary content": ({CI: b"\0" + LINES}, {CI: b"\0" + TOP}, {CI: b"\0" + END}, {CI: b"\0" + BOTH}, [CI]),
    "content and mode": ({CI: OLD}, {CI: executable(OLD)}, {CI: NEW}, {CI: executable(NEW)}, []),
    "content of both and mode": ({CI: LINES}, {CI: TOP}, {CI: executable(END)}, {CI: executable(BOTH)}, []),
    "content of both, mode lost": ({CI: LINES}, {CI: TOP}, {CI: executable(END)}, {CI: BOTH}, [CI]),
    "mode of both": ({CI: LINES}, {CI: executable(TOP)}, {CI: executable(END)}, {CI: executable(BOTH)}, []),
    "mode by nobody": ({CI: LINES}, {CI: TOP}, {CI: END}, {CI: executable(BOTH)}, [CI]),
    "mode and content, mode taken back": ({CI: OLD}, {CI: executable(OLD)}, {CI: NEW}, {CI: NEW}, [CI]),
    "mode alone": ({CI: OLD}, {CI: executable(OLD)}, {CI: OLD, "x": NEW}, {CI: executable(OLD), "x": NEW}, []),
    "mode alone, taken back": ({CI: OLD}, {CI: executable(OLD)}, {CI: OLD, "x": NEW}, {CI: OLD, "x": NEW}, [CI]),
    "a link by nobody": ({CI: LINES}, {CI: TOP}, {CI: END}, {CI: link(BOTH)}, [CI]),
    "links are not merged": ({CI: link(LINES)}, {CI: link(TOP)}, {CI: link(END)}, {CI: link(BOTH)}, [CI]),
    "a link on one side": ({CI: LINES}, {CI: link(TOP)}, {CI: END}, {CI: link(BOTH)}, [CI]),
    "a link in the base": ({CI: link(LINES)}, {CI: TOP}, {CI: END}, {CI: BOTH}, [CI]),
    "a link brought": ({CI: OLD}, {CI: link(OLD)}, {CI: OLD, "x": NEW}, {CI: link(OLD), "x": NEW}, []),
    "a file to a directory": ({"ci": OLD}, {CI: NEW}, {"ci": OLD, "x": NEW}, {CI: NEW, "x": NEW}, []),
    "a file to a directory, undone": ({"ci": OLD}, {CI: NEW}, {"ci": OLD, "x": NEW}, {"ci": OLD, "x": NEW}, ["ci", CI]),
    "a directory to a file": ({CI: OLD}, {"ci": NEW}, {CI: OLD, "x": NEW}, {"ci": NEW, "x": NEW}, []),
    "a rename brought": ({"a": LINES}, {"b": LINES}, {"a": LINES, "x": NEW}, {"b": LINES, "x": NEW}, []),
    "a rename followed": ({"a": LINES}, {"b": LINES}, {"a": END}, {"b": END}, ["a", "b"]),
    "all of ours": ({CI: OLD, "x": OLD}, {CI: NEW, "x": OLD}, {CI: OLD, "x": NEW}, {CI: NEW, "x": OLD}, ["x"]),
    "two folders, one evil": (
        {CI: OLD, "src/a": OLD},
        {CI: NEW, "src/a": OLD},
        {CI: OLD, "src/a": NEW},
        {CI: OLD, "src/a": NEW},
        [CI],
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_merge(shared: Tale, name: str) -> None:
    base, ours, theirs, result, expected = STORIES[name]
    root = shared.commit(base)
    sides = shared.commit(ours, root), shared.commit(theirs, root)
    for parents in (sides, sides[::-1], (*sides, sides[0])):
        merge = shared.commit(result, *parents)
        assert shared.changed(merge) == expected
        first = shared.commit(result, parents[0])
        assert shared.changes().brought_paths(merge) == shared.changes().changed_paths(first)


@pytest.mark.parametrize(("result", "own"), [({CI: NEW, "x": NEW}, []), ({CI: OLD, "x": NEW}, [CI])])
def test_merging_the_main_line_into_a_topic_again_and_again(shared: Tale, result: Files, own: Sequence[str]) -> None:
    root = shared.commit({CI: OLD})
    main, topic = shared.commit({CI: OTHER}, root), shared.commit({CI: OLD, "x": NEW}, root)
    first = shared.commit({CI: OTHER, "x": NEW}, topic, main)
    later = shared.commit({CI: NEW}, main)
    assert shared.changed(first) == []
    assert shared.changed(shared.commit(result, first, later)) == own
    forward = shared.commit({CI: NEW, "x": NEW}, later, shared.commit({CI: OTHER, "x": NEW}, first))
    assert shared.changed(forward) == []


def test_one_parent_behind_the_other(shared: Tale) -> None:
    root = shared.commit({CI: OLD})
    topic = shared.commit({CI: NEW, "x": NEW}, root)
    for parents in ((root, topic), (topic, root)):
        assert shared.changed(shared.commit({CI: NEW, "x": NEW}, *parents)) == []
        assert shared.changed(shared.commit({CI: OLD, "x": NEW}, *parents)) == [CI]


def test_no_common_ancestor(shared: Tale) -> None:
    main, foreign = shared.commit({CI: OLD, "a": OLD}), shared.commit({CI: NEW, "b": OLD})
    assert shared.changed(shared.commit({CI: OLD, "a": OLD, "b": OLD}, main, foreign)) == [CI]
    assert shared.changed(shared.commit({CI: NEW, "a": OLD, "b": OLD}, main, foreign)) == [CI]
    assert shared.changed(shared.commit({CI: NEW, "b": OLD}, main, foreign)) == ["a", CI]
    apart = shared.commit({"b": OLD})
    assert shared.changed(shared.commit({CI: OLD, "a": OLD, "b": OLD}, main, apart)) == []


def test_criss_cross(shared: Tale) -> None:
    root = shared.commit({CI: OLD, "a": OLD, "text": LINES})
    one = shared.commit({CI: NEW, "a": OLD, "text": LINES}, root)
    other = shared.commit({CI: OLD, "a": NEW, "text": LINES}, root)
    both: dict[str, Content] = {CI: NEW, "a": NEW, "text": LINES}
    left, right = shared.commit(both, one, other), shared.commit(both, other, one)
    left, right = shared.commit({**both, "x": NEW}, left), shared.commit({**both, "y": NEW}, right)
    merged = {**both, "x": NEW, "y": NEW}
    assert shared.changed(shared.commit(merged, left, right)) == []
    assert shared.changed(shared.commit({**merged, CI: OLD}, left, right)) == [CI]

    # Undone on one side: one of the common ancestors had it so, and the other speaks against.
    undone = shared.commit({**both, CI: OLD, "y": NEW}, right)
    assert shared.changed(shared.commit({**merged, CI: OLD}, left, undone)) == [CI]
    assert shared.changed(shared.commit({**merged, CI: NEW}, left, undone)) == [CI]

    # Contents are not merged over several common ancestors.
    top, end = shared.commit({**both, "text": TOP}, left), shared.commit({**both, "text": END}, right)
    assert shared.changed(shared.commit({**both, "text": BOTH}, top, end)) == ["text"]


def test_octopus(shared: Tale) -> None:
    base: dict[str, Content] = {CI: OLD, "text": LINES}
    root = shared.commit(base)
    parents = [shared.commit({**base, name: NEW}, root) for name in "abc"]
    main = shared.commit({**base, CI: NEW}, root)
    clean: dict[str, Content] = {**base, CI: NEW, "a": NEW, "b": NEW, "c": NEW}
    assert shared.changed(shared.commit(clean, main, *parents)) == []
    assert shared.changed(shared.commit({**clean, CI: OLD}, main, *parents)) == [CI]
    assert shared.changed(shared.commit({**clean, CI: OLD}, *parents, main)) == [CI]
    assert shared.changed(shared.commit({**clean, "b": OTHER, "d": NEW}, main, *parents)) == ["b", "d"]
    twice = [shared.commit({**base, "text": text}, root) for text in (TOP, END)]
    assert shared.changed(shared.commit({**clean, "text": BOTH}, main, *parents, *twice)) == ["text"]
    assert shared.changed(shared.commit({**clean, "text": TOP}, main, *parents, *twice)) == ["text"]
    # A third parent from before the fork has no say; one that has changed the file has.
    assert shared.changed(shared.commit({**clean, "text": TOP}, main, *parents, twice[0], root)) == []


def test_many_parents_and_many_common_ancestors(shared: Tale, monkeypatch: pytest.MonkeyPatch) -> None:
    root = shared.commit({"a": OLD})
    parents = [shared.commit({"a": OLD, str(number): NEW}, root) for number in range(4)]
    result: Files = {"a": OLD, **{str(number): NEW for number in range(4)}}
    merge = shared.commit(result, *parents)
    monkeypatch.setattr(changes_module, "_MOST_PARENTS", 4)
    assert shared.changed(merge) == []
    monkeypatch.setattr(changes_module, "_MOST_PARENTS", 3)
    with pytest.raises(ObjectFault, match="more than 3 parents"):
        shared.changed(merge)
    crossed = [shared.commit({**result, name: NEW}, *parents[:3]) for name in "xy"]
    merge = shared.commit({**result, "x": NEW, "y": NEW}, *crossed)
    assert shared.changed(merge) == []
    monkeypatch.setattr(changes_module, "_MOST_BASES", 2)
    with pytest.raises(ObjectFault, match="more than 2 best common ancestors"):
        shared.changed(merge)


# Random merges


def test_contents_are_merged_anew_for_so_many_files_only(tale: Tale, monkeypatch: pytest.MonkeyPatch) -> None:
    """A push must not keep the server busy: what is beyond counts as changed."""
    names = [f"f{number}" for number in range(4)]
    base = tale.commit(dict.fromkeys(names, LINES))
    ours, theirs = tale.commit(dict.fromkeys(names, TOP), base), tale.commit(dict.fromkeys(names, END), base)
    merge = tale.commit(dict.fromkeys(names, BOTH), ours, theirs)
    changes = tale.changes()
    monkeypatch.setattr(changes_module, "_MOST_CONTENTS", 3)
    assert len(changes.changed_paths(merge)) == 1
    monkeypatch.setattr(changes_module, "_MOST_CONTENTS", 4)
    assert changes.changed_paths(merge) == ()


@pytest.mark.parametrize("seed", range(4))
def test_files_that_cannot_be_merged_by_content(shared: Tale, seed: int) -> None:
    """The merge takes whatever it likes; own is what the three-way merge of entries does not give."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    choices: list[Content | None] = [None, OLD, NEW, OTHER, link(OLD)]
    paths = [f"{number % 7}/{number}" for number in range(60)]
    base, ours, theirs = ({path: dice.choice(choices) for path in paths} for _ in range(3))
    for path in paths:
        ours[path], theirs[path] = (dice.choice([side[path], base[path]]) for side in (ours, theirs))
    result = {path: dice.choice([base[path], ours[path], theirs[path], dice.choice(choices)]) for path in paths}
    root = shared.commit(_present(base))
    merge = shared.commit(_present(result), shared.commit(_present(ours), root), shared.commit(_present(theirs), root))
    own = [path for path in paths if result[path] != _three_way(base[path], ours[path], theirs[path], object())]
    assert 0 < len(own) < len(paths)
    assert shared.changed(merge) == sorted(own)


def _present(files: Mapping[str, Content | None]) -> Files:
    return {path: content for path, content in files.items() if content is not None}


def _three_way(base: object, ours: object, theirs: object, conflict: object) -> object:
    if ours in (theirs, base):
        return theirs
    return ours if theirs == base else conflict


@pytest.mark.parametrize("seed", range(4))
def test_what_git_merges_cleanly_is_nobodys_change(shared: Tale, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    texts = {f"{number % 5}/{number}": [b"%d\n" % dice.randint(0, 40) for _ in range(30)] for number in range(15)}

    def edit(lines: Sequence[bytes], part: range) -> bytes:
        changed = list(lines)
        for _ in range(dice.randint(0, 2)):
            at = dice.choice(part)
            changed[at : at + dice.randint(0, 2)] = [b"%d\n" % dice.randint(50, 99) for _ in range(dice.randint(0, 2))]
        return b"".join(changed)

    root = shared.commit({path: b"".join(lines) for path, lines in texts.items()})
    ours = shared.commit({path: edit(lines, range(12)) for path, lines in texts.items()}, root)
    theirs = shared.commit({path: edit(lines, range(16, 28)) for path, lines in texts.items()}, root)
    tree = shared.git("-c", "merge.renames=false", "merge-tree", "--write-tree", ours, theirs).decode().strip()
    assert shared.changed(shared.commit(tree, ours, theirs)) == []
    assert shared.changed(shared.commit(tree, theirs, ours)) == []


# What cannot be known


def _merge(tale: Tale) -> tuple[dict[str, str], str]:
    """A merge of contents, and the objects that telling its changes needs."""
    root = tale.commit({"a/f": LINES, "b": OLD})
    ours, theirs = tale.commit({"a/f": TOP, "b": OLD}, root), tale.commit({"a/f": END, "b": OLD}, root)
    needed = {
        "base": root,
        "parent": theirs,
        "base's tree": tale.grow({"a/f": LINES, "b": OLD}),
        "base's folder": tale.grow({"f": LINES}),
        "parent's tree": tale.grow({"a/f": END, "b": OLD}),
        "parent's folder": tale.grow({"f": END}),
        "own folder": tale.grow({"f": BOTH}),
        "base's file": tale.raw("blob", LINES),
        "ours": tale.raw("blob", TOP),
        "theirs": tale.raw("blob", END),
    }
    return needed, tale.commit({"a/f": BOTH, "b": OLD}, ours, theirs)


@pytest.mark.parametrize(
    "what",
    [
        "base",
        "parent",
        "base's tree",
        "base's folder",
        "parent's tree",
        "parent's folder",
        "own folder",
        "base's file",
        "ours",
        "theirs",
    ],
)
def test_a_missing_object_is_never_an_empty_answer(tale: Tale, what: str) -> None:
    needed, merge = _merge(tale)
    assert tale.changed(merge) == []
    tale.lose(needed[what])
    changes = tale.changes()
    for _ in range(2):
        with pytest.raises(ObjectMissing):
            changes.changed_paths(merge)


def test_files_that_nobody_changed_need_not_be_there(tale: Tale) -> None:
    _, merge = _merge(tale)
    tale.lose(tale.raw("blob", OLD))
    assert tale.changed(merge) == []


def test_missing_without_a_merge(tale: Tale) -> None:
    root = tale.commit({"a/f": OLD})
    commit = tale.commit({"a/f": NEW}, root)
    tale.lose(tale.grow({"f": OLD}))
    for path in (root, commit):
        for ask in (tale.changes().changed_paths, tale.changes().brought_paths):
            with pytest.raises(ObjectMissing):
                ask(path)
    tale.lose(root)
    with pytest.raises(ObjectMissing):
        tale.changed(commit)
    with pytest.raises(ObjectMissing):
        tale.changed(root)


def test_only_commits_inside_the_grammar(shared: Tale) -> None:
    tree = shared.grow({"a": OLD})
    two_trees = shared.raw(
        "commit", f"tree {tree}\ntree {tree}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n".encode()
    )
    bare = shared.raw("commit", f"tree {tree}\n\nno author\n".encode())
    for odd in (two_trees, bare):
        with pytest.raises(MalformedObject):
            shared.changed(odd)
    with pytest.raises(ObjectFault):
        shared.changed(tree)
    with pytest.raises(ObjectFault):
        shared.changed(shared.commit({}, two_trees))
    # History may be older than the strictness, but its tree must be beyond doubt.
    assert shared.changed(shared.commit({"a": OLD, "b": NEW}, bare)) == ["b"]


def test_a_tree_outside_the_grammar(tale: Tale) -> None:
    blob = tale.raw("blob", OLD)
    root = tale.commit({"a": OLD, "c/x": OLD})
    hidden = tale.entries((b"40000 c", tale.grow({"x": OLD})), (b"100644 a", blob))
    with pytest.raises(CalledProcessError):  # git itself does not find the file
        tale.git("rev-parse", "--verify", f"{hidden}:a")
    with pytest.raises(ObjectFault, match="out of order"):
        tale.changed(tale.commit(hidden, root))


def test_what_is_known_is_not_asked_again(tale: Tale) -> None:
    needed, merge = _merge(tale)
    other = tale.commit({"a/f": BOTH, "b": NEW}, *tale.git("rev-parse", f"{merge}^1", f"{merge}^2").decode().split())
    changes = tale.changes()
    changes.changed_paths(merge)
    for what in ("base", "base's tree", "base's folder", "parent", "parent's folder"):
        tale.lose(needed[what])
    assert changes.changed_paths(other) == (b"b",)


def test_a_push_in_quarantine(tale: Tale, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, object_format: str) -> None:
    root = tale.commit({CI: LINES})
    ours = tale.commit({CI: TOP}, root)
    pushed = Tale(tmp_path / "pushed.git", object_format)
    for files in ({CI: LINES}, {CI: TOP}):
        pushed.grow(files)
    theirs = pushed.commit({CI: END}, root)
    merge = pushed.commit({CI: BOTH}, ours, theirs)
    evil = pushed.commit({CI: END}, ours, theirs)
    monkeypatch.setenv("GIT_DIR", str(tale.path))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(pushed.path / "objects"))
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", str(tale.path / "objects"))
    monkeypatch.setenv("GIT_QUARANTINE_PATH", str(pushed.path / "objects"))
    store = open_store()
    changes = Changes(store, Lineages(store))
    assert changes.changed_paths(merge) == ()
    assert changes.changed_paths(evil) == (CI.encode(),)
