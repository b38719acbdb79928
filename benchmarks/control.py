"""The control: a small history with one forged commit, which every contender must refuse, or its time means nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from cryptography.exceptions import InvalidSignature

from benchmarks.arithmetic import Raw
from benchmarks.contenders import Failure, Git, Gitsig
from benchmarks.packs import git
from benchmarks.peers import Peer, judges
from benchmarks.repositories import Repository, prepare
from tests.support.gnupg import GnupgHome

__all__ = ["control"]

_COMMITS, _FORGED = 10, 5


def control(cache: Path, kinds: Sequence[str], peers: Sequence[Peer]) -> None:
    """Raises Failure where somebody accepts the forged commit, or refuses what stands before it."""
    for kind in kinds:
        repository = prepare(cache, kind, _COMMITS, forged=_FORGED)
        refusals: dict[str, Callable[[], bool]] = {
            "arithmetic": partial(_raw_refuses, repository),
            "gitsig": Gitsig(repository).refuses,
            "git": partial(_git_refuses, repository),
        }
        for peer in peers if judges(kind) else ():
            refusals[peer.name] = partial(_peer_refuses, cache, repository, peer)
        for name, refuses in refusals.items():
            if not refuses():
                raise Failure(f"the control: {name} does not refuse exactly the forged commit ({kind})")


def _raw_refuses(repository: Repository) -> bool:
    raw = Raw(repository.public_keys(), repository.pairs())
    for number, pair in enumerate(raw.pairs):
        try:
            Raw(repository.public_keys(), [pair]).one_core()
        except InvalidSignature:
            if number != _FORGED:
                return False
        else:
            if number == _FORGED:
                return False
    return True


def _git_refuses(repository: Repository) -> bool:
    with GnupgHome() as gnupg:
        letters = Git(repository, gnupg, _COMMITS).letters(_COMMITS)
    return letters[::-1] == "G" * _FORGED + "B" + "G" * (_COMMITS - _FORGED - 1)


def _peer_refuses(cache: Path, repository: Repository, peer: Peer) -> bool:
    def at(steps: int) -> str:
        return git("--git-dir", str(repository.git_dir), "rev-parse", f"refs/heads/main~{steps}")

    first, before, tip = at(_COMMITS - 1), at(_COMMITS - _FORGED), at(0)
    with tempfile.TemporaryDirectory(prefix="peer", dir=cache) as scratch:
        _, honest = peer.authenticates(repository, Path(scratch), first, before)
        _, forged = peer.authenticates(repository, Path(scratch), first, tip)
    return honest and not forged
