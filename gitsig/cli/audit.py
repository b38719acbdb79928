"""`gitsig audit`: everything reachable, with statistics."""

from __future__ import annotations

from typing import Annotated

import typer

from gitsig.cli import options
from gitsig.cli.guard import leave
from gitsig.cli.session import make_verifier, reading, write_report

__all__ = ["HELP", "audit"]

HELP = """Verify everything that is reachable, and count it by signer and by reason.

A REV is where to begin; by default all branches and tags. Old signatures are judged by the time at which they were
made: a key that expired or was retired later does not turn them red.

Evidence is kept in the git directory, so the next audit needs no cryptography for what has not changed; a text report
then only counts what was accepted before under the same policy and keys.

\b
Examples:
  gitsig audit                         the whole history
  gitsig audit -q main                 refusals and tables, for one branch
  gitsig audit -qq                     the tables alone
  gitsig audit --format jsonl | jq -r 'select(.accepted == false) | .oid'
  gitsig audit --now 2024-01-01        as it would have been judged then
"""


def audit(
    revs: Annotated[
        list[str] | None, typer.Argument(metavar="REV...", help="Where to begin.", show_default=False)
    ] = None,
    repo: options.Repo = None,
    policy: options.PolicyFile = None,
    policy_ref: options.PolicyRef = None,
    now: options.Now = None,
    format: options.Format = options.FormatName.TEXT,  # noqa: A002  the option's own name
    output: options.Output = None,
    engine: options.Engine = options.EngineName.AUTO,
    cross_check: options.CrossCheck = False,
    jobs: options.Jobs = None,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = 0,
    verbose: options.Verbose = 0,
) -> None:
    """Verify everything that is reachable, and count it."""
    settings = options.Settings(
        repo,
        policy,
        policy_ref,
        format,
        output,
        engine,
        cross_check,
        now,
        verbosity=min(verbose, 1) - min(quiet, 2),
        jobs=jobs,
        cache=not no_cache,
    )
    # A file for programs names every object; for people what was accepted before and is unchanged is only counted.
    resume = settings.format == "text"

    def work() -> int:
        with reading(settings) as signs:
            run = make_verifier(settings, signs=signs).audit(revs or [], resume=resume)
        return write_report(run, settings, "audit")

    leave(work)
