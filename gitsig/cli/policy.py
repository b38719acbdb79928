"""`gitsig policy`: check a policy, show the one that applies."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from gitsig.cli import options
from gitsig.cli.guard import leave
from gitsig.cli.moments import parse_moment
from gitsig.cli.output import report_stream

if TYPE_CHECKING:
    from gitsig import LoadedPolicy

__all__ = ["CHECK_HELP", "HELP", "SHOW_HELP", "app"]

HELP = "Check a policy, or show the one that applies."

CHECK_HELP = """Read a policy and every key file that it names, and say what is wrong or weak about it.

Warnings do not change the exit code: 0 means usable, 3 that there is an error.

\b
Examples:
  gitsig policy check                        the policy that applies here
  gitsig policy check /etc/gitsig/web.toml   a file, before it is put to use
"""

SHOW_HELP = """Show the policy that applies: where it comes from, who may sign with which keys, and its rules.

\b
Examples:
  gitsig policy show
  gitsig policy show --policy-ref main
"""

app = typer.Typer(help=HELP, epilog=options.EXIT_CODES, rich_markup_mode=None)


@app.command(
    "check",
    short_help="Read a policy and its key files, and say what is wrong.",
    help=CHECK_HELP,
    epilog=options.EXIT_CODES,
)
def check(
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="The policy; by default the one that applies.", show_default=False),
    ] = None,
    repo: options.Repo = None,
    policy: options.PolicyFile = None,
    policy_ref: options.PolicyRef = None,
    now: options.Now = None,
) -> None:
    """Read a policy and every key file that it names."""

    def work() -> int:
        moment = int(time.time()) if now is None else parse_moment(now)
        import gitsig
        from gitsig.cli.policy_view import checked

        loaded = gitsig.load_policy(None, file) if file else _load(repo, policy, policy_ref)
        warnings = dict.fromkeys([*loaded.warnings, *gitsig.review_keys(loaded, moment)])
        with report_stream(None) as stream:
            stream.write(checked(loaded, tuple(warnings), stream.encoding))
        return 0

    leave(work)


@app.command(
    "show", short_help="Show who may sign what, and where that is written.", help=SHOW_HELP, epilog=options.EXIT_CODES
)
def show(
    repo: options.Repo = None,
    policy: options.PolicyFile = None,
    policy_ref: options.PolicyRef = None,
) -> None:
    """Show the policy that applies."""

    def work() -> int:
        from gitsig.cli.policy_view import shown

        loaded = _load(repo, policy, policy_ref)
        with report_stream(None) as stream:
            stream.write(shown(loaded, stream.encoding))
        return 0

    leave(work)


def _load(repo: str | None, policy: str | None, policy_ref: str | None) -> LoadedPolicy:
    import gitsig

    # A policy that is a file can be looked at anywhere, before there is a repository to guard.
    store = None if policy else gitsig.open_repository(repo)
    return gitsig.load_policy(store, policy, ref=policy_ref)
