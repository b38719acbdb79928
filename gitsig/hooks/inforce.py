"""By which policies the next commit will be judged: the one at hand, or under governance those in its parents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gitsig.engine import Verifier
from gitsig.loading import LoadedPolicy
from gitsig.policy import Parents
from gitsig.store import Store

__all__ = ["InForce", "Standing", "in_force", "standing"]


class InForce(NamedTuple):
    """Policies, and how many of them must accept a commit."""

    policies: tuple[LoadedPolicy, ...]
    """Empty where governance has none for the commit: its parents are refused already."""
    parents: Parents = Parents.ALL


def in_force(verifier: Verifier, parents: Sequence[str]) -> InForce:
    """The policies that judge a commit with these parents (full ids), each as it judges alone.

    Under governance those in force after the parents: the policy that names the root lists nobody. Raises PolicyFault
    for a governance root that is none here and for a policy in force that cannot be read, ObjectFault where that
    cannot be told.
    """
    governed = verifier.governed
    if governed is None:
        return InForce((verifier.loaded,))
    realm, force = governed.realm, governed.session(()).court.force
    laws = frozenset[int]().union(*(force.after(realm.rows.number(parent)) for parent in parents))
    return InForce(tuple(realm.bench.seat(law).verifier.loaded for law in sorted(laws)), realm.parents)


class Standing(NamedTuple):
    """What a policy is in one repository."""

    governed: bool
    """Whether it names the root from which on the policies in the trees judge, and so lists nobody itself."""
    policies: tuple[LoadedPolicy, ...]
    """Those in force after HEAD; none where there is no HEAD yet, or it does not descend from the root."""
    remarks: tuple[str, ...]
    """What everybody must know who relies on it."""


def standing(store: Store, loaded: LoadedPolicy) -> Standing:
    """Ask what judges after HEAD. Raises as `in_force`; under governance without a HEAD there is nothing to ask."""
    verifier = Verifier(store, loaded)
    head, governed = store.head()[1], verifier.governed is not None
    policies = () if governed and head is None else in_force(verifier, [head] if head else []).policies
    return Standing(governed, policies, verifier.remarks)
