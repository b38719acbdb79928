"""Turns seconds into ratios and writes them where the documentation shows them."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from cryptography.hazmat.backends.openssl import backend

__all__ = ["Row", "Start", "host", "machine", "render", "write"]


@dataclass(frozen=True)
class Row:
    """One kind of signature. Rates are commits per second, medians over the rounds."""

    kind: str
    raw: float
    library: float
    command: float
    git: float

    @classmethod
    def of(cls, kind: str, counts: Mapping[str, int], seconds: Mapping[str, Sequence[float]]) -> Row:
        """From the number of commits and the seconds of each round, by contender."""
        return cls(
            kind, **{name: counts[name] / median(seconds[name]) for name in ("raw", "library", "command", "git")}
        )

    def cells(self) -> list[str]:
        """The row of the table: ratios only, since digits belong to a machine."""
        shares = [f"{self.library / self.raw:.0%}", f"{self.command / self.raw:.0%}"]
        return [self.kind, f"{self.library / self.git:.0f} x", f"{self.command / self.git:.0f} x", *shares]


@dataclass(frozen=True)
class Start:
    """Medians in seconds: `gitsig verify HEAD`, and the import of pygit2 and cryptography."""

    kind: str
    verify: float
    imports: float

    @property
    def ratio(self) -> float:
        return self.verify / self.imports


def render(rows: Sequence[Row], starts: Sequence[Start], about: str) -> str:
    """Markdown with the ratios."""
    heads = ["signatures", "library : git", "command : git", "library : arithmetic", "command : arithmetic"]
    lines = [heads, ["---"] * len(heads), *(row.cells() for row in rows)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    begins = ", ".join(f"{start.ratio:.2f} ({start.kind})" for start in starts)
    return f"{table}\n\n`gitsig verify HEAD` : `import pygit2, cryptography`, whole processes: {begins}.\n\n{about}\n"


def machine(commits: int, git_commits: int, rounds: int) -> str:
    """One sentence about what was measured and on what."""
    runs = f"{commits:,} commits of each kind ({git_commits} for git), medians of {rounds} interleaved rounds"
    return f"{runs}; {host()}."


def host() -> str:
    """What it was measured on, without naming the machine."""
    git = _first_line("git", "--version").split()[2]
    gpg = _first_line("gpg", "--version").split()[-1]
    libraries = f"Python {platform.python_version()}, {backend.openssl_version_text().rsplit(' ', 3)[0]}"
    return f"{os.cpu_count()} cores shared with other work, {libraries}, git {git}, GnuPG {gpg}"


def write(path: Path, text: str, part: str = "bench") -> None:
    """Put the text between the markers of a part; raises ValueError where the file has none."""
    first, last = f"<!-- {part}:begin -->", f"<!-- {part}:end -->"
    before, begin, rest = path.read_text().partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(f"{path}: no {first} … {last}")
    path.write_text(f"{before}{begin}\n\n{text}\n{end}{after}")


def _first_line(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()[0]
