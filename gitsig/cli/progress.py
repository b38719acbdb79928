"""Signs of life on standard error while a long run goes on."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from gitsig.cli.guard import say
from gitsig.model import Verdict

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["watch"]

_PATIENCE = 1.0
"""Seconds of work before anything is shown."""
_REFRESH = 0.2
_LINE_EVERY = 5.0


def watch(verdicts: Iterable[Verdict], total: int | None, *, bar: bool, lines: bool) -> Iterator[Verdict]:
    """Pass `verdicts` on; show how far they are: a `bar` on a terminal, else plain `lines` now and then.

    `total` is None where nobody has counted.
    """
    if bar:
        return _with_bar(verdicts, total)
    return _with_lines(verdicts, total) if lines else iter(verdicts)


def _with_lines(verdicts: Iterable[Verdict], total: int | None) -> Iterator[Verdict]:
    started = time.monotonic()
    due = started + _LINE_EVERY
    for done, verdict in enumerate(verdicts, 1):
        yield verdict
        now = time.monotonic()
        if now >= due:
            due = now + _LINE_EVERY
            of = "" if total is None else f" of {total}"
            say(f"{done}{of} checked, {done / (now - started):.0f}/s")


def _with_bar(verdicts: Iterable[Verdict], total: int | None) -> Iterator[Verdict]:
    started = time.monotonic()
    due = started + _PATIENCE
    shown: tuple[Progress, TaskID] | None = None
    try:
        for done, verdict in enumerate(verdicts, 1):
            yield verdict
            now = time.monotonic()
            if now < due:
                continue
            due = now + _REFRESH
            if shown is None:
                shown = _begin(total)
            bar, task = shown
            bar.update(task, completed=done, rate=f"{done / (now - started):.0f}/s", refresh=True)
    finally:
        if shown is not None:
            shown[0].stop()


def _begin(total: int | None) -> tuple[Progress, TaskID]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    # Refreshed by the loop itself: a thread of its own would take turns with the verification.
    bar = Progress(
        TextColumn("checking"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    task = bar.add_task("checking", total=total, rate="")
    bar.start()
    return bar, task
