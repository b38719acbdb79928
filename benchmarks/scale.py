"""The part `scale`: seconds and memory of audits of ever longer histories (Ed25519, linear)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.contenders import Gitsig
from benchmarks.memory import Peak, watched
from benchmarks.repositories import Repository
from benchmarks.table import ABSENT, about, markdown, times

__all__ = ["measure_scale"]

_HEADS = (
    "commits",
    "start, s",
    "cold, s",
    "off the line",
    "warm, s",
    "cold : warm, both without the start",
    "changed policy, one worker, commits/s",
    "memory cold, MB",
    "memory warm, MB",
)
_STARTS = 5


@dataclass
class _Size:
    """One repository; seconds and peaks by the state of gitsig."""

    repository: Repository
    start: float = 0.0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    peaks: dict[str, list[Peak]] = field(default_factory=dict)

    def round(self) -> None:
        gitsig = Gitsig(self.repository)
        gitsig.forget()
        self._run("cold", gitsig, gitsig.command())
        if gitsig.states["warm"]:
            self._run("warm", gitsig, gitsig.command())
        if gitsig.states["changed"]:
            self._run("changed", gitsig, gitsig.command("--jobs", "1", other=True))
        self.start = median(gitsig.start() for _ in range(_STARTS))

    def _run(self, state: str, gitsig: Gitsig, command: list[str]) -> None:
        seconds, stderr, peak = watched(command)
        gitsig.check(stderr)
        self.seconds.setdefault(state, []).append(seconds)
        self.peaks.setdefault(state, []).append(peak)

    def beyond(self, state: str) -> float | None:
        """Seconds without the start; None where it was not measured, or noise was all there was."""
        seconds = median(self.seconds.get(state, [0.0])) - self.start
        return seconds if seconds > 0 else None

    def peak(self, state: str) -> Peak | None:
        """The highest of all rounds, in each of its figures."""
        if state not in self.peaks:
            return None
        highest = Peak()
        for peak in self.peaks[state]:
            highest.take(peak.resident, peak.proportional, peak.own)
        return highest

    def cells(self, slope: float) -> list[str]:
        cold, warm, changed = (self.beyond(state) for state in ("cold", "warm", "changed"))
        commits = self.repository.commits
        warm_seconds = self.seconds.get("warm")
        return [
            f"{commits:,}",
            f"{self.start:.2f}",
            f"{median(self.seconds['cold']):.2f}",
            f"{cold / (slope * commits) - 1:+.0%}" if cold else ABSENT,
            f"{median(warm_seconds):.2f}" if warm_seconds else ABSENT,
            times(cold, warm),
            f"{commits / changed:,.0f}" if changed else ABSENT,
            str(self.peak("cold") or ABSENT),
            str(self.peak("warm") or ABSENT),
        ]


def measure_scale(repositories: Sequence[Repository], rounds: int) -> str:
    """Measure, the shortest history first in each round; Markdown."""
    sizes = [_Size(repository) for repository in repositories]
    for number in range(rounds):
        print(f"scale: round {number + 1} of {rounds}", file=sys.stderr)
        for size in sizes:
            size.round()
    slope = _slope(sizes)
    if Gitsig(sizes[-1].repository).states["warm"]:
        Gitsig(sizes[-1].repository).check_warm()
    table = markdown(_HEADS, [size.cells(slope) for size in sizes])
    return "\n".join((table, *_growth(sizes), about("Ed25519, linear", rounds)))


def _slope(sizes: Sequence[_Size]) -> float:
    """Seconds a commit by least squares, where the line begins at the start of the process."""
    points = [(size.repository.commits, size.beyond("cold") or 0.0) for size in sizes]
    return sum(x * y for x, y in points) / sum(x * x for x, _ in points)


def _growth(sizes: Sequence[_Size]) -> list[str]:
    """What a commit more costs in memory between the two longest histories."""
    if len(sizes) < 2:
        return []
    small, large = (size.peak("cold") or Peak() for size in sizes[-2:])
    few, many = (size.repository.commits for size in sizes[-2:])
    figures = (large.resident - small.resident, large.proportional - small.proportional, large.own - small.own)
    growth = " / ".join(f"{figure / (many - few):.0f}" for figure in figures)
    return [f"From {few:,} to {many:,} commits a cold audit takes {growth} bytes more for each commit.\n"]
