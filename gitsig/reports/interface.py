"""What every output format implements: a run begins, verdicts come one by one, the run ends."""

from __future__ import annotations

from typing import Protocol

from gitsig.model import RunInfo, Summary, Verdict

__all__ = ["Reporter"]


class Reporter(Protocol):
    """One output format. Streams: nothing is kept that the format does not need."""

    def begin(self, info: RunInfo) -> None:
        """Called once, before the first verdict."""

    def verdict(self, verdict: Verdict) -> None:
        """Called for each object, in the order of the report."""

    def end(self, summary: Summary) -> None:
        """Called once, after the last verdict."""
