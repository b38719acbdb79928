"""Signs of life, without a clock: the patience is taken away."""

import io

import pytest

from gitsig.cli import progress
from gitsig.cli.progress import watch
from gitsig.model import Reason, Verdict

GOOD = Verdict("a" * 40, "commit", True, Reason.GOOD)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def impatient(monkeypatch) -> None:
    for name in ("_PATIENCE", "_REFRESH", "_LINE_EVERY"):
        monkeypatch.setattr(progress, name, -1.0)


def test_by_default_nothing_is_added(capsys) -> None:
    assert list(watch([GOOD, GOOD], 2, bar=False, lines=False)) == [GOOD, GOOD]
    assert capsys.readouterr() == ("", "")


def test_short_work_shows_nothing(capsys) -> None:
    assert list(watch([GOOD], 1, bar=True, lines=True)) == [GOOD]
    assert list(watch([GOOD], 1, bar=False, lines=True)) == [GOOD]
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("total", "text"), [(2, "gitsig: checking: 2 of 2, "), (None, "gitsig: checking: 2, ")])
def test_plain_lines(total: int | None, text: str, capsys) -> None:
    assert len(list(watch([GOOD, GOOD], total, bar=False, lines=True))) == 2
    assert capsys.readouterr().err.splitlines()[1].startswith(text)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("total", "text"), [(3, "2/3"), (None, "2/?")])
def test_a_bar_on_a_terminal_is_taken_away_again(total: int | None, text: str, monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", terminal)
    verdicts = watch([GOOD, GOOD], total, bar=True, lines=False)
    assert next(verdicts) == GOOD
    assert list(verdicts) == [GOOD]
    assert text in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")


@pytest.mark.usefixtures("impatient")
def test_an_error_takes_the_bar_away_too(monkeypatch) -> None:
    def verdicts():
        yield GOOD
        yield GOOD
        raise ValueError("x")

    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", terminal)
    with pytest.raises(ValueError, match="x"):
        list(watch(verdicts(), 2, bar=True, lines=False))
    assert terminal.getvalue().endswith("\x1b[2K")
