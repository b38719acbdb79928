"""Mutations of regular expressions, made on the text between the quotes.

Each takes away or shifts one demand: a quantifier, a look-around, an anchor, an alternative, one member of a class, a
separator. `%(n)d` and `%s` are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Edit", "edits"]

_TOKEN = re.compile(
    r"(?P<hole>%\(\w+\)[sd]|%[sd])"
    r"|(?P<klass>\[\^?\]?(?:\\.|[^\]\\])*\])"
    r"|(?P<anchor>\\[AZb]|\^|\$)"
    r"|(?P<escape>\\x[0-9a-f]{2}|\\.)"
    r"|(?P<open>\((?:\?(?:[:=!>]|<[=!]|P<\w+>))?)"
    r"|(?P<close>\))"
    r"|(?P<bar>\|)"
    r"|(?P<quantifier>(?:[*+?]|\{\d+(?:,\d*)?\})[+?]?)"
    r"|(?P<literal>.)",
    re.DOTALL,
)
_MEMBER = re.compile(r"(?:\\x..|\\.|[^\\])(?:-(?:\\x..|\\.|[^\\]))?", re.DOTALL)
_BOUNDS = re.compile(r"\{(\d+)(?:(,)(\d*))?\}(.?)")
_SEPARATORS = {r"\n", " "}


class Edit(NamedTuple):
    """Replace `text[start:end]` by `new`."""

    start: int
    end: int
    new: str


def edits(pattern: str) -> Iterator[Edit]:
    """Every single mutation of `pattern`."""
    opened: list[tuple[int, str, list[int]]] = [(0, "", [])]
    for token in _TOKEN.finditer(pattern):
        kind, text, (start, end) = token.lastgroup, token[0], token.span()
        if kind == "klass":
            yield from _class_edits(text, start)
        elif kind == "anchor" or text in _SEPARATORS:
            yield Edit(start, end, "")
        elif kind == "quantifier":
            yield from (Edit(start, end, new) for new in _quantifiers(text))
        elif kind == "open":
            opened.append((start, text, []))
        elif kind == "bar":
            opened[-1][2].append(start)
        elif kind == "close":
            begin, mark, bars = opened.pop()
            if mark in {"(?=", "(?!", "(?<=", "(?<!"}:
                yield Edit(begin, end, "")
            yield from _without_alternatives(begin + len(mark), bars, start)
    yield from _without_alternatives(0, opened[0][2], len(pattern))


def _class_edits(text: str, start: int) -> Iterator[Edit]:
    negated = text.startswith("[^")
    yield Edit(start, start + 2, "[") if negated else Edit(start, start + 1, "[^")
    inner = 2 if negated else 1
    members = list(_MEMBER.finditer(text, inner, len(text) - 1))
    if len(members) > 1:
        yield from (Edit(start + member.start(), start + member.end(), "") for member in members)


def _quantifiers(text: str) -> list[str]:
    bounds = _BOUNDS.fullmatch(text)
    if bounds is None:
        other = {"*": "+", "+": "*", "?": ""}[text[0]]
        return [other + text[1:] if other else "", *([text[0]] if len(text) > 1 else [])]
    low, high, suffix = int(bounds[1]), bounds[3], bounds[4]
    if not bounds[2]:
        return [f"{{{low + 1}}}{suffix}", f"{{{low - 1}}}{suffix}"]
    found = [f"{{{low + 1},{high}}}{suffix}", *([f"{{{low - 1},{high}}}{suffix}"] if low else [])]
    return [*found, *([f"{{{low},{int(high) + way}}}{suffix}" for way in (1, -1)] if high else [])]


def _without_alternatives(start: int, bars: list[int], end: int) -> Iterator[Edit]:
    if not bars:
        return
    yield Edit(start, bars[0] + 1, "")
    for bar, after in zip(bars, [*bars[1:], end], strict=True):
        yield Edit(bar, after, "")
