"""What single laws say of commits, several commits at a time where that can be foreseen."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from gitsig.engine.governance.bench import Bench
from gitsig.engine.governance.plain import unread
from gitsig.engine.governance.rows import LawRows
from gitsig.engine.governance.scopes import Scopes
from gitsig.engine.jobs import Job
from gitsig.errors import GitsigError
from gitsig.model import Verdict

__all__ = ["Opinions"]


class Opinions:
    """Asks laws about commits as they are judged for some refs."""

    def __init__(self, rows: LawRows, bench: Bench, scopes: Scopes) -> None:
        self._rows, self._bench, self._scopes = rows, bench, scopes
        self._foreseen: dict[tuple[int, str], Verdict | None] = {}

    def job(self, law: int, oid: str) -> Job:
        """A commit with the rules of a law whose scope holds it. Raises as `Bench.seat`."""
        return self._scopes.with_rules(Job(oid, "commit"), self._bench.seat(law).rules)

    def of(self, law: int, oid: str, *, new: bool) -> Verdict:
        """The verdict of a law on a commit. Raises as `Bench.seat`."""
        verdict = self._foreseen.get((law, oid))
        if verdict is None:
            verdict = self._bench.seat(law).verifier.judge_job(self.job(law, oid), new=new)
        return verdict or unread(Job(oid, "commit"), "a tag stands where a commit should", new=new)

    def foresee(self, oids: Iterable[str], laws: frozenset[int], *, new: bool) -> None:
        """Judge commits together, by the laws in their parents' trees as far as they are among `laws`.

        These are the laws that have been in force anywhere: one that nobody accepted is not even read, as whoever
        pushes could bring any number.
        """
        self._foreseen.clear()
        expected: dict[int, list[str]] = {}
        for oid in oids:
            parents = self._rows.lineages.parents(self._rows.number(oid))
            for law in laws.intersection(map(self._rows.own, parents)):
                expected.setdefault(law, []).append(oid)
        for law, commits in expected.items():
            with suppress(GitsigError):  # told of each commit that needs the law
                jobs = [self.job(law, oid) for oid in commits]
                verdicts = self._bench.seat(law).verifier.judge_jobs(jobs, new=new)
                self._foreseen.update(((law, oid), verdict) for oid, verdict in zip(commits, verdicts, strict=True))
