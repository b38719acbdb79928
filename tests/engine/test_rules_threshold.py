"""Releases that several people sign: tags on one commit, in the repository and in the same push."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import gitsig
from gitsig.engine.updates import UpdateReport
from tests.engine.rules_scene import MAIN, NOW, Scene
from tests.support.sshkeys import SSHHome
from tests.support.story import START

V1 = "refs/tags/v1"
TWO: dict[str, Any] = {"refs": ["refs/tags/v*"], "threshold": 2, "approvals": ["refs/tags/approve/*"]}
POLICY: dict[str, Any] = {"rules": [TWO]}
DAY = 86400


@pytest.fixture(params=["sha1", "sha256"])
def scene(tmp_path: Path, ssh: SSHHome, request: pytest.FixtureRequest) -> Scene:
    return Scene(tmp_path, ssh, request.param)


@pytest.fixture
def quick(tmp_path: Path, ssh: SSHHome) -> Scene:
    """For what does not depend on the object format."""
    return Scene(tmp_path, ssh)


def made(scene: Scene, name: str, by: str, **rest: Any) -> tuple[str, str, str]:
    """A new tag in a push; no ref holds it yet."""
    return (scene.none, scene.told.tag(name, by=by, ref=None, **rest), f"refs/tags/{name}")


def reasons(reports: tuple[UpdateReport, ...]) -> list[list[str]]:
    return [[str(each.reason) for each in report.refused] for report in reports]


def test_one_signer_is_not_enough(scene: Scene) -> None:
    (found,) = scene.pushes(POLICY, [made(scene, "v1", "ada")])
    assert [each.detail for each in found.refused] == [
        "rule 1 wants 2 signers, and v1 has 1 (ada); still needed: 1 of bob, carol"
    ]
    tag = scene.told.tag("v1")
    assert list(scene.audit(POLICY)) == [tag]


@pytest.mark.parametrize("order", [1, -1])
def test_both_tags_in_one_push(scene: Scene, order: int) -> None:
    updates = [made(scene, "v1", "ada"), made(scene, "approve/v1-bob", "bob")][::order]
    assert reasons(scene.pushes(POLICY, updates)) == [[], []]


def test_approvals_first(scene: Scene) -> None:
    scene.told.tag("approve/v1-bob", by="bob")
    assert reasons(scene.pushes(POLICY, [made(scene, "v1", "ada")])) == [[]]
    scene.told.tag("v1")
    assert scene.audit(POLICY) == {}


def test_a_second_release_tag_counts_as_well(scene: Scene) -> None:
    scene.told.tag("v1")
    scene.told.tag("v1-lts", by="carol")
    assert scene.audit(POLICY) == {}


def test_persons_are_counted_and_not_tags_or_keys(quick: Scene, ssh: SSHHome) -> None:
    policy = {**POLICY, "signers": {"carol": None, "bob": {"ssh": [ssh.public("bob"), ssh.public("carol")]}}}
    for name in ("v1", "v1-again", "approve/one"):
        quick.told.tag(name, by="bob")
    quick.told.tag("approve/two", by="bob", sign="carol")
    words = quick.audit(policy)
    assert {each.reason for each in words.values()} == {"rule_violation"}
    assert {each.ref for each in words.values()} == {V1, "refs/tags/v1-again"}


def test_only_those_count_whom_the_rule_names(quick: Scene) -> None:
    policy = {"rules": [{**TWO, "signers": ["ada", "carol"]}]}
    tag = quick.told.tag("v1")
    quick.told.tag("approve/bob", by="bob")
    assert list(quick.audit(policy)) == [tag]
    quick.told.tag("approve/carol", by="carol")
    assert quick.audit(policy) == {}


@pytest.mark.parametrize(
    "approval",
    [
        {"sign": False},
        {"sign": "mallory"},
        {"by": "mallory"},
        {"sign": "carol"},
        {"mutate": lambda raw: raw.replace(b"Release", b"Relapse")},
        {"edit": lambda payload: payload.replace(b"tag approve/bob", b"tag approve/someone")},
        {"edit": lambda payload: payload.replace(b"tagger", b"baker")},
        {"at": START + 3650 * DAY},
    ],
    ids=["unsigned", "strange key", "stranger", "foreign key", "altered", "misnamed", "malformed", "future"],
)
def test_an_approval_that_is_refused_counts_nothing(quick: Scene, approval: dict[str, Any]) -> None:
    tag = quick.told.tag("v1")
    options = {"by": "bob", **approval}
    bad = quick.told.tag("approve/bob", **options)
    assert quick.audit(POLICY).keys() == {tag, bad}
    assert reasons(quick.pushes(POLICY, [made(quick, "v2", "ada")])) == [["rule_violation"]]


def test_a_lightweight_tag_and_a_branch_of_that_name_count_nothing(quick: Scene) -> None:
    policy = {**POLICY, "defaults": {"tags": "any"}}
    tag = quick.told.tag("v1")
    quick.told.ref("refs/tags/approve/light", quick.tip)
    quick.told.ref("refs/heads/approve/x", quick.told.tag("approve/x", by="bob", ref=None))
    quick.told.ref("refs/approve/x", quick.told.tag("approve/x", by="bob", ref=None))
    assert tag in quick.audit(policy)


def test_unsigned_tags_do_not_pass_where_a_threshold_is_set(quick: Scene) -> None:
    policy = {**POLICY, "defaults": {"tags": "any"}}
    quick.told.ref(V1, quick.tip)
    for name in ("approve/a", "approve/b"):
        quick.told.tag(name, by=name[-1].replace("a", "ada").replace("b", "bob"))
    (found,) = quick.audit(policy).values()
    assert (found.ref, found.reason) == (V1, "unsigned")


def test_unsigned_tags_do_not_pass_where_a_touch_is_demanded(quick: Scene) -> None:
    policy = {"rules": [{"refs": ["refs/tags/v*"], "fido": "touch-required"}], "defaults": {"tags": "any"}}
    for update, reason in (
        ((quick.none, quick.tip, V1), "unsigned"),
        (made(quick, "v1", "ada", sign=False), "unsigned"),
        (made(quick, "v1", "ada"), "rule_violation"),
    ):
        assert reasons(quick.pushes(policy, [update])) == [[reason]]
    assert reasons(quick.pushes(policy, [(quick.none, quick.tip, "refs/tags/w1")])) == [[]]


def test_tags_of_another_commit_count_nothing(quick: Scene) -> None:
    tag = quick.told.tag("v1")
    other = quick.change("bob", "src/y")
    quick.told.tag("approve/bob", other, by="bob")
    assert list(quick.audit(POLICY)) == [tag]


def test_a_key_that_expired_after_it_approved(quick: Scene) -> None:
    """What is in the repository is history, what comes in is new: K5, K11."""
    until = datetime.fromtimestamp(START + 10 * DAY, UTC)
    policy = {**POLICY, "signers": {"bob": {"valid_until": until}}}
    approval = made(quick, "approve/bob", "bob")
    assert reasons(quick.pushes(policy, [made(quick, "v1", "ada"), approval])) == [["rule_violation"], ["key_expired"]]
    quick.told.ref(approval[2], approval[1])
    assert reasons(quick.pushes(policy, [made(quick, "v1", "ada")])) == [[]]
    assert quick.audit(policy) == {}


def test_the_release_itself_needs_a_key_that_is_valid_now(quick: Scene) -> None:
    policy = {**POLICY, "signers": {"ada": {"valid_until": datetime.fromtimestamp(NOW - DAY, UTC)}}}
    quick.told.tag("approve/bob", by="bob")
    found = quick.pushes(policy, [made(quick, "v1", "ada")], known=[(MAIN, quick.base)])
    assert reasons(found) == [["key_expired"]]


# What a push does to approvals


def test_an_approval_that_the_push_deletes_or_moves_away(scene: Scene) -> None:
    told = scene.told
    old = told.tag("approve/bob", by="bob")
    name = "refs/tags/approve/bob"
    other = scene.change("ada", "src/y")
    tag = made(scene, "v1", "ada", target=scene.base)
    assert reasons(scene.pushes(POLICY, [tag])) == [[]]
    moved = told.tag("approve/bob", other, by="bob", ref=None)
    again = told.tag("approve/bob", scene.base, by="bob", ref=None)
    for new, counts in ((scene.none, False), (moved, False), (again, True), (old, True)):
        found = scene.pushes(POLICY, [tag, (old, new, name)])
        assert found[0].accepted is counts, new


def test_a_ref_that_is_named_twice_counts_nothing(quick: Scene) -> None:
    tag, approval = made(quick, "v1", "ada"), made(quick, "approve/bob", "bob")
    assert reasons(quick.pushes(POLICY, [tag, approval, (*approval[:1], quick.none, approval[2])]))[0]
    assert reasons(quick.pushes(POLICY, [tag, approval, approval]))[0]


def test_each_push_is_seen_by_itself(quick: Scene) -> None:
    from gitsig.engine.updates import verify_updates
    from gitsig.model import RefUpdate

    verifier = quick.verifier(POLICY)
    tag, approval = made(quick, "v1", "ada"), made(quick, "approve/bob", "bob")
    for updates, accepted in (([tag, approval], True), ([tag], False)):
        assert verify_updates(verifier, [RefUpdate(*each) for each in updates]).accepted is accepted


def test_a_symbolic_ref_is_no_tag_of_its_own(quick: Scene) -> None:
    policy = {"rules": [{**TWO, "approvals": ["refs/tags/approve/*"]}]}
    tag = quick.told.tag("v1")
    quick.told.tag("approve/bob", by="bob", ref="refs/tags/elsewhere")
    (quick.told.path / "refs/tags/approve").mkdir()
    (quick.told.path / "refs/tags/approve/bob").write_text("ref: refs/tags/elsewhere\n")
    assert tag in quick.audit(policy)


def test_an_approval_that_nobody_guards_counts_nothing(quick: Scene) -> None:
    policy = {**POLICY, "defaults": {"refs": ["refs/heads/*", "refs/tags/v*"]}}
    tag = quick.told.tag("v1")
    quick.told.tag("approve/bob", by="bob")
    assert list(quick.audit(policy)) == [tag]


def test_only_tags_count_whatever_the_patterns_say(quick: Scene) -> None:
    """A policy file cannot say so; who builds a policy in another way can."""
    verifier = quick.verifier(POLICY)
    rule = verifier.loaded.policy.rules[0]._replace(approvals=("refs/*",))
    loaded = verifier.loaded._replace(policy=verifier.loaded.policy._replace(rules=(rule,)))
    tag = quick.told.tag("v1")
    quick.told.ref("refs/heads/x", quick.told.tag("x", by="bob", ref=None))
    run = gitsig.Verifier(verifier.store, loaded, now=NOW).verify(["v1"])
    assert [each.oid for each in run if not each.accepted] == [tag]


# Tags of tags, several rules


def test_a_signature_over_another_name_is_wrapped_into_an_approval(scene: Scene) -> None:
    """Ada signed a nightly build. Bob wraps her tag into the release, which she never saw."""
    told = scene.told
    nightly = told.tag("nightly", by="ada")
    wrapped = told.tag("v1", nightly, by="bob", target_type="tag")
    assert scene.audit(POLICY).keys() == {wrapped}
    told.tag("approve/x", nightly, by="bob", target_type="tag")
    assert scene.audit(POLICY).keys() == {wrapped}
    told.tag("approve/y", told.tag("approve/ada", by="ada", ref=None), by="bob", target_type="tag")
    assert scene.audit(POLICY) == {}


def test_an_inner_name_that_nobody_guards_counts_nothing(quick: Scene) -> None:
    inner = quick.told.tag("approve/ada", by="ada", ref=None)
    tag = quick.told.tag("v1", inner, by="bob", target_type="tag")
    assert quick.audit(POLICY) == {}
    assert list(quick.audit({**POLICY, "defaults": {"refs": ["refs/heads/*", "refs/tags/v*"]}})) == [tag]


def test_tags_of_tags_that_are_meant_so(scene: Scene) -> None:
    told = scene.told
    inner = told.tag("v1-rc", by="ada", ref=None)
    told.tag("v1", inner, by="bob", target_type="tag")
    assert scene.audit(POLICY) == {}
    unsigned = told.tag("v2-rc", by="ada", sign=False, ref=None)
    outer = told.tag("v2", unsigned, by="bob", target_type="tag")
    other = scene.change("ada", "src/y")
    assert scene.audit(POLICY).keys() == {unsigned}
    assert outer not in scene.audit(POLICY)
    assert other not in scene.audit(POLICY)


def test_the_approvals_of_one_rule_do_not_serve_another(quick: Scene) -> None:
    rules = [
        {"refs": ["refs/tags/v*"], "threshold": 2, "approvals": ["refs/tags/approve/*"]},
        {"refs": ["refs/tags/v*-lts"], "threshold": 2, "approvals": ["refs/tags/lts/*"]},
    ]
    plain, lts = quick.told.tag("v1"), quick.told.tag("v1-lts")
    quick.told.tag("approve/bob", by="bob")
    (found,) = quick.audit({"rules": rules}).values()
    assert (found.oid, found.detail.startswith("rule 2 wants 2 signers")) == (lts, True)
    quick.told.tag("lts/carol", by="carol")
    assert quick.audit({"rules": rules}) == {}
    assert plain != lts


def test_a_tag_of_a_file_has_no_commit_that_others_could_have_tagged(quick: Scene) -> None:
    blob = quick.told.raw("blob", b"a key\n")
    tag = quick.told.tag("v1", blob, target_type="blob")
    quick.told.tag("approve/bob", blob, by="bob", target_type="blob")
    assert list(quick.audit(POLICY)) == [tag]


def test_the_refs_cannot_be_listed(quick: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from gitsig.errors import ObjectFault
    from gitsig.store.libgit2 import Libgit2Store

    update = made(quick, "v1", "ada")

    def broken(_self: object) -> None:
        raise ObjectFault("the refs are damaged", mend="git refs verify")

    monkeypatch.setattr(Libgit2Store, "refs", broken)
    (found,) = quick.pushes(POLICY, [update])
    assert [(str(each.reason), each.detail) for each in found.refused] == [
        ("verifier_error", "the refs are damaged; git refs verify")
    ]


def test_an_exception_makes_no_signer_of_nobody(quick: Scene) -> None:
    tag = quick.told.tag("v1")
    bad = quick.told.tag("approve/bob", by="bob", mutate=lambda raw: raw.replace(b"Release", b"Relapse"))
    exception = {"object": bad, "accept": ["bad_signature"], "because": "a slip of the pen"}
    assert list(quick.audit({**POLICY, "exceptions": [exception]})) == [tag]


def test_nothing_is_taken_over_from_an_earlier_audit(quick: Scene) -> None:
    tag = quick.told.tag("v1")
    quick.told.tag("approve/bob", by="bob")
    assert all(each.accepted for each in quick.verifier(POLICY, cache=True).audit(resume=True))
    quick.told.ref("refs/tags/approve/bob", quick.told.tag("approve/bob", by="ada", ref=None))
    run = quick.verifier(POLICY, cache=True).audit(resume=True)
    assert [each.oid for each in run if not each.accepted] == [tag]


def test_explained_and_verified_by_name(quick: Scene) -> None:
    quick.told.tag("v1")
    (alone,) = quick.verifier(POLICY).verify(["v1"])
    assert alone.reason == "rule_violation"
    quick.told.tag("approve/bob", by="bob")
    (found,) = quick.verifier(POLICY).verify(["v1"])
    assert found.accepted
