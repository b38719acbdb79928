"""Which lines of a TOML text a key, or a table, takes up: what an edit may touch, and what it must leave alone."""

from __future__ import annotations

import tomllib
from typing import NamedTuple

from gitsig.policy.locate import Path, locate_lines

__all__ = ["Span", "span_of", "table_span", "untouched"]


class Span(NamedTuple):
    """Lines `first` to `last`, from 0, both included."""

    first: int
    last: int


def span_of(text: str, path: Path) -> Span | None:
    """The lines of the key at `path`, its whole value included; None where it is not written on lines of its own."""
    first = locate_lines(_plain(text)).get(path)
    return None if first is None else Span(first - 1, _end(text, first))


def table_span(text: str, path: Path) -> Span | None:
    """The lines of a table that stands under one `[header]`, without the comments behind its last key."""
    lines = locate_lines(_plain(text))
    own = [line for each, line in lines.items() if each[: len(path)] == path]
    header = lines.get(path)
    if header is None or not text.split("\n")[header - 1].lstrip().startswith("["):
        return None
    span = Span(header - 1, _end(text, max(own)))
    strangers = [line for each, line in lines.items() if each[: len(path)] != path[: len(each)]]
    inside = any(span.first < line <= span.last + 1 for line in strangers)
    return None if inside or min(own) < header else span


def untouched(before: str, after: str, span: Span) -> bool:
    """Whether `after` differs from `before` in nothing but the lines of `span`, and lines put in behind it."""
    old, new = before.split("\n"), after.split("\n")
    rest = len(old) - span.last - 1
    tail = old[len(old) - rest :] if rest else []
    return old[: span.first] == new[: span.first] and (not tail or new[len(new) - rest :] == tail)


def _end(text: str, line: int) -> int:
    """The last line, from 0, of the value that begins on `line` (from 1): there the text so far is whole again."""
    lines = text.split("\n")
    for end in range(line, len(lines) + 1):
        try:
            tomllib.loads("\n".join(lines[:end]).removesuffix("\r") + "\n")
        except tomllib.TOMLDecodeError:
            continue
        return end - 1
    return len(lines) - 1


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
