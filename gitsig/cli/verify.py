"""`gitsig verify`: single objects, tags, and the commits of a range."""

from __future__ import annotations

from typing import Annotated

import typer

from gitsig.cli import options
from gitsig.cli.guard import leave
from gitsig.cli.session import make_verifier, reading, write_report

__all__ = ["HELP", "verify"]

HELP = """Verify commits and tags against the policy.

A TARGET is a commit, a tag (its tag objects, step by step) or a range A..B (every commit of it). Without a target:
what the upstream of the current branch does not have yet, or HEAD where there is no upstream.

\b
Examples:
  gitsig verify                        what a push would bring
  gitsig verify HEAD v1.2.0            one commit and one tag
  gitsig verify origin/main..HEAD      every commit of a branch
  gitsig verify --new --ref refs/heads/main origin/main..HEAD
                                       as a server would judge the push
  gitsig verify --format json --output report.json v1.0..v1.1
"""


def verify(
    targets: Annotated[
        list[str] | None, typer.Argument(metavar="TARGET...", help="Commits, tags, ranges.", show_default=False)
    ] = None,
    repo: options.Repo = None,
    policy: options.PolicyFile = None,
    policy_ref: options.PolicyRef = None,
    ref: options.Ref = None,
    new: options.New = False,
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
    """Verify commits and tags against the policy."""
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
    wanted = targets or []

    def work() -> int:
        with reading(settings) as signs:
            run = make_verifier(settings, wanted, signs).verify(wanted, ref=ref, new=new)
        return write_report(run, settings, "verify")

    leave(work)
