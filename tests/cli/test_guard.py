"""Every way in which a command can end."""

import errno
import io
import os
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator

import pytest
import typer

from gitsig.cli.guard import INTERRUPTED, UNVERIFIED, interruptible, leave, outcome, say
from gitsig.errors import EnvironmentFault, PolicyFault, UsageFault


@pytest.fixture(autouse=True)
def hangups_are_heard() -> Iterator[None]:
    """Also where the tests run under nohup, which has them ignored."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def failing(error: BaseException):
    def work() -> int:
        raise error

    return work


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_code_of_the_work_is_passed_on(code: int, capsys) -> None:
    assert outcome(lambda: code) == code
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (
            PolicyFault("no such role", where="policy.toml:3", mend="add it"),
            3,
            "error: policy.toml:3: no such role; add it",
        ),
        (EnvironmentFault("no \x1b[31mrepository\n::error::"), 3, "error: no \\x1b[31mrepository\\x0a::error::"),
        (UsageFault("unknown revision 'x'"), 2, "error: unknown revision 'x'"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            3,
            "error: No space left on device; the report is not complete",
        ),
        (OSError(errno.EACCES, "Denied", "/x\x07"), 3, "error: /x\\x07: Denied; the report is not complete"),
        (OSError("odd"), 3, "error: odd; the report is not complete"),
    ],
)
def test_an_error_is_one_escaped_line(error: BaseException, code: int, line: str, capsys) -> None:
    assert outcome(failing(error)) == code
    assert capsys.readouterr() == ("", f"gitsig: {line}\n")


def test_a_bug_of_ours_refuses_in_one_line(capsys, monkeypatch) -> None:
    monkeypatch.delenv("GITSIG_DEBUG", raising=False)
    assert outcome(failing(KeyError("key\nname"))) == UNVERIFIED
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(
        "gitsig: internal error: KeyError: 'key\\nname'; nothing counts as verified; please report it"
    )
    assert err.count("\n") == 1


def test_a_bug_of_ours_shows_where_on_demand(capsys, monkeypatch) -> None:
    monkeypatch.setenv("GITSIG_DEBUG", "1")
    assert outcome(failing(RuntimeError("boom"))) == UNVERIFIED
    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last):")
    assert err.splitlines()[-1].startswith("gitsig: internal error: RuntimeError: boom")


def test_a_reader_that_went_away_is_quiet_and_no_verdict(capsys) -> None:
    assert outcome(failing(BrokenPipeError(errno.EPIPE, "Broken pipe"))) == UNVERIFIED
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("error", [PolicyFault("bad"), OSError(errno.ENOSPC, "No space left on device")])
def test_an_error_on_top_of_a_lost_output_keeps_its_code(error: Exception, monkeypatch) -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sys.stdout", Full())
    assert outcome(failing(error)) == 3
    assert outcome(lambda: 0) == 3


def test_leaving_a_command_carries_the_code() -> None:
    with pytest.raises(typer.Exit) as left:
        leave(lambda: 1)
    assert left.value.exit_code == 1
    assert outcome(lambda: leave(lambda: 2)) == 2


def test_without_standard_streams_nothing_breaks(monkeypatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    monkeypatch.setattr("sys.stdout", None)
    say("nobody hears this")
    assert outcome(failing(PolicyFault("bad"))) == 3
    assert outcome(failing(OSError("bad"))) == 3
    assert outcome(lambda: 0) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_work_like_an_interruption(number: signal.Signals, capsys) -> None:
    cleaned = []

    def work() -> int:
        try:
            os.kill(os.getpid(), number)
            return threading.Event().wait(5) or 0
        finally:
            cleaned.append(number)

    with interruptible():
        assert outcome(work) == INTERRUPTED
    assert cleaned == [number]
    assert capsys.readouterr().err == "gitsig: interrupted\n"
    assert signal.getsignal(number) is signal.SIG_DFL


class Finalized:
    """Gets a signal while the interpreter takes it away, when nothing that is raised goes any further."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.kill(os.getpid(), self.number)


def in_a_finalizer(number: int) -> None:
    Finalized(number)


def in_the_callback_of_a_weak_reference(number: int) -> None:
    """As every import has one (`importlib._bootstrap._get_module_lock`)."""
    held = threading.Event()
    reference = weakref.ref(held, lambda _: os.kill(os.getpid(), number))
    del held
    assert reference() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("lose", [in_a_finalizer, in_the_callback_of_a_weak_reference])
def test_a_signal_that_the_interpreter_drops_comes_again(
    lose: Callable[[int], None], number: signal.Signals, capsys
) -> None:
    hook = sys.unraisablehook

    def work() -> int:
        lose(number)
        return threading.Event().wait(5) or 0

    with interruptible():
        assert outcome(work) == INTERRUPTED
    assert capsys.readouterr().err == "gitsig: interrupted\n"
    assert sys.unraisablehook is hook
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_whatever_else_the_interpreter_drops_is_told_as_ever(monkeypatch) -> None:
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: told.append(what.exc_value))
    broken = weakref.ref(held := threading.Event(), failing(ValueError("broken")))
    with interruptible():
        del held
        assert broken() is None
    assert [type(each) for each in told] == [TypeError]


def test_a_clock_that_is_somebody_elses_is_left_to_him() -> None:
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        with interruptible():
            assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGALRM, before)


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_thread_leaves_signals_alone() -> None:
    seen = []

    def work() -> None:
        with interruptible():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.SIG_DFL]
