"""Which lines of a TOML text a key, or a table, takes up: what an edit may touch, and what it must leave alone."""

from __future__ import annotations

import tomllib
from typing import NamedTuple

from gitsig.policy.locate import Path, locate_lines

__all__ = ["Layout", "Span"]


class Span(NamedTuple):
    """Lines `first` to `last`, from 0, both included."""

    first: int
    last: int


class Layout:
    """The lines of one text. Looking for all of its tables takes no longer than reading it a few times."""

    def __init__(self, text: str) -> None:
        """`text` is TOML that `parse_policy` takes."""
        self._rows = text.split("\n")
        self._lines = locate_lines(text.replace("\r\n", "\n"))

    def statement(self, path: Path) -> Span | None:
        """The lines of the key at `path`, its whole value included; None where it is not written on its own."""
        line = self._lines.get(path)
        return None if line is None else Span(line - 1, self._end(path, line))

    def is_header(self, span: Span) -> bool:
        """Whether a table begins on the first line of `span`."""
        return self._rows[span.first].lstrip().startswith("[")

    def table(self, path: Path) -> Span | None:
        """The lines of a table that stands under one `[header]`, without the comments behind its last key."""
        own = {each: line for each, line in self._lines.items() if each[: len(path)] == path}
        header = self._lines.get(path)
        if header is None or not self._rows[header - 1].lstrip().startswith("[") or min(own.values()) < header:
            return None
        last = self._statement_of(max(own, key=lambda each: own[each]), len(path))
        span = Span(header - 1, self._end(last, own[last]))
        strangers = (line for each, line in self._lines.items() if each[: len(path)] != path[: len(each)])
        return None if any(span.first < line <= span.last + 1 for line in strangers) else span

    def last_table(self, paths: list[Path]) -> Span | None:
        """Of the tables at `paths` the one that stands last."""
        for path in sorted(paths, key=lambda each: self._lines.get(each, 0), reverse=True):
            span = self.table(path)
            if span is not None:
                return span
        return None

    def _statement_of(self, path: Path, least: int) -> Path:
        """The key, in a table of `least` steps, whose value holds what is at `path`."""
        for length in range(least + 1, len(path)):
            if not self._rows[self._lines[path[:length]] - 1].lstrip().startswith("["):
                return path[:length]
        return path

    def _end(self, path: Path, line: int) -> int:
        """The last line, from 0, of the value of `path` that begins on `line` (from 1).

        Up to the next key there is the value and then nothing but comments: a text is whole from the value's end on.
        """
        others = (each for where, each in self._lines.items() if each > line and where[: len(path)] != path)
        first, last = line, min(others, default=len(self._rows) + 1) - 1
        while first < last:
            middle = (first + last) // 2
            first, last = (first, middle) if self._is_whole(line, middle) else (middle + 1, last)
        return first - 1

    def _is_whole(self, first: int, last: int) -> bool:
        try:
            tomllib.loads("\n".join(self._rows[first - 1 : last]).removesuffix("\r") + "\n")
        except tomllib.TOMLDecodeError:
            return False
        return True
