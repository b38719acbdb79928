"""Two persons: each commit reaches the ref through a clean merge that somebody else signed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.rules_scene import MAIN, Scene
from tests.support.sshkeys import SSHHome

RULES: list[dict[str, Any]] = [{"refs": [MAIN], "two_person": True}]
FOUR_EYES: dict[str, Any] = {"rules": RULES}
ALONE = "rule_violation: rule 1 wants two persons, and this came without a merge by somebody else"


@pytest.fixture(params=["sha1", "sha256"])
def scene(tmp_path: Path, ssh: SSHHome, request: pytest.FixtureRequest) -> Scene:
    return Scene(tmp_path, ssh, request.param)


@pytest.fixture
def quick(tmp_path: Path, ssh: SSHHome) -> Scene:
    """For what does not depend on the object format."""
    return Scene(tmp_path, ssh)


def test_somebody_else_merges(scene: Scene) -> None:
    scene.topic("bob", "src/y")
    scene.change("bob", "src/z", "topic")
    scene.merge("ada")
    scene.topic("ada", "src/w", "other")
    scene.merge("bob", "other")
    assert scene.refused(FOUR_EYES, scene.base) == {}


def test_the_first_commit_of_all_needs_to_be_trusted(scene: Scene) -> None:
    assert scene.refused(FOUR_EYES) == {scene.base: ALONE}


def test_a_direct_push(scene: Scene) -> None:
    evil = scene.change("bob", "src/y")
    assert scene.refused(FOUR_EYES, scene.base) == {evil: ALONE}


def test_a_fast_forward_to_a_topic_branch(scene: Scene) -> None:
    evil = [scene.topic("bob", "src/y"), scene.change("ada", "src/z", "topic")]
    scene.told.branch("main", evil[-1])
    assert scene.refused(FOUR_EYES, scene.base) == dict.fromkeys(evil, ALONE)


def test_one_merges_ones_own(scene: Scene) -> None:
    evil = [scene.topic("bob", "src/y")]
    scene.change("ada", "src/z", "topic")
    evil.append(scene.change("bob", "src/w", "topic"))
    merge = scene.merge("bob")
    words = f"rule_violation: rule 1 wants two persons, and bob signed the merge {merge[:12]} that brought this as well"
    assert scene.refused(FOUR_EYES, scene.base) == dict.fromkeys(evil, words)


def test_a_helper_merges_first_and_the_author_brings_it_in(scene: Scene) -> None:
    """What counts is who brought it to the ref, not who merged it anywhere."""
    evil = scene.topic("bob", "src/y", "mine")
    scene.topic("ada", "src/z", "hers")
    scene.merge("ada", "mine", "hers")
    scene.merge("bob", "hers")
    assert list(scene.refused(FOUR_EYES, scene.base)) == [evil]


def test_main_is_taken_into_the_topic_before(scene: Scene) -> None:
    scene.topic("bob", "src/y", "first")
    scene.topic("bob", "src/z")
    scene.merge("ada", "first")
    scene.merge("bob", "main", "topic")
    scene.merge("ada")
    assert scene.refused(FOUR_EYES, scene.base) == {}


def test_whoever_keeps_a_topic_up_to_date_may_merge_it(scene: Scene) -> None:
    """Ada, or a forge, takes `main` into Bob's topic and merges that: a merge that changes nothing needs no second."""
    scene.topic("bob", "src/y")
    scene.topic("carol", "src/w", "other")
    scene.merge("bob", "other")
    scene.merge("ada", "main", "topic")
    scene.merge("ada")
    assert scene.refused(FOUR_EYES, scene.base) == {}
    scene.topic("bob", "src/v", "more")
    evil = scene.merge("ada", "main", "more", files={"src/v": b"ada's\n"})
    merge = scene.merge("ada", "more")
    words = f"rule_violation: rule 1 wants two persons, and ada signed the merge {merge[:12]} that brought this as well"
    assert scene.refused(FOUR_EYES, scene.base) == {evil: words}


@pytest.mark.parametrize("demand", ["two_person", "clean_merges"])
def test_a_rename_carries_nothing_to_a_guarded_path(quick: Scene, demand: str) -> None:
    """Bob changes a file at its old, unguarded path, and by his merge git follows it to the new one."""
    lines = b"".join(b"line %d\n" % number for number in range(30))
    start = quick.change("ada", {"free/x": lines})
    quick.told.branch("renaming", start)
    quick.told.commit("ada", branch="renaming", files={"free/x": None, "ci/x": lines})
    base = quick.merge("bob", "renaming", files={"free/x": None, "ci/x": lines})
    quick.topic("bob", {"free/x": lines + b"evil\n"}, start=start)
    evil = quick.merge("bob", files={"free/x": None, "ci/x": lines + b"evil\n"})
    assert list(quick.refused({"rules": [{"refs": [MAIN], "paths": ["ci/**"], demand: True}]}, base)) == [evil]


def test_the_oldest_merge_is_what_brought_it(scene: Scene) -> None:
    """Ada's later merge reaches the commit too, but it was Bob who brought it."""
    evil = scene.topic("bob", "src/y")
    scene.merge("bob")
    scene.change("ada", "src/z", "topic")
    scene.merge("carol")
    assert list(scene.refused(FOUR_EYES, scene.base)) == [evil]


def test_the_merge_has_a_change_of_its_own(scene: Scene) -> None:
    scene.topic("bob", "src/y")
    evil = scene.merge("ada", files={"src/extra": b"smuggled\n"})
    words = scene.refused(FOUR_EYES, scene.base)
    assert list(words) == [evil]
    assert words[evil].startswith(
        "rule_violation: rule 1 wants two persons, and this merge changes src/extra by itself"
    )


def test_a_conflict_is_resolved_on_the_topic_branch_and_not_in_the_merge(scene: Scene) -> None:
    scene.topic("bob", {"src/x": b"bob's\n"})
    scene.topic("carol", {"src/x": b"carol's\n"}, "other")
    scene.merge("ada", "other")
    before = scene.tip
    evil = scene.merge("ada", files={"src/x": b"both\n"})
    assert list(scene.refused(FOUR_EYES, scene.base)) == [evil]
    scene.told.branch("main", before)
    scene.merge("bob", "main", "topic", files={"src/x": b"both\n"})
    scene.merge("ada", files={"src/x": b"both\n"})
    assert scene.refused(FOUR_EYES, scene.base) == {}


@pytest.mark.parametrize("sign", [False, "mallory"])
def test_nobody_known_signed_the_merge(scene: Scene, sign: Any) -> None:
    made = scene.topic("bob", "src/y")
    merge = scene.merge("ada", sign=sign)
    words = scene.refused(FOUR_EYES, scene.base)
    assert words.keys() == {made, merge}
    assert words[made].endswith(f"and nobody known signed the merge {merge[:12]} that brought this")


def test_a_merge_that_does_not_match_its_signature(quick: Scene) -> None:
    made = quick.topic("bob", "src/y")
    merge = quick.merge("ada", mutate=lambda raw: raw.replace(b"Merge", b"Merged"))
    words = quick.refused(FOUR_EYES, quick.base)
    assert words.keys() == {made, merge}
    assert words[merge].startswith("bad_signature: ")


def test_a_merge_of_many(quick: Scene) -> None:
    for name in ("one", "two", "three"):
        quick.topic({"one": "bob", "two": "carol", "three": "ada"}[name], f"src/{name}", name)
    files = {f"src/{name}": quick.told._files[quick.told.tip(name)][f"src/{name}"] for name in ("one", "two", "three")}
    quick.told.merge("one", "two", "three", by="ada", files=files)
    assert list(quick.refused(FOUR_EYES, quick.base)) == [quick.told.tip("three")]


def test_an_unrelated_history_comes_through_a_merge_too(quick: Scene) -> None:
    mine = quick.change("ada", {"sub/a": b"1"}, "other", parents=[])
    theirs = quick.change("bob", {"sub/b": b"1"}, "other")
    quick.told.merge("other", by="ada", files={"sub/a": b"1", "sub/b": b"1"})
    words = quick.refused(FOUR_EYES, quick.base)
    assert mine in words
    assert theirs not in words


# The line itself is exchanged


def test_the_topic_becomes_the_first_parent(scene: Scene) -> None:
    """A fast-forward all the same: the old tip is the second parent, and what Bob wrote is on the line now."""
    evil = [scene.topic("bob", "src/y"), scene.change("bob", "src/z", "topic")]
    scene.topic("carol", "src/w", "other")
    old = scene.merge("ada", "other")
    made = scene.merge("bob", "main", "topic")
    scene.told.branch("main", made)
    words = scene.refused({**FOUR_EYES, "history": {"trusted_roots": [scene.base]}})
    assert words.keys() == {*evil}
    found = scene.push({**FOUR_EYES, "history": {"trusted_roots": [scene.base]}}, old, made)
    assert {each.oid for each in found.refused} == {*evil}


def test_what_came_by_a_merge_becomes_the_line(scene: Scene) -> None:
    """The old tip reaches all of it, yet Bob's commit stands on the line as nobody's but his."""
    evil = scene.topic("bob", "src/y")
    old = scene.merge("ada")
    policy = {**FOUR_EYES, "history": {"trusted_roots": [scene.base]}}
    assert scene.refused(policy) == {}
    made = scene.told.commit("carol", branch=None, parents=[evil, old])
    for new in (made, evil):
        found = scene.push(policy, old, new)
        assert {each.oid: each.detail for each in found.refused} == {evil: ALONE.partition(": ")[2]}
        scene.told.branch("main", new)
        assert list(scene.audit(policy, "main")) == [evil]
        scene.told.branch("main", old)


def test_a_rewind_along_the_line_brings_nothing(scene: Scene) -> None:
    scene.topic("bob", "src/y")
    first = scene.merge("ada")
    scene.topic("bob", "src/z", "other")
    second = scene.merge("carol", "other")
    assert scene.push(FOUR_EYES, second, first).summary.checked == 0
    evil = scene.told.commit("bob", branch=None, parents=[first])
    assert list(scene.verdicts(FOUR_EYES, evil, second)) == [evil]


def test_a_new_branch_goes_on_from_where_another_is(scene: Scene) -> None:
    policy = {"rules": [{"refs": [MAIN, "refs/heads/release/*"], "two_person": True}]}
    scene.topic("bob", "src/y")
    tip = scene.merge("ada")
    release = "refs/heads/release/1"
    assert scene.pushes(policy, [(scene.none, tip, release)], known=[(MAIN, tip)])[0].summary.checked == 0
    topic = scene.told.tip("topic")
    (found,) = scene.pushes(policy, [(scene.none, topic, release)], known=[(MAIN, tip)])
    assert [each.oid for each in found.refused] == [topic]
    (found,) = scene.pushes(policy, [(scene.none, tip, release)], known=[("refs/heads/topic", tip)])
    assert [each.oid for each in found.refused] == [scene.base]


def test_what_was_pushed_to_its_own_branch_before_is_judged_as_it_comes(scene: Scene) -> None:
    """R4: that Bob's commit is known says nothing of how it comes to the guarded branch."""
    evil = scene.topic("bob", "src/y")
    known = [(MAIN, scene.base), ("refs/heads/topic", evil)]
    direct = scene.push(FOUR_EYES, scene.base, evil, known=known)
    assert [each.oid for each in direct.refused] == [evil]
    merge = scene.merge("bob")
    assert [each.oid for each in scene.push(FOUR_EYES, scene.base, merge, known=known).refused] == [evil]


def test_each_ref_of_a_push_by_its_own_line(scene: Scene) -> None:
    """What is good for one ref must not be remembered as good for another."""
    policy = {"rules": [{"refs": [MAIN, "refs/heads/release"], "two_person": True}]}
    made = scene.topic("bob", "src/y")
    good = scene.merge("ada")
    scene.told.branch("release", scene.base)
    bad = scene.merge("bob", into="release")
    known = [(MAIN, scene.base), ("refs/heads/release", scene.base)]
    updates = [(scene.base, good, MAIN), (scene.base, bad, "refs/heads/release")]
    for order in (updates, updates[::-1]):
        found = {each.update.ref: [one.oid for one in each.refused] for each in scene.pushes(policy, order, known)}
        assert found == {MAIN: [], "refs/heads/release": [made]}
    assert list(scene.audit({**policy, "history": {"trusted_roots": [scene.base]}}, "main", "release")) == [made]


def test_rules_for_two_refs_do_not_answer_for_each_other(scene: Scene) -> None:
    """Bob's own merge is bad for `main`, where the rule speaks of `ci` only; on `release` Ada merged it."""
    rules = [
        {"refs": [MAIN], "two_person": True, "paths": ["ci/**"]},
        {"refs": ["refs/heads/release"], "two_person": True},
    ]
    policy = {"rules": rules, "history": {"trusted_roots": [scene.base]}}
    scene.topic("bob", "src/y")
    scene.merge("bob")
    scene.told.branch("release", scene.base)
    scene.merge("ada", into="release")
    assert scene.audit(policy, "main", "release") == {}
    evil = scene.topic("bob", "ci/build", "other", start=scene.base)
    scene.merge("bob", "other")
    scene.merge("ada", "other", "release")
    found = scene.audit(policy, "main", "release")
    assert list(found) == [evil]
    assert "rule 1 wants two persons" in found[evil].detail


def test_a_line_for_many_refs_is_that_of_each_alone(quick: Scene) -> None:
    """Branches that leave `main` at several places, and one another."""
    policy = {"rules": [{"refs": ["refs/heads/*"], "two_person": True}], "history": {"trusted_roots": [quick.base]}}
    for number in range(6):
        by = ("ada", "bob", "carol")[number % 3]
        quick.topic(by, f"src/{number}", "topic")
        quick.merge(("bob", "bob", "ada")[number % 3])
        quick.told.branch(f"r{number}", quick.tip)
        quick.topic("carol", f"src/r{number}", "topic")
        quick.merge(by, into=f"r{number}")
        (quick.told.path / "refs/heads/topic").unlink()
    refs = ["main", *(f"r{number}" for number in range(6))]
    together = quick.audit(policy)
    apart: dict[str, str] = {}
    for ref in refs:
        apart |= {oid: each.reason for oid, each in quick.audit(policy, ref).items()}
    assert apart
    assert {oid: each.reason for oid, each in together.items()} == apart


# Single revisions and ranges


def test_a_revision_by_the_ref_that_reaches_it(scene: Scene) -> None:
    made = scene.topic("bob", "src/y")
    merge = scene.merge("ada")
    for _ in range(3):
        scene.change("carol", "src/z")
    run = scene.verifier(FOUR_EYES).verify([made, merge], ref=MAIN)
    assert [each.accepted for each in run] == [True, True]
    assert run.remarks == ()
    (direct,) = scene.verifier(FOUR_EYES).verify(["main"])
    assert direct.detail == ALONE.partition(": ")[2]
    foreign = scene.topic("bob", "src/v", "other")
    run = scene.verifier(FOUR_EYES).verify([foreign], ref=MAIN)
    assert [each.reason for each in run] == ["rule_violation"]
    assert run.remarks == (f"{MAIN} does not reach {foreign}, so that is judged as if it were pushed there as it is",)
    (nowhere,) = scene.verifier(FOUR_EYES).verify([made])
    assert nowhere.accepted


def test_a_range(scene: Scene) -> None:
    scene.topic("bob", "src/y")
    evil = scene.topic("bob", "src/z", "other")
    first = scene.merge("ada")
    scene.merge("bob", "other")
    for ends in (f"{scene.base}..main", f"{first}..main", f"{scene.base}...main"):
        assert [each.oid for each in scene.verifier(FOUR_EYES).verify([ends]) if not each.accepted] == [evil]
    for ends in ("main..main", "main...main", f"main..{first}"):
        assert list(scene.verifier(FOUR_EYES).verify([ends], ref=MAIN)) == []


def test_a_range_that_exchanges_the_line(scene: Scene) -> None:
    """What a push is refused for, a CI job that looks at the same range must refuse."""
    evil = scene.topic("bob", "src/y")
    old = scene.merge("ada")
    made = scene.told.commit("carol", branch=None, parents=[evil, old])
    run = scene.verifier(FOUR_EYES).verify([f"{old}..{made}"], ref=MAIN)
    assert {each.oid: each.accepted for each in run} == {evil: False, old: True, made: True}


def test_the_rule_ends_behind_a_commit(scene: Scene) -> None:
    """A rule that was written later: for what is behind it a push, an audit and a range say the same."""
    scene.change("bob", "src/y")
    old = scene.change("bob", "src/z")
    rules = [{**RULES[0], "behind": [old]}]
    evil = scene.change("bob", "src/w")
    scene.topic("bob", "src/v")
    scene.merge("ada")
    assert scene.refused({"rules": rules}) == {evil: ALONE}
    run = scene.verifier({"rules": rules}).verify([f"{scene.base}..main"], ref=MAIN)
    assert [each.oid for each in run if not each.accepted] == [evil]


# What is not there


def test_a_merge_that_is_missing(quick: Scene) -> None:
    made = quick.topic("bob", "src/y")
    merge = quick.merge("ada")
    last = quick.change("ada", "src/z")
    (quick.told.path / "objects" / merge[:2] / merge[2:]).unlink()
    policy = {**FOUR_EYES, "history": {"trusted_roots": [quick.base]}}
    found = {each.oid: str(each.reason) for each in quick.push(policy, quick.base, last).refused}
    assert found == {last: "rule_violation", merge: "verifier_error"}
    assert made not in quick.audit(policy, "main")


def test_a_commit_that_nobody_says_how_it_came(quick: Scene) -> None:
    """Whoever puts a job together by hand gets no verdict that a rule could not give."""
    from gitsig.engine.jobs import Job

    verifier = quick.verifier(FOUR_EYES)
    made = quick.change("bob", "src/y")
    verdict = verifier.judge_job(Job(made, "commit", verifier.loaded.policy.rules), new=False)
    assert verdict is not None
    assert verdict.reason == "verifier_error"
    assert "nothing says how this comes to a ref of rule 1" in verdict.detail


def test_nothing_is_taken_over_from_an_earlier_audit(quick: Scene) -> None:
    """The ref that moves can change what holds of commits that stay where they are."""
    policy = {**FOUR_EYES, "history": {"trusted_roots": [quick.base]}, "defaults": {"refs": [MAIN]}}
    made = quick.topic("bob", "src/y")
    old = quick.merge("ada")
    for _ in range(2):
        run = quick.verifier(policy, cache=True).audit(resume=True)
        assert [each.accepted for each in run] == [True, True]
    quick.told.ref(MAIN, quick.told.commit("carol", branch=None, parents=[made, old]))
    run = quick.verifier(policy, cache=True).audit(resume=True)
    assert [each.oid for each in run if not each.accepted] == [made]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_long_history_with_and_without_workers_and_cache(quick: Scene, jobs: int) -> None:
    """Merges lie in other batches than what they brought, and are asked for more than once."""
    policy = {**FOUR_EYES, "history": {"trusted_roots": [quick.base]}}
    names = ("ada", "bob", "carol")
    evil: set[str] = set()
    for number in range(12):
        quick.told.branch("topic", quick.base)
        made = {quick.change(names[number % 3], f"src/{number}-{step}", "topic") for step in range(3)}
        evil |= made if number % 4 == 0 else set()
        quick.merge(names[number % 3 if number % 4 == 0 else (number + 1) % 3])
    quick.told.ref("refs/heads/topic", quick.base)
    for cache in (False, True, True):
        verifier = quick.verifier(policy, jobs=jobs, cache=cache)
        run = verifier.audit()
        assert {each.oid for each in run if not each.accepted} == evil
        assert run.summary().cached <= run.summary().checked
