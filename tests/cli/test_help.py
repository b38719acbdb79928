"""The help teaches: every command has examples and the exit codes."""

import pytest
from typer.testing import CliRunner

from gitsig.cli.main import app
from gitsig.cli.session import bases_of

COMMANDS = ["verify", "audit", "explain", "policy check", "policy show"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_and_exit_codes(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"], prog_name="gitsig")
    assert shown.exit_code == 0
    assert f"Usage: gitsig {command}" in shown.output
    assert f"  Examples:\n    gitsig {command}" in shown.output
    assert "  Exit codes:\n    0    everything was accepted" in shown.output
    assert "130  interrupted" in shown.output


def test_the_program_names_its_commands() -> None:
    shown = CliRunner().invoke(app, ["-h"]).output
    assert all(f"  {command.split()[0]}" in shown for command in COMMANDS)
    assert "--install-completion" not in shown


def test_the_runner_sees_the_guarded_exit_code() -> None:
    ended = CliRunner().invoke(app, ["policy", "check", "/nonexistent"])
    assert ended.exit_code == 3
    assert "gitsig: error: /nonexistent" in ended.output


@pytest.mark.parametrize(
    ("targets", "bases"),
    [
        (["A..B"], {"A"}),
        (["..B"], {"HEAD"}),
        (["A.."], {"A"}),
        (["refs/heads/a.b..c"], {"refs/heads/a.b"}),
        (["A...B"], {"A"}),
        (["A"], set()),
        ([], set()),
        (["A..B", "C"], {"A"}),
        (["A..B", "C..D"], {"A", "C"}),
    ],
)
def test_the_bases_of_a_range(targets: list[str], bases: set[str]) -> None:
    assert bases_of(targets) == bases
