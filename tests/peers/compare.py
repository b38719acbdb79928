"""Two verdicts on every commit of every story, and which differences have been explained."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple, Protocol

from tests.peers.bitcoin_oracle import Bitcoin
from tests.peers.cast import Cast
from tests.peers.guix import Guix
from tests.peers.ours import Answer, Ours
from tests.peers.sqgit import SequoiaGit
from tests.peers.tale import Chapter, Script, Tale

__all__ = [
    "PEERS",
    "RECORDED",
    "Difference",
    "Peer",
    "Row",
    "compare",
    "explain",
    "read_differences",
    "read_recorded",
    "tell",
]

_HERE = Path(__file__).parent
RECORDED = _HERE / "recorded.toml"
"""What the peers said when they were last asked."""


class Peer(Protocol):
    """A program whose policy gitsig reads."""

    name: str
    """How `--policy` calls it."""
    title: str
    program: str
    stories: dict[str, Script]

    def version(self) -> str:
        """Name and number."""

    def accepts(self, tale: Tale, chapter: Chapter, scratch: Path) -> tuple[bool, str]:
        """Its verdict with a commit as the end, and its words."""


PEERS: dict[str, type[Guix | SequoiaGit | Bitcoin]] = {"guix": Guix, "sq-git": SequoiaGit, "bitcoin": Bitcoin}


class Row(NamedTuple):
    """One commit of one story."""

    peer: str
    story: str
    label: str
    words: str
    theirs: bool
    ours: Answer

    @property
    def where(self) -> str:
        """What entries of the table of differences match."""
        return f"{self.story}/{self.label}"

    @property
    def differs(self) -> bool:
        """Whether the two do not agree."""
        return self.theirs is not self.ours.accepts


class Difference(NamedTuple):
    """An explained difference: who is stricter, where, and why."""

    peer: str
    stricter: str
    """`gitsig` or `peer`."""
    where: tuple[str, ...]
    """Patterns over `story/label`."""
    why: str

    def fits(self, row: Row) -> bool:
        """Whether this entry explains a row that differs."""
        stricter = "peer" if row.ours.accepts else "gitsig"
        return (
            row.differs
            and (self.peer, self.stricter) == (row.peer, stricter)
            and any(fnmatchcase(row.where, pattern) for pattern in self.where)
        )


def read_differences() -> list[Difference]:
    """All entries, in the file's order."""
    entries = tomllib.loads((_HERE / "differences.toml").read_text(encoding="utf-8"))["difference"]
    return [Difference(**{**entry, "where": tuple(entry["where"])}) for entry in entries]


def explain(table: Sequence[Difference], row: Row) -> Difference | None:
    """The first entry that fits."""
    return next((entry for entry in table if entry.fits(row)), None)


def read_recorded() -> dict[str, dict[str, dict[str, bool]]]:
    """Peer to story to label: whether the peer accepted it."""
    found = tomllib.loads(RECORDED.read_text(encoding="utf-8"))
    return {name: found[name]["verdicts"] for name in found}


def tell(name: str, cast: Cast, folder: Path) -> Iterator[Tale]:
    """The stories for a peer, each in a repository of its own."""
    folder.mkdir(exist_ok=True)
    for story, script in PEERS[name].stories.items():
        tale = Tale(folder, story, cast)
        script(tale)
        yield tale


def compare(name: str, cast: Cast, folder: Path, theirs: Callable[[Tale, Chapter], bool]) -> list[Row]:
    """Every row of one peer. gitsig judges after the peer did: it must not be led by what the peer leaves behind."""
    rows = []
    for tale in tell(name, cast, folder):
        said = {chapter.label: theirs(tale, chapter) for chapter in tale.chapters}
        ours = Ours(name, tale)
        for chapter in tale.chapters:
            answer = ours.judge(chapter)
            rows.append(Row(name, tale.name, chapter.label, chapter.words, said[chapter.label], answer))
    return rows
