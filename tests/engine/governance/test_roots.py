"""The governance root: who signed it, and what does not descend from it. None of this may ever read as success."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import gitsig
from gitsig.errors import PolicyFault
from tests.engine.governance.law_scene import MAIN, NOW, Realm, refusals


def test_another_signer_than_the_named_one_makes_everything_void(realm: Realm) -> None:
    """Mallory's own root in her own repository is good by its own law; it is not the one that was named."""
    child = realm.change("ada")
    named = realm.audit(signer="bob")
    found = refusals(named)
    assert found.keys() == {realm.root, child}
    assert found[realm.root].startswith("rule_violation: the governance root is signed by SHA256:")
    assert found[child].startswith(f"rule_violation: not governed: the governance root {realm.root[:12]} is refused (")
    assert refusals(realm.verify(child, signer="bob")).keys() == {child}
    assert refusals(realm.push(realm.root, child, signer="bob")).keys() == {child}
    assert not refusals(realm.audit())


@pytest.mark.parametrize(
    ("sign", "reason"),
    [(False, "unsigned"), ("mallory", "unknown_key"), ("bob", "rule_violation")],
)
def test_a_root_that_its_named_signer_did_not_sign(realm: Realm, sign: str | bool, reason: str) -> None:
    root = realm.told.commit("ada", parents=[], sign=sign, files=realm.law("ada", "bob", more=NO_IDENTITY))
    child = realm.change("ada")
    found = refusals(realm.audit("main", root=root))
    assert found.keys() == {root, child}
    assert found[root].startswith(f"{reason}: ")
    assert refusals(realm.push(realm.none, child, root=root)).keys() == {root, child}


NO_IDENTITY = '[defaults]\nidentity = "off"'


def test_no_exception_makes_a_root(realm: Realm) -> None:
    root = realm.told.commit("ada", parents=[], sign=False, files=realm.law("ada"))
    child = realm.change("ada")
    more = f'[[exceptions]]\nobject = "{root}"\naccept = ["unsigned"]\nbecause = "x"\n'
    assert refusals(realm.audit("main", root=root, more=more)).keys() == {root, child}


def test_a_root_without_a_law(realm: Realm) -> None:
    root = realm.told.commit("ada", parents=[], files={"a": b"a"})
    child = realm.change("ada", "ada")
    found = refusals(realm.audit("main", root=root))
    assert found[root] == "rule_violation: the governance root holds no policy; name a commit that does"
    assert found.keys() == {root, child}


def test_a_root_whose_law_cannot_be_read(realm: Realm) -> None:
    root = realm.told.commit("ada", parents=[], files={".gitsig/policy.toml": b"version = 2\n"})
    child = realm.change("ada", "ada")
    found = refusals(realm.audit("main", root=root))
    assert found.keys() == {root, child}
    assert all(words.startswith("verifier_error: ") and "unknown version 2" in words for words in found.values())


@pytest.mark.parametrize("kind", ["absent", "tag", "tree", "blob", "short"])
def test_a_root_that_is_no_commit_here_is_an_error_that_names_it(realm: Realm, kind: str) -> None:
    told = realm.told
    root = {
        "absent": lambda: "1" * 40,
        "tag": lambda: told.tag("v1", realm.root),
        "tree": lambda: told.tree({"a": b"a"}),
        "blob": lambda: told.raw("blob", b"a"),
        "short": lambda: realm.root[:39] + ("0" if realm.root[39] != "0" else "1"),
    }[kind]()
    anchor = {"root": root}
    for judge in (
        lambda: realm.audit(**anchor),
        lambda: realm.verify("HEAD", **anchor),
        lambda: realm.push(realm.none, realm.root, **anchor),
        lambda: realm.push(realm.root, realm.none, **anchor),
    ):
        with pytest.raises(PolicyFault) as caught:
            judge()
        assert root in caught.value.what
        assert caught.value.mend
        assert (caught.value.mend == "fetch it, or name a commit that is here") is (kind in ("absent", "short"))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('[defaults]\nrequire = "tip"', "governance judges every commit, and [defaults] say tip"),
        ('[history]\ntrusted-roots = ["ROOT"]', "two answers to where judging begins"),
    ],
)
def test_an_anchor_that_contradicts_governance(realm: Realm, more: str, words: str) -> None:
    with pytest.raises(PolicyFault) as caught:
        realm.audit(more=more.replace("ROOT", realm.root))
    assert words in caught.value.what
    assert caught.value.mend


def grafted(realm: Realm, kind: str) -> tuple[str, set[str]]:
    """A tip of Ada's own that does not descend from the root, or not only; and what of it is refused."""
    told = realm.told
    start: list[str] = []
    if kind == "forked before":
        start = [told.commit("ada", branch=None, parents=[], files=realm.law("ada"))]
    orphan = told.commit("ada", branch="orphan", parents=start, files=realm.law("ada"))
    child = told.commit("ada", branch="orphan")
    if kind == "merged":
        merge = told.commit("ada", parents=[realm.told.tip(), child], files={"merge": b""})
        return merge, {orphan, child, merge}
    return child, {*start, orphan, child}


@pytest.mark.parametrize("kind", ["orphan", "forked before", "merged"])
def test_what_does_not_descend_from_the_root(realm: Realm, kind: str) -> None:
    realm.change("ada")
    tip, bad = grafted(realm, kind)
    verdicts = realm.audit()
    assert refusals(verdicts).keys() == bad
    assert f"governance root {realm.root[:12]}" in refusals(verdicts)[tip]
    assert refusals(realm.verify(tip)).keys() == {tip}
    assert refusals(realm.push(realm.none, tip)).keys() == bad
    assert realm.audit("main" if kind == "merged" else "orphan")[tip].reason == "rule_violation"


@pytest.mark.parametrize("parents", ["all", "any"])
def test_an_unrelated_history_stays_refused_whoever_merges_it(realm: Realm, parents: str) -> None:
    _, bad = grafted(realm, "merged")
    late = realm.change("ada")
    found = refusals(realm.audit(parents=parents))
    assert late not in found
    assert len(found) == (3 if parents == "all" else 2)
    assert found.keys() <= bad


@pytest.mark.parametrize("kind", ["orphan", "forked before"])
def test_a_range_that_holds_nothing_is_no_success_beside_the_root(realm: Realm, kind: str) -> None:
    """What a merge brought in from beside is behind `main` afterwards; to ask about it again does not make it good."""
    tip, _ = grafted(realm, kind)
    merge = realm.told.merge(tip, by="ada")
    for target in (f"{merge}..{tip}", f"{tip}..{tip}"):
        assert refusals(realm.verify(target, parents="any")).keys() == {tip}
    assert realm.verify(f"{merge}..{realm.root}", parents="any") == {}


@pytest.fixture
def aged(make_realm: Callable[..., Realm]) -> tuple[Realm, str, str, str]:
    """A repository that had Mallory's law before its root: (it, her commit, the root, a commit after it)."""
    realm = make_realm()
    old = realm.change("ada", "mallory", owners=("mallory",))
    realm.root = realm.change("ada", "ada")
    return realm, old, realm.root, realm.change("ada")


def test_what_is_behind_the_root_is_not_judged_but_is_no_success_either(aged: tuple[Realm, str, str, str]) -> None:
    realm, old, root, new = aged
    assert realm.audit().keys() == {root, new}
    assert not refusals(realm.audit())
    assert realm.verify(f"{old}..{new}").keys() == {root, new}
    for verdicts in (
        realm.audit(old),
        realm.verify(old),
        realm.verify(f"{old}^..{old}"),
        realm.verify(f"{new}..{old}"),
    ):
        assert refusals(verdicts).keys() == {old}
    assert old in refusals(realm.push(realm.none, old))
    assert old in refusals(realm.push(new, old))


def test_a_law_from_before_the_root_is_none(aged: tuple[Realm, str, str, str]) -> None:
    """Mallory is a signer in an old commit's tree, which a guarded ref may even hold; nothing grows on that."""
    realm, old, _, new = aged
    realm.topic("legacy", old)
    evil = realm.change("mallory", branch="legacy")
    assert refusals(realm.audit()).keys() >= {evil}
    legacy, known = "refs/heads/legacy", [("refs/heads/legacy", old), (MAIN, new)]
    assert refusals(realm.push(old, evil, legacy, known)).keys() == {evil}
    assert refusals(realm.push(realm.none, old, "refs/heads/other", known)).keys() == {old}
    assert refusals(realm.push(realm.none, evil, "refs/heads/other", [*known, ("refs/heads/evil", evil)])).keys() == {
        evil
    }
    merge = realm.told.commit("ada", parents=[new, old])
    assert refusals(realm.push(new, merge, known=known)).keys() == {merge}
    assert refusals(realm.audit("main")).keys() == {merge}


def test_a_root_in_a_law_is_not_asked(realm: Realm) -> None:
    """A law may name another root; only whoever gives the anchor says which counts."""
    orphan = realm.told.commit("mallory", branch="evil", parents=[], files=realm.law("mallory", owners=("mallory",)))
    signer = realm.ssh.fingerprint("mallory")
    law = realm.law("ada")
    law[".gitsig/policy.toml"] += f'root = "{orphan}"\nroot-signer = "{signer}"\n'.encode()
    changed = realm.change("ada", files=law)
    verdicts = realm.audit()
    assert verdicts[changed].accepted
    assert refusals(verdicts).keys() == {orphan}


@pytest.mark.parametrize("audited", ["without governance", "another root", "another signer"])
def test_no_earlier_run_is_believed(realm: Realm, tmp_path: Path, audited: str) -> None:
    """Neither evidence nor a finished audit passes from one anchor to another (peers' caches did)."""
    root = realm.told.commit("mallory", parents=[], files=realm.law("mallory", owners=("mallory",)))
    child = realm.change("mallory")
    anchors = {
        "another root": realm.anchor(root, "mallory"),
        "another signer": realm.anchor(root, "mallory"),
        "without governance": tmp_path / "plain.toml",
    }
    (tmp_path / "plain.toml").write_bytes(realm.law("mallory", owners=())[".gitsig/policy.toml"])
    first = realm.verifier(anchors[audited], cache=True).audit(resume=True)
    assert not refusals({verdict.oid: verdict for verdict in first})
    strict = realm.anchor() if audited != "another signer" else realm.anchor(root, "ada")
    for _ in range(2):
        run = realm.verifier(strict, cache=True).audit(resume=True)
        assert refusals({verdict.oid: verdict for verdict in run}).keys() == {root, child}
        assert run.summary().cached == 0


def test_a_policy_that_relies_on_a_root_says_so_where_none_is_named(realm: Realm) -> None:
    store = gitsig.open_repository(str(realm.told.path))
    loaded = gitsig.load_policy(store)
    verifier = gitsig.Verifier(store, loaded, now=NOW)
    for run in (verifier.audit(), verifier.verify(["HEAD"])):
        assert [verdict.accepted for verdict in run] == [True]
        assert any("names none, so it judges alone" in remark for remark in run.remarks)
    governed = realm.verifier().audit()
    assert [verdict.accepted for verdict in governed] == [True]
    assert governed.remarks == ()


def test_exceptions_of_the_anchor_that_nothing_needs_are_told(realm: Realm) -> None:
    more = f'[[exceptions]]\nobject = "{realm.root}"\naccept = ["unsigned"]\nbecause = "x"\n'
    run = realm.verifier(realm.anchor(more=more)).audit()
    assert [verdict.accepted for verdict in run] == [True]
    assert len(run.warnings) == 1


def test_a_shallow_clone_cannot_tell(realm: Realm) -> None:
    """Not "unrelated": whoever fetches the rest may find that all is well."""
    lost = realm.change("ada")
    middle = realm.change("ada")
    tip = realm.change("ada")
    path = realm.told.path / "objects" / lost[:2] / lost[2:]
    path.unlink()
    (realm.told.path / "shallow").write_text(f"{middle}\n")
    for verdicts in (realm.audit("main"), realm.verify(tip), realm.verify(f"{middle}..{tip}")):
        assert verdicts[tip].reason == "verifier_error"
        assert "git fetch --unshallow" in verdicts[tip].detail
