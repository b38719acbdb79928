"""Markdown tables, what the figures were measured on, and the place in the documentation where they go."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.backends.openssl import backend

__all__ = ["about", "markdown", "share", "times", "write"]

ABSENT = "–"


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def times(one: float | None, other: float | None) -> str:
    """How many times the first rate is the second; a dash where either was not measured."""
    if not one or not other:
        return ABSENT
    return f"{one / other:.1f} x" if one < 10 * other else f"{one / other:.0f} x"


def share(part: float | None, whole: float | None) -> str:
    """The same in percent."""
    return f"{part / whole:.0%}" if part and whole else ABSENT


def about(what: str, rounds: int) -> str:
    """One paragraph about what was measured and on what, without naming the machine."""
    git = _first_line("git", "--version").split()[2]
    gpg = _first_line("gpg", "--version").split()[-1]
    libraries = f"Python {platform.python_version()}, {backend.openssl_version_text().rsplit(' ', 3)[0]}"
    runs = f"medians of {rounds} interleaved rounds" if rounds > 1 else "one round"
    return (
        f"{what}, {runs}; {os.cpu_count()} cores, {libraries}, git {git}, GnuPG {gpg}. "
        f"The load average at the end was {os.getloadavg()[0]:.1f}: above the number of cores, "
        "other work slowed all down.\n"
    )


def write(path: Path, text: str, part: str) -> None:
    """Put the text between the markers of a part; raises ValueError where the file has none."""
    first, last = f"<!-- {part}:begin -->", f"<!-- {part}:end -->"
    before, begin, rest = path.read_text().partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(f"{path}: no {first} … {last}")
    path.write_text(f"{before}{begin}\n\n{text}\n{end}{after}")


def _first_line(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()[0]
