"""What is asked of the digest, the key, the signer's identity and kind, the tag's name, and FIDO flags."""

from __future__ import annotations

import pytest

from gitsig.model import (
    Evidence,
    Fido,
    Ident,
    KeyOwner,
    ObjectFormat,
    ObjectType,
    Outcome,
    Reason,
    SignatureFormat,
    SignedObject,
)
from gitsig.policy import FidoDemand, Identity, ObjectKind, Policy, Question, Rule, SelfSignatures, judge

NOW = 1_800_000_000
OID = "a1" * 20
EVE = Ident(b"Ada", b"eve@example.org", 0, b"+0000")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"owner": None, "key": None}, "B" * 40),
        ({"owner": KeyOwner("nobody")}, "B" * 40),
        ({"owner": None, "evidence": {"outcome": Outcome.BAD}}, "B" * 40),
        ({"owner": None, "evidence": {"outcome": Outcome.UNKNOWN_KEY, "key_fingerprint": None}}, "A" * 40),
        (
            {
                "owner": None,
                "key": None,
                "evidence": {
                    "outcome": Outcome.UNKNOWN_KEY,
                    "key_fingerprint": None,
                    "fingerprint": None,
                    "key_id": "0123456789ABCDEF",
                },
            },
            "0123456789ABCDEF",
        ),
        ({"owner": None, "evidence": {"outcome": Outcome.UNKNOWN_KEY, "detail": "no such key"}}, "no such key"),
    ],
)
def test_unknown_key(commit, changes, named):
    verdict = commit.having(**changes).judge()
    assert verdict.reason is Reason.UNKNOWN_KEY
    assert named in verdict.detail


def test_unknown_key_that_names_nothing():
    question = Question(OID, "commit", None, Evidence(Outcome.UNKNOWN_KEY))
    verdict = judge(Policy(signers={}), question, NOW)
    assert verdict.reason is Reason.UNKNOWN_KEY
    assert verdict.detail == "the key is in no allowlist entry"


@pytest.mark.parametrize("digest", ["md5", "sha1", "ripemd160", "sha-1", "SHA1", "crc32", ""])
def test_weak_digests(commit, digest):
    assert commit.having(evidence={"digest": digest}).judge().reason is Reason.WEAK_DIGEST


@pytest.mark.parametrize("digest", ["sha224", "sha256", "sha384", "sha512", "sha3-256", "sha3-512"])
def test_strong_digests(commit, digest):
    assert commit.having(evidence={"digest": digest}).judge().accepted


def test_digest_that_the_policy_lets_pass(commit):
    assert commit.having(evidence={"digest": "sha1"}, defaults={"reject_digests": frozenset()}).judge().accepted
    narrow = {"reject_digests": frozenset({"sha256"})}
    assert commit.having(evidence={"digest": "sha256"}, defaults=narrow).judge().reason is Reason.WEAK_DIGEST


@pytest.mark.parametrize(
    ("algorithm", "bits", "good"),
    [
        ("rsa", 2047, False),
        ("rsa", 2048, True),
        ("rsa", 0, False),
        ("dsa", 3072, False),
        ("elgamal", 4096, False),
        ("ecdsa", 192, False),
        ("ecdsa", 255, False),
        ("ecdsa", 256, True),
        ("ecdsa", 521, True),
        ("ecdsa", 0, False),
        ("sk-ecdsa", 256, True),
        ("ed25519", 0, True),
        ("ed25519", 255, True),
        ("ed448", 448, True),
        ("sk-ed25519", 256, True),
        ("unknown:99", 9999, False),
        ("RSA", 4096, False),
    ],
)
def test_key_strength(commit, algorithm, bits, good):
    verdict = commit.having(key={"algorithm": algorithm, "bits": bits}).judge()
    assert verdict.reason is (Reason.GOOD if good else Reason.WEAK_KEY)


def test_weak_self_signatures_count_only_where_the_policy_says_so(commit):
    weak = commit.having(key={"weak_self_signatures": ("the back-signature uses SHA-1",)})
    assert weak.judge().accepted
    strict = weak.having(defaults={"self_signatures": SelfSignatures.STRONG})
    assert strict.judge().reason is Reason.WEAK_KEY
    assert "the back-signature uses SHA-1" in strict.judge().detail
    assert commit.having(defaults={"self_signatures": SelfSignatures.STRONG}).judge().accepted


@pytest.mark.parametrize(
    "changes",
    [{"key": {"can_sign": False}}, {"key": {"unbound": "no back-signature"}}, {"evidence": {"vouched": False}}],
)
def test_key_not_signing(commit, changes):
    assert commit.having(**changes).judge().reason is Reason.KEY_NOT_SIGNING


@pytest.mark.parametrize(
    ("identity", "author", "committer", "good"),
    [
        (Identity.COMMITTER, b"eve@example.org", b"ada@example.org", True),
        (Identity.COMMITTER, b"ada@example.org", b"eve@example.org", False),
        (Identity.AUTHOR, b"ada@example.org", b"eve@example.org", True),
        (Identity.AUTHOR, b"eve@example.org", b"ada@example.org", False),
        (Identity.OFF, b"eve@example.org", b"eve@example.org", True),
        (Identity.COMMITTER, b"", b"ADA@Example.ORG", True),
        (Identity.COMMITTER, b"", b" ada@example.org", False),
        (Identity.COMMITTER, b"", b"", False),
        (Identity.COMMITTER, b"", b"\xff", False),
    ],
)
def test_identity_of_a_commit(commit, identity, author, committer, good):
    idents = {name: EVE._replace(email=email) for name, email in (("author", author), ("committer", committer))}
    verdict = commit.having(obj=idents, defaults={"identity": identity}).judge()
    assert verdict.reason is (Reason.GOOD if good else Reason.IDENTITY_MISMATCH)


def test_case_is_folded_for_ascii_only(commit):
    accented = commit.having(signer={"emails": ("\xc9va@example.org",)})
    assert accented.having(obj={"committer": EVE._replace(email="\xc9VA@example.org".encode())}).judge().accepted
    other = accented.having(obj={"committer": EVE._replace(email="\xe9va@example.org".encode())})
    assert other.judge().reason is Reason.IDENTITY_MISMATCH


@pytest.mark.parametrize("identity", [Identity.COMMITTER, Identity.AUTHOR])
def test_identity_of_a_tag_is_its_tagger(tag, identity):
    demanding = tag.having(defaults={"identity": identity})
    assert demanding.judge().accepted
    assert demanding.having(obj={"committer": EVE}).judge().reason is Reason.IDENTITY_MISMATCH
    nobody = demanding.having(obj={"committer": None})
    assert nobody.judge().reason is Reason.IDENTITY_MISMATCH
    assert nobody.having(signer={"emails": ()}).judge().accepted


def test_principal_patterns_bind_as_addresses_do(commit):
    bound = commit.having(signer={"emails": (), "patterns": ("*@example.org,!root@example.org",)})
    assert bound.judge().accepted
    assert bound.having(obj={"committer": EVE._replace(email=b"root@example.org")}).judge().reason is (
        Reason.IDENTITY_MISMATCH
    )


def test_tag_names(tag):
    assert tag.having(ref_tag_name=None).judge().accepted
    assert tag.having(ref_tag_name=b"v2.0").judge().reason is Reason.TAG_NAME_MISMATCH
    assert tag.having(obj={"tag_name": None}).judge().reason is Reason.TAG_NAME_MISMATCH
    lying = tag.having(target_lies="the tag says commit, its target is a tag").judge()
    assert (lying.reason, lying.detail) == (Reason.TAG_NAME_MISMATCH, "the tag says commit, its target is a tag")


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_only(commit, tag, kind):
    merge = commit.having(obj={"parents": ("c3" * 20, "e5" * 20)})
    root = commit.having(obj={"parents": ()})
    kinds = ((commit, ObjectKind.COMMIT), (root, ObjectKind.COMMIT), (merge, ObjectKind.MERGE), (tag, ObjectKind.TAG))
    for scene, own in kinds:
        verdict = scene.having(signer={"only": frozenset({kind})}).judge()
        assert verdict.reason is (Reason.GOOD if kind is own else Reason.KEY_NOT_ALLOWED)


def test_every_rule_must_hold_the_signer(commit):
    ada, bob = (Rule(index, ("refs/heads/main",), frozenset({name})) for index, name in ((1, "ada"), (2, "bob")))
    assert commit.having(rules=(ada, Rule(3, ("refs/*",)))).judge().accepted
    refused = commit.having(rules=(ada, bob)).judge()
    assert refused.reason is Reason.KEY_NOT_ALLOWED
    assert "rule 2" in refused.detail
    assert commit.having(rules=(Rule(4, ("refs/*",), frozenset()),)).judge().reason is Reason.KEY_NOT_ALLOWED


def test_signer_limited_in_kind_is_still_held_to_the_rules(commit):
    scene = commit.having(signer={"only": frozenset({ObjectKind.COMMIT})})
    assert scene.having(rules=(Rule(1, ("refs/*",), frozenset({"bob"})),)).judge().reason is Reason.KEY_NOT_ALLOWED


@pytest.mark.parametrize(
    ("demand", "fido", "good"),
    [
        (FidoDemand.ANY, None, True),
        (FidoDemand.ANY, Fido(False, False, 0), True),
        (FidoDemand.TOUCH, None, False),
        (FidoDemand.TOUCH, Fido(False, True, 1), False),
        (FidoDemand.TOUCH, Fido(True, False, 1), True),
        (FidoDemand.VERIFY, Fido(True, False, 1), False),
        (FidoDemand.VERIFY, Fido(False, True, 1), False),
        (FidoDemand.VERIFY, Fido(True, True, 1), True),
    ],
)
def test_fido(commit, demand, fido, good):
    wanted = Reason.GOOD if good else Reason.RULE_VIOLATION
    scene = commit.having(evidence={"fido": fido, "format": SignatureFormat.SSH})
    assert scene.having(defaults={"fido": demand}).judge().reason is wanted
    rules = (Rule(1, ("refs/heads/*",)), Rule(2, ("refs/heads/main",), fido=demand))
    assert scene.having(rules=rules).judge().reason is wanted


def test_a_commit_under_refs_tags_has_no_name_of_its_own(commit):
    obj = SignedObject(OID, ObjectType.COMMIT, ObjectFormat.SHA1, b"", b"")
    assert commit.having(obj=obj, ref_tag_name=b"v1.0", signer={"emails": ()}).judge().accepted
