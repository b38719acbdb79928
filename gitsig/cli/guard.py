"""The outermost error handling: every way in which a command can end, as one line and an exit code.

    0    everything was accepted
    1    something was refused
    2    usage
    3    something could not be verified, or the report could not be written (a reader that went away included:
         what was not delivered counts as not checked)
    130  interrupted, by a key or by SIGTERM or SIGHUP

No error ends in 0 or 1: a script may take 1 for a verdict.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

import typer

from gitsig.errors import GitsigError
from gitsig.reports.escape import safe, unicode_fits

__all__ = ["INTERRUPTED", "UNVERIFIED", "Stopped", "interruptible", "leave", "outcome", "say"]

UNVERIFIED = 3
INTERRUPTED = 130
_LINE = 2000
"""Characters of a message: a diagnosis may name long paths and a command to copy."""
_AGAIN = 0.01
"""Seconds after which a lost interruption is raised again."""


class Stopped(KeyboardInterrupt):
    """SIGTERM or SIGHUP came: clean up as for an interruption, so that no temporary file and no child stays behind."""


def say(text: str) -> None:
    """One escaped line on standard error, behind the program's name. Nobody listening is no error."""
    stream = sys.stderr
    if stream is None:
        return
    with suppress(OSError):
        stream.write(f"gitsig: {safe(text, _LINE, ascii_only=not unicode_fits(stream.encoding))}\n")
        stream.flush()


def leave(work: Callable[[], int]) -> NoReturn:
    """End a Typer command with the exit code that `work` comes to, whatever happens in it."""
    raise typer.Exit(outcome(work))


def outcome(work: Callable[[], int]) -> int:
    """The exit code of `work`; its errors become one line each on standard error."""
    code = _attempt(work)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _drop_output()
    return code


def _attempt(work: Callable[[], int]) -> int:
    try:
        code = work()
        if sys.stdout is not None:
            # A full disk or a closed pipe shows here, while there is still an exit code to give.
            sys.stdout.flush()
    except typer.Exit as leaving:
        return leaving.exit_code
    except GitsigError as error:
        say(f"error: {error.diagnostics()}")
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return UNVERIFIED
    except OSError as error:
        _drop_output()
        where = f"{error.filename}: " if error.filename else ""
        say(f"error: {where}{error.strerror or error}; the report is not complete")
        return UNVERIFIED
    except Exception as error:  # noqa: BLE001  the last resort: a bug of ours must refuse, in one line
        return _internal(error)
    return code


def _internal(error: Exception) -> int:
    if os.environ.get("GITSIG_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    say(
        f"internal error: {type(error).__name__}: {error}; nothing counts as verified; "
        "please report it with what GITSIG_DEBUG=1 in the environment adds to this line"
    )
    return UNVERIFIED


def _drop_output() -> None:
    """Let nothing be written to the lost standard output any more: the interpreter flushes it when it ends."""
    with suppress(OSError, ValueError, AttributeError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
        os.close(sink)


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


@contextmanager
def interruptible() -> Iterator[None]:
    """While it lasts, SIGTERM and SIGHUP end the work like an interruption; one that was ignored stays so (nohup)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    ours = [number for number, handler in before.items() if handler is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _stop)
    try:
        with _insisting():
            yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def _insisting() -> Iterator[None]:
    """While it lasts, no interruption is lost.

    Python can raise one inside a finalizer, or in the callback of a weak reference, of which every import has one. What
    is raised there goes to `sys.unraisablehook`, and the program would work on, or wait for ever.
    """
    before, alarm = sys.unraisablehook, signal.getsignal(signal.SIGALRM)
    if alarm is not signal.SIG_DFL:
        yield  # the clock is somebody else's
        return

    def lost(what: sys.UnraisableHookArgs) -> None:
        if isinstance(what.exc_value, KeyboardInterrupt):
            # Not at once: that would be raised in here, and be lost as well.
            signal.setitimer(signal.ITIMER_REAL, _AGAIN)
        else:
            before(what)

    signal.signal(signal.SIGALRM, _stop)
    sys.unraisablehook = lost
    try:
        yield
    finally:
        sys.unraisablehook = before
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
