"""Valid at t if and only if from <= t < until: at the signature, and for new objects now."""

from __future__ import annotations

import pytest

from gitsig.model import Reason, Revocation

NOW = 1_800_000_000
SIGNED = NOW - 1000


@pytest.mark.parametrize("part", ["key", "owner", "signer"])
@pytest.mark.parametrize(
    ("until", "new", "good"),
    [
        (SIGNED - 1, False, False),
        (SIGNED, False, False),
        (SIGNED + 1, False, True),
        (SIGNED + 1, True, False),
        (NOW, True, False),
        (NOW, False, True),
        (NOW + 1, True, True),
    ],
)
def test_end(commit, part, until, new, good):
    field = "expires" if part == "key" else "valid_until"
    verdict = commit.having(**{part: {field: until}}, new=new).judge()
    assert verdict.reason is (Reason.GOOD if good else Reason.KEY_EXPIRED)


@pytest.mark.parametrize("part", ["key", "owner", "signer"])
@pytest.mark.parametrize(("begin", "good"), [(SIGNED - 1, True), (SIGNED, True), (SIGNED + 1, False)])
@pytest.mark.parametrize("new", [False, True])
def test_begin(commit, part, begin, new, good):
    field = "created" if part == "key" else "valid_from"
    verdict = commit.having(**{part: {field: begin}}, new=new).judge()
    assert verdict.reason is (Reason.GOOD if good else Reason.KEY_PREDATED)


@pytest.mark.parametrize("part", ["owner", "signer"])
@pytest.mark.parametrize(("begin", "new", "good"), [(NOW, True, True), (NOW + 1, True, False), (NOW + 1, False, True)])
def test_new_objects_need_a_window_that_has_begun(commit, part, begin, new, good):
    """A signature dated into a window that is still to come, within the skew, is no way around it."""
    verdict = commit.having(**{part: {"valid_from": begin}}, evidence={"signed_at": NOW + 5}, new=new).judge()
    assert verdict.reason is (Reason.GOOD if good else Reason.KEY_PREDATED)


@pytest.mark.parametrize("new", [False, True])
@pytest.mark.parametrize(
    ("part", "change", "reason"),
    [
        ("key", {"expires": SIGNED + 1}, Reason.KEY_EXPIRED),
        ("signer", {"valid_until": SIGNED + 1}, Reason.KEY_EXPIRED),
        ("key", {"revocations": (Revocation(SIGNED + 1, False, "retired"),)}, Reason.KEY_REVOKED),
        ("key", {"expires": NOW + 1}, Reason.GOOD),
    ],
)
def test_where_the_policy_says_so_history_needs_keys_that_are_valid_now(commit, part, change, reason, new):
    verdict = commit.having(**{part: change}, defaults={"valid_now": True}, new=new).judge()
    assert verdict.reason is reason
    why = "the object is new" if new else "the policy wants keys that are valid now"
    assert reason is Reason.GOOD or why in verdict.detail


def test_key_made_on_a_clock_that_is_fast_within_the_skew(commit):
    fresh = commit.having(key={"created": NOW + 60}, evidence={"signed_at": NOW + 90}, new=True)
    assert fresh.judge().accepted


@pytest.mark.parametrize(
    ("revocation", "new", "good"),
    [
        (Revocation(SIGNED + 1, True, "compromised"), False, False),
        (Revocation(SIGNED - 1, True, "no reason given"), False, False),
        (Revocation(NOW + 99, True, "compromised"), False, False),
        (Revocation(0, True, "revocation list"), False, False),
        (Revocation(SIGNED - 1, False, "superseded"), False, False),
        (Revocation(SIGNED, False, "superseded"), False, False),
        (Revocation(SIGNED + 1, False, "superseded"), False, True),
        (Revocation(SIGNED + 1, False, "retired"), True, False),
        (Revocation(NOW, False, "retired"), True, False),
        (Revocation(NOW + 1, False, "retired"), True, True),
        (Revocation(0, False, "retired"), False, False),
    ],
)
def test_revocation(commit, revocation, new, good):
    verdict = commit.having(key={"revocations": (revocation,)}, new=new).judge()
    assert verdict.reason is (Reason.GOOD if good else Reason.KEY_REVOKED)


def test_any_of_several_revocations_refuses_and_a_hard_one_is_told_first(commit):
    soft, hard = Revocation(SIGNED - 1, False, "retired"), Revocation(SIGNED + 1, True, "compromised")
    late = Revocation(NOW + 1, False, "retired")
    for revocations in ((soft, hard), (hard, soft), (late, hard)):
        assert "compromised" in commit.having(key={"revocations": revocations}).judge().detail
    assert commit.having(key={"revocations": (late, soft)}).judge().reason is Reason.KEY_REVOKED


def test_undated_soft_revocation_refuses_a_date_before_1970(commit):
    """An SSH signature's date is whatever the committer wrote."""
    key = {"revocations": (Revocation(0, False, "retired"),), "created": None}
    scene = commit.having(key=key, evidence={"signed_at": -5, "claimed": True})
    assert scene.judge().reason is Reason.KEY_REVOKED


def test_expired_and_revoked_is_revoked(commit):
    key = {"revocations": (Revocation(SIGNED - 1, False, "retired"),), "expires": SIGNED - 5}
    assert commit.having(key=key).judge().reason is Reason.KEY_REVOKED


@pytest.mark.parametrize(("expires_at", "good"), [(NOW - 1, False), (NOW, False), (NOW + 1, True), (None, True)])
def test_expiry_of_the_signature(commit, expires_at, good):
    verdict = commit.having(evidence={"expires_at": expires_at}).judge()
    assert verdict.reason is (Reason.GOOD if good else Reason.SIGNATURE_EXPIRED)


@pytest.mark.parametrize(("ahead", "good"), [(600, True), (601, False)])
def test_skew(commit, ahead, good):
    verdict = commit.having(evidence={"signed_at": NOW + ahead}).judge()
    assert verdict.reason is (Reason.GOOD if good else Reason.FUTURE_DATED)
    assert commit.having(evidence={"signed_at": NOW + 1}, defaults={"clock_skew": 0}).judge().reason is (
        Reason.FUTURE_DATED
    )


def test_ssh_key_without_dates_of_its_own_is_judged_by_the_policy_window(commit):
    """K11: a thief dates his commit back into the window; it is new, so now counts as well."""
    bare = {"created": None, "expires": None}
    scene = commit.having(key=bare, owner={"valid_until": NOW - 10}, evidence={"claimed": True})
    assert scene.judge().accepted
    assert scene.having(new=True).judge().reason is Reason.KEY_EXPIRED


def test_without_a_time_only_hard_facts_are_told(commit):
    key = {"revocations": (Revocation(SIGNED, False, "retired"),)}
    verdict = commit.having(key=key, evidence={"signed_at": None}).judge()
    assert verdict.reason is Reason.VERIFIER_ERROR
    assert "also: key_revoked" in verdict.detail


@pytest.mark.parametrize("moment", [10**18, -(10**18)])
def test_dates_beyond_the_calendar_do_not_raise(commit, moment):
    assert not commit.having(key={"created": moment, "expires": moment}).judge().accepted
