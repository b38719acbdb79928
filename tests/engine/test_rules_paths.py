"""Rules for paths: who may change what, and who answers for a merge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.rules_scene import LINES, MAIN, Scene
from tests.support.sshkeys import SSHHome

CI = {"refs": ["refs/heads/*"], "paths": ["ci/**"], "signers": ["role:maintainer"]}
OF_MAINTAINERS: dict[str, Any] = {"rules": [CI]}
MERGED = {"refs": [MAIN], "paths": ["ci/**"], "signers": ["role:maintainer"], "require": "first-parent"}


@pytest.fixture(params=["sha1", "sha256"])
def scene(tmp_path: Path, ssh: SSHHome, request: pytest.FixtureRequest) -> Scene:
    return Scene(tmp_path, ssh, request.param)


@pytest.fixture
def quick(tmp_path: Path, ssh: SSHHome) -> Scene:
    """For what does not depend on the object format."""
    return Scene(tmp_path, ssh)


def test_a_rule_speaks_of_those_who_change_its_paths(scene: Scene) -> None:
    scene.change("bob", "src/y")
    scene.change("ada", "ci/build")
    assert scene.refused(OF_MAINTAINERS) == {}
    evil = scene.change("bob", {"ci/build": b"evil\n", "src/y": b"good\n"})
    words = scene.refused(OF_MAINTAINERS)
    assert list(words) == [evil]
    assert words[evil].startswith("key_not_allowed: bob is not among the signers of rule 1 (refs/heads/*)")
    assert "ci/build" in words[evil]
    assert "src/y" not in words[evil]


@pytest.mark.parametrize(
    "files",
    [{"ci/new": b""}, {"CI/build": b"in a checkout that ignores case\n"}, {"ci/deep/er/file": b""}],
    ids=["new", "case", "deep"],
)
def test_every_way_to_change_the_path(quick: Scene, files: dict[str, bytes]) -> None:
    evil = quick.change("bob", files)
    assert list(quick.refused(OF_MAINTAINERS)) == [evil]


def test_a_file_or_folder_that_goes_or_becomes_something_else(quick: Scene) -> None:
    told = quick.told
    for tree in (
        told.tree({"README": b"read me\n", "src/x": LINES}),
        told.tree({"README": b"read me\n", "src/x": LINES, "ci": b"a file in its place"}),
    ):
        evil = told.commit("bob", branch=None, parents=[quick.base], edit=_with_tree(tree))
        assert list(quick.verdicts(OF_MAINTAINERS, evil)) == [evil]
        good = told.commit("ada", branch=None, parents=[quick.base], edit=_with_tree(tree))
        assert quick.verdicts(OF_MAINTAINERS, good) == {}


def _with_tree(tree: str) -> Any:
    return lambda payload: b"tree " + tree.encode() + payload[payload.index(b"\n") :]


# Merges


def test_a_developer_merges_a_maintainers_change(scene: Scene) -> None:
    """A forge's button does the same: the merge itself changes nothing."""
    scene.topic("ada", "ci/build")
    scene.change("bob", "src/y")
    scene.merge("bob")
    assert scene.refused(OF_MAINTAINERS) == {}


def test_a_developer_takes_main_into_a_topic_branch(scene: Scene) -> None:
    scene.topic("bob", "src/y")
    scene.change("ada", "ci/build")
    scene.merge("bob", "main", "topic")
    scene.merge("carol")
    assert scene.refused(OF_MAINTAINERS) == {}


def test_an_evil_merge_brings_a_change_of_its_own(scene: Scene) -> None:
    scene.topic("ada", "ci/build")
    scene.change("carol", "src/y")
    evil = scene.merge("bob", files={"ci/build": b"neither\n"})
    assert list(scene.refused(OF_MAINTAINERS)) == [evil]


def test_a_merge_takes_the_old_version_of_a_file_back(scene: Scene) -> None:
    """What it has at the path is what one of its parents has; and yet it undoes what the main line has done."""
    scene.topic("bob", "src/y")
    scene.change("ada", "ci/build")
    evil = scene.merge("bob", files={"ci/build": b"one\n"})
    assert list(scene.refused(OF_MAINTAINERS)) == [evil]


def test_both_sides_change_a_file_apart_from_each_other(scene: Scene) -> None:
    policy = {"rules": [{**CI, "paths": ["src/x"]}]}
    top, bottom = LINES.replace(b"line 1\n", b"top\n"), LINES.replace(b"line 28\n", b"bottom\n")
    scene.topic("ada", {"src/x": top})
    scene.change("ada", {"src/x": bottom})
    scene.merge("bob", files={"src/x": top.replace(b"line 28\n", b"bottom\n")})
    assert scene.refused(policy) == {}
    scene.topic("ada", {"src/x": LINES}, "back", start=scene.tip)
    scene.change("ada", {"src/x": top})
    evil = scene.merge("bob", "back", files={"src/x": LINES + b"more\n"})
    assert list(scene.refused(policy)) == [evil]


def test_the_first_parent_answers_for_all_that_it_brings(scene: Scene) -> None:
    """Where a rule looks at the first-parent line only, the topic's commits are not judged by it."""
    policy = {"rules": [MERGED]}
    scene.topic("bob", "ci/build")
    scene.change("ada", "src/y")
    good = scene.tip
    scene.merge("ada")
    assert scene.refused(policy, scene.base) == {}
    scene.told.branch("main", good)
    evil = scene.merge("bob")
    assert list(scene.refused(policy, scene.base)) == [evil]


# Signers that are confined


def test_a_bot_changes_its_own_files_only(scene: Scene) -> None:
    policy = {"signers": {"carol": {"paths": ["deps/**", "lock"]}}}
    scene.change("carol", {"deps/a/b": b"1", "lock": b"2"})
    assert scene.refused(policy, scene.base) == {}
    evil = scene.change("carol", {"deps/a": b"1", "src/x": b"2"})
    words = scene.refused(policy, scene.base)
    assert list(words) == [evil]
    assert words[evil].startswith("key_not_allowed: carol may change only deps/**, lock, and this changes src/x")
    folder = scene.told.commit("carol", branch=None, parents=[scene.base], files={"deps": b"no folder any more"})
    assert list(scene.verdicts(policy, folder)) == [folder]


def test_a_bot_merges_what_others_have_changed(scene: Scene) -> None:
    policy = {"signers": {"carol": {"paths": ["deps/**"]}}}
    scene.topic("bob", "src/y")
    scene.change("ada", "src/z")
    scene.merge("carol")
    assert scene.refused(policy, scene.base) == {}
    scene.topic("bob", "src/v", "other")
    scene.change("ada", "src/w")
    evil = scene.merge("carol", "other", files={"src/v": b"evil"})
    assert list(scene.refused(policy, scene.base)) == [evil]


@pytest.mark.parametrize("require", ["first-parent", "merges", "tip"])
def test_a_bot_answers_for_what_it_merges_where_nobody_else_looks(scene: Scene, require: str) -> None:
    """What is beside the line is not judged at all there: a merge would carry anything past the bot's paths."""
    policy = {"signers": {"carol": {"paths": ["deps/**"]}}, "defaults": {"require": require}}
    scene.told.branch("topic", scene.tip)
    scene.change("carol", "src/y", "topic", sign=False)
    evil = scene.merge("carol")
    found = scene.push(policy, scene.base, evil).refused
    assert [(each.oid, each.detail) for each in found] == [
        (evil, "carol may change only deps/**, and this brings src/y")
    ]
    assert list(scene.audit(policy, "main")) == [evil]
    scene.told.branch("main", scene.base)
    scene.topic("carol", "deps/a", "updates")
    assert scene.push(policy, scene.base, scene.merge("carol", "updates")).accepted


def test_a_bots_tag_says_nothing_of_paths(quick: Scene) -> None:
    quick.told.tag("v1", by="carol")
    assert quick.audit({"signers": {"carol": {"paths": ["deps/**"]}}}) == {}


# Kinds, merges and hashes of trees


def test_a_rule_for_merges_only(scene: Scene) -> None:
    policy = {"rules": [{"refs": [MAIN], "kinds": ["merge"], "signers": ["role:maintainer"]}]}
    scene.change("bob", "src/y")
    scene.topic("bob", "src/z")
    scene.change("carol", "src/w")
    scene.merge("ada")
    assert scene.refused(policy) == {}
    scene.topic("bob", "src/v", "other")
    scene.change("carol", "src/u")
    evil = scene.merge("bob", "other")
    assert list(scene.refused(policy)) == [evil]


def test_clean_merges(scene: Scene) -> None:
    policy = {"rules": [{"refs": [MAIN], "clean_merges": True}]}
    scene.topic("bob", "src/y")
    scene.change("carol", "src/w")
    scene.merge("bob")
    assert scene.refused(policy) == {}
    scene.topic("bob", "src/z", "other")
    scene.change("carol", "src/v")
    evil = scene.merge("ada", "other", files={"extra": b"smuggled"})
    words = scene.refused(policy)
    assert list(words) == [evil]
    assert words[evil].startswith("rule_violation: rule 1 wants clean merges, and this one changes extra")


def test_a_clean_merge_may_follow_a_rename(scene: Scene) -> None:
    """What was written at the old path is at the new one: no change of the merge, but one of the new path."""
    policy = {"rules": [{"refs": [MAIN], "clean_merges": True}]}
    scene.change("ada", {"free/x": LINES})
    base = scene.tip
    scene.topic("bob", {"free/x": LINES + b"bob\n"})
    scene.told.commit("ada", files={"free/x": None, "ci/x": LINES})
    merge = scene.merge("carol", files={"free/x": None, "ci/x": LINES + b"bob\n"})
    assert scene.refused(policy, base) == {}
    guarded = {"rules": [{"refs": [MAIN], "paths": ["ci/**"], "signers": ["ada"]}]}
    assert list(scene.refused(guarded, base)) == [merge]


def test_the_hash_of_the_files_stands_in_the_message(scene: Scene) -> None:
    policy = {"rules": [{"refs": [MAIN], "tree_sha512": True}], "history": {"trusted_roots": [scene.base]}}
    right = scene.sha512_of({"README": b"read me\n", "ci/build": b"one\n", "src/x": LINES, "new": b"1"})
    line = f"Tree-SHA512: {right}"
    for message, accepted in {
        f"Add\n\n{line}\n": True,
        f"Add\n\n{line}": True,
        f"Add\n\n{line} \n": False,
        f"Add\n\n{line.upper()}\n": False,
        f"Add\n\n> {line}\n": False,
        f"Add\n\nTree-SHA512: {'0' * 128}\n": False,
        "Add\n": False,
    }.items():
        made = scene.told.commit("bob", message, parents=[scene.base], branch="main", files={"new": b"1"})
        assert list(scene.refused(policy, scene.base)) == ([] if accepted else [made]), message


def test_what_the_cache_knows_of_an_object_serves_for_its_message_too(quick: Scene) -> None:
    policy = {"rules": [{"refs": [MAIN], "tree_sha512": True}, CI], "history": {"trusted_roots": [quick.base]}}
    right = quick.sha512_of({"README": b"read me\n", "ci/build": b"one\n", "src/x": LINES, "new": b"1"})
    quick.change("bob", {"new": b"1"}, message=f"Add\n\nTree-SHA512: {right}\n")
    evil = [quick.change("bob", "ci/build"), quick.change("ada", "src/y")]
    for _ in range(2):
        assert list(quick.audit(policy, cache=True)) == evil


# What is missing, and what else is asked


def test_a_tree_that_is_missing_is_not_an_empty_one(scene: Scene) -> None:
    tree = scene.told.git("rev-parse", f"{scene.base}:ci").decode().strip()
    made = scene.change("bob", "ci/build")
    after = scene.told.git("rev-parse", f"{made}:ci").decode().strip()
    assert list(scene.refused(OF_MAINTAINERS, scene.base)) == [made]
    for lost in (tree, after):
        path = scene.told.path / "objects" / lost[:2] / lost[2:]
        kept = path.read_bytes()
        path.unlink()
        words = scene.refused(OF_MAINTAINERS, scene.base)
        assert list(words) == [made]
        assert words[made].startswith("verifier_error: ")
        assert lost in words[made]
        path.write_bytes(kept)


def test_what_a_rule_exempts_may_have_a_tree_that_cannot_be_read(scene: Scene) -> None:
    """No exception covers what could not be checked, so nothing else helps with an odd tree in a history."""
    told = scene.told
    odd = told.raw("tree", b"100600 ci\0" + bytes.fromhex(told.raw("blob", b"")))
    evil = [told.commit("bob", edit=_with_tree(odd)), told.commit("bob", edit=_with_tree(told.tree({"ci/build": b""})))]
    assert scene.audit(OF_MAINTAINERS).keys() == {*evil}
    for rule in ({**CI, "exempt": evil}, {**CI, "behind": evil[1:]}):
        assert scene.refused({"rules": [rule]}) == {}
    assert list(scene.refused({"rules": [{**CI, "exempt": evil[:1]}]})) == evil[1:]


def test_the_worst_is_not_passed_over_for_what_was_known_elsewhere(quick: Scene) -> None:
    """R4: a change of `ci` is parked on a branch where anybody may make one."""
    policy = {"rules": [{**CI, "refs": [MAIN]}]}
    quick.told.branch("park", quick.tip)
    evil = quick.change("bob", "ci/build", "park")
    assert quick.push(policy, quick.none, evil, "refs/heads/park", known=[(MAIN, quick.base)]).accepted
    found = quick.push(policy, quick.base, evil, known=[(MAIN, quick.base), ("refs/heads/park", evil)])
    assert [each.oid for each in found.refused] == [evil]


def test_a_policy_without_such_rules_reads_no_tree(quick: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gitsig.store.changes.Changes.__init__", None)
    quick.change("bob", "src/y")
    assert quick.audit({"rules": [{"refs": [MAIN], "signers": ["ada", "bob"]}]}) == {}


def test_only_what_a_rule_speaks_of_is_compared(quick: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    quick.change("ada", "ci/build", "release")
    quick.change("bob", "src/y")
    asked: list[str] = []

    def changed(_self: object, oid: str) -> tuple[bytes, ...]:
        asked.append(oid)
        return ()

    monkeypatch.setattr("gitsig.store.changes.Changes.changed_paths", changed)
    assert quick.audit({"rules": [{**CI, "refs": ["refs/heads/release"]}]}) == {}
    assert asked == [quick.told.tip("release")]
