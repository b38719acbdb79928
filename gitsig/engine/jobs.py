"""One object to judge, and the plan that such jobs make up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gitsig.engine.lines import Ways
from gitsig.policy import Rule

__all__ = ["Job", "Plan"]


class Job(NamedTuple):
    """One object to judge."""

    oid: str
    type: str
    """As far as it is known before the object is read."""
    rules: tuple[Rule, ...] = ()
    """Those whose scope holds the object."""
    ref: str | None = None
    """For tags, and for refs that point at no commit."""
    tag_name: bytes | None = None
    """The name that the ref gives to a tag object."""
    lightweight: bool = False
    """A ref under `refs/tags/` that points at a commit."""
    missing: str = ""
    """Why the object cannot be read; it is judged all the same."""
    place: int = 0
    """`Lineage.place`, where it is known already."""
    ways: tuple[Ways, ...] = ()
    """For rules that want two persons: how commits come to the refs. Of those in `rules`, and perhaps of others."""


class Plan:
    """Jobs in the order of the report, and what the reader must know about their choice."""

    def __init__(self) -> None:
        self.parts: list[Iterable[Job]] = []
        self.total = 0
        self.remarks: list[str] = []
        self.unheld: list[Rule] = []
        """Of a single revision: rules of its ref whose `require` leaves it out."""

    def add(self, jobs: Iterable[Job], count: int) -> None:
        """Append `count` jobs; `jobs` may be made while it is iterated."""
        self.parts.append(jobs)
        self.total += count

    def remark(self, text: str) -> None:
        """Tell the reader something, once."""
        if text not in self.remarks:
            self.remarks.append(text)

    def __iter__(self) -> Iterator[Job]:
        for part in self.parts:
            yield from part
