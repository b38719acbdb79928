"""One run of a verifier: verdicts one at a time, and what they come to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from gitsig.engine.jobs import Plan
from gitsig.engine.resume import Finished
from gitsig.engine.unused import Unused
from gitsig.model import Reason, Report, RunInfo, Summary, Verdict
from gitsig.tally import Tally

if TYPE_CHECKING:
    from gitsig.engine.verifier import Verifier

__all__ = ["OnEnd", "Run"]

_FAULTS = 8
"""So many different faults are kept for standard error."""

OnEnd = Callable[[Tally, int], None]
"""Is told the counts, and how many unsigned tags were not judged."""


class Run:
    """Verdicts, one at a time, in the order of the report: iterate once, then ask for the `summary`."""

    def __init__(
        self,
        verifier: Verifier,
        plan: Plan,
        started: float,
        *,
        new: bool = False,
        on_end: OnEnd | None = None,
        finished: Finished | None = None,
        unused: Unused | None = None,
    ) -> None:
        """`started` is when the work began (`time.monotonic`). `on_end` is called when all has been judged; `finished`
        is what the counts go on from. `unused` is shown every verdict, where all that the policy guards is judged.
        """
        self._verifier = verifier
        for words in verifier.remarks:
            plan.remark(words)
        self._plan = plan
        self._new = new
        self._on_end = on_end
        self._finished = finished
        self._unused = unused
        self._useless: list[str] = []
        self._tally = Tally.restored(finished.tally) if finished else Tally()
        self._started = started
        self._unjudged = finished.unjudged if finished else 0
        self._cached = verifier.cached - self._tally.checked
        self.faults: list[str] = []
        """What stood in the way of a check, in words, each once: for standard error."""

    @property
    def total(self) -> int:
        """How many objects are going to be looked at."""
        return self._plan.total

    @property
    def info(self) -> RunInfo:
        """The head of the report; its remarks grow until the last verdict."""
        return self._verifier.info(self.remarks)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the reader must know besides the verdicts."""
        found = [*self._plan.remarks]
        if self._unjudged:
            found.append(f'{self._unjudged} unsigned tags are not judged: the policy says tags = "any"')
        return tuple(found)

    @property
    def warnings(self) -> tuple[str, ...]:
        """See `Verifier.warnings`; at the end also the policy's exceptions that nothing needs."""
        return (*self._verifier.warnings, *self._useless)

    def __iter__(self) -> Iterator[Verdict]:
        tally = self._tally
        for verdict in self._verifier.judge_jobs(self._plan, new=self._new):
            if verdict is None:
                self._unjudged += 1
                continue
            tally.add(verdict)
            if self._unused is not None:
                self._unused.see(verdict)
            if verdict.reason is Reason.VERIFIER_ERROR:
                self._note_fault(verdict.detail)
            yield verdict
        if self._on_end is not None:
            self._on_end(tally, self._unjudged)
        if self._unused is not None:
            self._useless = self._unused.words()
        self._verifier.flush()

    def summary(self) -> Summary:
        """The counts of what has been iterated so far."""
        cached = self._verifier.cached - self._cached
        return self._tally.summary(time.monotonic() - self._started, cached, self._expiry())

    def report(self) -> Report:
        """Iterate to the end and give the whole report. Holds every verdict: for histories of moderate length."""
        verdicts = tuple(self)
        return Report(self.info, verdicts, self.summary())

    def _note_fault(self, words: str) -> None:
        if words not in self.faults and len(self.faults) < _FAULTS:
            self.faults.append(words)

    def _expiry(self) -> Mapping[str, int]:
        keys = self._verifier.loaded.keys
        if self._finished is None:
            return keys.expiry()
        return {each.fingerprint: each.expires for each in keys.all_facts() if each.expires is not None}
