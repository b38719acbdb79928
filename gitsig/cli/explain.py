"""`gitsig explain`: why an object got its verdict."""

from __future__ import annotations

from typing import Annotated

import typer

from gitsig.cli import options
from gitsig.cli.guard import UNVERIFIED, leave
from gitsig.cli.output import report_stream
from gitsig.cli.session import make_verifier
from gitsig.model import Reason

__all__ = ["HELP", "explain"]

HELP = """Explain the verdict of one commit or tag: grammar, key, times and rules, step by step.

\b
Examples:
  gitsig explain HEAD
  gitsig explain v1.2.0
  gitsig explain --new --ref refs/heads/main HEAD    as a server would judge it
  gitsig explain --format json 3f2a91c4
"""


def explain(
    target: Annotated[str, typer.Argument(metavar="OBJECT", help="A commit or a tag.", show_default=False)],
    repo: options.Repo = None,
    policy: options.PolicyFile = None,
    policy_ref: options.PolicyRef = None,
    ref: options.Ref = None,
    new: options.New = False,
    now: options.Now = None,
    format: Annotated[  # noqa: A002  the option's own name
        options.ExplainFormat, typer.Option("--format", metavar="text|json", help="Format of the explanation.")
    ] = options.ExplainFormat.TEXT,
    output: options.Output = None,
    engine: options.Engine = options.EngineName.AUTO,
    cross_check: options.CrossCheck = False,
) -> None:
    """Explain the verdict of one commit or tag."""
    settings = options.Settings(repo, policy, policy_ref, format, output, engine, cross_check, now)

    def work() -> int:
        explanation = make_verifier(settings).explain(target, ref=ref, new=new)
        from gitsig.reports import terminal_width, wants_color
        from gitsig.reports.explain import explain_json, explain_text

        with report_stream(output) as stream:
            if format is options.ExplainFormat.JSON:
                explain_json(explanation, stream)
            else:
                explain_text(explanation, stream, color=wants_color(stream), width=terminal_width(stream))
        verdict = explanation.verdict
        if verdict.accepted:
            return 0
        return UNVERIFIED if verdict.reason is Reason.VERIFIER_ERROR else 1

    leave(work)
