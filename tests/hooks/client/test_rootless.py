"""A policy that says who may change it and relies on a root that nobody names: whoever judges by it alone is told."""

from __future__ import annotations

import pytest

from gitsig.engine.updates import verify_updates
from gitsig.engine.verifier import Verifier
from gitsig.model import RefUpdate
from gitsig.sources import load_policy
from gitsig.store import open_store
from tests.hooks.client.conftest import ZERO, Desk
from tests.upkeep.commands import call

NOTE = "the policy relies on a governance root and names none, so it judges alone"
ALONE = "the policy names who may change it, but judges alone without a root"


@pytest.fixture
def rootless(desk: Desk) -> Desk:
    desk.begin(governance={"signers": ["ada"]})
    desk.commit()
    return desk


@pytest.mark.parametrize(
    ("hook", "arguments", "stdin"),
    [
        ("pre-push", ("origin",), f"main HEAD refs/heads/main {ZERO}\n"),
        ("push", (), ""),
        ("range", ("HEAD^..HEAD",), ""),
    ],
)
def test_hooks_that_judge_what_leaves_say_it(rootless: Desk, hook: str, arguments: tuple[str, ...], stdin: str) -> None:
    done = rootless.hook(hook, *arguments, stdin=stdin.replace("HEAD", rootless.head()))
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(f"gitsig: note: {NOTE}") == 1


def test_reports_of_pushes_and_explanations_hold_it(rootless: Desk) -> None:
    store = open_store(str(rootless.path))
    verifier = Verifier(store, load_policy(store))
    report = verify_updates(verifier, [RefUpdate(ZERO, rootless.head(), "refs/heads/new")], [])
    assert report.accepted
    for info in (report.info, verifier.explain("HEAD").info):
        assert [remark for remark in info.remarks if remark.startswith(NOTE)]


@pytest.mark.parametrize("guarded", [False, True])
def test_policy_check_warns_of_it_unless_a_rule_guards_the_policy(
    rootless: Desk, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    rule = {"refs": ["refs/heads/*"], "signers": ["ada"], "paths": [".gitsig/**"]}
    path = rootless.policy(governance={"signers": ["ada"]}, **({"rules": [rule]} if guarded else {}))
    monkeypatch.chdir(rootless.path)
    done = call("policy", "check", path)
    assert done.code == 0
    assert (f"warning: {ALONE}" in done.out) is not guarded
