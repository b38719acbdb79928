"""Flips bits in a file of a repository and audits it, in a process of its own: `python -m tests.faults.flipper …`.

A process, because libgit2 reads the damaged files: were it to crash or to hang, that must be seen as such.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.faults.program import Ended, audit

__all__ = ["Flip", "flips"]

_CRASHES = (signal.SIGSEGV, signal.SIGBUS)
_DEADLINE = 120
"""Seconds for all flips of one file."""


class Flip(NamedTuple):
    """One bit of a file turned round, and how the audit ended."""

    file: str
    offset: int
    bit: int
    ended: Ended


def flips(repository: Path, policy: Path, places: range, *files: str, may_crash: bool = False) -> list[Flip]:
    """Turn a bit in the bytes at `places` of each file (relative to the repository), one after the other.

    Places beyond a file's end are left out. Raises TimeoutExpired where the process hangs, and CalledProcessError where
    it crashes; with `may_crash` what came before a crash is given.
    """
    numbers = [str(number) for number in (places.start, places.stop, places.step)]
    command = [sys.executable, "-m", "tests.faults.flipper", repository, policy, *numbers, *files]
    around = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, check=False, timeout=_DEADLINE, cwd=root, env=around)
    if not (may_crash and -done.returncode in _CRASHES):
        done.check_returncode()
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [Flip(file, offset, bit, Ended(*ended)) for file, offset, bit, ended in rows]


def _flipped(repository: Path, file: str, places: range) -> Iterator[tuple[int, int, Path]]:
    """Copies of the repository, each with one bit turned round; never the same path twice, for libgit2's caches."""
    whole = (repository / file).read_bytes()
    for number, offset in enumerate(each for each in places if each < len(whole)):
        bit = number % 8
        copy = repository.with_name(f"{repository.name}-{os.getpid()}-{Path(file).name[-12:]}-{offset}")
        shutil.copytree(repository, copy, copy_function=os.link)
        (copy / file).unlink()
        (copy / file).write_bytes(whole[:offset] + bytes([whole[offset] ^ 1 << bit]) + whole[offset + 1 :])
        yield offset, bit, copy
        shutil.rmtree(copy)


def _main(repository: str, policy: str, start: str, stop: str, step: str, *files: str) -> None:
    for file in files:
        for offset, bit, copy in _flipped(Path(repository), file, range(int(start), int(stop), int(step))):
            json.dump([file, offset, bit, audit(copy, Path(policy))], sys.stdout)
            sys.stdout.write("\n")
            sys.stdout.flush()


if __name__ == "__main__":
    _main(*sys.argv[1:])
