"""The part `signatures`: gitsig in its states against bare arithmetic and git, for each kind and shape of history."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from statistics import median

from benchmarks.arithmetic import Raw
from benchmarks.contenders import Git, Gitsig, imports
from benchmarks.repositories import Repository
from benchmarks.table import about, markdown, share, times
from tests.support.gnupg import GnupgHome

__all__ = ["measure_signatures"]

_HEADS = (
    "signatures",
    "commits",
    "cold : git",
    "cold : arithmetic, all cores",
    "one worker : arithmetic, one core",
    "warm : cold",
    "changed policy : one worker",
)


class _Bench:
    """A repository with everything loaded that no contender should pay for."""

    def __init__(self, stack: ExitStack, repository: Repository, git_commits: int) -> None:
        self.repository = repository
        self.gitsig = Gitsig(repository)
        raw = Raw(repository.public_keys(), repository.pairs())
        git = Git(repository, stack.enter_context(GnupgHome()), git_commits)
        states = [name for name, known in self.gitsig.states.items() if known]
        self.runs: dict[str, tuple[int, Callable[[], float]]] = {
            "raw": (len(raw.pairs), raw.one_core),
            "raw, all": (len(raw.pairs), raw.all_cores),
            **{name: (repository.commits, getattr(self.gitsig, name)) for name in states},
            "git": (git.commits, git.log),
        }
        """How many commits, and what takes its time."""
        self.seconds: dict[str, list[float]] = {name: [] for name in self.runs}
        subprocess.run(["git", "--git-dir", str(repository.git_dir), "fsck", "--no-progress"], check=True)

    def round(self) -> None:
        for name, (_, run) in self.runs.items():
            self.seconds[name].append(run())

    def check_warm(self) -> None:
        if "warm" in self.runs:
            self.gitsig.check_warm()

    def rate(self, name: str) -> float | None:
        """Commits a second, or None for what was not measured."""
        return self.runs[name][0] / median(self.seconds[name]) if self.seconds.get(name) else None

    def cells(self) -> list[str]:
        rate = self.rate
        return [
            self.repository.name,
            f"{self.repository.commits:,}",
            times(rate("cold"), rate("git")),
            share(rate("cold"), rate("raw, all")),
            share(rate("one_worker"), rate("raw")),
            times(rate("warm"), rate("cold")),
            times(rate("changed"), rate("one_worker")),
        ]


def measure_signatures(repositories: Sequence[Repository], git_commits: int, rounds: int, starts: int) -> str:
    """Measure in interleaved rounds; Markdown. Raises Failure where a contender refuses an honest commit."""
    with ExitStack() as stack:
        benches = [_Bench(stack, repository, git_commits) for repository in repositories]
        for number in range(rounds):
            print(f"signatures: round {number + 1} of {rounds}", file=sys.stderr)
            for bench in benches:
                bench.round()
        for bench in benches:
            bench.check_warm()
    begins = ", ".join(f"{ratio:.2f} ({bench.repository.name})" for bench, ratio in _starts(benches, starts))
    _print_rates(benches)
    start = f"`gitsig verify HEAD` : `import pygit2, cryptography`, whole processes: {begins}.\n"
    what = f"git over {git_commits} commits, arithmetic over 4,000 to 8,000 of the signatures"
    return "\n".join((markdown(_HEADS, [bench.cells() for bench in benches]), start, about(what, rounds)))


def _starts(benches: Sequence[_Bench], rounds: int) -> list[tuple[_Bench, float]]:
    found = []
    for bench in benches[:1] if rounds else ():
        pairs = [(bench.gitsig.start(), imports()) for _ in range(rounds)]
        found.append((bench, median(pair[0] for pair in pairs) / median(pair[1] for pair in pairs)))
    return found


def _print_rates(benches: Sequence[_Bench]) -> None:
    """For whoever tunes: the rates themselves, on the terminal only."""
    for bench in benches:
        rates = ", ".join(f"{name} {bench.rate(name):.0f}/s" for name in bench.runs)
        print(f"{bench.repository.name}: {rates}", file=sys.stderr)
