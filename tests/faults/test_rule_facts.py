"""What rules ask for cannot be found out: the object is refused as not verified, never as if nothing were changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.rules_scene import LINES, MAIN, Scene
from tests.support.sshkeys import SSHHome

TOP, BOTTOM = LINES.replace(b"line 1\n", b"top\n"), LINES.replace(b"line 28\n", b"bottom\n")
BOTH = TOP.replace(b"line 28\n", b"bottom\n")

RULES: dict[str, dict[str, Any]] = {
    "paths": {"paths": ["src/**"], "signers": ["role:maintainer"]},
    "brought": {"paths": ["src/**"], "signers": ["role:maintainer"], "require": "first-parent"},
    "clean merges": {"clean_merges": True},
    "two persons": {"two_person": True},
    "sha512": {"tree_sha512": True},
}


class Broken:
    """A merge of two changes of one file, all that git needs to make it again, and ways to take that away."""

    def __init__(self, folder: Path, ssh: SSHHome, object_format: str = "sha1") -> None:
        self.scene = scene = Scene(folder, ssh, object_format)
        self.fork = scene.change("ada", {"src/x": LINES, "docs": b"1"})
        scene.topic("ada", {"src/x": TOP})
        self.before = scene.change("ada", {"src/x": BOTTOM})
        self.merge = scene.merge("bob", files={"src/x": BOTH}, message=f"Merge\n\nTree-SHA512: {'0' * 128}\n")

    def path(self, rev: str) -> Path:
        """The file of an object."""
        oid = self.scene.told.git("rev-parse", rev).decode().strip()
        return self.scene.told.path / "objects" / oid[:2] / oid[2:]

    def reason(self, rule: str) -> tuple[bool, str]:
        """The verdict on the merge alone, under one rule."""
        policy = {"rules": [{"refs": [MAIN], **RULES[rule]}], "history": {"trusted_roots": [self.before]}}
        run = self.scene.verifier(policy).verify([self.merge], ref=MAIN)
        (found,) = run
        assert run.summary().exit_code == {"good": 0, "verifier_error": 3}.get(found.reason, 1)
        return found.accepted, str(found.reason)


@pytest.fixture(params=["sha1", "sha256"])
def broken(tmp_path: Path, ssh: SSHHome, request: pytest.FixtureRequest) -> Broken:
    return Broken(tmp_path, ssh, request.param)


def _unlink(path: Path) -> None:
    path.unlink()


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.chmod(0o600)
    path.write_bytes(content)


def test_all_is_there(broken: Broken) -> None:
    assert {rule: broken.reason(rule)[1] for rule in RULES} == {
        "paths": "good",
        "brought": "key_not_allowed",
        "clean merges": "good",
        "two persons": "good",
        "sha512": "rule_violation",
    }


@pytest.mark.parametrize("harm", [_unlink, _flip])
@pytest.mark.parametrize("lost", ["{merge}^{tree}", "{merge}:src", "{fork}^{tree}", "{fork}:src/x", "{fork}"])
def test_an_object_is_missing_or_damaged(broken: Broken, lost: str, harm: Callable[[Path], None]) -> None:
    """The tree and a folder of the merge itself, of what it is compared with, and the contents to merge again."""
    of_merge = "merge" in lost
    harm(broken.path(lost.replace("{merge}", broken.merge).replace("{fork}", broken.fork)))
    asked = set(RULES) if of_merge else {"paths", "clean merges", "two persons"}
    for rule in sorted(asked):
        assert broken.reason(rule) == (False, "verifier_error"), rule


def test_git_that_merges_contents_is_not_there(tmp_path: Path, ssh: SSHHome, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Broken(tmp_path, ssh)
    policy = {"rules": [{"refs": [MAIN], "clean_merges": True}], "history": {"trusted_roots": [broken.before]}}
    verifier = broken.scene.verifier(policy)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    (found,) = verifier.verify([broken.merge], ref=MAIN)
    assert (found.accepted, str(found.reason)) == (False, "verifier_error")


def test_the_signature_of_what_brought_it_could_not_be_checked(tmp_path: Path, ssh: SSHHome) -> None:
    """The merge is lost between two runs: not known is not nobody."""
    broken = Broken(tmp_path, ssh)
    policy = {"rules": [{"refs": [MAIN], "two_person": True}], "history": {"trusted_roots": [broken.before]}}
    verifier = broken.scene.verifier(policy)
    topic = broken.scene.told.tip("topic")
    run = verifier.verify([topic], ref=MAIN)
    _unlink(broken.path(broken.merge))
    (found,) = run
    assert (found.accepted, str(found.reason)) == (False, "verifier_error")
    assert broken.merge in found.detail
