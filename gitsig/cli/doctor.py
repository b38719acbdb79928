"""`gitsig doctor`: whether an installation is sound, before a push finds out."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Annotated

import typer

from gitsig.cli import options
from gitsig.cli.guard import leave
from gitsig.cli.moments import parse_moment
from gitsig.cli.output import report_stream

__all__ = ["EXIT_CODES", "HELP", "doctor"]

HELP = """Check an installation: programs, repository, hooks, policy, keys, cache and settings.

Run it as the user that the hooks run as: what that user cannot read or write is what counts.

\b
Examples:
  gitsig doctor
  sudo -u git gitsig doctor --repo /srv/git/web.git
  gitsig doctor --format json
"""

EXIT_CODES = """\b
Exit codes:
  0    nothing fails; warnings do not count
  1    something FAILs
  2    wrong usage
  3    something could not be checked
  130  interrupted
"""


class DoctorFormat(StrEnum):
    """Formats of the result."""

    TEXT = "text"
    JSON = "json"


def doctor(
    repo: options.Repo = None,
    now: options.Now = None,
    format: Annotated[  # noqa: A002  the option's own name
        DoctorFormat, typer.Option("--format", metavar="text|json", help="Format of the result.")
    ] = DoctorFormat.TEXT,
) -> None:
    """Check an installation."""

    def work() -> int:
        moment = int(time.time()) if now is None else parse_moment(now)
        from gitsig.doctor import as_json, as_text, examine, exit_code

        checks = tuple(examine(repo, moment))
        with report_stream(None) as stream:
            stream.write(as_json(checks) if format is DoctorFormat.JSON else as_text(checks, stream.encoding))
        return exit_code(checks)

    leave(work)
