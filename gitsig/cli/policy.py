"""`gitsig policy`: check a policy, show the one that applies, compare two, and the schema for editors."""

from __future__ import annotations

import os
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gitsig.cli import options
from gitsig.cli.guard import leave, say
from gitsig.cli.moments import parse_moment
from gitsig.cli.output import report_stream
from gitsig.errors import GitsigError, PolicyFault

if TYPE_CHECKING:
    from gitsig import LoadedPolicy
    from gitsig.store import Store

__all__ = ["CHECK_HELP", "CONVERT_HELP", "DIFF_EXIT_CODES", "DIFF_HELP", "HELP", "SCHEMA_HELP", "SHOW_HELP", "app"]

HELP = "Check, show, compare and convert policies."

CHECK_HELP = """Read a policy and every key file that it names, and say what is wrong or weak about it.

Beside a repository (--repo, or the one here) it is also compared with that: ref patterns that match no ref, path
patterns that match nothing in the tree of HEAD, trusted roots, exceptions and a governance root that are not there, or
behind no guarded ref.

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

DIFF_HELP = """Tell in words who gains and who loses what between two policies: signers, keys, roles, rules, defaults.

OLD and NEW are files, or REV: for the policy in the tree of a commit. Defaults and rules that change say WEAKER or
STRICTER. Certificates are compared as GnuPG sees them, so that a new subkey or a revocation shows.

\b
Examples:
  gitsig policy diff main: .gitsig/policy.toml     what the change here would do
  gitsig policy diff v1.0: v2.0:
  gitsig policy diff --format json old.toml new.toml
"""

DIFF_EXIT_CODES = """\b
Exit codes:
  0    both judge alike
  1    they differ
  2    wrong usage
  3    one of them cannot be read
  130  interrupted
"""

CONVERT_HELP = """Write a peer's policy (see --policy) as gitsig's own file, with its keys in keys/ beside it.

Judged by either, a repository gets the same verdicts; what cannot be carried over is said on standard error. Of Guix
and sequoia-git the law of HEAD is written, to be put into the repository. Without --output the policy is printed, and
no key file written.

\b
Examples:
  gitsig policy convert keys:trusted/ --output .gitsig/policy.toml
  gitsig policy convert 'bitcoin:contrib/verify-commits?keyring=all.gpg'
  gitsig policy convert 'guix:?introduction=COMMIT&signer=FINGERPRINT' --output .gitsig/policy.toml
"""

SCHEMA_HELP = """Print a JSON Schema (2020-12) of the policy file, for editors that complete and check TOML.

\b
Examples:
  gitsig policy schema > policy.schema.json
"""


class DiffFormat(StrEnum):
    """Formats of a comparison."""

    TEXT = "text"
    JSON = "json"


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
        from gitsig.policy.reviewgovernance import review_alone

        loaded = _load(repo, file or policy, policy_ref)
        beside, unmet = _compared(repo, loaded)
        alone = review_alone(loaded.policy)
        warnings = dict.fromkeys([*loaded.warnings, *alone, *gitsig.review_keys(loaded, moment), *unmet])
        with report_stream(None) as stream:
            stream.write(checked(loaded, tuple(warnings), beside, stream.encoding))
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


@app.command(
    "diff", short_help="Tell who gains and loses what between two policies.", help=DIFF_HELP, epilog=DIFF_EXIT_CODES
)
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A file, or REV: for the one in a commit.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same.")],
    repo: options.Repo = None,
    format: Annotated[  # noqa: A002  the option's own name
        DiffFormat, typer.Option("--format", metavar="text|json", help="Format of the comparison.")
    ] = DiffFormat.TEXT,
) -> None:
    """Tell who gains and who loses what between two policies."""

    def work() -> int:
        from gitsig.cli.policy_view import compared
        from gitsig.upkeep.diffrules import compare

        before, after = _named(repo, old), _named(repo, new)
        found = compare(before, after)
        with report_stream(None) as stream:
            stream.write(compared(found, before, after, stream.encoding, as_json=format is DiffFormat.JSON))
        return 1 if found else 0

    leave(work)


@app.command(
    "convert",
    short_help="Write a peer's policy as gitsig's own file.",
    help=CONVERT_HELP,
    epilog=options.EXIT_CODES,
)
def convert(
    file: Annotated[
        str | None,
        typer.Argument(metavar="POLICY", help="A peer's policy, as --policy names it.", show_default=False),
    ] = None,
    repo: options.Repo = None,
    policy: options.PolicyFile = None,
    output: Annotated[
        str | None,
        typer.Option("--output", metavar="FILE", help="Write the policy to FILE and its keys to keys/ beside it."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there already.")] = False,
) -> None:
    """Write a peer's policy as gitsig's own file."""

    def work() -> int:
        from gitsig.upkeep.convert import convert, write

        name = file or policy
        made = convert(_store_for(repo, name), name)
        for note in made.notes:
            say(f"note: {note}")
        if output is None:
            with report_stream(None) as stream:
                stream.write(made.text)
            if made.files:
                say(f"note: --output FILE writes {', '.join(made.files)} beside the policy too")
            return 0
        for path in write(made, Path(output), force=force):
            say(f"written: {path}")
        return 0

    leave(work)


@app.command(
    "schema", short_help="Print a JSON Schema of the policy file.", help=SCHEMA_HELP, epilog=options.EXIT_CODES
)
def schema(output: options.Output = None) -> None:
    """Print a JSON Schema of the policy file."""

    def work() -> int:
        from gitsig.upkeep.schema import schema_text

        with report_stream(output) as stream:
            stream.write(schema_text())
        return 0

    leave(work)


def _compared(repo: str | None, loaded: LoadedPolicy) -> tuple[str, tuple[str, ...]]:
    """Which repository a policy was compared with, in words, and warnings about what it names and that is not there."""
    import gitsig
    from gitsig.upkeep.against import review_against

    try:
        store = gitsig.open_repository(repo)
    except GitsigError as error:
        if repo is not None:
            raise
        return f"compared with no repository: {error.what}", ()
    return f"compared with {store.path}", review_against(store, loaded.policy)


def _named(repo: str | None, name: str) -> LoadedPolicy:
    """The policy of a file, or of `REV:`."""
    import gitsig

    rev = name.removesuffix(".gitsig/policy.toml")
    if len(rev) > 1 and rev.endswith(":"):
        return gitsig.load_policy(gitsig.open_repository(repo), ref=rev[:-1])
    if ":" not in name and not os.path.lexists(name):
        raise PolicyFault("no such file", where=name, mend=f"mend the path; for the policy in a commit write {name}:")
    return gitsig.load_policy(_store_for(repo, name), name)


def _load(repo: str | None, policy: str | None, policy_ref: str | None) -> LoadedPolicy:
    import gitsig

    return gitsig.load_policy(_store_for(repo, policy), policy, ref=policy_ref)


def _store_for(repo: str | None, policy: str | None) -> Store | None:
    """The repository that the policy is found or lies in.

    A policy that is a file can be looked at anywhere, before there is a repository to guard.
    """
    import gitsig
    from gitsig.sources import needs_repository

    return None if policy and not needs_repository(policy) else gitsig.open_repository(repo)
