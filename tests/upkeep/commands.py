"""The commands that keep a policy, in this process."""

from __future__ import annotations

from dataclasses import dataclass

import typer
from typer.testing import CliRunner

from gitsig.cli import init, keys, policy

__all__ = ["APP", "Done", "call"]

APP = typer.Typer(rich_markup_mode=None)
APP.add_typer(keys.app, name="keys")
APP.add_typer(policy.app, name="policy")
APP.command("init", help=init.HELP, epilog=init.EXIT_CODES)(init.init)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


def call(*words: object, stdin: bytes = b"") -> Done:
    """Run `gitsig WORDS…`."""
    ended = CliRunner().invoke(APP, [str(word) for word in words], input=stdin)
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return Done(ended.exit_code, ended.stdout, ended.stderr)
