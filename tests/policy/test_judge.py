"""One reason each, their order, the exceptions and the explanation."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from gitsig.model import (
    Evidence,
    Ident,
    Outcome,
    Reason,
    Revocation,
    SignatureFormat,
)
from gitsig.policy import Exemption, FidoDemand, ObjectKind, Policy, Question, judge

NOW = 1_800_000_000
OID = "a1" * 20
EVE = Ident(b"Ada", b"eve@example.org", 0, b"+0000")

# what spoils a good tag in exactly one respect
SPOILT: dict[Reason, dict[str, Any]] = {
    Reason.VERIFIER_ERROR: {"evidence": {"outcome": Outcome.ERROR}},
    Reason.MALFORMED_OBJECT: {"evidence": {"outcome": Outcome.MALFORMED_OBJECT}},
    Reason.UNSIGNED: {"evidence": {"outcome": Outcome.UNSIGNED}},
    Reason.MALFORMED_SIGNATURE: {"evidence": {"outcome": Outcome.MALFORMED}},
    Reason.UNSUPPORTED_FORMAT: {"evidence": {"outcome": Outcome.UNSUPPORTED}},
    Reason.UNKNOWN_KEY: {"owner": None},
    Reason.BAD_SIGNATURE: {"evidence": {"outcome": Outcome.BAD}},
    Reason.WEAK_DIGEST: {"evidence": {"digest": "sha1"}},
    Reason.WEAK_KEY: {"key": {"algorithm": "dsa", "bits": 3072}},
    Reason.KEY_NOT_SIGNING: {"key": {"can_sign": False}},
    Reason.UNTRUSTED_CERTIFICATE: {"evidence": {"outcome": Outcome.UNTRUSTED}},
    Reason.KEY_REVOKED: {"key": {"revocations": (Revocation(NOW, True, "compromised"),)}},
    Reason.KEY_PREDATED: {"key": {"created": NOW + 10_000}},
    Reason.KEY_EXPIRED: {"key": {"expires": NOW - 5000}},
    Reason.SIGNATURE_EXPIRED: {"evidence": {"expires_at": NOW}},
    Reason.FUTURE_DATED: {"evidence": {"signed_at": NOW + 601}},
    Reason.IDENTITY_MISMATCH: {"obj": {"committer": EVE}},
    Reason.TAG_NAME_MISMATCH: {"obj": {"tag_name": b"v2.0"}},
    Reason.KEY_NOT_ALLOWED: {"signer": {"only": frozenset({ObjectKind.COMMIT})}},
    Reason.RULE_VIOLATION: {"defaults": {"fido": FidoDemand.TOUCH}},
}
# a signature in the far future is no longer before its key's expiry, and so on
ENTAILED = {Reason.FUTURE_DATED: {Reason.KEY_EXPIRED}}


def test_good(commit, tag):
    for scene in (commit, tag, commit.having(new=True), tag.having(new=True)):
        verdict = scene.judge()
        assert verdict.accepted
        assert verdict.reason is Reason.GOOD
        assert verdict.detail == ""
        assert verdict.exception is None


def test_verdict_carries_the_facts(commit):
    verdict = commit.having(obj={"subject": b"Fix \xff"}, ref="refs/heads/main", new=True).judge()
    assert (verdict.oid, verdict.type, verdict.ref) == (OID, "commit", "refs/heads/main")
    assert (verdict.signer, verdict.fingerprint, verdict.key_fingerprint) == ("ada", "A" * 40, "B" * 40)
    assert (verdict.signed_at, verdict.digest, verdict.new) == (NOW - 1000, "sha512", True)
    assert verdict.format is SignatureFormat.OPENPGP
    assert (verdict.subject, verdict.parent) == ("Fix \N{REPLACEMENT CHARACTER}", "c3" * 20)


def test_notes_of_a_good_signature_are_told(commit):
    assert commit.having(evidence={"notes": ("an OpenTimestamps block",)}).judge().detail == "an OpenTimestamps block"


def test_every_reason_has_its_case():
    assert set(SPOILT) == set(Reason) - {Reason.GOOD}


@pytest.mark.parametrize("reason", SPOILT)
def test_each_reason(tag, reason):
    verdict = tag.having(**SPOILT[reason]).judge()
    assert not verdict.accepted
    assert verdict.reason is reason
    assert verdict.detail
    assert "also" not in verdict.detail or ENTAILED.get(reason)


# a certificate without a pinned root has no owner either, and the missing root is the cause (K16)
ONE_FACT = (Reason.UNKNOWN_KEY, Reason.UNTRUSTED_CERTIFICATE)


@pytest.mark.parametrize(("first", "second"), [pair for pair in itertools.combinations(SPOILT, 2) if pair != ONE_FACT])
def test_the_first_reason_in_order_is_named(tag, first, second):
    verdict = tag.having(**SPOILT[second]).having(**SPOILT[first]).judge()
    assert verdict.reason is first


def test_certificate_without_root_is_untrusted_with_and_without_owner(tag):
    untrusted = tag.having(evidence={"outcome": Outcome.UNTRUSTED})
    assert untrusted.judge().reason is Reason.UNTRUSTED_CERTIFICATE
    assert untrusted.having(owner=None, key=None).judge().reason is Reason.UNTRUSTED_CERTIFICATE


@pytest.mark.parametrize(
    ("first", "second"),
    [pair for pair in itertools.pairwise(SPOILT) if "outcome" not in SPOILT[pair[1]].get("evidence", {})],
)
def test_the_other_reason_is_told(tag, first, second):
    # without an owner or without a verified signature there is nobody whose key could be unknown
    if second is Reason.UNKNOWN_KEY:
        second = Reason.WEAK_KEY
    scene = tag.having(**SPOILT[second]).having(**SPOILT[first])
    assert f"also: {second}" in scene.judge().detail


@pytest.mark.parametrize(
    "changes",
    [
        {"obj": None},
        {"oid": "ff" * 20},
        {"type": "tree"},
        {"key": None},
        {"evidence": {"signed_at": None}},
        {"evidence": {"digest": None}},
        {"evidence": {"key_fingerprint": None}},
        {"evidence": {"key_fingerprint": "C" * 40}},
        {"evidence": {"outcome": "verified"}},
        {"evidence": {"outcome": "nonsense"}},
        {"evidence": {"outcome": Outcome.ERROR, "detail": "gpg is missing"}},
    ],
)
def test_missing_or_foreign_facts_are_never_good(commit, changes):
    verdict = commit.having(**changes).judge()
    assert not verdict.accepted
    assert verdict.reason is Reason.VERIFIER_ERROR


def test_outcome_as_plain_text_still_refuses(commit):
    assert commit.having(evidence={"outcome": "bad"}).judge().reason is Reason.BAD_SIGNATURE


def test_detail_of_the_evidence_is_told(commit):
    scene = commit.having(evidence={"outcome": Outcome.MALFORMED, "detail": "two signature packets"})
    assert scene.judge().detail == "two signature packets"


def _excepted(*reasons: Reason, until: int | None = None) -> dict[str, Any]:
    return {"policy": {"exceptions": {OID: Exemption(OID, frozenset(reasons), "issue 42", until)}}}


def test_exception_accepts_and_keeps_the_reason(commit):
    spoilt = commit.having(key={"expires": NOW - 5000})
    verdict = spoilt.having(**_excepted(Reason.KEY_EXPIRED)).judge()
    assert (verdict.accepted, verdict.reason, verdict.exception) == (True, Reason.KEY_EXPIRED, "issue 42")
    assert not spoilt.having(**_excepted(Reason.UNSIGNED)).judge().accepted


def test_exception_says_nothing_of_good_objects(commit):
    verdict = commit.having(**_excepted(Reason.UNSIGNED)).judge()
    assert (verdict.reason, verdict.exception) == (Reason.GOOD, None)


def test_exception_of_another_object_does_not_serve(commit):
    other = {"exceptions": {"ff" * 20: Exemption("ff" * 20, frozenset(Reason), "no")}}
    assert not commit.having(policy=other, key={"expires": NOW - 5000}).judge().accepted


def test_exception_must_cover_every_reason(commit):
    spoilt = commit.having(key={"expires": NOW - 5000}, obj={"committer": EVE})
    verdict = spoilt.having(**_excepted(Reason.KEY_EXPIRED)).judge()
    assert not verdict.accepted
    assert verdict.exception is None
    assert "does not cover identity_mismatch" in verdict.detail
    both = spoilt.having(**_excepted(Reason.KEY_EXPIRED, Reason.IDENTITY_MISMATCH)).judge()
    assert both.accepted
    assert "also: identity_mismatch" in both.detail


@pytest.mark.parametrize(("until", "accepted"), [(NOW - 1, False), (NOW, False), (NOW + 1, True), (None, True)])
def test_exception_ends(commit, until, accepted):
    scene = commit.having(key={"expires": NOW - 5000}, **_excepted(Reason.KEY_EXPIRED, until=until))
    assert scene.judge().accepted is accepted


def test_what_could_not_be_checked_is_never_excepted(commit):
    scene = commit.having(evidence={"outcome": Outcome.ERROR}, **_excepted(*Reason))
    assert not scene.judge().accepted


@pytest.mark.parametrize("reason", SPOILT)
def test_explanation_agrees_with_the_verdict(tag, reason):
    scene = tag.having(**SPOILT[reason])
    failed = [check for check in scene.checks() if check.passed is False]
    assert failed[0].reason is scene.judge().reason
    assert scene.judge().detail.startswith(failed[0].words)


def test_explanation_of_a_good_object(commit):
    checks = commit.checks()
    assert [check.reason for check in checks] == list(Reason)[:-1]
    assert all(check.passed and check.words for check in checks)


def test_explanation_does_not_praise_what_was_not_reached(commit):
    checks = commit.having(evidence={"outcome": Outcome.UNSIGNED}, owner=None, key=None).checks()
    assert [check.passed for check in checks[:3]] == [True, True, False]
    assert {check.passed for check in checks[3:]} == {None}


def test_object_that_was_not_read():
    question = Question(OID, "blob", None, Evidence(Outcome.UNSIGNED))
    verdict = judge(Policy(signers={}), question, NOW)
    assert (verdict.type, verdict.subject, verdict.parent, verdict.reason) == ("blob", "", None, Reason.UNSIGNED)
