"""The program: `gitsig`, and `git gitsig` through the script `git-gitsig`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import PurePath
from typing import Annotated, Any

import typer
from typer.main import get_command

from gitsig._version import __version__
from gitsig.cli import audit, cache, doctor, explain, guard, hook, init, install, keys, policy, verify
from gitsig.cli.options import EXIT_CODES
from gitsig.errors import UsageFault

__all__ = ["app", "run"]

HELP = """Verify every git commit and tag signature against an allowlist of contributor keys.

\b
Examples:
  gitsig verify                  what a push would bring
  gitsig verify v1.2.0           a tag and what it names
  gitsig audit                   the whole history, with statistics
  gitsig explain HEAD            why this verdict
  gitsig init                    propose a policy from the history
  gitsig install pre-receive     let a server refuse what is not signed
  gitsig doctor                  is everything in place?
"""

# Without Rich a page of help takes half the time, and reads the same in a pipe.
app = typer.Typer(
    name="gitsig",
    help=HELP,
    epilog=EXIT_CODES,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("verify", short_help="Verify commits, tags and ranges.", help=verify.HELP, epilog=EXIT_CODES)(verify.verify)
app.command("audit", short_help="Verify the whole history, with statistics.", help=audit.HELP, epilog=EXIT_CODES)(
    audit.audit
)
app.command("explain", short_help="Tell why an object got its verdict.", help=explain.HELP, epilog=EXIT_CODES)(
    explain.explain
)
app.command("init", short_help="Propose a policy from the history.", help=init.HELP, epilog=init.EXIT_CODES)(init.init)
app.add_typer(keys.app, name="keys")
app.add_typer(policy.app, name="policy")
app.add_typer(cache.app, name="cache")
app.command("install", short_help="Install hooks.", help=install.HELP, epilog=install.EXIT_CODES)(install.install)
app.command("hook", short_help="Run one hook.", help=hook.HELP, epilog=EXIT_CODES)(hook.hook)
app.command("doctor", short_help="Check an installation.", help=doctor.HELP, epilog=doctor.EXIT_CODES)(doctor.doctor)

# Newer Typers carry their own copy of click, older ones import the real one: this is `UsageError` of either.
_USAGE_ERROR: Any = typer.BadParameter.__bases__[0]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gitsig {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(UsageFault.exit_code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the program with `arguments` (default: those of the process) and return its exit code.

    Never raises for anything that a user, a repository or a signal does; see `gitsig.cli.guard` for the codes.
    """
    try:
        with guard.interruptible():
            return guard.outcome(lambda: _dispatch(arguments))
    except KeyboardInterrupt:
        # a second one, while the first was being told
        return guard.INTERRUPTED


def _dispatch(arguments: Sequence[str] | None) -> int:
    name = "git gitsig" if PurePath(sys.argv[0]).name == "git-gitsig" else "gitsig"
    try:
        code = get_command(app).main(arguments, prog_name=name, standalone_mode=False)
    except _USAGE_ERROR as error:
        raise _usage_fault(error, name) from None
    except typer.Abort:
        raise KeyboardInterrupt from None
    except SystemExit:
        # Typer's own answer to a closed pipe, such as `gitsig --help | head -1`, is exit code 1: "refused".
        raise BrokenPipeError from None
    return code if isinstance(code, int) else 0


def _usage_fault(error: Any, name: str) -> UsageFault:
    what = " ".join(error.format_message().split()).rstrip(".").replace("Value error, ", "")
    command = error.ctx.command_path if error.ctx is not None else name
    return UsageFault(what[:1].lower() + what[1:], mend=f"see {command} --help")
