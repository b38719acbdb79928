"""The part `peers`: a cold audit against git, sequoia-git and Guix over the same histories."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.contenders import Failure, Git, Gitsig
from benchmarks.history import SPAN
from benchmarks.packs import git
from benchmarks.peers import Peer
from benchmarks.repositories import Repository
from benchmarks.table import about, markdown, times
from tests.support.gnupg import GnupgHome

__all__ = ["measure_rivals"]


class _Match:
    """One repository, and everybody's seconds over it."""

    def __init__(self, stack: ExitStack, repository: Repository, peers: Sequence[Peer], sizes: tuple[int, int]) -> None:
        git_commits, self._commits = sizes[0], min(sizes[1], repository.commits - SPAN) // SPAN * SPAN
        self.repository = repository
        scratch = tempfile.TemporaryDirectory(prefix="peer", dir=repository.folder.parent)
        self._scratch = Path(stack.enter_context(scratch))
        self._trusted = repository.behind(self._commits)
        self._tip = git("--git-dir", str(repository.git_dir), "rev-parse", "refs/heads/main")
        log = Git(repository, stack.enter_context(GnupgHome()), git_commits)
        self.runs: dict[str, tuple[int, Callable[[], float]]] = {
            "gitsig": (repository.commits, Gitsig(repository).cold),
            "git": (log.commits, log.log),
            **{peer.name: (self._commits, partial(self._authenticate, peer)) for peer in peers},
        }
        self.seconds: dict[str, list[float]] = {name: [] for name in self.runs}
        for peer in peers:
            self._check(peer)

    def round(self) -> None:
        for name, (_, run) in self.runs.items():
            self.seconds[name].append(run())

    def rate(self, name: str) -> float:
        return self.runs[name][0] / median(self.seconds[name])

    def cells(self) -> list[str]:
        others = [name for name in self.runs if name != "gitsig"]
        ratios = [times(self.rate("gitsig"), self.rate(name)) for name in others]
        return [self.repository.name, f"{self.repository.commits:,}", *ratios]

    def _authenticate(self, peer: Peer) -> float:
        seconds, authentic = peer.authenticates(self.repository, self._scratch, self._trusted, self._tip)
        if not authentic:
            raise Failure(f"{peer.name} does not accept {self.repository.name}")
        return seconds

    def _check(self, peer: Peer) -> None:
        """Failure where a peer passes over some of the commits."""
        counted = peer.counts(self.repository, self._scratch, self._trusted, self._tip)
        if counted != self._commits:
            raise Failure(f"{peer.name} verified {counted} of {self._commits} commits of {self.repository.name}")


def measure_rivals(
    repositories: Sequence[Repository], peers: Sequence[Peer], sizes: tuple[int, int], rounds: int
) -> str:
    """Measure in interleaved rounds; Markdown. `sizes`: commits for git, and for each peer."""
    with ExitStack() as stack:
        matches = [_Match(stack, repository, peers, sizes) for repository in repositories]
        for number in range(rounds):
            print(f"peers: round {number + 1} of {rounds}", file=sys.stderr)
            for match in matches:
                match.round()
        for match in matches:
            rates = ", ".join(f"{name} {match.rate(name):.0f}/s" for name in match.runs)
            print(f"{match.repository.name}: {rates}", file=sys.stderr)
    heads = ["signatures", "commits", "gitsig : git", *(f"gitsig : {peer.name}" for peer in peers)]
    versions = ", ".join(peer.version() for peer in peers)
    what = f"gitsig over all commits, git over the newest {sizes[0]}, the others over up to {sizes[1]:,} ({versions})"
    return "\n".join((markdown(heads, [match.cells() for match in matches]), about(what, rounds)))
