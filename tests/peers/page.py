"""The tables of docs/compatibility.md, and what the peers said when they were last asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from tests.peers.compare import PEERS, RECORDED, Difference, Row, explain

__all__ = ["DOCUMENT", "between", "record", "section", "tables", "write"]

DOCUMENT = Path(__file__).parents[2] / "docs" / "compatibility.md"
_BEGIN, _END = "<!-- peers: begin -->\n", "<!-- peers: end -->\n"
_HEAD = "# What each peer said of each commit: true for accepted. Written by `python -m tests.peers --record`.\n\n"
_MARKS = {"gitsig": "gitsig is stricter", "peer": "the peer is stricter"}


def between(text: str) -> str:
    """What stands between the markers."""
    return text.partition(_BEGIN)[2].partition(_END)[0]


def write(text: str) -> None:
    """Put the tables between the markers."""
    whole = DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = whole.partition(_BEGIN)
    DOCUMENT.write_text(f"{head}{_BEGIN}\n{text}\n{_END}{rest.partition(_END)[2]}", encoding="utf-8")


def tables(rows: Sequence[Row], table: Sequence[Difference]) -> str:
    """Markdown: the sections of all peers."""
    return "\n\n".join(section(name, [row for row in rows if row.peer == name], table) for name in PEERS)


def section(name: str, rows: Sequence[Row], table: Sequence[Difference]) -> str:
    """One peer: the differences with their reasons, then every commit of every story."""
    parts = [f"## {PEERS[name].title}", "", _summary(rows), "", *_differences(name, rows, table)]
    for story, told in groupby(rows, key=lambda row: row.story):
        parts += ["", f"### {PEERS[name].title}: {story}", "", "| commit | what it is | peer | gitsig |"]
        parts += ["|---|---|---|---|", *(_line(row, table) for row in told)]
    return "\n".join(parts)


def _summary(rows: Sequence[Row]) -> str:
    accepted = sum(row.theirs for row in rows)
    ours = sum(row.theirs and not row.ours.accepts for row in rows)
    theirs = sum(row.ours.accepts and not row.theirs for row in rows)
    return (
        f"{len(rows)} commits and tags as tips: the peer accepts {accepted}. gitsig refuses {ours} of those, "
        f"and accepts {theirs} that the peer refuses."
    )


def _differences(name: str, rows: Sequence[Row], table: Sequence[Difference]) -> list[str]:
    found = [["| where | stricter | why |", "|---|---|---|"]]
    for entry in table:
        where = [f"`{row.where}`" for row in rows if explain(table, row) is entry]
        if entry.peer == name and where:
            found.append([f"| {', '.join(where)} | {entry.stricter} | {entry.why} |"])
    return [line for lines in found for line in lines] if len(found) > 1 else []


def _line(row: Row, table: Sequence[Difference]) -> str:
    ours = "accepts" if row.ours.accepts else f"refuses (`{row.ours.reason}`)"
    theirs = "accepts" if row.theirs else "refuses"
    entry = explain(table, row)
    mark = f" — {_MARKS[entry.stricter]}" if entry else ""
    mark = mark or (" — **UNEXPLAINED**" if row.differs else "")
    return f"| `{row.label}` | {row.words} | {theirs} | {ours}{mark} |"


def record(versions: Mapping[str, str], rows: Sequence[Row]) -> None:
    """Write down the peers' verdicts, keeping those of peers that were not asked now."""
    old = RECORDED.read_text(encoding="utf-8") if RECORDED.exists() else ""
    blocks = {name: block for name in PEERS if (block := _block(old, name))}
    for name, version in versions.items():
        lines = [f"[{name}]", f'version = "{version}"']
        for story, told in groupby([row for row in rows if row.peer == name], key=lambda row: row.story):
            lines += ["", f"[{name}.verdicts.{story}]", *(f"{row.label} = {str(row.theirs).lower()}" for row in told)]
        blocks[name] = "\n".join(lines) + "\n"
    RECORDED.write_text(_HEAD + "\n".join(blocks[name] for name in PEERS if name in blocks), encoding="utf-8")


def _block(text: str, name: str) -> str:
    """What is written down of one peer."""
    _, mark, rest = text.partition(f"[{name}]\n")
    if not mark:
        return ""
    ends = [at for other in PEERS if other != name and (at := rest.find(f"\n[{other}]\n")) >= 0]
    return mark + (rest[: min(ends)] if ends else rest)
