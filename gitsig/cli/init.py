"""`gitsig init`: propose a policy from the signatures in the history, for a person to review."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gitsig.cli import options
from gitsig.cli.guard import leave, say
from gitsig.cli.moments import parse_moment
from gitsig.cli.output import report_stream
from gitsig.errors import UsageFault
from gitsig.reports.escape import safe, unicode_fits

if TYPE_CHECKING:
    from gitsig.store.interface import Store
    from gitsig.upkeep.proposing import Proposed

__all__ = ["EXIT_CODES", "HELP", "init"]

HELP = """Propose a policy from the signatures in the history: who signs with what, since when, under which addresses.

This is trust on first use. The file says for each signer what speaks for and against it, and nothing is in force until
you have reviewed it and put it to use. SSH keys stand in the signatures themselves; OpenPGP certificates are taken from
--keys, or from your own keyring with --keyring. At the end stands what the proposed policy would refuse.

\b
Examples:
  gitsig init --keyring
  gitsig init --keys contributors.asc --keys web-flow.gpg
  gitsig init --since 2025-01-01 --output /tmp/policy.toml
"""

EXIT_CODES = """\b
Exit codes:
  0    a policy was proposed, whatever it would refuse
  2    wrong usage, or a file is there already
  3    no policy could be proposed, or not be written
  130  interrupted
"""
_LINE = 1000


def init(
    repo: options.Repo = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", metavar="FILE", help="Where to write; by default .gitsig/policy.toml of the work tree."
        ),
    ] = None,
    keys: Annotated[
        list[str] | None, typer.Option("--keys", metavar="FILE", help="OpenPGP certificates; repeatable.")
    ] = None,
    keyring: Annotated[bool, typer.Option("--keyring", help="Take certificates from your own GnuPG keyring.")] = False,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="Count commits from this time on; older ones are past."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there already.")] = False,
    now: options.Now = None,
) -> None:
    """Propose a policy from the history."""

    def work() -> int:
        moment = int(time.time()) if now is None else parse_moment(now)
        begin = None if since is None else parse_moment(since)
        import gitsig
        from gitsig.upkeep.keyinput import read_given
        from gitsig.upkeep.proposing import changes, nothing_to_propose, propose_policy
        from gitsig.upkeep.writing import write_all

        store = gitsig.open_repository(repo)
        target = _target(store, output)
        if target.exists() and not force:
            raise UsageFault(f"{target} is there already", mend="name another with --output, or overwrite with --force")
        proposed = propose_policy(store, read_given(keys or ()), moment, keyring=keyring, since=begin)
        if proposed.text:
            write_all(changes(proposed, target, force=force))
        _tell(proposed, target)
        if not proposed.text:
            raise nothing_to_propose(proposed)
        return 0

    leave(work)


def _tell(proposed: Proposed, target: Path) -> None:
    with report_stream(None) as stream:
        ascii_only = not unicode_fits(stream.encoding)
        for line in _told(proposed, target):
            stream.write(safe(line, _LINE, ascii_only=ascii_only) + "\n")
    if proposed.proposal.seen.counts["missing"]:
        say("warning: parts of the history are missing here (a shallow or partial clone), and were not read")


def _target(store: Store, output: str | None) -> Path:
    if output is not None:
        return Path(output)
    if store.workdir is None:
        raise UsageFault("a bare repository has no work tree to write to", mend="name a file with --output")
    from gitsig.sources import POLICY_PATH

    return store.workdir / POLICY_PATH


def _told(proposed: Proposed, target: Path) -> Iterator[str]:
    from gitsig.reports.reasons import sentence
    from gitsig.reports.text import count
    from gitsig.upkeep.proposaltext import used_words

    proposal, counts = proposed.proposal, proposed.proposal.seen.counts
    read = f"{count(counts['commits'], 'commit')}, {count(counts['tags'], 'tag')}"
    yield f"read: {read}, {counts['signed']} of them signed"
    total = sum(each.use.total for each in proposal.signers) or 1
    for signer in proposal.signers:
        yield f"{'not proposed' if signer.held_back else 'proposed'}: {signer.name}: {used_words(signer.use, total)}"
        yield f"  {signer.use.format} {signer.fingerprint}"
        yield from (f"  LOOK: {flag}" for flag in (*signer.flags, *filter(None, [signer.held_back])))
    if proposal.left_out:
        yield f"not proposed: {count(proposal.left_out, 'more key')}, used less than these"
    if proposal.roots:
        yield f"the past without signatures ends at {count(len(proposal.roots), 'trusted root')}"
    if not proposed.text:
        return
    refused = sum(proposed.refused.values())
    yield f"the proposed policy would refuse {refused} of {count(proposed.checked, 'object')}"
    for reason, number in sorted(proposed.refused.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {reason} {number}: {sentence(reason)}"
    yield f"wrote {target}: trust on first use, so review every signer, then: gitsig policy check {target}"
