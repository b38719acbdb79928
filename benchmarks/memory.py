"""What a process and all its descendants hold at their peak, from /proc (Linux)."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contenders import Failure

__all__ = ["Peak", "watched"]

_INTERVAL = 0.1
_MB = 1000 * 1000


@dataclass
class Peak:
    """Bytes, each the highest of all moments.

    `resident` adds up the peak resident set of each living process (VmHWM), and so counts a page that several share for
    each of them. `proportional` counts it once (PSS), pages of mapped packs too. `own` is PSS without mapped files.
    """

    resident: int = 0
    proportional: int = 0
    own: int = 0

    def take(self, resident: int, proportional: int, own: int) -> None:
        """Of one moment."""
        self.resident = max(self.resident, resident)
        self.proportional = max(self.proportional, proportional)
        self.own = max(self.own, own)

    def __str__(self) -> str:
        return " / ".join(f"{value / _MB:.0f}" for value in (self.resident, self.proportional, self.own))


def watched(command: Sequence[str]) -> tuple[float, str, Peak]:
    """Seconds, standard error and memory. Raises Failure unless the command succeeds."""
    peak, over = Peak(), threading.Event()
    with tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, env=os.environ) as process:
            watcher = threading.Thread(target=_watch, args=(process.pid, peak, over))
            watcher.start()
            code = process.wait()
            seconds = time.perf_counter() - begin
            over.set()
            watcher.join()
        errors.seek(0)
        stderr = errors.read().decode(errors="replace")
    if code:
        raise Failure(f"{' '.join(command)} ended with {code}: {stderr[-500:]}")
    return seconds, stderr, peak


def _watch(pid: int, peak: Peak, over: threading.Event) -> None:
    while True:
        members = [_usage(member) for member in _tree(pid)]
        peak.take(*(sum(column) for column in zip(*members, strict=True)) if members else (0, 0, 0))
        if over.wait(_INTERVAL):
            return


def _tree(pid: int) -> Iterator[int]:
    """The process and its descendants, as far as they still live."""
    yield pid
    try:
        children = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return
    for child in " ".join(children).split():
        yield from _tree(int(child))


def _usage(pid: int) -> tuple[int, int, int]:
    """Resident at its peak, proportional now, of that own; zeros for a process that is gone."""
    try:
        status = _fields(Path(f"/proc/{pid}/status"))
        rollup = _fields(Path(f"/proc/{pid}/smaps_rollup"))
    except OSError:
        return 0, 0, 0
    return status.get("VmHWM", 0), rollup.get("Pss", 0), rollup.get("Pss_Anon", 0) + rollup.get("Pss_Shmem", 0)


def _fields(path: Path) -> dict[str, int]:
    """`Name:  123 kB` to bytes."""
    found = {}
    for line in path.read_text().splitlines():
        name, _, rest = line.partition(":")
        if rest.endswith(" kB"):
            found[name] = int(rest.split()[0]) * 1024
    return found
