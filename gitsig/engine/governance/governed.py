"""A repository under governance: what the verifier asks for audits, ranges, pushes and explanations.

The *anchor* is the policy that names the root: given from outside the repository, or the work tree's own. It says which
refs are guarded and how they may move; who may sign what is said by the laws in the trees.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property

from gitsig.engine.governance.bench import Bench, MakeVerifier
from gitsig.engine.governance.court import Court, Realm
from gitsig.engine.governance.descent import Descent
from gitsig.engine.governance.docket import Docket, Docketer
from gitsig.engine.governance.founding import Founding, check_anchor
from gitsig.engine.governance.laws import Foresight, laws_of
from gitsig.engine.governance.native import NativeLaws
from gitsig.engine.governance.pushes import Pushes
from gitsig.engine.governance.rows import LawRows
from gitsig.engine.governance.scopes import Aim, Scopes
from gitsig.engine.governance.session import Session
from gitsig.engine.jobs import Job
from gitsig.engine.scope import Selector
from gitsig.errors import PolicyFault, UsageFault
from gitsig.loading import LoadedPolicy
from gitsig.model import Explanation, RefUpdate, RunInfo, Verdict
from gitsig.policy import Policy
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineages

__all__ = ["Governed"]


class Governed:
    """Everything is found out when it is first asked for: a verifier can be made for what cannot be judged."""

    def __init__(
        self, store: Store, anchor: LoadedPolicy, make: MakeVerifier, on_read: Callable[[int], None] | None = None
    ) -> None:
        """`make` gives a verifier for a law alone. `on_read` is told now and then how many commits have been read."""
        self._store = store
        self._anchor = anchor
        self._make = make
        self._on_read = on_read

    @cached_property
    def realm(self) -> Realm:
        """The laws of the repository. Raises PolicyFault, ObjectFault for an anchor that is none here."""
        governance = self._anchor.policy.governance
        if governance is None:
            raise PolicyFault("the policy names no governance root", where=self._anchor.source)
        laws = laws_of(self._anchor) or NativeLaws(self._store)
        root = check_anchor(self._store, self._anchor.policy, laws.root_proof)
        rows = LawRows(self._store, laws, self._on_read)
        bench = Bench(rows, laws, self._anchor.policy, self._make)
        founding = Founding(rows, bench, governance, root, laws.root_proof)
        return Realm(self._store, rows, laws, bench, founding, Descent(rows, root), governance.parents)

    @property
    def lineages(self) -> Lineages:
        """What has been read of the commit graph."""
        return self.realm.rows.lineages

    @cached_property
    def policy(self) -> Policy:
        """The anchor as far as it says what is judged: without rules, and without what is behind the root."""
        lineages, founding = self.lineages, self.realm.founding
        behind = frozenset(map(lineages.oid, lineages.parents(founding.row)))
        return self._anchor.policy._replace(rules=(), trusted_roots=behind, governance=None, seals=None)

    @cached_property
    def docketer(self) -> Docketer:
        """Makes plans."""
        return Docketer(self._store, self.policy, Selector(self._store, self.lineages, self.policy), self.session)

    def session(self, aims: Sequence[Aim], frontier: Collection[str] | None = None) -> Session:
        """A session for what is judged for these refs; `frontier` is that of `Force`."""
        self._foresee(aim.commit for aim in aims)
        return Session(Court(self.realm, Scopes(self._beyond_root, aims), frontier))

    @cached_property
    def _beyond_root(self) -> Selector:
        """Of the commits that rules can speak of: the root is judged by no rule, it has no law before it."""
        policy = self.policy._replace(trusted_roots=frozenset((self.realm.founding.oid,)))
        return Selector(self._store, self.lineages, policy)

    def judge(self, jobs: Iterable[Job], *, new: bool) -> Iterator[Verdict | None]:
        """See `Verifier.judge_jobs`. Jobs that are no docket are judged for no ref."""
        session = jobs.session if isinstance(jobs, Docket) else self.session(())
        return session.judge(jobs, new=new)

    def explain(self, info: Callable[[Sequence[str]], RunInfo], rev: str, ref: str | None, *, new: bool) -> Explanation:
        """See `Verifier.explain`. `info` gives the head of a report with remarks."""
        docket = self.docketer.verify([rev], ref)
        job = next(iter(docket), None)
        if job is None:
            mend = docket.remarks[0] if docket.remarks else ""
            raise UsageFault(f"{rev!r} names nothing that is judged", mend=mend)
        return docket.session.explain(job, info(docket.remarks), new=new)

    def expect(self, updates: Sequence[RefUpdate]) -> None:
        """See `Verifier.expect`."""
        self.realm.bench.expect(updates)
        self._foresee(update.new for update in updates if update.new.strip("0"))

    def _foresee(self, tips: Iterable[str]) -> None:
        """Let laws that look ahead learn what the history of `tips` brings."""
        laws = self.realm.laws
        if isinstance(laws, Foresight):
            laws.expect(tips)

    @cached_property
    def pushes(self) -> Pushes:
        """Judges updates of refs."""
        return Pushes(self._store, self.realm, self.policy, self.session)
