"""What the developer reads: few lines of plain ASCII on standard error, the mend first.

Subjects, refs and user IDs may have been written by an attacker, so every line is escaped as a whole (S8).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gitsig.model import Reason, Verdict
from gitsig.reports.escape import safe
from gitsig.reports.reasons import hint

__all__ = ["counted", "refusals", "say"]

_LINE = 600
_SHOWN = 5
"""Refused objects that are listed; the rest is counted."""
_SHORT = 12
_SUBJECT = 60


def say(text: str) -> None:
    """One line on standard error; nobody listening is no error."""
    try:
        sys.stderr.write(f"gitsig: {safe(text, _LINE, ascii_only=True)}\n")
        sys.stderr.flush()
    except OSError:
        return


def counted(objects: int) -> str:
    """So many objects, in words."""
    return "1 object" if objects == 1 else f"{objects} objects"


def refusals(refused: Sequence[Verdict], count: int, policy: str, docs: str = "") -> None:
    """Say how to mend `refused`, which they are, how many there are (`count`) and which policy refused them."""
    for mend in _mends(refused):
        say(f"mend: {mend}")
    for verdict in refused[:_SHOWN]:
        say(f"REFUSED {_words(verdict)}")
    if count > _SHOWN:
        say(f"REFUSED and {count - _SHOWN} more")
    more = f"; see {docs}" if docs else ""
    say(f"judged by {policy}{more}; why: gitsig explain {refused[0].oid[:_SHORT]}")


def _mends(refused: Sequence[Verdict]) -> list[str]:
    """One mend a reason, of the first object that has it: a rebase from the oldest refused commit mends the rest.

    `--no-verify` belongs to it: `gitsig-preflight` looks at HEAD, and would refuse the amending of what it refuses.
    """
    mends: dict[Reason, str] = {}
    for verdict in refused:
        mends.setdefault(verdict.reason, hint(verdict).replace("--no-edit -S", "--no-edit -S --no-verify"))
    return list(dict.fromkeys(mend for mend in mends.values() if mend))[:3]


def _words(verdict: Verdict) -> str:
    of = f" ({verdict.ref})" if verdict.ref else ""
    subject = f' "{safe(verdict.subject, _SUBJECT, ascii_only=True)}"' if verdict.subject else ""
    return f"{verdict.type} {verdict.oid[:_SHORT]}{of}: {verdict.reason}: {verdict.detail}{subject}"
