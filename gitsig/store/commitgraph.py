"""How many commits git's commit-graph file counts (gitformat-commit-graph(5)): a hint for whoever waits, no more."""

from __future__ import annotations

from pathlib import Path

from gitsig.store.directories import common_dir

__all__ = ["commit_count"]

_CHUNKS_AT = 8
_FANOUT = b"OIDF"


def commit_count(git_dir: Path) -> int | None:
    """Give the number of commits in the commit-graph, None where there is none that can be read. Never raises."""
    info = common_dir(git_dir) / "objects" / "info"
    try:
        names = (info / "commit-graphs" / "commit-graph-chain").read_text("ascii").split()
        files = [info / "commit-graphs" / f"graph-{name}.graph" for name in names]
    except (OSError, ValueError):
        files = [info / "commit-graph"]
    counts = [_count(file) for file in files]
    return sum(count for count in counts if count is not None) or None


def _count(file: Path) -> int | None:
    """The last entry of the fan-out table: how many ids there are."""
    try:
        with file.open("rb") as graph:
            head = graph.read(_CHUNKS_AT)
            chunks = graph.read(12 * head[6]) if head[:4] == b"CGPH" and len(head) == _CHUNKS_AT else b""
            at = next((place for place in range(0, len(chunks), 12) if chunks[place : place + 4] == _FANOUT), None)
            if at is None:
                return None
            graph.seek(int.from_bytes(chunks[at + 4 : at + 12]) + 4 * 255)
            last = graph.read(4)
    except (OSError, ValueError):
        return None
    return int.from_bytes(last) if len(last) == 4 else None
