"""Real pushes to a guarded SHA-256 repository: the pushed objects are in quarantine, and git itself reads them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hooks.server.guarded import Guarded, git
from tests.support.story import Story

MAIN = "refs/heads/main"


@pytest.fixture
def guarded(story: Callable[..., Story], monkeypatch: pytest.MonkeyPatch) -> Guarded:
    """As for SHA-1: one commit by Ada, not pushed yet."""
    told = story("sha256")
    told.commit()
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    server = Guarded(told)
    monkeypatch.delenv("GIT_DEFAULT_HASH")
    assert git("--git-dir", server.git_dir, "rev-parse", "--show-object-format").stdout == "sha256\n"
    return server


@pytest.mark.parametrize("unpack", ["1", "1000"])
def test_good_and_refused_pushes(guarded: Guarded, unpack: str) -> None:
    told = guarded.story
    # Loose objects in the quarantine, or a pack.
    guarded.config("receive.unpackLimit", unpack)
    told.commit(by="bob", sign="ssh")
    told.tag("v1", by="ada")
    done = guarded.push("main", "v1")
    assert (done.returncode, "gitsig" in done.stderr) == (0, False)
    held = guarded.refs()
    assert held[MAIN] == told.tip()
    assert len(held[MAIN]) == 64

    told.branch("side", told.tip())
    hidden = told.commit(by="mallory", branch="side")
    told.merge("side", by="ada")
    unsigned = told.tag("v2", by="ada", sign=False)
    done = guarded.push("main", "v2")
    assert done.returncode != 0
    assert f"  {MAIN} {hidden[:10]} unknown_key: " in done.stderr
    assert f"  refs/tags/v2 {unsigned[:10]} unsigned: " in done.stderr
    assert guarded.refs() == held
    assert [entry["gitsig"]["verdict"] for entry in guarded.decisions()][:2] == ["accepted", "accepted"]


def test_what_is_parked_on_an_unguarded_ref_is_judged_when_main_comes_to_it(guarded: Guarded) -> None:
    told = guarded.story
    assert guarded.push("main").returncode == 0
    told.branch("parked", told.tip())
    told.commit(by="ada", sign=False, branch="parked")
    told.ref("refs/parked/x", told.tip("parked"))
    assert guarded.push("refs/parked/x").returncode == 0
    good = told.commit(by="ada", branch="parked")
    assert guarded.push(f"{good}:{MAIN}").returncode != 0
    assert guarded.refs()[MAIN] == told.tip()


def test_rewinds_deletions_and_replacements(guarded: Guarded) -> None:
    told = guarded.story
    guarded.config("gitsig.policy", str(told.policy(rules=[{"refs": [MAIN], "no_rewind": True, "no_delete": True}])))
    first = told.tip()
    second = told.commit()
    assert guarded.push("main").returncode == 0
    assert guarded.push(f"+{first}:{MAIN}").returncode != 0
    done = guarded.push(f":{MAIN}", f"{second}:refs/replace/{first}")
    assert done.stderr.count(" rule_violation: ") == 2
    assert guarded.refs() == {MAIN: second}


def test_the_policy_of_a_ref_of_the_repository(guarded: Guarded) -> None:
    told = guarded.story
    told.commit(files=told.policy_files())
    assert guarded.push("main").returncode == 0
    guarded.config("gitsig.policy", None)
    guarded.config("gitsig.policyRef", MAIN)
    good = told.commit(by="bob")
    assert guarded.push("main").returncode == 0
    told.commit(by="mallory", files=told.policy_files(signers={"mallory": {"ssh": [told.ssh.public("mallory")]}}))
    assert guarded.push("main").returncode != 0
    assert guarded.refs() == {MAIN: good}


def test_the_update_hook(guarded: Guarded) -> None:
    told = guarded.story
    (guarded.git_dir / "hooks" / "pre-receive").unlink()
    guarded.install("update")
    good = told.tip()
    told.branch("side", told.commit(by="mallory", branch=None))
    done = guarded.push("main", "side")
    assert done.returncode != 0
    assert guarded.refs() == {MAIN: good}


def test_a_hook_that_finds_no_git_refuses(guarded: Guarded) -> None:
    zero, tip = "0" * 64, guarded.story.tip()
    git("-C", guarded.story.path, "push", "-q", guarded.path, "main", check=True)
    line = f"{zero} {tip} refs/heads/other\n".encode()
    assert guarded.run_hook("pre-receive", stdin=line).returncode == 0
    done = guarded.run_hook("pre-receive", stdin=line, PATH="/nonexistent")
    assert done.returncode != 0
    assert b"git is not installed" in done.stderr
    short = f"{'0' * 40} {'1' * 40} refs/heads/other\n".encode()
    assert guarded.run_hook("pre-receive", stdin=short).returncode != 0
