"""One push through one doorway: settings, policy, judgement, words for the pusher, a line for the administrator.

Whatever goes wrong refuses. `gitsig.mode = warn` lets pass what was read and judged, or could not be judged; it never
lets pass what is no push at all, or a program that fell over.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence

from gitsig.engine.updates import PushReport, verify_updates
from gitsig.engine.verifier import Verifier
from gitsig.errors import EnvironmentFault, GitsigError, UsageFault
from gitsig.hooks.server.certificate import certificate_fault, doorway_fault
from gitsig.hooks.server.policy import server_policy, with_policy_guarded
from gitsig.hooks.server.settings import WARN, Log, mode_of, read_log
from gitsig.hooks.server.surroundings import Surroundings
from gitsig.hooks.words import fault_lines, refusal_lines, unlogged_lines
from gitsig.model import ObjectFormat, RefUpdate
from gitsig.store import open_store
from gitsig.store.interface import Store

__all__ = ["judge_push", "need_push"]

_WHOLE_PUSH = "pre-receive"
"""The only doorway that is told of every ref, and so of a certificate for all of them."""
_REFUSED = 1
_UNVERIFIED = 3


def need_push(name: str) -> None:
    """Raises UsageFault where git did not start this: no repository would be certain, and no quarantine seen."""
    if not os.environ.get("GIT_DIR"):
        mend = f"install it: gitsig install {name}; to check a range by hand: gitsig verify A..B"
        raise UsageFault(f"{name} is a hook that git runs during a push (GIT_DIR is not set)", mend=mend)


def judge_push(doorway: str, around: Surroundings, parse: Callable[[ObjectFormat], Sequence[RefUpdate]]) -> int:
    """Judge one push and give the hook's exit code: 0 lets it pass, 1 refuses it, 2 and 3 say that it was not judged.

    `parse` gives the updates, and raises UsageFault for what is none. Raises EnvironmentFault for a repository that
    cannot be opened: then there is no setting and no log either.
    """
    return _Push(doorway, around, open_store()).judge(parse)


class _Push:
    """One push, and what becomes of it."""

    def __init__(self, doorway: str, around: Surroundings, store: Store) -> None:
        self._doorway, self._around, self._store = doorway, around, store
        self._log = Log("", required=False)
        self._mode = ""
        self._updates: Sequence[RefUpdate] = ()
        self._started = time.monotonic()

    def judge(self, parse: Callable[[ObjectFormat], Sequence[RefUpdate]]) -> int:
        try:
            self._log = read_log(self._store)
            self._updates = parse(self._store.object_format)
            self._mode = mode_of(self._store)
            report = self._report()
        except GitsigError as error:
            # Garbage instead of a push is refused in warn mode too: the mode is read after the lines.
            return self._not_judged(error)
        except Exception as error:
            self._record(f"internal error: {type(error).__name__}: {error}", passed=False)
            raise
        return self._judged(report)

    def _report(self) -> PushReport:
        policy = server_policy(self._store)
        verifier = Verifier(self._store, policy.loaded, jobs=None, cache=True)
        report = verify_updates(verifier, self._updates)
        whole = self._doorway == _WHOLE_PUSH
        words = certificate_fault(verifier, self._updates, os.environ) if whole else doorway_fault(self._store)
        if words:
            report = report._replace(updates=tuple(update.violated(words) for update in report.updates))
        return with_policy_guarded(self._store, policy, report)

    def _judged(self, report: PushReport) -> int:
        warn = self._mode == WARN
        passed = report.accepted or warn
        if not report.accepted:
            self._say(refusal_lines(report, self._store.config("gitsig.docs") or "", warn=warn))
        if not self._record(report, passed=passed):
            return _UNVERIFIED
        if passed:
            return 0
        return _UNVERIFIED if any(update.summary.unverifiable for update in report.updates) else _REFUSED

    def _not_judged(self, error: GitsigError) -> int:
        warn = self._mode == WARN
        self._say(fault_lines(error.diagnostics(), warn=warn))
        recorded = self._record(error.diagnostics(), passed=warn)
        return 0 if warn and recorded else error.exit_code

    def _record(self, found: PushReport | str, *, passed: bool) -> bool:
        """Log a decision; False if that failed, and without it nothing may pass."""
        if not self._log.target and not self._log.required:
            return True
        # Only those who keep a log pay for the import of JSON.
        from gitsig.hooks import decisions

        around = self._around
        repository = around.repository or self._store.path
        decision = decisions.Decision(
            self._doorway, around.server, repository, around.user, around.address, self._mode, passed
        )
        try:
            if isinstance(found, str):
                entries = decisions.fault_entries(decision, found, self._updates, time.monotonic() - self._started)
            else:
                entries = decisions.report_entries(decision, found)
            decisions.write_entries(self._log.target, entries)
        except EnvironmentFault as error:
            self._say(unlogged_lines(error.diagnostics(), refused=self._log.required))
            return not self._log.required
        return True

    def _say(self, lines: Sequence[str]) -> None:
        text = "".join(f"{self._around.prefix}{line}\n" for line in lines)
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            return  # whoever pushed has gone; the exit code still refuses
