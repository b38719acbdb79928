"""Every target, some at a time, each a process of its own with its output in `.fuzz/NAME/log`."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fuzz.run import HOME

__all__ = ["fuzz_all"]

_EXECUTED = re.compile(r"^stat::number_of_executed_units: *([0-9]+)", re.MULTILINE)


def fuzz_all(names: Sequence[str], seconds: int, jobs: int) -> int:
    """Fuzz each target for so many seconds; 1 where one of them found something."""
    with ThreadPoolExecutor(jobs) as pool:
        found = list(pool.map(lambda name: _fuzz(name, seconds), names))
    return int(any(found))


def _fuzz(name: str, seconds: int) -> bool:
    """Whether a target found something. One line is printed when it ends."""
    log = HOME / name / "log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        command = [sys.executable, "-m", "fuzz", name, "--seconds", str(seconds)]
        code = subprocess.run(command, stdout=output, stderr=output, cwd=HOME.parent, check=False).returncode
    print(f"{name:20} {_executed(log):>12} inputs  {'FOUND, see ' + str(log) if code else 'nothing found'}", flush=True)
    return bool(code)


def _executed(log: Path) -> str:
    counts = _EXECUTED.findall(log.read_text(encoding="utf-8", errors="replace"))
    return f"{int(counts[-1]):,}" if counts else "?"
