"""What an explanation says of rules: in words, and as values for programs."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from gitsig.model import Explanation
from gitsig.reports.explain import explain_json
from tests.engine.rules_scene import MAIN, Scene
from tests.support.sshkeys import SSHHome


@pytest.fixture
def scene(tmp_path: Path, ssh: SSHHome) -> Scene:
    return Scene(tmp_path, ssh)


def told(found: Explanation) -> list[tuple[bool | None, str]]:
    return [(step.ok, step.text) for step in found.steps if step.topic == "rules"]


def values(found: Explanation) -> Any:
    """What a program reads."""
    stream = io.StringIO()
    explain_json(found, stream)
    return json.loads(stream.getvalue())["details"]


def test_paths(scene: Scene) -> None:
    rules = [
        {"refs": [MAIN], "paths": ["ci/**"], "signers": ["role:maintainer"]},
        {"refs": [MAIN], "paths": ["docs/**"], "signers": ["role:maintainer"]},
        {"refs": [MAIN], "require": "merges", "signers": ["role:maintainer"]},
        {"refs": ["refs/heads/other"], "signers": ["role:maintainer"]},
    ]
    evil = scene.change("bob", {"ci/build": b"", "src/\u202e": b""})
    found = scene.verifier({"rules": rules}).explain("main")
    refused = "bob is not among the signers of rule 1 (refs/heads/main), which speaks of ci/build; ada may change that"
    assert found.verdict.oid == evil
    assert told(found)[:4] == [
        (None, "it changes 2 paths itself: ci/build, src/\u202e"),
        (False, f"rule 1 (refs/heads/main) applies: {refused}"),
        (None, "rule 2 (refs/heads/main) does not apply: changes no path among docs/**"),
        (None, "rule 3 (refs/heads/main) does not apply: looks at merges only, and this is none"),
    ]
    assert (False, f"key_not_allowed: {refused}") in told(found)
    details = values(found)
    assert details["changed"] == ["ci/build", "src/\u202e"]
    assert [(each["rule"], each["speaks"], each["ok"]) for each in details["rules"]] == [
        (1, True, False),
        (2, False, None),
        (3, False, None),
    ]
    assert [details[name] for name in ("brought", "arrival", "cosigners", "tree_sha512", "fault")] == [None] * 5


def test_many_paths_are_cut_in_words_and_not_for_programs(scene: Scene) -> None:
    files = {f"ci/{number:02}": b"" for number in range(30)}
    scene.change("ada", files)
    found = scene.verifier({"rules": [{"refs": [MAIN], "paths": ["ci/**"], "signers": ["ada"]}]}).explain("main")
    assert told(found)[0][1].startswith("it changes 30 paths itself: ci/00, ci/01, ")
    assert told(found)[0][1].endswith(", ci/19 and 10 more")
    assert values(found)["changed"] == sorted(files)


def test_arrivals(scene: Scene) -> None:
    policy = {"rules": [{"refs": [MAIN], "two_person": True}], "history": {"trusted_roots": [scene.base]}}
    made = scene.topic("bob", "src/y")
    merge = scene.merge("ada")
    found = scene.verifier(policy).explain(made, ref=MAIN)
    assert found.verdict.accepted
    assert told(found)[:2] == [
        (None, f"it came to the ref by the merge {merge}, signed by ada"),
        (True, "rule 1 (refs/heads/main) applies: two persons"),
    ]
    assert values(found)["arrival"] == {"merge": merge, "signer": "ada"}
    found = scene.verifier(policy).explain("main")
    assert told(found)[0] == (None, "it changes nothing itself")
    assert (None, "it is itself on the ref's line of first parents") in told(found)
    unmerged = scene.topic("carol", "src/z", "other")
    found = scene.verifier(policy).explain(unmerged, ref=MAIN, new=True)
    assert not found.verdict.accepted
    assert told(found)[0][1] == (
        f"{MAIN} does not reach {unmerged}, so that is judged as if it were pushed there as it is"
    )


def test_without_a_ref_it_is_said_that_no_rule_was_applied(scene: Scene) -> None:
    found = scene.verifier({"rules": [{"refs": [MAIN], "signers": ["ada"]}]}).explain(scene.base)
    assert told(found)[0] == (
        None,
        "no branch is named, so only [defaults] were applied and no rule; --ref REF applies the rules of a ref",
    )
    assert values(found)["rules"] == []


def test_cosigners(scene: Scene) -> None:
    policy = {"rules": [{"refs": ["refs/tags/v*"], "threshold": 3, "approvals": ["refs/tags/approve/*"]}]}
    scene.told.tag("v1")
    found = scene.verifier(policy).explain("v1")
    assert told(found)[0] == (None, "the tags that count for its commit are signed by ada")
    scene.told.tag("approve/carol", by="carol")
    scene.told.tag("approve/bob", by="bob")
    found = scene.verifier(policy).explain("v1")
    assert told(found)[0] == (None, "the tags that count for its commit are signed by ada, bob, carol")
    assert told(found)[1] == (True, "rule 1 (refs/tags/v*) applies: 3 signers of one commit")
    assert values(found)["cosigners"] == ["ada", "bob", "carol"]


def test_what_is_brought_and_what_could_not_be_found_out(scene: Scene) -> None:
    rules = [{"refs": [MAIN], "paths": ["ci/**"], "signers": ["ada"], "require": "first-parent", "tree_sha512": True}]
    made = scene.change("ada", "ci/build")
    found = scene.verifier({"rules": rules}).explain("main")
    assert (None, "it brings changes of 1 path to the line of first parents: ci/build") in told(found)
    assert (None, "the message has no Tree-SHA512 that is right") in told(found)
    tree = scene.told.git("rev-parse", f"{made}:ci").decode().strip()
    (scene.told.path / "objects" / tree[:2] / tree[2:]).unlink()
    found = scene.verifier({"rules": rules}).explain("main")
    assert found.verdict.reason == "verifier_error"
    ok, words = told(found)[0]
    assert ok is False
    assert words.startswith("what the rules ask for could not be found out: ")
    assert tree in words
    assert tree in values(found)["fault"]
