"""Ranges, as a CI job names them: real clones, and the variables that GitHub and GitLab set."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.hooks.client.conftest import ZERO, Desk


def job(desk: Desk, **event: object) -> dict[str, str]:
    """The environment of a GitHub Actions job."""
    path = desk.folder / "event.json"
    path.write_text(json.dumps({"repository": {"default_branch": "main"}, **event}))
    return {"GITHUB_EVENT_PATH": str(path)}


def evil_topic(desk: Desk) -> str:
    """A branch on which Mallory lists himself and signs."""
    desk.git("checkout", "-q", "-b", "topic")
    desk.policy(signers={"mallory": {"emails": ["mallory@example.net"], "ssh": [desk.ssh.public("mallory")]}})
    desk.git("add", ".")
    desk.be("mallory")
    return desk.commit()


def test_a_range_is_judged_by_the_policy_of_its_old_end(begun: Desk) -> None:
    evil_topic(begun)
    done = begun.hook("range", "main..topic")
    assert done.returncode == 1
    assert "unknown_key" in done.stderr


def test_a_good_range_says_what_it_was(begun: Desk) -> None:
    begun.commit()
    done = begun.hook("range", "HEAD^..HEAD")
    assert done.returncode == 0
    assert "HEAD^..HEAD: 1 object judged, all good, by HEAD^" in done.stderr


@pytest.mark.parametrize("arguments", [("main",), ("main..topic", "main"), ("nowhere..HEAD",)])
def test_what_is_no_range_of_this_repository_is_refused(begun: Desk, arguments: tuple[str, ...]) -> None:
    assert begun.hook("range", *arguments).returncode == 2


def test_a_base_without_policy_does_not_let_the_change_bring_one(desk: Desk) -> None:
    root = desk.commit()
    desk.begin(pushed=False)
    done = desk.hook("range", f"{root}..HEAD")
    assert done.returncode == 3
    assert f"no policy in {root}" in done.stderr


def test_the_framework_names_both_ends(begun: Desk) -> None:
    bad = begun.commit("--no-gpg-sign")
    good = begun.commit()
    assert begun.hook("range", PRE_COMMIT_FROM_REF=f"{bad}^", PRE_COMMIT_TO_REF=good).returncode == 1
    assert begun.hook("range", PRE_COMMIT_FROM_REF=bad, PRE_COMMIT_TO_REF=good).returncode == 0


def test_without_any_word_it_is_what_the_upstream_lacks_else_everything(begun: Desk) -> None:
    begun.commit("--no-gpg-sign")
    assert "REFUSED commit" in begun.hook("range").stderr
    begun.git("reset", "-q", "--hard", "origin/main")
    done = begun.hook("range")
    assert done.returncode == 0
    assert "all that HEAD reaches: 1 object judged" in done.stderr
    begun.git("checkout", "-q", "--orphan", "fresh")
    begun.commit("--no-gpg-sign")
    assert begun.hook("range").returncode == 1


def test_a_shallow_clone_is_refused_in_one_line(begun: Desk) -> None:
    begun.commit()
    begun.git("push", "-q", "origin", "main")
    begun.git("clone", "-q", "--depth", "1", f"file://{begun.remote}", "../shallow")
    begun.path = begun.folder / "shallow"
    done = begun.hook("range")
    assert done.returncode == 3
    assert "fetch-depth: 0" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_pull_request_on_github_ends_at_its_own_head(begun: Desk) -> None:
    """HEAD is a merge that GitHub made up; nobody signed it."""
    begun.git("checkout", "-q", "-b", "topic")
    topic = begun.commit()
    begun.git("checkout", "-q", "--detach", "main")
    quiet = ("-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null")
    begun.git(*quiet, "merge", "-q", "--no-ff", "-m", "Merge into main", "topic")
    proposed = {"base": {"sha": begun.head("main")}, "head": {"sha": topic}}
    done = begun.hook("range", **job(begun, pull_request=proposed))
    assert done.returncode == 0
    assert "1 object judged" in done.stderr
    done = begun.hook("range", GITHUB_BASE_REF="main", GITHUB_REF="refs/pull/7/merge")
    assert (done.returncode, done.stderr.count("1 object judged")) == (0, 1)


def test_a_pull_request_with_its_own_policy_is_refused(begun: Desk) -> None:
    proposed = {"base": {"sha": begun.head()}, "head": {"sha": evil_topic(begun)}}
    assert begun.hook("range", **job(begun, pull_request=proposed)).returncode == 1
    queued = {"base_sha": begun.head("main"), "head_sha": begun.head("topic")}
    assert begun.hook("range", **job(begun, merge_group=queued)).returncode == 1


def test_a_push_to_a_branch_is_judged_by_its_rules(desk: Desk) -> None:
    desk.begin(rules=[{"refs": ["refs/heads/main"], "signers": ["bob"]}])
    old, new = desk.head(), desk.commit()
    event = job(desk, before=old, after=new)
    assert desk.hook("range", GITHUB_REF="refs/heads/main", **event).returncode == 1
    assert desk.hook("range", GITHUB_REF="refs/heads/topic", **event).returncode == 0
    assert desk.hook("range", GITHUB_REF="refs/heads/main", GITHUB_EVENT_BEFORE=old).returncode == 1


def test_a_new_branch_is_compared_with_the_default_one(begun: Desk) -> None:
    event = job(begun, before=ZERO, after=evil_topic(begun))
    assert begun.hook("range", GITHUB_REF="refs/heads/topic", **event).returncode == 1
    begun.git("update-ref", "-d", "refs/remotes/origin/main")
    done = begun.hook("range", GITHUB_REF="refs/heads/topic", **event)
    assert done.returncode == 3
    assert "no policy in refs/remotes/origin/main" in done.stderr


def test_the_first_push_of_the_default_branch_is_judged_whole(begun: Desk) -> None:
    event = job(begun, before=ZERO, after=begun.head())
    done = begun.hook("range", GITHUB_REF="refs/heads/main", **event)
    assert done.returncode == 0
    assert "1 object judged" in done.stderr


def test_a_forced_push_whose_old_end_is_gone_takes_no_policy_with_it(begun: Desk) -> None:
    event = job(begun, before="1" * 40, after=evil_topic(begun))
    done = begun.hook("range", GITHUB_REF="refs/heads/main", **event)
    assert done.returncode == 3


def test_a_pushed_tag_is_judged_with_its_commit(begun: Desk) -> None:
    begun.git("tag", "-s", "-m", "Release", "v1")
    begun.git("-c", "tag.gpgSign=false", "tag", "light")
    event = job(begun, before=ZERO, after=begun.head("v1"))
    done = begun.hook("range", GITHUB_REF="refs/tags/v1", **event)
    assert done.returncode == 0
    assert "2 objects judged" in done.stderr
    assert begun.hook("range", CI_COMMIT_TAG="light", CI_DEFAULT_BRANCH="main").returncode == 1


@pytest.mark.parametrize("event", [{"pull_request": {"base": {}}}, {"after": 7}, {"before": "x", "after": "1" * 40}])
def test_an_event_that_names_no_commits_is_refused(begun: Desk, event: dict[str, object]) -> None:
    assert begun.hook("range", **job(begun, **event)).returncode == 3


def test_an_event_that_cannot_be_read_is_refused(begun: Desk) -> None:
    path = begun.folder / "event.json"
    assert begun.hook("range", GITHUB_EVENT_PATH=str(path)).returncode == 3
    path.write_text("{")
    assert begun.hook("range", GITHUB_EVENT_PATH=str(path)).returncode == 3


def test_an_old_branching_point_on_gitlab_does_not_bring_back_the_old_policy(begun: Desk) -> None:
    """Bob was listed when the topic branched off, and is so no more."""
    base = begun.head()
    begun.git("checkout", "-q", "-b", "topic")
    begun.be("bob")
    topic = begun.commit()
    begun.be("ada")
    begun.git("checkout", "-q", "main")
    path = begun.policy()
    path.write_text(path.read_text().partition("[signers.bob]")[0])
    begun.git("add", ".")
    begun.commit()
    begun.git("push", "-q", "origin", "main")
    told = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_COMMIT_SHA": topic}
    assert begun.hook("range", CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main", **told).returncode == 1
    assert begun.hook("range", CI_MERGE_REQUEST_TARGET_BRANCH_NAME="gone", **told).returncode == 3


def test_a_push_on_gitlab(begun: Desk) -> None:
    old, new = begun.head(), begun.commit("--no-gpg-sign")
    told = {"CI_COMMIT_SHA": new, "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
    assert begun.hook("range", CI_COMMIT_BEFORE_SHA=old, **told).returncode == 1
    assert begun.hook("range", CI_COMMIT_BEFORE_SHA=ZERO, **told).returncode == 1
    assert begun.hook("range", CI_COMMIT_BEFORE_SHA=new, **told).returncode == 0


def test_a_damaged_repository_refuses(begun: Desk) -> None:
    begun.commit()
    shutil.rmtree(begun.path / ".git" / "objects")
    (begun.path / ".git" / "objects").mkdir()
    assert begun.hook("range", "HEAD^..HEAD").returncode in (2, 3)
