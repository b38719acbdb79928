"""The forms that a report can take. Each is a `Reporter`, fed verdict by verdict."""

from __future__ import annotations

import os
from typing import Literal, TextIO

from gitsig.reports.interface import Reporter

__all__ = ["FORMATS", "Reporter", "reporter", "terminal_width", "wants_color"]

FORMATS = ("text", "json", "jsonl")


def reporter(
    format: str,  # noqa: A002  the word that the command line and the contract use
    stream: TextIO,
    *,
    verbosity: int = 0,
    color: bool | None = None,
    kind: Literal["verify", "audit"] = "verify",
    summary: TextIO | None = None,
) -> Reporter:
    """The reporter of that format, writing to `stream`.

    `verbosity`, `color` (None: ask the stream and the environment) and `summary` (where the text report's
    notes and summary line go; None: to `stream`) concern the text report; the JSON formats are always complete.
    Raises ValueError for a format that is not in `FORMATS`.
    """
    if format == "json":
        from gitsig.reports.json_report import JsonReporter

        return JsonReporter(stream)
    if format == "jsonl":
        from gitsig.reports.jsonl import JsonLinesReporter

        return JsonLinesReporter(stream)
    if format != "text":
        raise ValueError(f"no such report format: {format!r}")
    from gitsig.reports.text import TextReporter

    return TextReporter(
        stream,
        verbosity=verbosity,
        color=wants_color(stream) if color is None else color,
        audit=kind == "audit",
        width=terminal_width(stream),
        summary=summary,
    )


def wants_color(stream: TextIO) -> bool:
    """Colour only on a terminal that knows it, and unless `NO_COLOR` (no-color.org) is set to something."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal_width(stream: TextIO) -> int | None:
    """Columns of the terminal behind `stream`; None where there is none."""
    if not stream.isatty():
        return None
    # Hooks import this package and never get here: shutil costs them 10 ms for nothing.
    import shutil

    return shutil.get_terminal_size().columns
