"""`gitsig keys`: list, add, remove, expire and refresh the keys of a policy."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gitsig.cli import options
from gitsig.cli.guard import leave, say
from gitsig.cli.keys_help import ADD_HELP, EXIT_CODES, EXPIRE_HELP, HELP, LIST_HELP, REFRESH_HELP, REMOVE_HELP
from gitsig.cli.moments import parse_moment
from gitsig.cli.output import report_stream
from gitsig.errors import GitsigError, UsageFault
from gitsig.reports.escape import safe, unicode_fits

if TYPE_CHECKING:
    from gitsig.upkeep.opened import Opened
    from gitsig.upkeep.outcome import Outcome

__all__ = ["app"]

_LINE = 2000
app = typer.Typer(help=HELP, epilog=EXIT_CODES, rich_markup_mode=None)

Signer = Annotated[str, typer.Argument(metavar="SIGNER", help="The signer's name in the policy.", show_default=False)]
KeyName = Annotated[
    str | None,
    typer.Argument(metavar="KEY", help="Full fingerprint, or the file as the policy names it.", show_default=False),
]


class ListFormat(StrEnum):
    """Formats of the list."""

    TEXT = "text"
    JSON = "json"


@app.command("list", short_help="Show signers and keys.", help=LIST_HELP, epilog=EXIT_CODES)
def list_(
    repo: options.Repo = None,
    policy: options.PolicyFile = None,
    policy_ref: options.PolicyRef = None,
    now: options.Now = None,
    format: Annotated[  # noqa: A002  the option's own name
        ListFormat, typer.Option("--format", metavar="text|json", help="Format of the list.")
    ] = ListFormat.TEXT,
) -> None:
    """Show signers and keys."""

    def work() -> int:
        moment = _moment(now)
        from gitsig.upkeep.listing import as_json, as_lines, list_keys

        opened = _open(repo, policy, policy_ref)
        signers = list_keys(opened)
        with report_stream(None) as stream:
            if format is ListFormat.JSON:
                import json

                stream.write(json.dumps(as_json(signers, opened.source, moment), indent=1) + "\n")
            else:
                ascii_only = not unicode_fits(stream.encoding)
                for line in as_lines(signers, moment):
                    stream.write(safe(line, _LINE, ascii_only=ascii_only) + "\n")
        return 0

    leave(work)


@app.command("add", short_help="Add keys to a signer.", help=ADD_HELP, epilog=EXIT_CODES)
def add(
    signer: Signer,
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY...", help="Keys to add.", show_default=False)] = None,
    email: Annotated[
        list[str] | None, typer.Option("--email", metavar="ADDRESS", help="An address to commit under; repeatable.")
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option("--role", metavar="ROLE", help="A role that rules can name; repeatable.")
    ] = None,
    valid_from: Annotated[
        str | None, typer.Option("--valid-from", metavar="TIME", help="From when on the added keys count.")
    ] = None,
    valid_until: Annotated[
        str | None, typer.Option("--valid-until", metavar="TIME", help="Until when the added keys count.")
    ] = None,
    repo: options.Repo = None,
    policy: options.PolicyFile = None,
) -> None:
    """Add keys to a signer."""

    def edit(opened: Opened) -> Outcome:
        if not (keys or email or role):
            raise UsageFault("nothing to add", mend="give a KEY, --email or --role")
        window = [None if each is None else parse_moment(each) for each in (valid_from, valid_until)]
        from gitsig.upkeep.adding import Wish, add_keys
        from gitsig.upkeep.keyinput import read_given

        wish = Wish(signer, tuple(email or ()), tuple(role or ()), *window)
        return add_keys(opened, wish, read_given(keys or ()), int(time.time()))

    leave(lambda: _edit(repo, policy, edit))


@app.command("remove", short_help="Take a key or a signer out.", help=REMOVE_HELP, epilog=EXIT_CODES)
def remove(
    signer: Signer,
    key: KeyName = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also the last key of a signer, and a signer whom rules name.")
    ] = False,
    repo: options.Repo = None,
    policy: options.PolicyFile = None,
) -> None:
    """Take a key or a signer out."""

    def edit(opened: Opened) -> Outcome:
        from gitsig.upkeep.removing import remove_keys

        return remove_keys(opened, signer, key, force=force)

    leave(lambda: _edit(repo, policy, edit))


@app.command("expire", short_help="Let a key end at a time.", help=EXPIRE_HELP, epilog=EXIT_CODES)
def expire(
    signer: Signer,
    key: KeyName = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When; by default now.")] = None,
    repo: options.Repo = None,
    policy: options.PolicyFile = None,
) -> None:
    """Let a key, or a signer's keys, end at a time."""

    def edit(opened: Opened) -> Outcome:
        moment = _moment(at)
        from gitsig.upkeep.removing import expire_keys

        return expire_keys(opened, signer, key, moment)

    leave(lambda: _edit(repo, policy, edit))


@app.command("refresh", short_help="Take newer copies of certificates.", help=REFRESH_HELP, epilog=EXIT_CODES)
def refresh(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE...", help="Newer copies; - is standard input.", show_default=False),
    ] = None,
    from_keyring: Annotated[bool, typer.Option("--from-keyring", help="Take them from your GnuPG keyring.")] = False,
    repo: options.Repo = None,
    policy: options.PolicyFile = None,
) -> None:
    """Take newer copies of certificates that are listed already."""

    def edit(opened: Opened) -> Outcome:
        if bool(files) == from_keyring:
            raise UsageFault("newer copies come from FILEs or from the keyring", mend="give FILE... or --from-keyring")
        from gitsig.upkeep.keyinput import read_given
        from gitsig.upkeep.refreshing import refresh_keys

        return refresh_keys(opened, read_given(files or ()), from_keyring=from_keyring)

    leave(lambda: _edit(repo, policy, edit))


def _moment(text: str | None) -> int:
    return int(time.time()) if text is None else parse_moment(text)


def _open(repo: str | None, policy: str | None, policy_ref: str | None = None) -> Opened:
    import gitsig
    from gitsig.upkeep.opened import open_at, open_file, policy_path

    if policy_ref and not policy:
        return open_at(gitsig.open_repository(repo), policy_ref)
    try:
        store = None if policy else gitsig.open_repository(repo)
    except GitsigError:
        # A file that GITSIG_POLICY names needs no repository around it.
        if not os.environ.get("GITSIG_POLICY"):
            raise
        store = None
    return open_file(policy_path(store, policy))


def _edit(repo: str | None, policy: str | None, edit: Callable[[Opened], Outcome]) -> int:
    """Work out an edit, write it, and say what was done."""
    opened = _open(repo, policy).editable()
    outcome = edit(opened)
    for warning in outcome.warnings:
        say(f"warning: {warning}")
    outcome.write()
    with report_stream(None) as stream:
        ascii_only = not unicode_fits(stream.encoding)
        lines = [*outcome.told, *(f"wrote {change}" for change in outcome.changes)]
        stream.write("".join(safe(line, _LINE, ascii_only=ascii_only) + "\n" for line in lines))
    return 0
