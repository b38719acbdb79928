"""Git's own pre-push hook: what stands at the remote afterwards counts."""

from __future__ import annotations

import pytest

from tests.hooks.client.conftest import ZERO, Desk


@pytest.fixture
def ready(begun: Desk) -> Desk:
    begun.install("pre-push")
    return begun


def push(desk: Desk, *refs: str, **env: str) -> tuple[bool, str]:
    """Whether the remote's refs moved, and what was said."""
    before = desk.there()
    done = desk.run("git", "push", "-q", *refs, **env)
    moved = desk.there() != before
    assert moved == (done.returncode == 0)
    assert done.stderr.isascii()
    return moved, done.stderr


def test_a_good_push_says_which_policy_judged(ready: Desk) -> None:
    oid = ready.commit()
    moved, said = push(ready, "origin", "main")
    assert moved
    assert ready.there()["refs/heads/main"] == oid
    assert "1 object judged, all good, by refs/remotes/origin/HEAD" in said


def test_an_unsigned_commit_stays_here(ready: Desk) -> None:
    ready.commit("--no-gpg-sign")
    ready.commit()
    moved, said = push(ready, "origin", "main")
    assert not moved
    lines = said.splitlines()
    assert lines[0].startswith("gitsig: mend: sign it: git rebase --exec")
    assert lines[1].startswith(f"gitsig: REFUSED commit {ready.head('HEAD^')[:12]}: unsigned")


def test_a_first_push_is_judged_from_the_root_by_the_work_trees_policy(desk: Desk) -> None:
    desk.install("pre-push")
    desk.begin(pushed=False)
    moved, said = push(desk, "origin", "main")
    assert moved
    assert ".gitsig/policy.toml" in said
    assert "refs/remotes" not in said


def test_a_first_push_with_an_unsigned_root_stays_here(desk: Desk) -> None:
    desk.install("pre-push")
    desk.commit("--no-gpg-sign")
    desk.begin(pushed=False)
    assert not push(desk, "origin", "main")[0]
    assert desk.there() == {}


def test_all_refs_of_a_push_are_seen(ready: Desk) -> None:
    """The second of two is bad: neither goes."""
    ready.git("checkout", "-q", "-b", "a-good-one")
    ready.commit()
    ready.git("checkout", "-q", "-b", "the-bad-one")
    ready.commit("--no-gpg-sign")
    before = ready.there()
    moved, said = push(ready, "origin", "a-good-one", "the-bad-one")
    assert not moved
    assert "unsigned" in said
    assert ready.there() == before


def test_a_push_does_not_use_the_policy_that_it_brings(ready: Desk) -> None:
    """R12."""
    ready.policy(signers={"mallory": {"emails": ["mallory@example.net"], "ssh": [ready.ssh.public("mallory")]}})
    ready.git("add", ".")
    ready.be("mallory")
    ready.commit()
    moved, said = push(ready, "origin", "main")
    assert not moved
    assert "unknown_key" in said


def test_parked_commits_are_judged_when_a_guarded_branch_comes_to_them(desk: Desk) -> None:
    """R4: what the remote has on an unguarded ref vouches for nothing."""
    desk.begin(defaults={"refs": ["refs/heads/main"]})
    desk.install("pre-push")
    desk.git("checkout", "-q", "-b", "parked")
    parked = desk.commit("--no-gpg-sign")
    moved, said = push(desk, "origin", "parked")
    assert moved
    assert "not guarded: refs/heads/parked" in said
    moved, said = push(desk, "origin", "parked:main")
    assert not moved
    assert parked[:12] in said


def test_a_tag_goes_only_if_it_is_signed(ready: Desk) -> None:
    ready.git("tag", "--no-sign", "-m", "Release", "v1")
    assert not push(ready, "origin", "v1")[0]
    ready.git("-c", "tag.gpgSign=false", "tag", "light")
    assert not push(ready, "origin", "light")[0]
    ready.git("tag", "-s", "-f", "-m", "Release", "v1")
    assert push(ready, "origin", "v1")[0]
    assert ready.there()["refs/tags/v1"] == ready.head("v1")


def test_a_deletion_needs_no_signature(ready: Desk) -> None:
    ready.git("push", "-q", "--no-verify", "origin", "main:gone")
    assert push(ready, "origin", ":gone")[0]
    assert "refs/heads/gone" not in ready.there()


def test_a_rule_against_deletion_and_rewinding_is_told_beforehand(desk: Desk) -> None:
    desk.begin(rules=[{"refs": ["refs/heads/main"], "no-rewind": True, "no-delete": True}])
    desk.install("pre-push")
    for refs in ((":main",), ("--force", "empty:main")):
        desk.git("checkout", "-q", "-B", "empty", "main")
        desk.commit("--amend", "-m", "Another")
        moved, said = push(desk, "origin", *refs)
        assert not moved
        assert "rule 1 forbids" in said


def test_nothing_to_push_is_fine(ready: Desk) -> None:
    done = ready.run("git", "push", "-q", "origin", "main")
    assert (done.returncode, done.stderr) == (0, "")
    assert ready.hook("pre-push", "origin", "url").returncode == 0


def test_a_url_has_no_tracking_refs_but_tells_what_it_has(ready: Desk) -> None:
    oid = ready.commit()
    moved, said = push(ready, "../remote.git", "main")
    assert moved
    assert "1 object judged" in said
    assert ready.there()["refs/heads/main"] == oid


def test_what_the_remote_has_and_we_have_not_is_to_be_fetched(ready: Desk) -> None:
    """Judged by what the tracking refs hold: more, never nothing."""
    bad = ready.commit("--no-gpg-sign")
    line = f"refs/heads/main {bad} refs/heads/main {'1' * 40}\n"
    done = ready.hook("pre-push", "origin", "../remote.git", stdin=line)
    assert done.returncode == 1
    assert "git fetch first" in done.stderr
    assert done.stderr.count("REFUSED commit") == 1


def test_a_ref_that_left_the_remote_vouches_no_more(ready: Desk) -> None:
    """The tracking ref is stale: the remote says that it has no such branch."""
    line = f"refs/heads/main {ready.head()} refs/heads/main {ZERO}\n"
    done = ready.hook("pre-push", "origin", "../remote.git", stdin=line)
    assert done.returncode == 0
    assert "1 object judged" in done.stderr


@pytest.mark.parametrize(
    "line",
    ["nonsense", "a b c d", f"refs/heads/main {'1' * 39} refs/heads/main {ZERO}", f"x {'1' * 40} main {ZERO}"],
)
def test_garbage_on_standard_input_is_refused_in_one_line(ready: Desk, line: str) -> None:
    done = ready.hook("pre-push", "origin", "url", stdin=f"{line}\n")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1


def test_an_object_that_is_not_here_is_refused(ready: Desk) -> None:
    line = f"refs/heads/x {'1' * 40} refs/heads/x {ZERO}\n"
    assert ready.hook("pre-push", "origin", "url", stdin=line).returncode == 3


def test_a_replace_ref_never_goes(ready: Desk) -> None:
    """R1."""
    oid = ready.commit()
    assert not push(ready, "origin", f"{oid}:refs/replace/{oid}")[0]


def test_a_configured_policy_comes_first(ready: Desk) -> None:
    outside = ready.folder / "outside.toml"
    outside.write_text(
        f'version = 1\n[signers.bob]\nemails = ["bob@example.org"]\nssh = ["{ready.ssh.public("bob")}"]\n'
    )
    ready.commit()
    moved, said = push(ready, "origin", "main", GITSIG_POLICY=str(outside))
    assert not moved
    assert "unknown_key" in said
    done = ready.run("git", "-c", f"gitsig.policy={outside}", "-c", "gitsig.docs=https://docs.example.org", "push")
    assert done.returncode != 0
    assert "see https://docs.example.org" in done.stderr
    assert push(ready, "origin", "main")[0]


@pytest.mark.parametrize("setting", ["gitsig.policy=/nowhere.toml", "gitsig.policyRef=nowhere"])
def test_a_configured_policy_that_cannot_be_read_refuses(ready: Desk, setting: str) -> None:
    ready.commit()
    before = ready.there()
    assert ready.run("git", "-c", setting, "push").returncode != 0
    assert ready.there() == before


def test_many_refusals_are_few_lines(ready: Desk) -> None:
    for _ in range(9):
        ready.commit("--no-gpg-sign")
    moved, said = push(ready, "origin", "main")
    assert not moved
    ours = [line for line in said.splitlines() if line.startswith("gitsig: ")]
    assert len(ours) == 8
    assert "REFUSED and 4 more" in said
