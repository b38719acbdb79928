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

__all__ = ["Signs", "watch"]

_PATIENCE = 1.0
"""Seconds of work before anything is shown."""
_REFRESH = 0.2
_LINE_EVERY = 5.0


class Signs:
    """Shows how far something is: a bar on a terminal, else plain lines now and then, or nothing."""

    def __init__(self, word: str, *, bar: bool, lines: bool) -> None:
        """`word` says what is done, as in `checking`."""
        self._word = word
        self._bar = bar
        self._lines = lines
        self._started = time.monotonic()
        self._due = self._started + (_PATIENCE if bar else _LINE_EVERY)
        self._shown: tuple[Progress, TaskID] | None = None

    def tell(self, done: int, total: int | None) -> None:
        """Say that `done` of `total` are done; None where nobody has counted."""
        now = time.monotonic()
        if now < self._due:
            return
        rate = f"{done / (now - self._started):.0f}/s"
        if self._bar:
            self._due = now + _REFRESH
            if self._shown is None:
                self._shown = _begin(self._word, total)
            bar, task = self._shown
            bar.update(task, completed=done, total=total, rate=rate, refresh=True)
        elif self._lines:
            self._due = now + _LINE_EVERY
            of = "" if total is None else f" of {total}"
            say(f"{self._word}: {done}{of}, {rate}")

    def end(self) -> None:
        """Take the bar away."""
        if self._shown is not None:
            self._shown[0].stop()
            self._shown = None


def watch(verdicts: Iterable[Verdict], total: int | None, *, bar: bool, lines: bool) -> Iterator[Verdict]:
    """Pass `verdicts` on, and show how far they are."""
    if not (bar or lines):
        yield from verdicts
        return
    signs = Signs("checking", bar=bar, lines=lines)
    try:
        for done, verdict in enumerate(verdicts, 1):
            yield verdict
            signs.tell(done, total)
    finally:
        signs.end()


def _begin(word: str, total: int | None) -> tuple[Progress, TaskID]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    # Refreshed by the loop itself: a thread of its own would take turns with the verification, and forbid workers.
    bar = Progress(
        TextColumn(word),
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
    task = bar.add_task(word, total=total, rate="")
    bar.start()
    return bar, task
