"""What an adapter of a peer's format can do: its own laws, its own proof of the root, its own right to change."""

from __future__ import annotations

from typing import Any

import pytest

import gitsig
from gitsig.engine.governance.laws import Laws, RootProof
from gitsig.engine.governance.native import NativeLaws
from gitsig.errors import PolicyFault
from gitsig.loading import LoadedPolicy
from gitsig.model import Verdict
from gitsig.policy import Governance, Parents
from gitsig.store.interface import Store
from tests.engine.governance.law_scene import NOW, Realm, refusals


class PeerLaws(NativeLaws):
    """Native files; everybody whom the law accepts may change it, as with Guix."""

    def __init__(self, store: Store, root_proof: RootProof, three_way: bool) -> None:
        super().__init__(store)
        self.root_proof = root_proof
        self.three_way = three_way
        self.asked: list[str] = []

    def amendment_fault(self, before: LoadedPolicy, after: LoadedPolicy | None, signer: str) -> str:
        self.asked.append(signer)
        return "" if after is not None else "removes it"


def audit(
    realm: Realm, *, proof: RootProof = "key", three_way: bool = False, signer: str | None = "ada", **governance: Any
) -> tuple[dict[str, Verdict], PeerLaws]:
    store = gitsig.open_repository(str(realm.told.path))
    loaded = gitsig.load_policy(store, str(realm.anchor()))
    laws = PeerLaws(store, proof, three_way)
    assert isinstance(laws, Laws)
    named = None if signer is None else realm.ssh.fingerprint(signer)
    policy = loaded.policy._replace(governance=Governance(realm.root, named, **governance))
    run = gitsig.Verifier(store, loaded._replace(policy=policy, laws=laws), now=NOW).audit()
    return {verdict.oid: verdict for verdict in run}, laws


@pytest.mark.parametrize(
    ("proof", "signer", "good"),
    [
        ("law", "carol", False),
        ("key", "carol", True),
        ("key", "bob", False),
        ("key", "mallory", False),
        ("named", None, True),
        ("named", "bob", True),
    ],
)
def test_what_makes_a_root_good(realm: Realm, proof: RootProof, signer: str | None, good: bool) -> None:
    """Carol's key can be read with the law, but she is none of its signers, like who introduces a Guix channel."""
    law = realm.law("ada", "carol")
    realm.root = realm.told.commit("carol", parents=[], files=law)
    child = realm.change("ada")
    store = gitsig.open_repository(str(realm.told.path))

    class Introduced(PeerLaws):
        def load(self, commit: str, identity: str) -> LoadedPolicy:
            loaded = super().load(commit, identity)
            signers = {name: each for name, each in loaded.policy.signers.items() if name != "carol"}
            owners = {key: owner for key, owner in loaded.keys.owners.items() if owner.signer != "carol"}
            loaded.keys.owners = owners
            return loaded._replace(policy=loaded.policy._replace(signers=signers))

    loaded = gitsig.load_policy(store, str(realm.anchor()))
    named = None if signer is None else realm.ssh.fingerprint(signer)
    policy = loaded.policy._replace(governance=Governance(realm.root, named))
    anchored = loaded._replace(policy=policy, laws=Introduced(store, proof, False))
    verdicts = {each.oid: each for each in gitsig.Verifier(store, anchored, now=NOW).audit(["main"])}
    assert not refusals(verdicts) if good else refusals(verdicts).keys() == {realm.root, child}


def test_an_unsigned_root_that_was_named(realm: Realm) -> None:
    realm.root = realm.told.commit("ada", branch="main", parents=[], sign=False, files=realm.law("ada"))
    realm.change("ada")
    assert not refusals(audit(realm, proof="named", signer=None)[0])
    assert len(refusals(audit(realm, proof="key")[0])) == 2


def test_a_root_signer_can_be_left_out_only_where_it_is_not_asked(realm: Realm) -> None:
    with pytest.raises(PolicyFault, match="names no signer of its root"):
        audit(realm, proof="key", signer=None)


def test_who_may_change_the_law_is_for_the_format_to_say(realm: Realm) -> None:
    realm.change("ada", "ada", "bob")
    realm.change("bob", "bob", owners=("bob",))
    verdicts, laws = audit(realm)
    assert not refusals(verdicts)
    assert laws.asked == ["ada", "bob"]


@pytest.mark.parametrize("parents", list(Parents))
@pytest.mark.parametrize("three_way", [False, True])
def test_how_merges_are_asked_about(realm: Realm, three_way: bool, parents: Parents) -> None:
    realm.topic("side", realm.root)
    realm.change("ada", "ada", "bob", branch="side")
    realm.change("ada")
    realm.merge("ada", "side", realm.law("ada", "bob"))
    verdicts, laws = audit(realm, three_way=three_way, parents=parents)
    assert not refusals(verdicts)
    assert len(laws.asked) == (1 if three_way else 2)


def test_what_is_no_source_of_laws(realm: Realm) -> None:
    store = gitsig.open_repository(str(realm.told.path))
    loaded = gitsig.load_policy(store, str(realm.anchor()))
    with pytest.raises(PolicyFault, match="its source of laws lacks"):
        gitsig.Verifier(store, loaded._replace(laws=object()), now=NOW).audit()
