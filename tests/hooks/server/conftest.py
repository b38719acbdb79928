"""A story and the server that it is pushed to."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pytest

from gitsig.hooks import run_hook
from tests.hooks.server.guarded import Guarded
from tests.support.story import Story


@pytest.fixture
def guarded(story: Callable[..., Story]) -> Guarded:
    """A guarded bare repository; `guarded.story` has one commit by Ada, not pushed yet."""
    told = story()
    told.commit()
    return Guarded(told)


@pytest.fixture
def hook(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Run a hook in this process, in the server's repository, and give exit code and standard error."""

    def run(
        name: str, *arguments: str, stdin: bytes | Sequence[tuple[str, str, str]] = b"", **env: str
    ) -> tuple[int, str]:
        lines = stdin if isinstance(stdin, bytes) else "".join(f"{' '.join(each)}\n" for each in stdin).encode()
        with monkeypatch.context() as patch:
            patch.chdir(guarded.git_dir)
            patch.setenv("GIT_DIR", ".")
            for key, value in env.items():
                patch.setenv(key, value)
            patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
            code = run_hook(name, arguments)
        return code, capsys.readouterr().err

    return run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A server that could not be tried is told at the end of the run, not only counted."""
    for report in terminalreporter.stats.get("skipped", []):
        if "gitolite" in str(report.nodeid):
            terminalreporter.write_line(f"NOT RUN: {report.nodeid}: {report.longrepr[2]}", yellow=True)
