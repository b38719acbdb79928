"""Exceptions that nothing needs any more are named after an audit of everything, and never on less than that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import gitsig
from gitsig.cli.main import run as command
from tests.support.sshkeys import SSHHome
from tests.support.story import START, Story

DAY = 86400
NOW = START + 30 * DAY
ABSENT = "c" * 40
NEEDLESS = "is not needed: its object is accepted without it; take it out of the policy"
NOT_MET = "is not needed: its object is not among what is judged; take it out of the policy"


@pytest.fixture
def told(tmp_path: Path, ssh: SSHHome) -> Story:
    """Ada's commit, one that nobody signed, and Bob's."""
    story = Story(tmp_path, ssh=ssh)
    for name in ("ada", "bob"):
        story.person(name, ssh=name)
    story.commit("ada")
    story.commit("ada", sign=False)
    story.commit("bob")
    return story


def at(told: Story, rev: str) -> str:
    return told.git("rev-parse", rev).decode().strip()


def excepted(oid: str, *accept: str, **rest: Any) -> dict[str, Any]:
    return {"object": oid, "accept": list(accept or ("unsigned",)), "because": "it is old", **rest}


def policy_of(told: Story, *exceptions: dict[str, Any], **rest: Any) -> Path:
    """The unsigned commit is excepted, and what else is given."""
    return told.policy(exceptions=[excepted(at(told, "main~1")), *exceptions], **rest)


def verifier_of(told: Story, policy: Path, *, now: int = NOW, cache: bool = False) -> gitsig.Verifier:
    store = gitsig.open_repository(str(told.path))
    return gitsig.Verifier(store, gitsig.load_policy(store, str(policy)), now=now, cache=cache)


def warned(told: Story, policy: Path, **rest: Any) -> tuple[str, ...]:
    """What audits warn of: without a cache, with one that is cold, with a warm one, and one that resumes."""
    found = set()
    for cache, resume in ((False, False), (True, True), (True, False), (True, True)):
        run = verifier_of(told, policy, cache=cache, **rest).audit(resume=resume)
        assert run.warnings == ()
        list(run)
        found.add(run.warnings)
    (warnings,) = found
    return warnings


def test_an_exception_that_is_needed(told: Story) -> None:
    assert warned(told, policy_of(told)) == ()


def test_an_exception_whose_object_is_good(told: Story) -> None:
    policy = policy_of(told, excepted(told.tip()))
    assert warned(told, policy) == (f"the exception for {told.tip()} (it is old) {NEEDLESS}",)


def test_an_exception_whose_object_is_not_here(told: Story) -> None:
    policy = policy_of(told, excepted(ABSENT))
    assert warned(told, policy) == (f"the exception for {ABSENT} (it is old) {NOT_MET}",)


@pytest.mark.parametrize("rev", ["main", "main~1"])
def test_an_exception_that_has_ended(told: Story, rev: str) -> None:
    until = datetime.fromtimestamp(NOW, UTC)
    policy = told.policy(exceptions=[excepted(at(told, rev), until=until)])
    (warning,) = warned(told, policy)
    assert warning.endswith("(it is old) ended at 2026-01-31T00:00:00Z: take it out of the policy")
    assert not any("ended" in each for each in warned(told, policy, now=NOW - 1))


def test_an_exception_that_does_not_cover_enough_is_told_as_a_refusal(told: Story) -> None:
    policy = told.policy(exceptions=[excepted(at(told, "main~1"), "key_expired")])
    assert warned(told, policy) == ()


@pytest.mark.parametrize(
    ("rest", "warns"),
    [
        ({"history": {"trusted-roots": ["main~1"]}}, True),
        ({"defaults": {"refs": ["refs/heads/other", "refs/heads/first"]}}, True),
        ({"defaults": {"require": "tip"}}, True),
        ({}, False),
    ],
    ids=["behind a root", "on an unguarded ref", "not judged", "judged"],
)
def test_an_exception_for_what_is_not_judged(told: Story, rest: dict[str, Any], warns: bool) -> None:
    told.branch("first", at(told, "main~2"))
    if "history" in rest:
        rest = {"history": {"trusted-roots": [at(told, "main~1")]}}
    assert warned(told, policy_of(told, **rest)) == (
        (f"the exception for {at(told, 'main~1')} (it is old) {NOT_MET}",) if warns else ()
    )


def test_an_exception_behind_a_seal(told: Story) -> None:
    told.commit("ada", "A\n\nGitsig-Seal: read by hand\n")
    (warning,) = warned(told, policy_of(told, history={"seals": ["ada"]}))
    assert warning.endswith(NOT_MET)


@pytest.mark.parametrize("other", ["v0", "v2"])
def test_a_tag_that_needs_it_under_one_name_only(told: Story, other: str) -> None:
    tag = told.tag("v1")
    told.ref(f"refs/tags/{other}", tag)
    assert warned(told, policy_of(told, excepted(tag, "tag_name_mismatch"))) == ()


def test_many(told: Story) -> None:
    policy = policy_of(told, *(excepted(f"{number:040x}") for number in range(23)))
    warnings = warned(told, policy)
    assert len(warnings) == 21
    assert warnings[-1] == "3 more exceptions are not needed"


# What is not known is not said


def _cut_off(told: Story) -> None:
    told.commit("ada", parents=["d" * 40], branch="other")


def _outside_the_grammar(told: Story) -> None:
    bad = told.commit("ada", branch="other", edit=lambda raw: raw.replace(b"\nparent ", b"\nPARENT ", 1))
    told.commit("ada", branch="other", parents=[bad])


@pytest.mark.parametrize("make", [_cut_off, _outside_the_grammar])
def test_what_may_lie_where_nobody_could_look(told: Story, make: Callable[[Story], None]) -> None:
    told.branch("other", told.tip())
    policy = policy_of(told, excepted(ABSENT), excepted(told.tip()))
    make(told)
    (warning,) = warned(told, policy)
    assert warning == f"the exception for {at(told, 'main')} (it is old) {NEEDLESS}"


def test_an_excepted_commit_outside_the_grammar_hides_what_is_behind_it(told: Story) -> None:
    """And a resumed audit, that does not meet it again, still knows."""
    told.branch("other", told.tip())
    _outside_the_grammar(told)
    bad = at(told, "other~1")
    assert warned(told, policy_of(told, excepted(bad, "malformed_object"), excepted(ABSENT))) == ()


@pytest.mark.parametrize("revs", [["main"], ["main~2"]])
def test_an_audit_of_less_does_not_speak_of_exceptions(told: Story, revs: list[str]) -> None:
    policy = policy_of(told, excepted(ABSENT), excepted(told.tip()))
    run = verifier_of(told, policy).audit(revs)
    assert list(run)
    assert run.warnings == ()


def test_verify_does_not_speak_of_exceptions(told: Story) -> None:
    run = verifier_of(told, policy_of(told, excepted(ABSENT), excepted(told.tip()))).verify(["main~2..main", "main"])
    assert len(list(run)) == 3
    assert run.warnings == ()


def test_an_audit_that_was_broken_off_does_not_speak_of_exceptions(told: Story) -> None:
    run = verifier_of(told, policy_of(told, excepted(ABSENT))).audit()
    next(iter(run))
    assert run.warnings == ()


# Resumed audits


def test_what_comes_later_may_be_what_the_exception_is_for(told: Story) -> None:
    told.branch("later", told.tip())
    later = told.commit("bob", sign=False, branch="later")
    policy = policy_of(told, excepted(later))
    told.git("update-ref", "-d", "refs/heads/later")
    assert len(warned(told, policy)) == 1
    told.ref("refs/heads/later", later)
    assert warned(told, policy) == ()


def test_a_resumed_audit_still_names_what_it_does_not_list(told: Story) -> None:
    policy = policy_of(told, excepted(told.tip()))
    warned(told, policy)
    run = verifier_of(told, policy, cache=True).audit(resume=True)
    assert list(run) == []
    assert [each.split()[3] for each in run.warnings] == [told.tip()]


def test_the_command_warns_on_standard_error(told: Story, capsys: pytest.CaptureFixture[str]) -> None:
    policy = policy_of(told, excepted(ABSENT, because="a \x1b[2K mishap"))
    for options in ([], ["--format", "json"], ["-q"]):
        arguments = ["audit", "--repo", str(told.path), "--policy", str(policy), "--now", "2026-01-31T00:00:00Z"]
        assert command([*arguments, *options]) == 0
        printed = capsys.readouterr()
        assert f"warning: the exception for {ABSENT} (a " in printed.err
        assert "\x1b" not in printed.err
        assert ABSENT not in printed.out
