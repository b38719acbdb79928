"""Random histories, judged once more by the plainest program that follows docs/governance.md."""

from __future__ import annotations

import random
from typing import NamedTuple

import pytest

from tests.engine.governance.law_scene import Realm, refusals

PEOPLE = ("ada", "bob", "carol")


class Law(NamedTuple):
    signers: frozenset[str]
    owners: frozenset[str]


class Made(NamedTuple):
    parents: tuple[str, ...]
    by: str | None
    """None: not signed."""
    law: Law


class Model:
    """Commits are added parents first; everything is a set or a dict."""

    def __init__(self, root: str, parents: str) -> None:
        self.root, self.parents = root, parents
        self.commits: dict[str, Made] = {}
        self.after: dict[str, frozenset[Law]] = {}
        self.accepted: dict[str, bool] = {}

    def add(self, oid: str, made: Made) -> None:
        self.commits[oid] = made
        good = oid == self.root or (self._all(made) if self.parents == "all" else self._any(made))
        self.accepted[oid] = good
        before = frozenset(law for parent in made.parents for law in self.after[parent])
        self.after[oid] = frozenset((made.law,)) if good else before

    def _all(self, made: Made) -> bool:
        if not made.parents or not all(self.after[parent] for parent in made.parents):
            return False
        voices = [(parent, law) for parent in made.parents for law in self.after[parent]]
        return all(made.by in law.signers for _, law in voices) and self._may(made, voices)

    def _any(self, made: Made) -> bool:
        voices = [(parent, self.commits[parent].law) for parent in made.parents if self.accepted[parent]]
        return any(made.by in law.signers for _, law in voices) and self._may(made, voices)

    def _may(self, made: Made, voices: list[tuple[str, Law]]) -> bool:
        heard = {parent for parent, _ in voices}
        return all(
            law == made.law
            or self._takes(made, parent, law, heard)
            or (made.by in law.owners & law.signers and bool(made.law.owners))
            for parent, law in voices
        )

    def _takes(self, made: Made, parent: str, law: Law, heard: set[str]) -> bool:
        return self._holds(parent, law) and any(
            self._holds(side, made.law) and all(self._idle(other, side) for other in heard) for side in heard
        )

    def _idle(self, other: str, side: str) -> bool:
        law = self.commits[other].law
        if law == self.commits[side].law:
            return True
        bases = self._bases(other, side)
        return bool(bases) and all(self._holds(base, law) for base in bases)

    def _holds(self, oid: str, law: Law) -> bool:
        return self.commits[oid].law == law and self.after[oid] == {law}

    def _bases(self, one: str, other: str) -> set[str]:
        common = self._reach(one) & self._reach(other)
        return {base for base in common if not any(base in self._reach(each) - {each} for each in common)}

    def _reach(self, oid: str) -> set[str]:
        return {oid}.union(*(self._reach(parent) for parent in self.commits[oid].parents))


def tell(realm: Realm, seed: int, count: int) -> dict[str, Made]:
    """A history of so many commits, each on a branch of its own: some orphans, many merges, laws that come and go."""
    choose = random.Random(seed)  # noqa: S311 - repeatable, not secret
    first = Law(frozenset(PEOPLE[:2]), frozenset(("ada",)))
    laws = [first, Law(frozenset(PEOPLE), frozenset(("ada", "bob"))), Law(frozenset(("ada",)), frozenset(("ada",)))]
    laws += [Law(frozenset(("ada", "carol")), frozenset(("carol",))), Law(frozenset(PEOPLE), frozenset())]
    made: dict[str, Made] = {}
    for number in range(count):
        recent = list(made)[-6:]
        parents = choose.sample(recent, min(len(recent), choose.choice((1, 1, 1, 2, 2, 3))))
        parents = [] if number and choose.random() < 0.03 else parents
        inherited = made[choose.choice(parents)].law if parents else first
        law = inherited if choose.random() < 0.7 else choose.choice(laws)
        by = choose.choice((*PEOPLE, "ada", "ada")) if number else "ada"
        sign = not number or choose.random() < 0.9
        files = realm.law(*sorted(law.signers), owners=sorted(law.owners))
        oid = realm.told.commit(by, branch=f"b{number}", parents=parents, files=files, sign=sign)
        made[oid] = Made(tuple(parents), by if sign else None, law)
    return made


@pytest.mark.parametrize("seed", range(3))
def test_random_histories(realm: Realm, seed: int) -> None:
    made = tell(realm, seed, 32)
    root = next(iter(made))
    realm.told.git("update-ref", "-d", "refs/heads/main")
    for parents in ("all", "any"):
        model = Model(root, parents)
        for oid, each in made.items():
            model.add(oid, each)
        audited = realm.audit(root=root, parents=parents)
        assert {oid: verdict.accepted for oid, verdict in audited.items()} == model.accepted
        for oid in list(made)[-4:]:
            assert realm.verify(oid, root=root, parents=parents)[oid].accepted == model.accepted[oid]
            pushed = refusals(realm.push(realm.none, oid, "refs/heads/new", root=root, parents=parents))
            reached = model._reach(oid)
            assert pushed.keys() == {each for each in reached if not model.accepted[each]}
