"""Pushes under governance: what is new, by whose law, and how refs may move."""

from __future__ import annotations

import pytest

from gitsig.engine.governance.bench import SEATS
from gitsig.engine.governance.native import NativeLaws
from gitsig.engine.updates import UpdateKind
from gitsig.loading import LoadedPolicy
from tests.engine.governance.law_scene import MAIN, POLICY, Realm, refusals

DEV, OTHER = "refs/heads/dev", "refs/heads/other"
MAINTAINED = '[[rules]]\nrefs = ["refs/heads/main"]\nsigners = ["ada"]\n'


def test_the_first_push_is_judged_from_the_root_on(realm: Realm) -> None:
    realm.change("ada", "ada", "bob")
    tip = realm.change("bob")
    update = realm.push(realm.none, tip)
    assert update.accepted
    assert (update.kind, update.summary.checked) == (UpdateKind.CREATE, 3)


def test_only_what_is_new_is_judged_by_the_law_of_what_was_there(realm: Realm) -> None:
    old = realm.change("ada", "ada", "bob")
    good = realm.change("bob")
    update = realm.push(old, good)
    assert update.accepted
    assert dict(update.summary.by_signer) == {"bob": 1}


@pytest.mark.parametrize("parents", ["all", "any"])
def test_pushes_go_on_when_the_founder_s_key_has_expired(realm: Realm, parents: str) -> None:
    """What was there before a push is history, the root too; only what a push brings needs keys that are valid now."""
    law = realm.law("ada", "bob", owners=("ada", "bob"))
    law[POLICY] = law[POLICY].replace(b"[signers.bob]", b"valid-until = 2026-01-02T00:00:00Z\n[signers.bob]")
    root = realm.told.commit("ada", parents=[], branch="aged", files=law)
    old = realm.change("bob", branch="aged")
    good = realm.change("bob", branch="aged")
    late = realm.change("ada", branch="aged")
    for known in ([("refs/heads/aged", old)], [("refs/heads/aged", old), (MAIN, realm.root)]):
        for start, ref in ((old, "refs/heads/aged"), (realm.none, OTHER)):
            assert realm.push(start, good, ref, known, root=root, parents=parents).accepted
            refused = realm.push(start, late, ref, known, root=root, parents=parents)
            assert refusals(refused)[late].startswith("key_expired: ")
            assert refusals(refused).keys() == {late}
    whole = refusals(realm.push(realm.none, good, OTHER, [], root=root, parents=parents))
    assert whole[root].startswith("key_expired: ")
    assert f"the governance root {root[:12]} is refused (key_expired: " in whole[old]


@pytest.mark.parametrize("parents", ["all", "any"])
def test_a_push_uses_no_law_that_it_brings_without_the_right(realm: Realm, parents: str) -> None:
    old = realm.change("ada", "ada", "bob")
    evil = realm.change("bob", "bob", "mallory", owners=("bob",))
    guest = realm.change("mallory")
    for start, known in ((old, None), (realm.none, [(MAIN, old)]), (realm.none, [])):
        assert refusals(realm.push(start, guest, parents=parents, known=known)).keys() == {evil, guest}
    tags = realm.push(realm.none, realm.told.tag("v1", guest, "mallory", ref=None), "refs/tags/v1", known=[(MAIN, old)])
    assert refusals(tags).keys() >= {evil, guest}


def test_a_law_that_comes_in_the_same_push_counts_from_its_commit_on(realm: Realm) -> None:
    changed = realm.change("ada", "ada", "bob")
    good = realm.change("bob")
    assert realm.push(realm.root, good).accepted
    early = realm.change("bob", branch="early", parents=[realm.root])
    merge = realm.told.merge("early", by="ada")
    assert refusals(realm.push(changed, merge)).keys() == {early}


def test_a_removed_law_and_a_symbolic_link_are_refused(realm: Realm) -> None:
    link = realm.told.raw("blob", b"/tmp")
    for entry in ((b"100644", b"a", link), (b"120000", b".gitsig", link)):
        evil = realm.raw_tree("ada", [entry], parents=[realm.root])
        assert refusals(realm.push(realm.root, evil)).keys() == {evil}


def test_old_laws_brought_together_are_not_loaded_for_every_commit(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may push could have a server read all laws that ever were, once for each commit that is refused."""
    olds = [realm.root, *(realm.change("ada", "ada", more=f"# {number}\n") for number in range(SEATS + 1))]
    gathered = realm.told.commit("bob", branch="bob", parents=olds, sign=False)
    late = [realm.change("bob", branch="bob") for _ in range(4)]
    loaded: list[str] = []
    load = NativeLaws.load

    def counted(laws: NativeLaws, commit: str, identity: str) -> LoadedPolicy:
        loaded.append(commit)
        return load(laws, commit, identity)

    monkeypatch.setattr(NativeLaws, "load", counted)
    refused = realm.push(realm.none, late[-1], OTHER, [(MAIN, olds[-1])])
    assert refusals(refused).keys() == {gathered, *late}
    assert len(loaded) < 2 * len(olds)


def test_commits_parked_on_a_ref_with_laxer_rules_are_judged_again(realm: Realm) -> None:
    """R4, with a rule that only the law in the tree has."""
    old = realm.change("ada", "ada", "bob", more=MAINTAINED)
    realm.topic("dev", old)
    parked = realm.change("bob", branch="dev")
    assert realm.push(old, parked, DEV, [(MAIN, old), (DEV, old)]).accepted
    refused = realm.push(old, parked, MAIN, [(MAIN, old), (DEV, parked)])
    assert refusals(refused) == {
        parked: "key_not_allowed: bob is not among the signers of rule 1 (refs/heads/main) "
        f"(by the policy in its parent {old[:12]})"
    }
    assert realm.push(realm.none, parked, OTHER, [(MAIN, old), (DEV, parked)]).accepted


def test_the_rules_of_a_law_hold_for_a_new_ref_too(realm: Realm) -> None:
    """Nothing stands at the ref yet, so the law at the new tip says what else must be judged."""
    rule = '[[rules]]\nrefs = ["refs/heads/release/*"]\nsigners = ["ada"]\n'
    old = realm.change("ada", "ada", "bob", more=rule)
    realm.topic("dev", old)
    parked = realm.change("bob", branch="dev")
    tip = realm.change("ada", branch="dev")
    known = [(MAIN, realm.root), (DEV, tip)]
    refused = realm.push(realm.none, tip, "refs/heads/release/1", known)
    assert refusals(refused).keys() == {parked}
    assert "(refs/heads/release/*)" in refusals(refused)[parked]
    assert realm.push(realm.none, tip, OTHER, known).accepted


def test_the_first_parent_line_is_looked_at_again(realm: Realm) -> None:
    """A side commit came in rightly; a push that puts it on the line does not (a foxtrot merge)."""
    more = MAINTAINED + 'require = "first-parent"\n'
    old = realm.change("ada", "ada", "bob", more=more)
    realm.topic("dev", old)
    side = realm.change("bob", branch="dev")
    merge = realm.merge("ada", "dev")
    assert realm.push(old, merge).accepted
    foxtrot = realm.told.commit("ada", parents=[side, merge])
    assert refusals(realm.push(merge, foxtrot)).keys() == {side}


@pytest.mark.parametrize("where", ["law", "anchor"])
@pytest.mark.parametrize(
    ("demand", "kind"),
    [("no-rewind", "rewind"), ("no-delete", "delete"), ("immutable", "forward"), ("immutable", "delete")],
)
def test_how_refs_may_move_is_said_by_the_anchor_and_by_the_law_at_the_old_tip(
    realm: Realm, where: str, demand: str, kind: str
) -> None:
    rule = f'[[rules]]\nrefs = ["refs/heads/main"]\n{demand} = true\n'
    first = realm.change("ada", "ada", more=rule if where == "law" else "")
    old = realm.change("ada")
    lax = realm.change("ada", "ada")
    new = {"rewind": first, "delete": realm.none, "forward": lax}[kind]
    refused = realm.push(old, new, more=rule if where == "anchor" else "")
    assert [verdict.reason for verdict in refused.refused] == ["rule_violation"]
    assert "rule 1 " in refused.refused[0].detail
    dev = realm.push(old, new, DEV, [(DEV, old)], more=rule if where == "anchor" else "")
    assert dev.accepted


def test_a_rewind_to_an_older_law_is_what_no_rewind_is_for(realm: Realm) -> None:
    """Going back to a commit before a key was removed brings its law back; nothing but a rule can forbid it."""
    lax = realm.change("ada", "ada", "bob")
    strict = realm.change("ada", "ada")
    assert realm.push(strict, lax).accepted
    late = realm.change("bob", parents=[lax])
    assert realm.push(strict, late).accepted
    assert not realm.push(strict, late, more=f'[[rules]]\nrefs = ["{MAIN}"]\nno-rewind = true\n').accepted


def test_refs_that_the_anchor_does_not_guard_pass(realm: Realm) -> None:
    evil = realm.change("mallory")
    update = realm.push(realm.none, evil, DEV, more=f'[defaults]\nrefs = ["{MAIN}"]\n')
    assert (update.judged, update.accepted) == (False, True)
    assert not realm.push(realm.none, evil, MAIN, more=f'[defaults]\nrefs = ["{MAIN}"]\n').accepted


def test_what_an_unguarded_ref_holds_is_new(realm: Realm) -> None:
    evil = realm.change("mallory")
    known = [(MAIN, realm.root), ("refs/wild/evil", evil)]
    assert refusals(realm.push(realm.root, evil, known=known)).keys() == {evil}


def test_a_known_commit_whose_tree_holds_no_law(realm: Realm) -> None:
    """Refs that were moved before anybody watched: nothing is in force there, so nothing can follow."""
    bare = realm.raw_tree("ada", [(b"100644", b"a", realm.told.raw("blob", b""))])
    child = realm.change("ada", "ada", parents=[bare])
    words = f"rule_violation: not governed: its parent {bare[:12]} has no policy in its tree"
    assert refusals(realm.push(bare, child)) == {child: words}
    again = realm.push(realm.none, bare, OTHER, [(MAIN, bare)])
    assert refusals(again) == {bare: f"rule_violation: not governed: {bare[:12]} has no policy in its tree"}


def test_an_old_tip_that_is_not_here(realm: Realm) -> None:
    refused = realm.push("1" * 40, realm.root, known=[])
    assert refusals(refused)[realm.root].startswith("verifier_error: ")
    assert "git fetch" in refusals(refused)[realm.root]


def test_missing_objects_are_no_law(realm: Realm) -> None:
    """A parent, a tree or a law's file that is not here: it could not be checked."""
    told = realm.told
    good = realm.change("ada", "ada", "bob")
    tip = realm.change("bob")
    tree = told.git("rev-parse", f"{good}^{{tree}}").decode().strip()
    policy = told.git("rev-parse", f"{good}:.gitsig/policy.toml").decode().strip()
    folder = told.git("rev-parse", f"{good}:.gitsig").decode().strip()
    for oid in (tree, folder, policy, good):
        path = told.path / "objects" / oid[:2] / oid[2:]
        data = path.read_bytes()
        path.unlink()
        for found in (realm.push(good, tip, known=[]), realm.push(realm.none, tip)):
            assert not found.accepted
            assert found.summary.unverifiable
        found_by_audit = realm.audit("main")
        assert tip in refusals(found_by_audit)
        assert any(verdict.reason == "verifier_error" for verdict in found_by_audit.values())
        path.write_bytes(data)
    assert not refusals(realm.audit())


@pytest.mark.parametrize("law_says", ["signed", "any"])
def test_tags_are_judged_by_the_law_of_the_commit_that_they_lead_to(realm: Realm, law_says: str) -> None:
    told = realm.told
    old = realm.root
    more = f'[defaults]\ntags = "{law_says}"\n'
    new = realm.change("ada", "ada", "bob", more=more)
    early, late = told.tag("v1", old, "bob"), told.tag("v2", new, "bob")
    unsigned = told.tag("v3", new, sign=False)
    told.ref("refs/tags/light", new)
    verdicts = realm.audit() if law_says == "any" else {}
    for name, oid, good in (("v1", early, False), ("v2", late, True), ("v3", unsigned, law_says == "any")):
        known = [(MAIN, new)]
        assert realm.push(realm.none, oid, f"refs/tags/{name}", known).accepted is good
        if verdicts:
            assert (oid in refusals(verdicts)) is not good
    assert realm.push(realm.none, new, "refs/tags/light", [(MAIN, new)]).accepted is (law_says == "any")
    assert f"(by the policy in the commit {old[:12]})" in refusals(realm.verify("v1"))[early]


def test_tags_that_lead_to_what_no_law_governs(realm: Realm) -> None:
    told = realm.told
    orphan = told.commit("ada", branch=None, parents=[], files=realm.law("ada"))
    bad = realm.change("ada", sign=False)
    blob = told.raw("blob", b"key")
    cases = {
        told.tag("orphan", orphan): f"the commit {orphan[:12]} to which it leads is not accepted",
        told.tag("bad", bad): f"the commit {bad[:12]} to which it leads is not accepted",
        told.tag("blob", blob, target_type="blob"): "it leads to no commit, so no policy is in force for it",
        told.tag("tree", told.tree({"a": b""}), target_type="tree"): "it leads to no commit",
    }
    verdicts = realm.audit()
    for tag, words in cases.items():
        assert f"rule_violation: not governed: {words}" in refusals(verdicts)[tag]
    lost = told.tag("lost", "1" * 40)
    assert realm.verify("lost")[lost].reason == "verifier_error"
    odd = told.tag("odd", realm.root, edit=lambda payload: payload.replace(b"tagger ada", b"tagger\0ada"))
    assert realm.verify("odd")[odd].reason == "malformed_object"
    pushed = realm.push(realm.none, blob, "refs/tags/x")
    assert refusals(pushed).keys() == {blob}


def test_tags_of_tags(realm: Realm) -> None:
    inner = realm.told.tag("inner", realm.root, "ada")
    good = realm.told.tag("outer", inner, "ada", target_type="tag")
    bad = realm.told.tag("evil", inner, "mallory", target_type="tag")
    assert refusals(realm.audit()).keys() == {bad}
    assert realm.verify("outer").keys() == {good, inner}
