"""What the laws in force say of a commit.

Invariants:

* Laws are in force only after commits that descend from the root. A refused commit changes no law (`force`).
* `parents = "all"`: every law in force after any parent must accept a commit, and each parent must have one. "any": the
  law of one accepted parent must. Either way those whose law it changes must allow that (`amendments`).
* Nothing is assumed of what was not judged, but for what guarded refs hold in a push.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from gitsig.engine.governance.amendments import Amendments, Voice
from gitsig.engine.governance.bench import SEATS, Bench
from gitsig.engine.governance.descent import Descent
from gitsig.engine.governance.force import Force
from gitsig.engine.governance.founding import Founding
from gitsig.engine.governance.laws import Laws
from gitsig.engine.governance.opinions import Opinions
from gitsig.engine.governance.plain import blamed, ungoverned, unread
from gitsig.engine.governance.rows import UNREADABLE, LawRows
from gitsig.engine.governance.scopes import Scopes
from gitsig.engine.jobs import Job
from gitsig.errors import GitsigError, ObjectFault
from gitsig.model import Reason, Verdict
from gitsig.policy import Parents
from gitsig.store.interface import Store, mend_of_missing

__all__ = ["Court", "Hearing", "Opinion", "Realm"]


class Realm(NamedTuple):
    """What is the same for all that is judged in one repository."""

    store: Store
    rows: LawRows
    laws: Laws
    bench: Bench
    founding: Founding
    descent: Descent
    parents: Parents


class Opinion(NamedTuple):
    """What one law in force says of a commit."""

    parent: int
    """Row of the parent after which it is in force."""
    law: int
    verdict: Verdict


class Hearing(NamedTuple):
    """How the verdict on a commit came about."""

    verdict: Verdict
    opinions: tuple[Opinion, ...] = ()
    changed: tuple[Voice, ...] = ()
    """Laws that the commit itself changes."""


class Court:
    """Judges commits for some refs; `Session` brings them before it."""

    def __init__(self, realm: Realm, scopes: Scopes, frontier: Collection[str] | None = None) -> None:
        """`frontier` is that of `Force`."""
        self.realm = realm
        self.opinions = Opinions(realm.rows, realm.bench, scopes)
        self.force = Force(
            realm.rows,
            realm.descent,
            realm.founding.row,
            # What is judged on the way is history, or part of the same push.
            lambda row: self.hear(row, new=self.force.is_brought(row)),
            frontier=frontier,
            accepted_matters=realm.parents is Parents.ANY,
        )
        self._amendments = Amendments(realm.rows, realm.bench, realm.laws, self.force.after)

    def hear(self, row: int, *, new: bool) -> Hearing:
        """Judge a commit. Never raises for what is wrong with it."""
        try:
            hearing = self._hear(row, new=new)
        except GitsigError as error:
            hearing = Hearing(unread(Job(self.realm.rows.lineages.oid(row), "commit"), error.diagnostics(), new=new))
        self.force.record(row, accepted=hearing.verdict.accepted)
        return hearing

    def _hear(self, row: int, *, new: bool) -> Hearing:
        lineages = self.realm.rows.lineages
        if row == self.realm.founding.row:
            return Hearing(self.realm.founding.verdict(new=new))
        if not lineages.read(row, judged=False):
            return Hearing(unread(Job(lineages.oid(row), "commit"), lineages.faults[row], new=new))
        parents = tuple(dict.fromkeys(lineages.parents(row)))
        for parent in parents:
            self.force.after(parent)
        hear = self._hear_any if self.realm.parents is Parents.ANY else self._hear_all
        return hear(row, parents, new=new)

    def _hear_all(self, row: int, parents: Sequence[int], *, new: bool) -> Hearing:
        without = next((parent for parent in parents if not self.force.after(parent)), None)
        if without is not None or not parents:
            return Hearing(self._ungoverned(row, without, new=new))
        opinions = self._ask(row, parents, new=new)
        refusal = next((each for each in opinions if not each.verdict.accepted), None)
        if refusal is not None:
            return Hearing(self._blamed(refusal), opinions)
        return self._allowed(row, opinions, opinions)

    def _hear_any(self, row: int, parents: Sequence[int], *, new: bool) -> Hearing:
        accepted = [parent for parent in parents if self.force.is_accepted(parent)]
        if not accepted:
            return Hearing(self._ungoverned(row, parents[0] if parents else None, new=new))
        opinions = self._ask(row, accepted, new=new)
        heard = [
            self._allowed(row, opinions, opinions if self.realm.laws.three_way else [opinion])
            if opinion.verdict.accepted
            else Hearing(self._blamed(opinion), opinions)
            for opinion in opinions
        ]
        return next((each for each in heard if each.verdict.accepted), heard[0])

    def _ask(self, row: int, parents: Sequence[int], *, new: bool) -> tuple[Opinion, ...]:
        oid = self.realm.rows.lineages.oid(row)
        asked = [(parent, law) for parent in parents for law in sorted(self.force.after(parent))]
        laws = dict.fromkeys(law for _, law in asked)
        # Whoever merges all old laws into one commit must not have them loaded again for each one on top of it.
        brief = len(laws) > SEATS and self.realm.parents is Parents.ALL
        verdicts: dict[int, Verdict] = {}
        for law in laws:
            verdicts[law] = self.opinions.of(law, oid, new=new)
            if brief and not verdicts[law].accepted:
                break
        return tuple(Opinion(parent, law, verdicts[law]) for parent, law in asked if law in verdicts)

    def _allowed(self, row: int, opinions: tuple[Opinion, ...], voices: Sequence[Opinion]) -> Hearing:
        """What becomes of a commit that laws accept: whether it may do to the law what it does."""
        told = [Voice(parent, law, _signer(verdict)) for parent, law, verdict in voices]
        changed = tuple(self._amendments.changes(row, told))
        fault = self._amendments.fault(row, changed)
        verdict = next(each.verdict for each in voices if each.verdict.accepted)
        if fault:
            words = f"this commit {self._kept(row, changed)}{fault}"
            verdict = verdict._replace(accepted=False, reason=Reason.RULE_VIOLATION, exception=None, detail=words)
        return Hearing(verdict, opinions, changed)

    def _kept(self, row: int, changed: Sequence[Voice]) -> str:
        """What to say first where nobody sees a change: the parent has the same policy, but that is not in force."""
        own = self.realm.rows.own
        if any(own(voice.parent) != own(row) for voice in changed):
            return ""
        return "keeps the policy of its parent, which was refused, and so it "

    def _blamed(self, opinion: Opinion) -> Verdict:
        return blamed(opinion.verdict, self.realm.rows.lineages.oid(opinion.parent), "its parent")

    def _ungoverned(self, row: int, parent: int | None, *, new: bool) -> Verdict:
        job = Job(self.realm.rows.lineages.oid(row), "commit")
        return ungoverned(self.realm.store, job, self._why_ungoverned(parent), new=new)

    def _why_ungoverned(self, parent: int | None) -> str:
        """Why no law is in force for a commit with this parent, or with none. Raises ObjectFault if none can tell."""
        realm = self.realm
        root = realm.founding.oid[:12]
        if parent is None:
            return f"it has no parent and is not the governance root {root}; make it on top of one that is governed"
        if realm.descent.holds(parent):
            return self.why_lawless(parent, "its parent")
        lineages = realm.rows.lineages
        for row, fault in lineages.faults.items():
            what = f"whether it descends from the governance root {root} cannot be told: {lineages.oid(row)}: {fault}"
            raise ObjectFault(what, mend=mend_of_missing(realm.store))
        name = lineages.oid(parent)[:12]
        return f"its parent {name} does not descend from the governance root {root}; rebase it onto one that does"

    def why_lawless(self, row: int, what: str) -> str:
        """Why no law is in force after a commit that descends from the root; `what` it is to what is judged.

        Raises ObjectFault, PolicyFault where that cannot be told.
        """
        if self.realm.rows.own(row) == UNREADABLE:
            raise self.realm.rows.fault(row)
        founding = self.realm.founding.verdict(new=self.force.is_brought(self.realm.founding.row))
        if not founding.accepted:
            return f"the governance root {founding.oid[:12]} is refused ({founding.reason}: {founding.detail})"
        name = self.realm.rows.lineages.oid(row)[:12]
        if self.realm.parents is Parents.ANY and not self.force.is_known(row):
            return f"{what} {name} is not accepted, nor any other" if what else f"{name} is not accepted"
        return f"{what} {name} has no policy in its tree".lstrip()


def _signer(verdict: Verdict) -> str:
    """Who signed, if it was the signature that the law accepted and not an exception."""
    return verdict.signer or "" if verdict.reason is Reason.GOOD else ""
