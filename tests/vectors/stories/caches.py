"""K19, and other tools' caches: what was remembered of one object, key or signer must not hold for another."""

from __future__ import annotations

from tests.vectors.stories.scene import Scene
from tests.vectors.stories.steps import (
    allow,
    audit,
    commit,
    do,
    plain_verify,
    push,
    verify,
)
from tests.vectors.stories.telling import AttackStory

__all__ = ["STORIES"]

_MAIN = "refs/heads/main"
_COMPROMISED = 2
_UNBOUND = "a list of verified commits that is not bound to the keyring"
_BEGIN = (commit("base"), push(f"base:{_MAIN}"))


def _except_one(scene: Scene) -> None:
    entry = {"object": scene.oid("old"), "accept": ["unsigned"], "because": "from before the policy"}
    scene.allow(exceptions=[entry])


def _hand_over(scene: Scene) -> None:
    """Ada's very key file becomes Bob's."""
    scene.allow(signers={"ada": {"openpgp": []}, "bob": {"openpgp": ["keys/ada.asc"]}})


def _steal(scene: Scene) -> None:
    scene.certificate("bob", scene.keyrings.revoked("bob", _COMPROMISED, scene.story.clock))


STORIES = (
    AttackStory(
        "k19-twin-of-an-exception",
        "K19",
        "a written exception names an unsigned commit, and its twin arrives",
        "Exceptions go by the full id of the object, not by what it holds.",
        "docs/policy.md, exceptions",
        (
            commit("old", sign=False, at=1_700_000_000),
            do("the policy excepts it", _except_one),
            push(f"old:{_MAIN}", checked=1),
            commit("twin", on="", sign=False, at=1_700_000_000, zone="+0100"),
            plain_verify("twin", "refuses"),
            push(f"twin:{_MAIN}", expect="unsigned"),
        ),
    ),
    AttackStory(
        "k19-cache-outlives-the-policy",
        "K19",
        "a key leaves the policy, and everything about it has been remembered",
        "What is kept says who made a signature, never that he may.",
        _UNBOUND,
        (
            *_BEGIN,
            commit("next", by="bob"),
            verify("next"),
            allow(signers={"bob": None}),
            plain_verify("next", "accepts"),
            push(f"next:{_MAIN}", expect="unknown_key"),
            verify("next", expect="unknown_key"),
        ),
    ),
    AttackStory(
        "k19-cache-outlives-the-key",
        "K19",
        "a key is revoked as stolen after its signatures have been remembered as good",
        "Another certificate makes another key store, and nothing is taken over from the old one.",
        _UNBOUND,
        (
            commit("base", by="bob"),
            push(f"base:{_MAIN}", checked=1),
            audit(checked=1),
            do("bob's key is stolen", _steal),
            plain_verify("base", "refuses"),
            audit(expect="key_revoked", checked=1),
        ),
    ),
    AttackStory(
        "k19-cache-not-bound-to-the-signer",
        "K19",
        "the same certificate becomes another signer's",
        "Whose key it is stands in the policy of today, not in what was remembered.",
        "a list of verified commits that is not bound to the signer",
        (
            *_BEGIN,
            verify("base"),
            do("ada's key is now bob's", _hand_over),
            plain_verify("base", "accepts"),
            verify("base", expect="identity_mismatch"),
            audit(expect="identity_mismatch", checked=1),
        ),
    ),
)
