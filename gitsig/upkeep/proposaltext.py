"""The proposal as a policy file, and in words. Names and addresses come from the history and are escaped."""

from __future__ import annotations

from collections.abc import Iterator

from gitsig.reports.escape import safe
from gitsig.reports.text import count
from gitsig.reports.times import day
from gitsig.upkeep.history import KeyUse
from gitsig.upkeep.proposal import Proposal, ProposedSigner
from gitsig.upkeep.rendering import rendered, toml_key

__all__ = ["policy_text", "used_words"]

_HEAD = """\
# Proposed by `gitsig init` on {date} from what the signatures in the history claim: TRUST ON FIRST USE.
# Nobody has checked yet that these keys belong to these people. Before this is put to use:
#   * compare each fingerprint with its owner, over another way than this repository;
#   * delete every signer who should not sign, and every address that is not the owner's;
#   * give roles, and rules for the refs that matter (docs/policy.md);
#   * gitsig policy check, then gitsig audit.
version = 1
"""
_COMMENT = 1000
"""Characters of one comment line."""


def policy_text(proposal: Proposal, now: int) -> str:
    """The policy file; `now` is in Unix seconds."""
    total = sum(each.use.total for each in proposal.signers) or 1
    parts = [_HEAD.format(date=day(now))]
    parts += ["".join(f"{line}\n" for line in _signer(each, total)) for each in proposal.signers]
    rest = (_left_out(proposal), _tags(proposal), _history(proposal))
    parts += ["".join(f"{line}\n" for line in each) for each in rest if each]
    return "\n".join(parts)


def used_words(use: KeyUse, total: int) -> str:
    """`120 commits, 2 tags, 45.0 % of what is signed, 2024-01-01 to 2026-01-01`."""
    kinds = [count(use.kinds[kind], kind) for kind in ("commit", "merge", "tag") if use.kinds[kind]]
    share = f"{100 * use.total / total:.1f} % of what is signed"
    if use.first is None or use.last is None:
        return ", ".join([*kinds, share])
    return ", ".join([*kinds, share, f"{day(use.first)} to {day(use.last)}"])


def _signer(signer: ProposedSigner, total: int) -> Iterator[str]:
    use = signer.use
    yield _comment(f"{signer.name}: {used_words(use, total)}")
    yield _comment(f"{use.format} {signer.fingerprint}")
    seen = sorted(use.emails.items(), key=lambda item: (-item[1], item[0]))
    yield _comment(
        "seen as " + ", ".join(f"{email} ({number})" for email, number in seen) if seen else "no address seen"
    )
    yield from (_comment(f"LOOK: {flag}") for flag in signer.flags)
    if signer.held_back:
        yield _comment(f"NOT PROPOSED: {signer.held_back}")
    prefix = "# " if signer.held_back else ""
    yield f"{prefix}[signers.{toml_key(signer.name)}]"
    key = {"openpgp": signer.openpgp or f"keys/{signer.name}.asc"} if not signer.ssh else {"ssh": signer.ssh}
    if signer.emails:
        yield f"{prefix}emails = {rendered(list(signer.emails))}"
    yield from (f"{prefix}{name} = {rendered([value])}" for name, value in key.items())
    if signer.only:
        yield f"{prefix}only = {rendered(list(signer.only))}"


def _left_out(proposal: Proposal) -> list[str]:
    number = proposal.left_out
    return [f"# {count(number, 'more key')}, used less than these, not proposed: refused."] if number else []


def _tags(proposal: Proposal) -> list[str]:
    unsigned = proposal.seen.counts["unsigned tags"]
    if not unsigned:
        return []
    return [f"# {count(unsigned, 'tag')} without a signature: refused, unless", "# [defaults]", '# tags = "any"']


def _history(proposal: Proposal) -> list[str]:
    if not proposal.roots:
        return []
    return [
        "# The past without signatures ends here: these commits and everything behind them are not judged.",
        "# LOOK: whoever wrote that past is trusted with it.",
        "[history]",
        "trusted-roots = [",
        *(f'  "{oid}",' for oid in proposal.roots),
        "]",
    ]


def _comment(text: str) -> str:
    """TOML allows no control characters in a comment, and a reviewer's terminal should see none."""
    return f"# {safe(text, _COMMENT)}"
