"""`gitsig hook`: what its help says. `gitsig.__main__` runs hooks before Typer is imported, which would cost 100 ms."""

from __future__ import annotations

from typing import Annotated

import typer

from gitsig.cli.guard import leave

__all__ = ["HELP", "hook"]

HELP = """Run one hook, as git and others call it. Its input is what they give to it; see docs/hooks.

\b
On a server:
  pre-receive   OLD NEW REF lines on standard input
  update        REF OLD NEW
  ref-update    Gerrit: --project P --refname R --uploader U --oldrev O --newrev N
On a developer's machine:
  pre-push      git's own, which sees every ref that is pushed
  preflight     before a commit: signing is on, and the key is in the policy
  head          after a commit, merge or rewrite: what was made verifies
In the pre-commit framework and in CI:
  push          what is not pushed yet
  range         A..B, or what the CI's variables name
  policy        lints the policy

\b
Examples:
  gitsig hook range origin/main..HEAD
  gitsig install pre-receive --repo /srv/git/web.git   writes the file that calls this
"""


def hook(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The hook.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="ARGS...", help="Its arguments.", show_default=False)
    ] = None,
) -> None:
    """Run one hook."""

    def work() -> int:
        from gitsig.hooks import run_hook

        return run_hook(name, arguments or [])

    leave(work)
