"""What rules ask about an object beyond its own bytes, so that only that is found out: a tree diff is dear."""

from __future__ import annotations

from typing import NamedTuple

from gitsig.model import ObjectType, SignedObject
from gitsig.policy.types import FidoDemand, ObjectKind, Policy, Require, Rule, Signer

__all__ = [
    "NOTHING",
    "Demands",
    "Traits",
    "answers_for_more",
    "demand_signed_tag",
    "demands",
    "foreseeable",
    "kind_of",
    "traits",
]

# members by name cost ten times a global before Python 3.12, and this runs for every object
_TAG = ObjectKind.TAG
_MERGE = ObjectKind.MERGE
_COMMIT = ObjectKind.COMMIT
_TAG_OBJECT = ObjectType.TAG
_EVERY_COMMIT = Require.EVERY_COMMIT
_ANY_FIDO = FidoDemand.ANY
_TWO_PARENTS = 2


class Demands(NamedTuple):
    """Which fields of `Surroundings` must be filled, or `fault` say why they could not be."""

    changed: bool = False
    brought: bool = False
    arrival: bool = False
    cosigners: bool = False
    tree_sha512: bool = False
    remade: bool = False


NOTHING = Demands()


class Traits(NamedTuple):
    """What can be said of some rules whatever the object is."""

    asking: bool
    """Some rule may ask for more than the object's own bytes."""
    demanding: bool
    """Some rule may demand something besides who signs."""


_latest: tuple[tuple[Rule, ...], Traits] = ((), Traits(False, False))


def kind_of(obj: SignedObject) -> ObjectKind:
    """What rules call the object."""
    if obj.type is _TAG_OBJECT:
        return _TAG
    return _MERGE if len(obj.parents) >= _TWO_PARENTS else _COMMIT


def demands(
    rules: tuple[Rule, ...],
    signer: Signer | None,
    kind: ObjectKind,
    *,
    oid: str = "",
    require: Require = _EVERY_COMMIT,
) -> Demands:
    """What must be known to judge the object `oid` of `kind`, signed by `signer` (None: by nobody known), by `rules`.

    `rules` are those whose scope holds the object; `require` is that of `[defaults]`. What is not asked for here,
    `judge` does not look at; what is asked for here and missing refuses.
    """
    confined = signer is not None and bool(signer.paths)
    if not confined and not traits(rules).asking:
        return NOTHING
    speaking = [rule for rule in rules if (not rule.kinds or kind in rule.kinds) and oid not in rule.exempt]
    if kind is _TAG:
        return Demands(cosigners=any(rule.threshold > 1 and not rule.paths for rule in speaking))
    clean = [rule for rule in speaking if kind is _MERGE and (rule.clean_merges or rule.two_person)]
    return Demands(
        changed=bool(clean) or confined or any(rule.paths for rule in speaking),
        brought=(confined and answers_for_more(kind, require))
        or any(rule.paths and rule.require is not _EVERY_COMMIT for rule in speaking),
        arrival=any(rule.two_person for rule in speaking),
        tree_sha512=any(rule.tree_sha512 for rule in speaking),
        remade=any(not rule.paths for rule in clean),
    )


def answers_for_more(kind: ObjectKind, require: Require) -> bool:
    """Whether a confined signer answers for what others have changed: `[defaults]` do not look at what he merges."""
    return kind is _MERGE and require is not _EVERY_COMMIT


def demand_signed_tag(rules: tuple[Rule, ...]) -> bool:
    """Whether some rule makes a tag's signature mandatory where `[defaults]` lets unsigned ones pass."""
    return any(
        (rule.signers is not None or rule.threshold > 1 or rule.fido is not _ANY_FIDO)
        and (not rule.kinds or _TAG in rule.kinds)
        for rule in rules
        if not rule.paths
    )


def foreseeable(policy: Policy, rules: tuple[Rule, ...]) -> tuple[Policy, tuple[Rule, ...]]:
    """What of the policy and of `rules` can be said of a commit that is not made yet: nothing about its changes.

    Only for advice beforehand. A verdict on what exists takes everything.
    """
    signers = {name: signer._replace(paths=()) for name, signer in policy.signers.items()}
    known = (
        rule._replace(two_person=False, threshold=1, clean_merges=False, tree_sha512=False)
        for rule in rules
        if not rule.paths
    )
    return policy._replace(signers=signers), tuple(known)


def traits(rules: tuple[Rule, ...]) -> Traits:
    """Of `rules`; those of the last call are kept, since the objects of a run mostly share one and the same tuple."""
    global _latest  # one entry, as every object of every run comes by here
    rules_before, found = _latest
    if rules_before is not rules:
        asking = any(
            rule.paths or rule.two_person or rule.threshold > 1 or rule.clean_merges or rule.tree_sha512
            for rule in rules
        )
        found = Traits(asking, asking or any(rule.no_octopus or rule.fido is not _ANY_FIDO for rule in rules))
        _latest = rules, found
    return found
