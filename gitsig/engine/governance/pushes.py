"""Pushes under governance: what is new to a ref, by whose law, and how the ref may move.

What guarded refs hold counts as accepted, if it descends from the root; everything else is judged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from gitsig.engine.governance.court import Realm
from gitsig.engine.governance.rows import NOTHING, UNREADABLE
from gitsig.engine.governance.scopes import Aim
from gitsig.engine.governance.session import Session
from gitsig.engine.jobs import Job
from gitsig.engine.novelty import Known, Novelty
from gitsig.engine.tips import Tip
from gitsig.errors import ObjectFault, ObjectMissing
from gitsig.model import RefUpdate, Verdict
from gitsig.policy import Policy, Rule
from gitsig.store import peel
from gitsig.store.interface import Store

if TYPE_CHECKING:
    from gitsig.engine.verifier import Verifier

__all__ = ["Pushes"]

_QUICK = 1000
"""See `updates`."""


class OpenSession(Protocol):
    """See `Governed.session`."""

    def __call__(self, aims: Sequence[Aim], frontier: Collection[str] | None = None) -> Session:
        """A session for what is judged for these refs."""


class Pushes:
    """Judges updates of refs in one repository."""

    def __init__(self, store: Store, realm: Realm, policy: Policy, open_session: OpenSession) -> None:
        """`policy` says which refs are guarded, and that what is behind the root is not judged."""
        self._store, self._realm, self._policy, self._open_session = store, realm, policy, open_session

    def judges(self, updates: Iterable[RefUpdate]) -> list[Verifier]:
        """Who judges what belongs to a push as a whole, such as its certificate: the laws where its refs are now.

        For refs that are nowhere yet, the law where the default branch is; without one, that of the root. Raises as
        `rules_at`.
        """
        places = {(update.old, update.ref) if update.old.strip("0") else self._default() for update in updates}
        rows = [self._row(*place) for place in places if place is not None]
        laws = {self._law(row) for row in rows if row is not None} - {NOTHING}
        founding = self._realm.founding
        if not laws and founding.verdict(new=False).accepted:
            laws = {self._realm.rows.own(founding.row)}
        return [self._realm.bench.seat(law).verifier for law in sorted(laws)]

    def _default(self) -> tuple[str, str] | None:
        """(id, full name) of the default branch; None where there is none yet, or nobody guards it.

        The root's law lists people who were taken out since, and does not list those who came.
        """
        ref, oid = self._store.head()
        return None if ref is None or oid is None or not self._policy.guards(ref) else (oid, ref)

    def rules_at(self, oid: str, ref: str) -> tuple[Rule, ...]:
        """What the law says of `ref` that is in force where the ref is now, at `oid`.

        Raises PolicyFault where that law cannot be read, ObjectFault where `oid` is not here.
        """
        row = self._row(oid, ref)
        law = NOTHING if row is None else self._law(row)
        return self._rules(law, ref) if law != NOTHING else ()

    def _row(self, oid: str, ref: str) -> int | None:
        """The commit to which a ref leads; None where that is none."""
        try:
            return self._realm.rows.number(peel(self._store, oid, "commit").oid)
        except ObjectMissing as error:
            what = f"{ref} is at {oid[:12]}, which is not here, so nobody can ask the policy there"
            raise ObjectFault(what, where=ref, mend="git fetch") from error
        except ObjectFault:
            return None

    def judge_update(self, refs: Mapping[str, str], update: RefUpdate, ref: str, tip: Tip) -> Iterator[Verdict]:
        """The verdicts on what an update of `ref` brings; `refs` are those of the repository before the push.

        Raises as `rules_at`, and ObjectFault, EnvironmentFault.
        """
        objects = tip.jobs if tip.lost is None else (*tip.jobs, tip.lost)
        if tip.commit is None:
            yield from _told(self._open_session(()).judge(objects, new=True))
            return
        aim = Aim(ref, tip.commit)
        rules = self.rules_at(update.old, ref) if update.old.strip("0") else ()
        novelty = self._novelty(refs, aim, rules)
        commits = novelty.quick()
        verdicts: Iterable[Verdict] = ()
        if len(commits) <= _QUICK:
            session = self._push_session(aim, commits)
            verdicts = list(_judge_push(session, objects, commits, aim))
        if len(commits) > _QUICK or not all(verdict.accepted for verdict in verdicts):
            exact = novelty.exact()
            commits = commits if exact is None else exact
            session = self._push_session(aim, commits)
            verdicts = _judge_push(session, objects, commits, aim)
        yield from verdicts
        yield from self._judge_rest(session, refs, aim, rules, commits)

    def _judge_rest(
        self, session: Session, refs: Mapping[str, str], aim: Aim, rules: Sequence[Rule], judged: Sequence[Job]
    ) -> Iterator[Verdict]:
        """What only the law at the new tip says has to be judged: it may have rules that the one before did not have.

        A commit that came to another ref, for which these rules do not speak, is new here (R4).
        """
        row = self._realm.rows.number(aim.commit)
        told = {rule._replace(number=0) for rule in rules}
        force = session.court.force
        laws = force.after(row) if force.is_accepted(row) else ()
        more = [rule for law in laws for rule in self._rules(law, aim.ref or "") if rule._replace(number=0) not in told]
        if not more:
            return
        novelty = self._novelty(refs, aim, (*rules, *more))
        done = {job.oid for job in judged}
        rest = [job for job in novelty.exact() or novelty.quick() if job.oid not in done]
        yield from _told(self._push_session(aim, (*judged, *rest)).judge(rest, new=True))

    def _push_session(self, aim: Aim, commits: Iterable[Job]) -> Session:
        return self._open_session([aim], frozenset(job.oid for job in commits))

    def _novelty(self, refs: Mapping[str, str], aim: Aim, rules: Iterable[Rule]) -> Novelty:
        """What is new to the ref, for every one of `rules` as for [defaults] of the anchor."""
        policy = self._policy._replace(rules=tuple(rule._replace(number=at) for at, rule in enumerate(rules, start=1)))
        known = Known(self._store, policy, refs.items())
        return Novelty(self._store, self._realm.rows.lineages, policy, known, aim.ref or "", aim.commit)

    def _law(self, row: int) -> int:
        """The law in force after a commit that guarded refs hold; `NOTHING` where there is none."""
        own = self._realm.rows.own(row)
        if own == NOTHING or not self._realm.descent.holds(row):
            return NOTHING
        if own == UNREADABLE:
            raise self._realm.rows.fault(row)
        return own

    def _rules(self, law: int, ref: str) -> tuple[Rule, ...]:
        return self._realm.bench.seat(law).loaded.policy.rules_for(ref)


def _judge_push(session: Session, objects: Sequence[Job], commits: Sequence[Job], aim: Aim) -> Iterator[Verdict]:
    yield from _told(session.judge(objects, new=True))
    ungoverned = session.known_but_ungoverned(aim.commit, new=True)
    if ungoverned is not None:
        yield ungoverned
    yield from _told(session.judge(commits, new=True))


def _told(verdicts: Iterable[Verdict | None]) -> Iterator[Verdict]:
    """Without the unsigned tags that policies allow."""
    return (verdict for verdict in verdicts if verdict is not None)
