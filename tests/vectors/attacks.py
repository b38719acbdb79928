"""`make attacks`: every vector before gitsig and before git, and the table of it in docs/attacks.md.

Exits with 1 where gitsig says something else than the vector expects.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.vectors.families import HONEST
from tests.vectors.gitside import GitSide, GitWord, versions
from tests.vectors.held import table
from tests.vectors.reader import ROOT, Vector, read_vectors

__all__ = ["Row", "between", "main"]

_PAGE = ROOT.parents[1] / "docs" / "attacks.md"
_HEAD = ("vector", "attack", "expect", "gitsig", "git", "what it is")
_OF_THE_BYTES = frozenset(
    {"malformed_object", "malformed_signature", "unsupported_format", "bad_signature", "unsigned", "verifier_error"}
)
"""Reasons that speak of the object or its signature, whoever signed it."""
_STORY_HEAD = ("story", "attack", "gitsig", "git", "what it is")


class Row(NamedTuple):
    """One vector and both verdicts."""

    vector: Vector
    ours: str
    git: GitWord

    @property
    def right(self) -> bool:
        """Whether gitsig says what is expected."""
        return self.ours == self.vector.expect


def main() -> int:
    """Judge, print, write; the exit code."""
    with tempfile.TemporaryDirectory(prefix="gs", dir="/tmp") as name:
        rows = _judge(Path(name))
    _print(rows)
    _write(rows)
    return 0 if all(row.right for row in rows) else 1


def _judge(folder: Path) -> list[Row]:
    os.environ.update(GITSIG_CACHE_DIR=str(folder / "cache"), GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
    os.environ["HOME"] = str(folder)
    from tests.vectors.judging import Judge  # libgit2 reads HOME when it is imported

    vectors = tuple(read_vectors())
    judge = Judge(folder, vectors)
    with GitSide(folder / "git", judge.repository.path) as git:
        # One after the other: processes of gpg that share a home get in each other's way, and one then finds no key.
        return [Row(vector, _ours(judge, vector), git.judge(vector)) for vector in vectors]


def _ours(judge: object, vector: Vector) -> str:
    verdict = judge.judge(vector)  # type: ignore[attr-defined]  # a Judge, imported late
    if verdict.accepted != (verdict.reason == "good"):
        return f"{verdict.reason}, accepted"
    return str(verdict.reason)


def summary(rows: Sequence[Row]) -> list[str]:
    """The counts, in sentences."""
    refused = [row for row in rows if row.vector.attack != HONEST and row.ours != "good"]
    let_in = [row for row in refused if row.git.accepts]
    forged = sum(row.ours in _OF_THE_BYTES for row in let_in)
    accepted = [row for row in rows if row.vector.attack == HONEST and row.ours == "good"]
    shut_out = sum(not row.git.accepts for row in accepted)
    kinds = (
        f"Of {forged} the object or the signature is not what it seems; of {len(let_in) - forged} the fault is "
        "one of time, strength, identity or rules, most of which git is not asked to know."
    )
    return [
        f"{len(rows)} vectors; {sum(row.right for row in rows)} get the verdict that they expect of gitsig.",
        f"git accepts {len(let_in)} of {len(refused)} attack vectors that gitsig refuses. {kinds}",
        f"git refuses {shut_out} of {len(accepted)} honest objects that gitsig accepts.",
        f"Measured with {versions()}.",
    ]


def _print(rows: Sequence[Row]) -> None:
    widths = (34, 7, 22, 22)
    for row in rows:
        cells = (row.vector.id, row.vector.attack, row.vector.expect, row.ours if not row.right else "as expected")
        line = " ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        print(f"{line} {row.git}")  # noqa: T201 - a command's output
    print("", *summary(rows), sep="\n")  # noqa: T201
    for row in (row for row in rows if not row.right):
        print(f"WRONG {row.vector.id}: {row.ours}, not {row.vector.expect}", file=sys.stderr)  # noqa: T201


def _write(rows: Sequence[Row]) -> None:
    page = _PAGE.read_text()
    attacks = [row for row in rows if row.vector.attack != HONEST]
    others = [row for row in rows if row.vector.attack == HONEST]
    tables = ["\n".join(_table(_HEAD, map(_cells, part))) for part in (attacks, others)]
    text = "\n".join(f"* {line}" for line in summary(rows))
    page = between(page, "attacks", "\n\n".join((text, tables[0], "## Honest objects", tables[1])))
    stories = list(_stories())
    if stories:
        page = between(page, "stories", "\n".join(_table(_STORY_HEAD, stories)))
    page = between(page, "held", table())
    _PAGE.write_text(page)


def _cells(row: Row) -> tuple[str, ...]:
    vector = row.vector
    return (f"`{vector.id}`", vector.attack, f"`{vector.expect}`", f"`{row.ours}`", str(row.git), vector.why)


def _stories() -> Iterator[tuple[str, ...]]:
    from tests.vectors.stories.table import rows

    for name, attack, title, verdict, git, why in rows():
        yield f"{name}", attack, f"`{verdict}`", git, f"{title}: {why}"


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for cells in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def between(page: str, name: str, text: str) -> str:
    """The page with another text between the markers of this name."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    head, _, rest = page.partition(begin)
    return f"{head}{begin}\n{text}\n{end}{rest.partition(end)[2]}"


if __name__ == "__main__":
    sys.exit(main())
