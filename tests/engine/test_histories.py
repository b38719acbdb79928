"""Whole histories, told as stories and judged through the library: ranges, audits, tags, rules and time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import gitsig
from tests.support.gnupg import BIRTH
from tests.support.story import START, Story

NOW = START + 30 * 86400
DAY = 86400
StoryMaker = Callable[..., Story]


def judge(
    story: Story, *targets: str, policy: Path | None = None, now: int = NOW, ref: str | None = None, new: bool = False
) -> list[gitsig.Verdict]:
    store = gitsig.open_repository(str(story.path))
    loaded = gitsig.load_policy(store, str(policy or story.policy()))
    return list(gitsig.Verifier(store, loaded, now=now).verify(targets, ref=ref, new=new))


def audit(story: Story, revs: Sequence[str] = (), policy: Path | None = None, now: int = NOW) -> gitsig.Run:
    store = gitsig.open_repository(str(story.path))
    return gitsig.Verifier(store, gitsig.load_policy(store, str(policy or story.policy())), now=now).audit(revs)


def reasons(verdicts: Sequence[gitsig.Verdict]) -> list[str]:
    return [str(verdict.reason) for verdict in verdicts]


def one(story: Story, target: str, **rest: Any) -> gitsig.Verdict:
    (verdict,) = judge(story, target, **rest)
    return verdict


# What is looked at


def test_a_range_holds_what_is_new_and_nothing_else(story: StoryMaker) -> None:
    told = story()
    old = told.commit(by="mallory", sign=False)
    first = told.commit(by="ada")
    last = told.commit(by="bob")
    verdicts = judge(told, f"{old}..{last}")
    assert [verdict.oid for verdict in verdicts] == [first, last]
    assert all(verdict.accepted for verdict in verdicts)
    assert [verdict.signer for verdict in verdicts] == ["ada", "bob"]


def test_commits_hidden_behind_a_merge_are_looked_at(story: StoryMaker) -> None:
    told = story()
    base = told.commit(by="ada")
    told.branch("side", base)
    evil = told.commit(by="mallory", branch="side")
    told.merge("side", by="ada")
    verdicts = judge(told, f"{base}..main")
    assert {verdict.oid: str(verdict.reason) for verdict in verdicts}[evil] == "unknown_key"
    assert len(verdicts) == 2


def test_first_parents_only_if_the_policy_says_so_and_the_report_says_it(story: StoryMaker) -> None:
    told = story()
    base = told.commit(by="ada")
    told.branch("side", base)
    told.commit(by="mallory", branch="side")
    merge = told.merge("side", by="ada")
    policy = told.policy(defaults={"require": "first-parent"})
    run = audit(told, ["main"], policy)
    assert [verdict.oid for verdict in run] == [base, merge]
    assert any("first parents only" in remark for remark in run.remarks)


def test_merges_and_tips_only(story: StoryMaker) -> None:
    told = story()
    base = told.commit(by="ada")
    told.branch("side", base)
    told.commit(by="mallory", branch="side")
    merge = told.merge("side", by="ada")
    tip = told.commit(by="bob")
    for require, expected in (("merges", [merge]), ("tip", [tip])):
        policy = told.policy(defaults={"require": require})
        assert [verdict.oid for verdict in audit(told, ["main"], policy)] == expected


def test_an_audit_sees_every_branch_and_tag_that_is_guarded(story: StoryMaker) -> None:
    told = story()
    base = told.commit(by="ada")
    told.branch("side", base)
    side = told.commit(by="bob", branch="side")
    tag = told.tag("v1", base, by="ada")
    told.ref("refs/notes/x", told.commit(by="mallory", branch=None, parents=[]))
    assert {verdict.oid for verdict in audit(told)} == {base, side, tag}


def test_a_range_needs_no_more_than_its_two_ends(story: StoryMaker) -> None:
    told = story()
    base = told.commit(by="ada")
    told.branch("side", base)
    side = told.commit(by="bob", branch="side")
    main = told.commit(by="ada")
    assert {verdict.oid for verdict in judge(told, "main..side")} == {side}
    assert {verdict.oid for verdict in judge(told, "main...side")} == {side, main}
    assert judge(told, "main..main") == []


def test_unknown_revisions_and_broken_ranges_are_usage_errors(story: StoryMaker) -> None:
    told = story()
    told.commit(by="ada")
    for target in ("nonsense", "main..nonsense", "--help", "a..b..c", "main...."):
        with pytest.raises(gitsig.UsageFault) as caught:
            judge(told, target)
        assert caught.value.exit_code == 2


# What a commit's signature is worth


def test_the_plain_reasons(story: StoryMaker) -> None:
    told = story()
    told.commit(by="ada")
    told.commit(by="ada", sign=False)
    told.commit(by="mallory")
    told.commit(by="ada", mutate=lambda raw: raw.replace(b"Change", b"Chance"))
    told.commit(by="bob", sign="ada")
    told.commit(by="ada", mutate=lambda raw: raw.replace(b"gpgsig ", b"gpgsig-x y\ngpgsig ", 1))
    told.commit(by="carol")
    assert reasons(audit(told).report().verdicts) == [
        "good",
        "unsigned",
        "unknown_key",
        "bad_signature",
        "identity_mismatch",
        "malformed_object",
        "good",
    ]


def test_ssh_and_openpgp_stand_side_by_side(story: StoryMaker) -> None:
    told = story()
    told.commit(by="bob", sign="ssh")
    told.commit(by="bob", sign="openpgp")
    verdicts = list(audit(told))
    assert [str(verdict.format) for verdict in verdicts] == ["ssh", "openpgp"]
    assert all(verdict.accepted and verdict.signer == "bob" for verdict in verdicts)


def test_sha1_and_the_exception_for_it(story: StoryMaker) -> None:
    told = story()
    person = told.people["ada"]
    assert told.gnupg is not None
    assert person.openpgp is not None
    gnupg, key = told.gnupg, person.openpgp
    oid = told.commit(by="ada", sign=lambda payload: gnupg.sign(payload, key, digest="SHA1", at=START + 60))
    assert str(one(told, oid).reason) == "weak_digest"
    exceptions = [{"object": oid, "accept": ["weak_digest"], "because": "made before 2017"}]
    verdict = one(told, oid, policy=told.policy(exceptions=exceptions))
    assert (verdict.accepted, str(verdict.reason), verdict.exception) == (True, "weak_digest", "made before 2017")


# Time


def test_a_signature_from_the_future_and_one_from_before_the_key(story: StoryMaker) -> None:
    told = story()
    future = told.commit(by="ada", at=NOW + DAY)
    early = told.commit(by="ada", at=BIRTH - DAY)
    near = told.commit(by="ada", at=NOW + 300)
    assert reasons([one(told, oid) for oid in (future, early, near)]) == ["future_dated", "key_predated", "good"]


def test_a_signer_who_left_keeps_the_old_commits_and_makes_no_new_ones(story: StoryMaker) -> None:
    told = story()
    before = told.commit(by="ada", at=START)
    after = told.commit(by="ada", at=START + 20 * DAY)
    left = datetime.fromtimestamp(START + 10 * DAY, UTC)
    policy = told.policy(signers={"ada": {"valid-until": left}})
    assert reasons([one(told, oid, policy=policy) for oid in (before, after)]) == ["good", "key_expired"]
    assert str(one(told, before, policy=policy, new=True).reason) == "key_expired"


# Tags


def test_tags_step_by_step(story: StoryMaker) -> None:
    told = story()
    told.commit(by="ada")
    inner = told.tag("inner", by="ada", ref=None)
    outer = told.tag("v1", inner, by="ada", target_type="tag")
    assert [verdict.oid for verdict in judge(told, "v1")] == [outer, inner]
    unsigned = told.tag("v2", inner, by="ada", target_type="tag", sign=False)
    verdicts = judge(told, "v2")
    assert [(verdict.oid, str(verdict.reason)) for verdict in verdicts] == [(unsigned, "unsigned"), (inner, "good")]


def test_a_tag_under_another_name(story: StoryMaker) -> None:
    told = story()
    told.commit(by="ada")
    told.tag("v1", by="ada", ref="refs/tags/v2")
    assert reasons(judge(told, "v2")) == ["tag_name_mismatch"]


def test_a_tag_that_lies_about_its_target(story: StoryMaker) -> None:
    told = story()
    commit = told.commit(by="ada")
    told.tag("v1", commit, by="ada", target_type="tree")
    assert reasons(judge(told, "v1")) == ["tag_name_mismatch"]


def test_lightweight_tags_are_unsigned_tags(story: StoryMaker) -> None:
    told = story()
    commit = told.commit(by="ada")
    told.ref("refs/tags/light", commit)
    assert [(verdict.type, str(verdict.reason)) for verdict in judge(told, "light")] == [("tag", "unsigned")]
    any_tag = told.policy(defaults={"tags": "any"})
    run = audit(told, (), any_tag)
    assert reasons(list(run)) == ["good"]
    assert any('tags = "any"' in remark for remark in run.remarks)
    rule = told.policy(defaults={"tags": "any"}, rules=[{"refs": ["refs/tags/*"], "signers": ["ada"]}])
    assert reasons(list(audit(told, (), rule))) == ["good", "unsigned"]


def test_text_after_a_tags_signature_and_two_signatures(story: StoryMaker) -> None:
    told = story()
    told.commit(by="ada")
    told.tag("v1", by="ada", mutate=lambda raw: raw + b"more\n")
    told.tag("v2", by="ada", mutate=lambda raw: raw + raw[raw.index(b"-----BEGIN") :])
    assert reasons(judge(told, "v1", "v2")) == ["malformed_object", "malformed_object"]


def test_refs_that_point_at_trees_and_blobs(story: StoryMaker) -> None:
    told = story()
    told.commit(by="ada")
    blob = told.raw("blob", b"data")
    told.ref("refs/tags/blob", blob)
    told.tag("signed-blob", blob, by="ada", target_type="blob")
    verdicts = {verdict.ref: verdict for verdict in audit(told) if verdict.ref}
    assert str(verdicts["refs/tags/blob"].reason) == "unsigned"
    assert verdicts["refs/tags/blob"].type == "blob"
    assert verdicts["refs/tags/signed-blob"].accepted


def test_a_ref_to_a_lost_commit_and_a_tag_of_one(story: StoryMaker) -> None:
    told = story()
    told.commit(by="ada")
    lost = "1" * 40
    (told.path / "refs" / "heads" / "lost").write_text(f"{lost}\n")
    tag = told.tag("v1", lost, by="ada")
    found = {(verdict.oid, str(verdict.reason)) for verdict in audit(told)}
    assert (lost, "verifier_error") in found
    assert (tag, "good") in found


# Rules


def test_rules_follow_their_refs(story: StoryMaker) -> None:
    told = story()
    base = told.commit(by="ada")
    told.branch("side", base)
    told.commit(by="bob", branch="side")
    policy = told.policy(rules=[{"refs": ["refs/heads/main"], "signers": ["ada"]}])
    assert all(verdict.accepted for verdict in audit(told, (), policy))
    told.branch("main", told.tip("side"))
    assert reasons(list(audit(told, (), policy))) == ["good", "key_not_allowed"]
    assert reasons(judge(told, f"{base}..main", policy=policy)) == ["key_not_allowed"]


def test_a_rule_of_first_parents_leaves_side_branches_to_the_defaults(story: StoryMaker) -> None:
    told = story()
    base = told.commit(by="ada")
    told.branch("side", base)
    told.commit(by="bob", branch="side")
    told.merge("side", by="ada")
    rule = {"refs": ["refs/heads/main"], "signers": ["ada"], "require": "first-parent"}
    policy = told.policy(rules=[rule])
    assert all(verdict.accepted for verdict in judge(told, f"{base}..main", policy=policy))
    told.commit(by="bob")
    assert reasons(judge(told, f"{base}..main", policy=policy)) == ["good", "good", "key_not_allowed"]


def test_a_rule_for_tags_speaks_of_the_tags_alone(story: StoryMaker) -> None:
    told = story()
    told.commit(by="bob")
    told.tag("v1", by="ada")
    told.commit(by="bob")
    told.tag("v2", by="bob")
    policy = told.policy(rules=[{"refs": ["refs/tags/v*"], "signers": ["ada"]}])
    assert reasons(list(audit(told, (), policy))) == ["good", "good", "good", "key_not_allowed"]
    assert reasons(judge(told, "v1..v2", policy=policy)) == ["good"]
    assert reasons(judge(told, "v1", "v2", policy=policy)) == ["good", "key_not_allowed"]


def test_a_target_without_a_ref_says_that_no_rule_was_applied(story: StoryMaker) -> None:
    told = story()
    base = told.commit(by="ada")
    tip = told.commit(by="bob")
    policy = told.policy(rules=[{"refs": ["refs/heads/main"], "signers": ["ada"]}])
    store = gitsig.open_repository(str(told.path))
    run = gitsig.Verifier(store, gitsig.load_policy(store, str(policy)), now=NOW).verify([f"{base}..{tip}"])
    assert reasons(list(run)) == ["good"]
    assert any("--ref" in remark for remark in run.remarks)
    assert reasons(judge(told, f"{base}..{tip}", policy=policy, ref="refs/heads/main")) == ["key_not_allowed"]


def test_what_is_behind_a_trusted_root_is_not_judged(story: StoryMaker) -> None:
    told = story()
    told.commit(by="mallory", sign=False)
    root = told.commit(by="mallory", sign=False)
    after = told.commit(by="ada")
    policy = told.policy(history={"trusted-roots": [root]})
    run = audit(told, (), policy)
    assert [verdict.oid for verdict in run] == [after]
    assert any("trusted root" in remark for remark in run.remarks)
    assert judge(told, root, policy=policy) == []


# What cannot be checked


def test_a_missing_parent_is_a_verdict_and_the_others_are_judged(story: StoryMaker) -> None:
    told = story()
    lost = told.commit(by="ada")
    kept = told.commit(by="ada")
    (told.path / "objects" / lost[:2] / lost[2:]).unlink()
    run = audit(told)
    verdicts = {verdict.oid: str(verdict.reason) for verdict in run}
    assert verdicts == {lost: "verifier_error", kept: "good"}
    assert run.summary().exit_code == 3
    assert len(run.faults) == 1


def test_a_shallow_boundary_is_never_a_root(story: StoryMaker) -> None:
    told = story()
    lost = told.commit(by="mallory", sign=False)
    kept = told.commit(by="ada")
    (told.path / "objects" / lost[:2] / lost[2:]).unlink()
    (told.path / "shallow").write_text(f"{kept}\n")
    verdicts = {verdict.oid: verdict for verdict in audit(told)}
    assert str(verdicts[lost].reason) == "verifier_error"
    assert "unshallow" in verdicts[lost].detail


def test_replace_refs_and_grafts_do_not_apply(story: StoryMaker) -> None:
    told = story()
    base = told.commit(by="ada")
    evil = told.commit(by="mallory", sign=False)
    tip = told.commit(by="ada")
    honest = told.commit(by="ada", branch=None, parents=[base])
    told.ref(f"refs/replace/{evil}", honest)
    (told.path / "info").mkdir(exist_ok=True)
    (told.path / "info" / "grafts").write_text(f"{tip} {base}\n")
    assert reasons(judge(told, f"{base}..main")) == ["unsigned", "good"]


def test_a_good_verdict_is_never_given_without_gpg(story: StoryMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    told = story()
    told.commit(by="ada")
    told.commit(by="bob", sign="ssh")
    policy = told.policy()
    monkeypatch.setenv("PATH", "/nonexistent")
    run = audit(told, (), policy)
    assert reasons(list(run)) == ["verifier_error", "good"]
    assert "gpg is not installed" in run.faults[0]


# Where the policy comes from


def test_a_range_is_judged_by_the_policy_in_its_old_end(story: StoryMaker) -> None:
    told = story()
    base = told.commit(by="ada", files=told.policy_files())
    evil = told.policy_files(signers={"mallory": {"ssh": [told.ssh.public("mallory")]}} if told.ssh else {})
    told.commit(by="mallory", sign="ssh", files=evil)
    store = gitsig.open_repository(str(told.path))
    old = gitsig.load_policy(store, base=base)
    assert reasons(list(gitsig.Verifier(store, old, now=NOW).verify([f"{base}..main"]))) == ["unknown_key"]
    new = gitsig.load_policy(store)
    assert "mallory" in new.policy.signers, "the new policy would have accepted it"
    assert new.digest != old.digest


def test_ranges_with_different_beginnings_have_no_policy_in_common(story: StoryMaker) -> None:
    told = story()
    first = told.commit(by="ada", files=told.policy_files())
    second = told.commit(by="ada")
    store = gitsig.open_repository(str(told.path))
    with pytest.raises(gitsig.UsageFault, match="no policy in common"):
        gitsig.load_policy(store, base={first, second})
    assert gitsig.load_policy(store, base={first, "main~1"}).digest == gitsig.load_policy(store, base=first).digest


def test_a_policy_that_the_old_end_does_not_have_is_not_taken_from_the_new_one(story: StoryMaker) -> None:
    told = story()
    base = told.commit(by="ada")
    told.commit(by="mallory", files=told.policy_files())
    store = gitsig.open_repository(str(told.path))
    with pytest.raises(gitsig.PolicyFault, match="no policy"):
        gitsig.load_policy(store, base=base)
