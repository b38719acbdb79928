"""Single demands of the judge that no other test makes: each case is judged otherwise when one of them is gone."""

from __future__ import annotations

from typing import Any

import pytest

from gitsig.model import Fido, Outcome, Reason, Revocation, SignatureFormat
from gitsig.policy import (
    Exemption,
    FidoDemand,
    Identity,
    ObjectKind,
    Rule,
    SelfSignatures,
    Surroundings,
    checks,
    timerule,
)
from gitsig.policy.question import Case

NOW = 1_800_000_000
SIGNED = NOW - 1000
OID = "a1" * 20

SPOILT: tuple[dict[str, Any], ...] = (
    {},
    {"obj": None},
    {"owner": None},
    {"key": None},
    {"new": True, "owner": {"valid_from": 1, "valid_until": NOW + 1}, "signer": {"valid_from": 1}},
    {"key": {"revocations": (Revocation(NOW + 1, False, "retired"),), "weak_self_signatures": ("sha1",)}},
    {"rules": (Rule(1, ("refs/*",), signers=frozenset({"ada"}), fido=FidoDemand.TOUCH),)},
    {"rules": (Rule(1, ("refs/*",), threshold=2, two_person=True, clean_merges=True, tree_sha512=True),)},
    {"rules": (Rule(1, ("refs/*",), signers=frozenset(), paths=("ci/**",)),)},
    {"signer": {"paths": ("ci/**",)}},
    {"signer": {"paths": ("ci/**",)}, "surroundings": Surroundings(changed=(b"ci/x",))},
    {"defaults": {"fido": FidoDemand.VERIFY}, "evidence": {"format": SignatureFormat.SSH, "fido": Fido(True, True, 1)}},
    *({"evidence": {"outcome": outcome}} for outcome in Outcome),
    *({"defaults": {"identity": identity}} for identity in Identity),
    *({"signer": {"only": frozenset({kind})}} for kind in ObjectKind),
)


@pytest.mark.parametrize("changes", SPOILT)
def test_every_check_answers_in_words_or_an_empty_text(commit, tag, changes):
    for scene in (commit.having(**changes), tag.having(**changes)):
        owner = scene.question.owner
        case = Case(scene.policy, scene.question, owner and scene.policy.signers[owner.signer], scene.now)
        for module in (checks, timerule):
            answers = {name: getattr(module, name)(case) for name in module.__all__}
            assert all(type(answer) is str for answer in answers.values()), answers


def test_a_weak_algorithm_is_weak_also_where_self_signatures_are_looked_at(commit):
    strong = {"self_signatures": SelfSignatures.STRONG}
    verdict = commit.having(key={"algorithm": "rsa", "bits": 1024}, defaults=strong).judge()
    assert (verdict.accepted, verdict.reason) == (False, Reason.WEAK_KEY)
    assert "1024 bits" in verdict.detail


def test_what_nobody_could_check_is_told(commit):
    verdict = commit.having(evidence={"outcome": Outcome.ERROR, "detail": "gpg is missing"}).judge()
    assert verdict.detail == "gpg is missing"
    assert commit.having(evidence={"outcome": Outcome.ERROR}).judge().detail == "the signature could not be checked"


@pytest.mark.parametrize("changes", [{"key": None}, {"evidence": {"key_fingerprint": None}}])
def test_a_key_of_which_nothing_is_known(commit, changes):
    assert "nothing is known of the key" in commit.having(**changes).judge().detail


def test_the_limits_of_a_signer_and_an_object_that_was_not_read(commit):
    verdict = commit.having(signer={"only": frozenset({ObjectKind.TAG})}, obj=None).judge()
    assert (verdict.reason, "also" in verdict.detail) == (Reason.VERIFIER_ERROR, False)


def test_vouching_and_fido_are_asked_of_verified_signatures_only(commit):
    """A written exception for the bad signature must not have to cover reasons that nobody looked into."""
    rules = (Rule(1, ("refs/*",), fido=FidoDemand.TOUCH),)
    bad = commit.having(evidence={"outcome": Outcome.BAD, "vouched": False}, rules=rules)
    for scene in (bad, bad.having(defaults={"fido": FidoDemand.TOUCH})):
        verdict = scene.judge()
        assert (verdict.reason, "also" in verdict.detail) == (Reason.BAD_SIGNATURE, False)


def test_fido_flags_count_for_ssh_alone(commit):
    touched = commit.having(defaults={"fido": FidoDemand.TOUCH}, evidence={"fido": Fido(True, True, 1)})
    assert touched.having(evidence={"format": SignatureFormat.SSH}).judge().accepted
    for format_ in (SignatureFormat.OPENPGP, SignatureFormat.X509, None):
        assert touched.having(evidence={"format": format_}).judge().reason is Reason.RULE_VIOLATION


def test_whose_address_is_asked_for_is_told(commit, tag):
    eve = commit.question.obj.committer._replace(email=b"eve@example.org")
    for scene, identity, role in (
        (commit, Identity.COMMITTER, "committer"),
        (commit, Identity.AUTHOR, "author"),
        (tag, Identity.COMMITTER, "tagger"),
    ):
        spoilt = scene.having(obj={"committer": eve, "author": eve}, defaults={"identity": identity})
        assert spoilt.judge().detail == f"the {role} is <eve@example.org>, no address of ada"
        nobody = scene.having(obj={"committer": None, "author": None}, defaults={"identity": identity})
        assert f"names no {role}," in nobody.judge().detail


def test_both_names_of_a_misnamed_tag_are_told(tag):
    detail = tag.having(obj={"tag_name": b"v2\xff"}).judge().detail
    assert detail == "the tag calls itself 'v2\N{REPLACEMENT CHARACTER}', the ref 'v1.0'"


WIDE = {"valid_from": 1, "valid_until": NOW + 5000}


@pytest.mark.parametrize("part", ["key", "owner", "signer"])
def test_a_window_that_is_open_does_not_open_one_that_is_not(commit, part):
    wide = commit.having(owner=WIDE, signer=WIDE, key={"created": 1, "expires": NOW + 5000})
    assert wide.judge().accepted
    begin, end = ("created", "expires") if part == "key" else ("valid_from", "valid_until")
    assert wide.having(**{part: {end: SIGNED - 5}}).judge().reason is Reason.KEY_EXPIRED
    assert wide.having(**{part: {begin: SIGNED + 5}}).judge().reason is Reason.KEY_PREDATED


def test_a_revocation_of_the_first_second_is_dated(commit):
    detail = commit.having(key={"revocations": (Revocation(1, False, "retired"),)}).judge().detail
    assert detail == "the key was revoked at 1970-01-01T00:00:01Z (retired), before this signature"


def test_what_an_exception_leaves_out_is_told_in_order(commit):
    changes: dict[str, Any] = {
        "evidence": {"digest": "md5", "expires_at": 5},
        "key": {"algorithm": "dsa", "can_sign": False, "expires": SIGNED - 5, "created": SIGNED + 5},
        "policy": {"exceptions": {OID: Exemption(OID, frozenset({Reason.WEAK_KEY}), "issue 42")}},
    }
    assert (
        commit.having(**changes)
        .judge()
        .detail.endswith("does not cover key_expired, key_not_signing, key_predated, signature_expired, weak_digest")
    )


def test_the_first_parent_is_told(commit):
    assert commit.having(obj={"parents": ("e5" * 20, "f6" * 20)}).judge().parent == "e5" * 20


def test_nothing_is_new_unless_it_is_said_to_be(commit):
    assert type(commit.question)(*commit.question[:4]).new is False


def test_the_words_of_all_reasons_that_apply(commit):
    verdict = commit.having(evidence={"digest": "md5", "notes": ("a", "b")}, key={"can_sign": False}).judge()
    assert verdict.detail == ("the signature is over md5, which the policy rejects; also: key_not_signing")
    assert commit.having(evidence={"notes": ("a", "b")}).judge().detail == "a; b"
    unread = commit.having(evidence={"outcome": Outcome.UNSIGNED})
    assert {check.words for check in unread.checks() if check.passed is None} == {"not reached"}
