"""Which peers can be asked here, and where: PEERS_ROOT names a system to chroot into that has them.

BENCH_REPOS is then a folder that has the same path there, as for the benchmarks.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peers import System
from tests.peers.bitcoin_oracle import Bitcoin
from tests.peers.compare import Peer
from tests.peers.guix import Guix
from tests.peers.sqgit import SequoiaGit

__all__ = ["installed", "scratch_folder"]

_ROOT, _SHARED = "PEERS_ROOT", "BENCH_REPOS"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that the peers see under the same path."""
    shared = os.environ.get(_SHARED, "/tmp/bench-repos") if os.environ.get(_ROOT) else None
    with tempfile.TemporaryDirectory(prefix="peers", dir=shared) as name:
        yield Path(name)


def installed() -> dict[str, Peer]:
    """Programs on PATH or under PEERS_ROOT; Bitcoin's walk wherever git has `merge-tree --write-tree` (2.38)."""
    root = os.environ.get(_ROOT)
    system = System(Path(root) if root else None)
    found: dict[str, Peer] = {kind.name: kind(system) for kind in (Guix, SequoiaGit) if system.has(kind.program)}
    words = subprocess.run(["git", "version"], capture_output=True, check=True, text=True).stdout
    numbers = re.findall(r"\d+", words)
    if (int(numbers[0]), int(numbers[1])) >= (2, 38):
        found[Bitcoin.name] = Bitcoin()
    return found
