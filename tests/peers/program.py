"""What `python -m tests.peers` does, once the environment is its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.peers.cast import Cast
from tests.peers.compare import PEERS, Peer, Row, compare, explain, read_differences, read_recorded
from tests.peers.installed import installed, scratch_folder
from tests.peers.page import record, tables, write
from tests.peers.tale import Chapter, Tale

__all__ = ["run"]


def run(only: str, *, record_them: bool) -> int:
    """Compare, all peers or one, and write; the exit code. The page is written for all of them together."""
    asked = {name: peer for name, peer in installed().items() if only in ("", name)}
    with Cast() as cast, scratch_folder() as scratch:
        rows = [
            row
            for name in ([only] if only else PEERS)
            for row in compare(name, cast, scratch / name, _answers(name, asked.get(name), scratch))
        ]
    if record_them:
        record({name: peer.version() for name, peer in asked.items()}, rows)
    if not only:
        write(tables(rows, read_differences()))
    return 1 if _faults(rows, only) else 0


def _answers(name: str, peer: Peer | None, scratch: Path) -> Callable[[Tale, Chapter], bool]:
    if peer is not None:
        return partial(_ask, peer, scratch)
    _say(f"{name} is not here: taking what it said when it was last asked")
    recorded = read_recorded()[name]
    return lambda tale, chapter: recorded[tale.name][chapter.label]


def _ask(peer: Peer, scratch: Path, tale: Tale, chapter: Chapter) -> bool:
    return peer.accepts(tale, chapter, scratch)[0]


def _faults(rows: Sequence[Row], only: str) -> int:
    """Say which differences nobody has explained, and which explanations never occur; their number."""
    table = [entry for entry in read_differences() if only in ("", entry.peer)]
    differing = [row for row in rows if row.differs]
    unexplained = [row for row in differing if explain(table, row) is None]
    for row in unexplained:
        who = "accepts, the peer does not" if row.ours.accepts else f"refuses ({row.ours.reason}: {row.ours.words})"
        _say(f"{row.peer} {row.where} ({row.words}): gitsig {who}")
    never = [entry for entry in table if not any(entry.fits(row) for row in differing)]
    for entry in never:
        _say(f"never occurs: {entry.peer} {', '.join(entry.where)}")
    _say(f"{len(rows)} commits and tags, {len(differing)} differences, {len(unexplained)} unexplained")
    return len(unexplained) + len(never)


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 -- a command's output
