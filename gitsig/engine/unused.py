"""Exceptions that an audit of everything did not need: none should stay in a policy longer than there is a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gitsig.model import Reason, Verdict
from gitsig.policy import Exemption
from gitsig.policy.times import iso

__all__ = ["Met", "Unused"]

_TOLD = 20
"""So many exceptions are named; the rest is counted."""
_MEND = "take it out of the policy"


class Met(NamedTuple):
    """What earlier audits found of the exceptions' objects."""

    needed: dict[str, bool]
    """Each object that was met: whether it was accepted only because of its exception, or refused all the same."""
    cut_off: bool
    """Whether something could not be read, so that nobody knows what is behind it."""


class Unused:
    """Watches the verdicts of an audit of all refs."""

    def __init__(self, exceptions: Mapping[str, Exemption], now: int, met: Met | None = None) -> None:
        """`met` is what the audit goes on from; `now` the moment that it judges at."""
        self._exceptions = exceptions
        self._now = now
        self._needed = dict(met.needed) if met is not None else {}
        self._cut_off = met is not None and met.cut_off

    def see(self, verdict: Verdict) -> None:
        """Take notice of one verdict. An object may be met more than once, as a tag under two names is."""
        if verdict.reason is Reason.VERIFIER_ERROR or verdict.reason is Reason.MALFORMED_OBJECT:
            self._cut_off = True
        if verdict.oid in self._exceptions:
            spared = verdict.accepted and verdict.exception is None
            self._needed[verdict.oid] = self._needed.get(verdict.oid, False) or not spared

    @property
    def met(self) -> Met:
        """What the next audit may go on from."""
        return Met(self._needed, self._cut_off)

    def words(self) -> list[str]:
        """A warning for each exception that is of no use, when all has been judged."""
        found = [words for each in self._exceptions.values() if (words := self._why(each))]
        more = len(found) - _TOLD
        return [*found[:_TOLD], f"{more} more exceptions are not needed"] if more > 0 else found

    def _why(self, exemption: Exemption) -> str:
        name = f"the exception for {exemption.oid} ({exemption.because})"
        if exemption.until is not None and exemption.until <= self._now:
            return f"{name} ended at {iso(exemption.until)}: {_MEND}"
        needed = self._needed.get(exemption.oid)
        if needed is None:
            # What lies behind an object that could not be read was not met either, and may well be there.
            return "" if self._cut_off else f"{name} is not needed: its object is not among what is judged; {_MEND}"
        return "" if needed else f"{name} is not needed: its object is accepted without it; {_MEND}"
