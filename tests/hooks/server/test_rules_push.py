"""Rules beyond the signature in real pushes: what the pusher reads, and what the server holds afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.rules_scene import MAIN, Scene
from tests.hooks.server.guarded import Guarded
from tests.support.sshkeys import SSHHome

RULES: list[dict[str, Any]] = [
    {"refs": ["refs/heads/*"], "paths": ["ci/**"], "signers": ["role:maintainer"]},
    {"refs": [MAIN], "two_person": True},
    {"refs": ["refs/tags/v*"], "threshold": 2, "approvals": ["refs/tags/approve/*"]},
]


@pytest.fixture(params=["sha1", "sha256"])
def scene(tmp_path: Path, ssh: SSHHome, request: pytest.FixtureRequest) -> Scene:
    return Scene(tmp_path, ssh, request.param)


@pytest.fixture
def server(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Guarded:
    with monkeypatch.context() as patch:
        patch.setenv("GIT_DEFAULT_HASH", scene.told.object_format)
        made = Guarded(scene.told)
    policy = scene.told.policy(rules=RULES, history={"trusted_roots": [scene.base]})
    made.config("gitsig.policy", str(policy))
    return made


def test_a_branch(scene: Scene, server: Guarded) -> None:
    told, base = scene.told, scene.base
    assert server.push("main").returncode == 0
    good = scene.topic("bob", "src/y")
    assert server.push("topic").returncode == 0
    direct = server.push("topic:main")
    assert direct.returncode != 0
    assert f"  {MAIN} {good[:10]} rule_violation: rule 2 wants two persons, and this came without" in direct.stderr
    assert "mend: let somebody else merge your branch" in direct.stderr
    assert f"; see which rule and why: gitsig explain --new --ref {MAIN} {good[:12]}" in direct.stderr
    assert "read on: docs/verdicts.md#rule_violation" in direct.stderr
    evil = scene.change("bob", "ci/build", "topic")
    changed = server.push("topic")
    assert f"  refs/heads/topic {evil[:10]} key_not_allowed: bob is not among the signers of rule 1" in changed.stderr
    told.branch("topic", good)
    merge = scene.merge("ada")
    done = server.push("main")
    assert (done.returncode, done.stderr.count("gitsig")) == (0, 0)
    assert server.refs() == {MAIN: merge, "refs/heads/topic": good}
    foxtrot = told.commit("carol", branch=None, parents=[good, merge])
    assert server.push(f"{foxtrot}:{MAIN}").returncode != 0
    assert server.push(f"+{base}:{MAIN}").returncode == 0
    assert server.push("main").returncode == 0


def test_a_release(scene: Scene, server: Guarded) -> None:
    scene.told.tag("v1")
    assert server.push("main").returncode == 0
    alone = server.push("v1")
    assert alone.returncode != 0
    words = "rule_violation: rule 3 wants 2 signers, and v1 has 1 (ada); still needed: 1 of bob, carol"
    assert words in alone.stderr
    scene.told.tag("approve/v1-bob", by="bob")
    assert server.push("v1", "approve/v1-bob").returncode == 0
    scene.told.tag("v1-again", by="carol")
    assert server.push("v1-again").returncode == 0
    moved = server.push("v1-again", ":approve/v1-bob", f"{scene.base}:refs/tags/v1-light")
    assert moved.returncode != 0
    assert server.refs().keys() == {MAIN, "refs/tags/v1", "refs/tags/approve/v1-bob", "refs/tags/v1-again"}
