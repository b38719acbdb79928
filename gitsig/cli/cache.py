"""`gitsig cache`: what is kept from earlier runs, and how to be rid of it."""

from __future__ import annotations

import typer

from gitsig.cli import options
from gitsig.cli.guard import leave

__all__ = ["app"]

HELP = """Show or remove the evidence that is kept from earlier runs.

It says which key made which signature, so that this need not be computed again. It holds no verdicts: every run judges
by its own policy. It lies in the git directory (gitsig/evidence.sqlite3), or, where that is not ours, in the user's
cache folder. Removing it costs time and nothing else.
"""

app = typer.Typer(
    help=HELP, short_help="Show or remove kept evidence.", epilog=options.EXIT_CODES, rich_markup_mode=None
)


@app.command("info", short_help="Show what is kept.", epilog=options.EXIT_CODES)
def info(repo: options.Repo = None) -> None:
    """Show where the evidence of this repository is kept, how much of it, and whether it can be used."""

    def work() -> int:
        import gitsig
        from gitsig.engine.cacheadmin import describe

        for line in describe(gitsig.open_repository(repo)):
            typer.echo(line)
        return 0

    leave(work)


@app.command("clear", short_help="Remove what is kept.", epilog=options.EXIT_CODES)
def clear(repo: options.Repo = None) -> None:
    """Remove the evidence of this repository; the next run computes it again."""

    def work() -> int:
        import gitsig
        from gitsig.engine.cacheadmin import clear as remove

        removed = remove(gitsig.open_repository(repo))
        typer.echo("\n".join(f"removed {path}" for path in removed) or "nothing is kept")
        return 0

    leave(work)
