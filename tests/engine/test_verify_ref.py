"""The ref that is judged for must be one that rules can match: a short name would silence all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitsig.errors import UsageFault
from tests.engine.rules_scene import MAIN, Scene
from tests.support.sshkeys import SSHHome

POLICY = {"rules": [{"refs": [MAIN], "paths": ["ci/**"], "signers": ["ada"]}]}


@pytest.fixture
def scene(tmp_path: Path, ssh: SSHHome) -> Scene:
    found = Scene(tmp_path, ssh)
    found.change("bob", "ci/build")
    return found


@pytest.mark.parametrize("ref", ["main", "HEAD", "", "heads/main", "/refs/heads/main"])
@pytest.mark.parametrize("verb", ["verify", "explain"])
def test_a_short_name_is_refused(scene: Scene, verb: str, ref: str) -> None:
    verifier = scene.verifier(POLICY)
    with pytest.raises(UsageFault, match="no full name of a ref"):
        verifier.explain(scene.tip, ref=ref) if verb == "explain" else verifier.verify([scene.tip], ref=ref)


@pytest.mark.parametrize(
    ("ref", "accepted", "noted"),
    [(MAIN, False, False), ("refs/heads/x", True, False), ("refs/pull/1/head", True, True)],
)
@pytest.mark.parametrize("target", ["{}", "{}~..{}"])
def test_the_reader_learns_where_no_rule_can_speak(scene: Scene, target, ref, accepted, noted) -> None:
    run = scene.verifier(POLICY).verify([target.replace("{}", scene.tip)], ref=ref)
    assert [each.accepted for each in run] == [accepted]
    assert any(f"guards no {ref}" in remark for remark in run.remarks) is noted
