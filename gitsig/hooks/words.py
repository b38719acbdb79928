"""What a pusher reads: a few lines of plain ASCII, in which nothing acts that an attacker wrote (S8)."""

from __future__ import annotations

import re
from itertools import chain, islice

from gitsig.engine.updates import PushReport
from gitsig.model import Reason, Verdict
from gitsig.reports.escape import safe
from gitsig.reports.reasons import anchor, hint

__all__ = ["fault_lines", "refusal_lines", "unlogged_lines"]

_SHOWN = 5
"""Refused objects that are shown; the rest is counted."""
_ABBREVIATED = 10
_WHY = 300
_REF = 100
_PLAIN = re.compile(r"refs/[\w./+-]{1,95}", re.ASCII)
_LET_THROUGH = "it is let through all the same: the administrator has set gitsig.mode to warn"


def refusal_lines(report: PushReport, docs: str = "", *, warn: bool = False) -> list[str]:
    """What is refused and why, the mend, how many more there are, where to read on. Nothing for an accepted push.

    `docs` is the page that the administrator names; `warn` says that the push passes all the same.
    """
    if report.accepted:
        return []
    refused = sum(update.summary.refused for update in report.updates)
    checked = sum(update.summary.checked for update in report.updates)
    told = "WARNING: this push would be refused" if warn else "push refused"
    lines = [f"gitsig: {told}: {refused} of {checked} objects"]
    found = chain.from_iterable(((update.update.ref, each) for each in update.refused) for update in report.updates)
    shown = list(islice(found, _SHOWN))
    for ref, verdict in shown:
        lines += _object_lines(ref, verdict)
    if refused > len(shown):
        lines.append(f"  and {refused - len(shown)} more")
    # Whoever relied on a seal must learn why it does not count.
    seals = [each for each in report.info.remarks if each.startswith("no seal")]
    lines += [f"  note: {safe(each, _WHY, ascii_only=True)}" for each in seals[:_SHOWN]]
    end = _LET_THROUGH if warn else "not taken in"
    return [*lines, f"gitsig: {end}; read on: {safe(docs or anchor(shown[0][1].reason), 300, ascii_only=True)}"]


def fault_lines(words: str, *, warn: bool = False) -> list[str]:
    """A push that could not be judged: one line, or two in warn mode."""
    what = safe(words, 1000, ascii_only=True)
    if warn:
        return [f"gitsig: WARNING: this push would be refused: {what}", f"gitsig: {_LET_THROUGH}"]
    return [f"gitsig: push refused: {what}"]


def unlogged_lines(words: str, *, refused: bool) -> list[str]:
    """The log could not be written: a warning, or the refusal where the administrator demands a log."""
    what = safe(words, 500, ascii_only=True)
    return [f"gitsig: push refused: {what}" if refused else f"gitsig: warning for the administrator: {what}"]


def _object_lines(ref: str, verdict: Verdict) -> list[str]:
    # What an update itself violates brings its mend along; the object's id says nothing then.
    own = verdict.type == "ref"
    oid = "" if own else f" {verdict.oid[:_ABBREVIATED]}"
    why = safe(verdict.detail, _WHY, ascii_only=True)
    lines = [f"  {safe(ref, _REF, ascii_only=True)}{oid} {verdict.reason}: {why}"]
    if not own or verdict.reason not in (Reason.RULE_VIOLATION, Reason.VERIFIER_ERROR):
        lines.append(f"    mend: {_mend(ref, verdict)}")
    return lines


def _mend(ref: str, verdict: Verdict) -> str:
    """An explanation must be by the rules of the ref that the push was for, or it may say that all is well."""
    words = hint(verdict)
    return words.replace("gitsig explain ", f"gitsig explain --new --ref {ref} ") if _PLAIN.fullmatch(ref) else words
