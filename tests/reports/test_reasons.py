"""Every reason has a sentence, a place in the documentation and a mend that may be copied into a shell."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.model import Reason, Verdict
from gitsig.reports.reasons import anchor, hint, sentence

OID, PARENT = "7" * 40, "3" * 40
KEY = "0123456789ABCDEF0123456789ABCDEF01234567"


def refused(reason: Reason = Reason.UNSIGNED, **facts: object) -> Verdict:
    facts = {"oid": OID, "type": "commit", "accepted": False, "parent": PARENT, **facts}
    return Verdict(reason=reason, **facts)  # type: ignore[arg-type]  # plain facts, spelt by the tests below


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_documented(reason: Reason) -> None:
    assert sentence(reason).endswith(".")
    assert sentence(reason)[0].isupper()
    assert anchor(reason) == f"docs/verdicts.md#{reason.value}"
    mend = hint(refused(reason))
    assert bool(mend) is (reason is not Reason.GOOD)
    assert "{" not in mend.replace("^{}", "")
    assert mend.isascii()


@pytest.mark.parametrize(
    ("verdict", "command"),
    [
        (refused(), f"git rebase --exec 'git commit --amend --no-edit -S' {PARENT[:12]}"),
        (refused(parent=None), "git rebase --exec 'git commit --amend --no-edit -S' --root"),
        (refused(oid="5" * 64, parent="4" * 64), "git rebase --exec 'git commit --amend --no-edit -S' 444444444444"),
        (refused(type="tag", ref="refs/tags/v1.0"), f"git tag -s -f v1.0 '{OID[:12]}^{{}}'"),
        (refused(type="tag"), f"git tag -s -f NAME '{OID[:12]}^{{}}'"),
        (refused(ref="refs/tags/v1.0"), f"git tag -s -f v1.0 {OID[:12]}"),
        (refused(type="tag", ref="refs/tags/$(reboot)"), f"git tag -s -f NAME '{OID[:12]}^{{}}'"),
        (refused(type="tag", ref="refs/tags/--help"), f"git tag -s -f NAME '{OID[:12]}^{{}}'"),
        (refused(type="tag", ref="refs/tags/v1\u202e"), f"git tag -s -f NAME '{OID[:12]}^{{}}'"),
    ],
)
def test_an_unsigned_object_comes_with_the_command_that_signs_it(verdict: Verdict, command: str) -> None:
    assert hint(verdict) == f"sign it: {command}"


def test_a_key_is_named_where_it_is_one() -> None:
    assert f"add key {KEY} to it" in hint(refused(Reason.UNKNOWN_KEY, key_fingerprint=KEY))
    ssh = "SHA256:" + "a" * 43
    assert f"add key {ssh} to it" in hint(refused(Reason.UNKNOWN_KEY, key_fingerprint=ssh))
    assert "add your key to it" in hint(refused(Reason.UNKNOWN_KEY, key_fingerprint="$(id)"))


def test_a_signer_is_named_where_the_name_is_plain() -> None:
    assert "lists for ada," in hint(refused(Reason.IDENTITY_MISMATCH, signer="ada"))
    assert "lists for you," in hint(refused(Reason.IDENTITY_MISMATCH, signer="a\x1bda"))


@pytest.mark.parametrize(
    ("detail", "mend"),
    [
        ("rule 2 wants two persons, and this came without a merge by somebody else", "let somebody else merge"),
        ("rule 1 wants 2 signers, and v1 has 1 (ada); still needed: 1 of bob", "tag the same commit"),
        ("rule 1 wants clean merges, and this one changes x beyond what its parents give", "make those in a commit"),
        ("rule 1 wants merges of two parents, and this one has 3", "merge one branch at a time"),
        ("rule 1 wants the Tree-SHA512 of the files at the end of the message, and it is not there", "Tree-SHA512"),
        ("rule 1 demands a touch of the key", "sign with your security key"),
        ("this commit changes the policy, which bob may not; have it signed by ada", "signed by somebody who may"),
        ("not governed: it does not descend from the governance root 123", "on top of a commit that is accepted"),
        ("the governance root holds no policy; name a commit that does", "have a root named that holds a policy"),
        ("something new", "make it as the rule asks"),
    ],
)
def test_a_broken_rule_has_a_mend_of_its_own_which_an_explanation_ends_with(detail: str, mend: str) -> None:
    verdict = refused(Reason.RULE_VIOLATION, detail=detail)
    assert mend in hint(verdict, explained=True)
    assert "gitsig explain" not in hint(verdict, explained=True)
    assert hint(verdict) == f"{hint(verdict, explained=True)}; see which rule and why: gitsig explain {OID[:12]}"


def test_a_ref_that_moved_against_a_rule_is_left_where_it_is() -> None:
    assert hint(refused(Reason.RULE_VIOLATION, type="ref")) == "do not force: make a new commit or a new tag"


def test_trees_blobs_and_accepted_objects() -> None:
    assert hint(refused(type="blob")) == "let the ref point at a commit or at a signed tag"
    assert hint(refused(accepted=True, exception="old")) == ""


hostile = st.text(max_size=30) | st.none()


@given(st.sampled_from(list(Reason)), st.sampled_from(["commit", "tag"]), hostile, hostile, hostile, hostile)
def test_nothing_hostile_reaches_a_shell(
    reason: Reason, kind: str, ref: str | None, signer: str | None, key: str | None, parent: str | None
) -> None:
    ref = None if ref is None else f"refs/tags/{ref}"
    mend = hint(refused(reason, type=kind, ref=ref, signer=signer, key_fingerprint=key, parent=parent))
    command = mend.rpartition(": ")[2]
    plain = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-/@,;:'()^{} ")
    assert set(mend) <= plain
    assert not command.startswith("git ") or all(not word.startswith("$") for word in shlex.split(command))
