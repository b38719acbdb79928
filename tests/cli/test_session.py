"""From a run to a report, with runs that a small repository does not give."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gitsig.cli.options import Settings
from gitsig.cli.session import write_report
from gitsig.errors import EnvironmentFault
from gitsig.model import ObjectFormat, Reason, RunInfo, Summary, Verdict
from gitsig.tally import Tally

LATE = "1 unsigned tag is not judged"


class BrokenRun:
    """A run with an early and a late remark, a fault, and on demand an error in the middle."""

    faults = ("gpg is missing",)
    warnings = ("the evidence cache is not used: it is somebody else's",)
    total = 2

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error
        self._tally = Tally()
        self.remarks: tuple[str, ...] = ("first parents only",)

    @property
    def info(self) -> RunInfo:
        return RunInfo("/r", ObjectFormat.SHA1, "policy.toml", "sha256:" + "0" * 64, 0, self.remarks)

    def __iter__(self) -> Iterator[Verdict]:
        for reason in (Reason.GOOD, Reason.VERIFIER_ERROR):
            verdict = Verdict("a" * 40, "commit", reason is Reason.GOOD, reason, subject="Fix")
            self._tally.add(verdict)
            yield verdict
            if self._error is not None:
                raise self._error
        self.remarks = (*self.remarks, LATE)

    def summary(self) -> Summary:
        return self._tally.summary(0)


@pytest.mark.parametrize(
    ("form", "notes"),
    [("text", ["note: first parents only", f"gitsig: note: {LATE}"]),
     ("json", ["gitsig: note: first parents only", f"gitsig: note: {LATE}"])],
)  # fmt: skip
def test_each_remark_is_told_once_and_faults_are_told(form: str, notes: list[str], capsys) -> None:
    assert write_report(BrokenRun(), Settings(format=form), "verify") == 3
    err = capsys.readouterr().err.splitlines()
    assert [line for line in err if "note:" in line] == notes
    assert err[-2:] == [
        "gitsig: warning: the evidence cache is not used: it is somebody else's",
        "gitsig: could not be checked: gpg is missing",
    ]


def test_a_run_that_fails_leaves_no_summary_and_no_file(tmp_path: Path, capsys) -> None:
    error = EnvironmentFault("the store is gone")
    with pytest.raises(EnvironmentFault):
        write_report(BrokenRun(error), Settings(output=str(tmp_path / "report")), "verify")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(EnvironmentFault):
        write_report(BrokenRun(error), Settings(), "verify")
    out, err = capsys.readouterr()
    assert out.startswith("ok ")
    assert "accepted" not in err


def test_without_standard_error_the_summary_joins_the_report(monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.stderr", None)
    assert write_report(BrokenRun(), Settings(), "verify") == 3
    assert "1 refused (verifier_error 1)" in capsys.readouterr().out
