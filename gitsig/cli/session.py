"""What `verify`, `audit` and `explain` have in common: from the settings to a verifier, from a run to a report.

Everything heavy is imported inside the functions: `gitsig --help` and a wrong option need neither libgit2 nor
cryptography.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Literal

from gitsig.cli.guard import say
from gitsig.cli.moments import parse_moment
from gitsig.cli.options import Settings
from gitsig.cli.output import report_stream
from gitsig.cli.progress import Signs, watch

if TYPE_CHECKING:
    from gitsig import Run, Verifier

__all__ = ["bases_of", "make_verifier", "reading", "write_report"]


def bases_of(targets: Sequence[str]) -> frozenset[str]:
    """`A` of every range `A..B` or `A...B`: a change must not be judged by the policy that it brings along.

    An `A` left out means HEAD, as it does to git.
    """
    return frozenset(target.partition("..")[0] or "HEAD" for target in targets if ".." in target)


def make_verifier(settings: Settings, targets: Sequence[str] | None = None, signs: Signs | None = None) -> Verifier:
    """The verifier that the settings ask for; `signs` show how much of the history it has read.

    `targets` are those of `gitsig verify` (empty: the default one), None for a command that knows no ranges.
    Raises UsageFault, EnvironmentFault or PolicyFault.
    """
    now = None if settings.now is None else parse_moment(settings.now)
    import gitsig
    from gitsig.store.commitgraph import commit_count

    store = gitsig.open_repository(settings.repo)
    base = None if targets is None else bases_of(targets or [gitsig.default_target(store)])
    policy = gitsig.load_policy(store, settings.policy, ref=settings.policy_ref, base=base)
    if settings.verbosity > 0:
        for warning in policy.warnings:
            say(f"warning: {warning}")
    return gitsig.Verifier(
        store,
        policy,
        now=now,
        engine=settings.engine,
        cross_check=settings.cross_check,
        jobs=settings.jobs,
        cache=settings.cache,
        on_read=None if signs is None else partial(_tell, signs, commit_count(store.git_dir)),
    )


def _tell(signs: Signs, total: int | None, done: int) -> None:
    # What the file counts is a guess: commits may have come since, and not all of them need be asked for.
    signs.tell(done, total if total is not None and done <= total else None)


@contextmanager
def reading(settings: Settings) -> Iterator[Signs]:
    """Signs of life while the history is read; nothing is on standard output yet, so a bar is in nobody's way."""
    bar = settings.verbosity >= 0 and sys.stderr is not None and sys.stderr.isatty()
    signs = Signs("reading", bar=bar, lines=settings.verbosity > 0)
    try:
        yield signs
    finally:
        signs.end()


def write_report(run: Run, settings: Settings, kind: Literal["verify", "audit"]) -> int:
    """Judge, report, and give the exit code.

    The text report's lines go to standard output, its notes and its summary line to standard error: both read
    well on one terminal, and a redirected report holds objects only. In a file of its own it is complete.
    """
    from gitsig.reports import reporter

    to_file = settings.output is not None
    with report_stream(settings.output) as stream:
        closing = None if to_file or sys.stderr is None else sys.stderr
        report = reporter(settings.format, stream, verbosity=settings.verbosity, kind=kind, summary=closing)
        info = run.info
        report.begin(info)
        # A bar and report lines on the same terminal would overwrite each other; the lines are progress enough.
        apart = not stream.isatty()
        bar = apart and settings.verbosity >= 0 and sys.stderr is not None and sys.stderr.isatty()
        for verdict in watch(run, run.total, bar=bar, lines=apart and settings.verbosity > 0):
            report.verdict(verdict)
        summary = run.summary()
        report.end(summary)
    _say_notes(run, () if to_file or settings.format != "text" else info.remarks)
    if to_file and settings.verbosity >= 0:
        say(f"{settings.output}: {summary.checked} checked, {summary.accepted} accepted, {summary.refused} refused")
    return summary.exit_code


def _say_notes(run: Run, told: Sequence[str]) -> None:
    """What concerns the whole run and has not been `told` yet; the JSON schema has no place for it."""
    for remark in run.remarks:
        if remark not in told:
            say(f"note: {remark}")
    for warning in run.warnings:
        say(f"warning: {warning}")
    for fault in run.faults:
        say(f"could not be checked: {fault}")
