"""Real pushes to a guarded repository. What counts is what the server holds afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.hooks.server.guarded import NONE, Guarded, git, over_daemon, over_http

MAIN = "refs/heads/main"


def test_a_signed_push_is_taken_in_without_a_word(guarded: Guarded) -> None:
    done = guarded.push("main")
    assert (done.returncode, "gitsig" in done.stderr) == (0, False)
    assert guarded.refs() == {MAIN: guarded.story.tip()}
    (entry,) = guarded.decisions()
    assert entry["gitsig"]["verdict"] == "accepted"
    assert entry["event"]["type"] == ["creation", "allowed"]


def test_a_refused_push_changes_nothing_and_says_why(guarded: Guarded) -> None:
    guarded.push("main")
    before = guarded.refs()
    evil = guarded.story.commit(by="mallory")
    done = guarded.push("main", f"{before[MAIN]}:refs/heads/innocent")
    assert done.returncode != 0
    assert guarded.refs() == before
    assert "gitsig: push refused: 1 of 1 objects" in done.stderr
    assert f"  {MAIN} {evil[:10]} unknown_key: " in done.stderr
    assert "    mend: sign with a key that the policy lists" in done.stderr
    assert "read on: docs/verdicts.md#unknown_key" in done.stderr
    first, second = guarded.decisions()[1:]
    assert [each["gitsig"]["verdict"] for each in (first, second)] == ["refused", "accepted"]
    assert [each["event"]["outcome"] for each in (first, second)] == ["failure", "failure"]


def test_forced_pushes_deletions_tags_and_notes(guarded: Guarded) -> None:
    told = guarded.story
    guarded.config("gitsig.policy", str(told.policy(rules=[{"refs": [MAIN], "no_rewind": True, "no_delete": True}])))
    first = told.tip()
    second = told.commit()
    told.tag("v1", second)
    told.ref("refs/notes/x", told.commit(branch=None, parents=[], sign=False))
    assert guarded.push("main", "v1", "refs/notes/x").returncode == 0
    held = guarded.refs()
    assert set(held) == {MAIN, "refs/tags/v1", "refs/notes/x"}
    assert guarded.push(f"+{first}:{MAIN}").returncode != 0
    done = guarded.push(f":{MAIN}", f"{second}:refs/tags/light", f"{second}:refs/replace/{first}")
    assert done.stderr.count(" rule_violation: ") == 2
    assert "refs/tags/light" in done.stderr
    assert guarded.refs() == held
    assert guarded.push(":refs/tags/v1").returncode == 0
    assert "refs/tags/v1" not in guarded.refs()


@pytest.mark.parametrize("how", ["daemon", "http"])
def test_over_the_network(guarded: Guarded, how: str) -> None:
    told = guarded.story
    guarded.config("http.receivepack", "true")
    with {"daemon": over_daemon, "http": over_http}[how](told.folder) as address:
        assert guarded.push("main", url=f"{address}/server.git").returncode == 0
        good = told.tip()
        told.commit(sign=False)
        done = guarded.push("main", url=f"{address}/server.git")
        assert (done.returncode == 0, guarded.refs()) == (False, {MAIN: good})
        assert "remote:   refs/heads/main" in done.stderr
    last = guarded.decisions()[-1]
    assert last["source"]["ip"] == "127.0.0.1"
    assert how == "daemon" or last["user"]["name"] == "ada"


def test_the_pushed_objects_are_in_quarantine_and_seen(guarded: Guarded) -> None:
    trace = guarded.story.folder / "quarantine"
    guarded.install("pre-receive", before=f'echo "$GIT_QUARANTINE_PATH" > "{trace}"')
    assert guarded.push("main").returncode == 0
    assert "incoming" in trace.read_text()


def test_a_lost_quarantine_refuses(guarded: Guarded) -> None:
    """R14: without the environment the pushed objects cannot be seen."""
    guarded.install("pre-receive", before="unset GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES")
    done = guarded.push("main")
    assert (done.returncode == 0, guarded.refs()) == (False, {})
    assert "verifier_error" in done.stderr


def test_parked_commits_are_judged_when_a_guarded_ref_comes_to_them(guarded: Guarded) -> None:
    guarded.push("main")
    good = guarded.story.tip()
    guarded.story.commit(sign=False)
    assert guarded.push("main:refs/wip/parked").returncode == 0
    assert guarded.push("main").returncode != 0
    assert guarded.refs()[MAIN] == good


def test_an_alias_on_the_server_is_no_way_round_a_rule(guarded: Guarded) -> None:
    told = guarded.story
    guarded.config("gitsig.policy", str(told.policy(rules=[{"refs": [MAIN], "signers": ["ada"]}])))
    assert guarded.push("main").stderr.count("new branch") == 1
    good = told.tip()
    git("--git-dir", guarded.path, "symbolic-ref", "refs/heads/master", MAIN, check=True)
    by_bob = told.commit(by="bob")
    assert guarded.push(f"{by_bob}:refs/heads/master").returncode != 0
    assert guarded.refs()[MAIN] == good
    told.branch("main", good)
    told.commit(by="ada")
    assert guarded.push("+main:refs/heads/master").returncode == 0
    assert guarded.refs()[MAIN] == told.tip()


@pytest.mark.parametrize("way", ["symbolic", "link", "folder"])
def test_another_name_of_a_branch_that_leads_through_head_or_a_link(guarded: Guarded, way: str) -> None:
    """Git moves `main`, whose rules it would not be judged by."""
    told = guarded.story
    told.commit()
    assert guarded.push("main").returncode == 0
    good = guarded.refs()[MAIN]
    heads = guarded.path / "refs/heads"
    name = "refs/heads/alias"
    if way == "symbolic":
        (heads / "alias").write_text("ref: HEAD\n")
    elif way == "link":
        (heads / "alias").symlink_to("../../HEAD")
    else:
        (heads / "folder").symlink_to(".")
        name = "refs/heads/folder/main"
    told.commit(sign=False)
    assert guarded.push(f"main:{name}").returncode != 0
    assert guarded.refs()[MAIN] == good


def test_a_shallow_push_is_refused(guarded: Guarded) -> None:
    """R3: the server would take the boundary for a root."""
    told = guarded.story
    told.commit(sign=False)
    told.commit()
    clone = told.folder / "shallow"
    git("clone", "-q", "--bare", "--depth=1", f"file://{told.path}", clone, check=True)
    guarded.config("receive.shallowUpdate", "true")
    done = git("-C", clone, "push", guarded.path, "main")
    assert (done.returncode == 0, guarded.refs()) == (False, {})


def test_pushes_at_the_same_time(guarded: Guarded) -> None:
    told = guarded.story
    guarded.push("main")
    base = told.tip()
    for number in range(4):
        told.branch(f"b{number}", base)
        told.commit(branch=f"b{number}", sign=number % 2 == 0)
    command = ["git", "-C", str(told.path), "push", str(guarded.path)]
    pushes = [
        subprocess.Popen([*command, f"b{number}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for number in range(4)
    ]
    assert [push.wait() == 0 for push in pushes] == [True, False, True, False]
    assert set(guarded.refs()) == {MAIN, "refs/heads/b0", "refs/heads/b2"}
    assert len(guarded.decisions()) == 5


def test_a_hook_that_is_killed_midway_refuses(guarded: Guarded) -> None:
    """It waits for a policy that nobody writes (a pipe), and is killed there."""
    told = guarded.story
    pipe, pid = told.folder / "pipe.toml", told.folder / "pid"
    os.mkfifo(pipe)
    guarded.config("gitsig.policy", str(pipe))
    guarded.install("pre-receive", before=f'echo $$ > "{pid}.new"; mv "{pid}.new" "{pid}"')
    push = subprocess.Popen(
        ["git", "-C", str(told.path), "push", str(guarded.path), "main"], stderr=subprocess.PIPE, text=True
    )
    _until(pid.exists)
    os.kill(int(pid.read_text()), signal.SIGKILL)
    assert "rejected" in push.communicate()[1]
    assert (push.returncode == 0, guarded.refs()) == (False, {})


def test_the_update_hook_judges_ref_by_ref(guarded: Guarded) -> None:
    (guarded.path / "hooks" / "pre-receive").unlink()
    guarded.install("update")
    told = guarded.story
    told.branch("evil", told.tip())
    told.commit(branch="evil", sign=False)
    assert guarded.push("main", "evil").returncode != 0
    assert guarded.refs() == {MAIN: told.tip()}
    assert {entry["event"]["action"] for entry in guarded.decisions()} == {"update"}
    assert guarded.run_hook("update", MAIN, NONE).returncode == 2


def test_warn_mode_says_so_and_lets_pass(guarded: Guarded) -> None:
    guarded.config("gitsig.mode", "warn")
    evil = guarded.story.commit(sign=False)
    done = guarded.push("main")
    assert (done.returncode, guarded.refs()) == (0, {MAIN: evil})
    assert "WARNING: this push would be refused: 1 of 2 objects" in done.stderr
    assert "let through all the same" in done.stderr
    (entry,) = guarded.decisions()
    assert (entry["gitsig"]["verdict"], entry["gitsig"]["mode"]) == ("refused", "warn")
    assert entry["event"]["outcome"] == "success"


def test_a_work_tree_on_the_server_gives_no_policy(guarded: Guarded, tmp_path: Path) -> None:
    told = guarded.story
    other = tmp_path / "worktree"
    git("init", "-q", "-b", "main", other, check=True)
    guarded.path, guarded.git_dir = other, other / ".git"
    guarded.install("pre-receive")
    policy = told.policy(path=other / ".gitsig" / "policy.toml")
    assert guarded.push("main:refs/heads/x").returncode != 0
    guarded.config("gitsig.policy", str(policy))
    done = guarded.push("main:refs/heads/x")
    assert (done.returncode == 0, guarded.refs()) == (False, {})
    assert "work tree" in done.stderr


def _until(ready: object) -> None:
    deadline = time.monotonic() + 20
    while not ready():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise TimeoutError("the hook did not start")
        os.sched_yield()
