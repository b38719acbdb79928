"""The report for people: one line an object, aligned, refusals with their mend, one summary line.

    ok      3f2a91c4  ada       openpgp  2026-11-20  Fix the parser of notations
    REFUSED 77b01de9  –         unsigned             Add the frobnicator
            sign it: git rebase --exec 'git commit --amend --no-edit -S' 3f2a91c48d20
    2 commits · 1 accepted · 1 refused (unsigned 1) · ada 1 · 0.08 s

Every line begins with words of ours: a CI runner acts on a line whose first visible characters are `::`.
On a terminal a line is cut or wrapped by us, so that no text of an attacker comes to stand at its left edge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TextIO

from gitsig.model import Reason, RunInfo, Summary, Verdict
from gitsig.reports.escape import safe, unicode_fits, wrapped
from gitsig.reports.reasons import hint
from gitsig.reports.times import day, iso

__all__ = ["TextReporter", "count"]

_INDENT = "        "
_GREEN, _RED, _PLAIN = "\x1b[32m", "\x1b[1;31m", "\x1b[0m"
_SIGNER_WIDTH, _SIGNER_LIMIT = 8, 24
_MIDDLE_WIDTH = 19
"""Format and date of an accepted object, or the reason of a refused one."""
_SUBJECT_LIMIT = 72
_SUBJECT_LEAST = 20
_NAMED = 5
"""Signers that the summary line names."""


def count(number: int, noun: str) -> str:
    """`1 commit`, `2 commits`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class TextReporter:
    """Lines go to `stream`, the summary to `summary`, each as it comes.

    `verbosity`: 0 every object, above it fingerprints and times too, -1 refusals and the summary, -2 the
    summary alone. `width`: columns of the terminal, None where there is none. `audit` ends with tables
    and leaves out the mends: thousands of old refusals have each the same one, which `gitsig explain` tells.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        verbosity: int = 0,
        color: bool = False,
        audit: bool = False,
        width: int | None = None,
        summary: TextIO | None = None,
    ) -> None:
        self._stream = stream
        self._closing = stream if summary is None else summary
        self._verbosity = verbosity
        self._audit = audit
        self._width = width
        self._color = color
        self._ascii = not unicode_fits(stream.encoding)
        self._none = "-" if self._ascii else "–"
        self._ok = f"{_GREEN}ok{_PLAIN}     " if color else "ok     "
        self._refused = f"{_RED}REFUSED{_PLAIN}" if color else "REFUSED"
        self._signers: dict[str | None, str] = {None: self._none}
        self._signer_width = _SIGNER_WIDTH
        self._reasons: Counter[Reason] = Counter()
        self._info: RunInfo | None = None

    def begin(self, info: RunInfo) -> None:
        """Say what the reader must know before the first verdict."""
        self._info = info
        for remark in info.remarks:
            self._close(f"note: {remark}")

    def verdict(self, verdict: Verdict) -> None:
        """Write the line of one object, and below it what there is to say."""
        if verdict.accepted:
            if self._verbosity < 0:
                return
        else:
            self._reasons[verdict.reason] += 1
            if self._verbosity < -1:
                return
        self._stream.write(self._line(verdict))
        if not verdict.accepted or self._verbosity > 0 or verdict.exception is not None:
            self._more(verdict)

    def end(self, summary: Summary) -> None:
        """Write the tables of an audit, then which policy judged, then the summary line."""
        if self._audit and self._info is not None:
            # Rich costs as much as the rest of the start-up: only an audit pays for it.
            from gitsig.reports.tables import write_tables

            write_tables(self._stream, self._info, summary, color=self._color, width=self._width)
        self._stream.flush()
        if self._info is not None and self._verbosity >= 0:
            digest = self._info.policy_digest[: None if self._verbosity > 0 else len("sha256:") + 12]
            self._close(f"judged by {self._info.policy_source} ({digest})")
        dot = " · " if unicode_fits(self._closing.encoding) else ", "
        self._close(dot.join(_summary_parts(summary, self._reasons)))
        self._closing.flush()

    def _line(self, verdict: Verdict) -> str:
        signer = self._signers.get(verdict.signer) or self._learn(verdict.signer)
        if verdict.reason is Reason.GOOD:
            date = self._none if verdict.signed_at is None else day(verdict.signed_at)
            middle = f"{verdict.format or self._none:<7}  {date}"
        else:
            middle = verdict.reason
        status = self._ok if verdict.accepted else self._refused
        subject = self._subject(verdict)
        return f"{status} {verdict.oid[:8]}  {signer:<{self._signer_width}}  {middle:<{_MIDDLE_WIDTH}}  {subject}\n"

    def _learn(self, signer: str | None) -> str:
        shown = safe(signer or "", _SIGNER_LIMIT, ascii_only=self._ascii)
        self._signers[signer] = shown
        self._signer_width = max(self._signer_width, len(shown))
        return shown

    def _subject(self, verdict: Verdict) -> str:
        subject, ref = verdict.subject, verdict.ref or ""
        if verdict.type != "commit" or ref.startswith("refs/tags/"):
            subject = f"{verdict.type} {ref.removeprefix('refs/tags/')}: {subject}" if ref else f"tag: {subject}"
        if self._width is None:
            return safe(subject, _SUBJECT_LIMIT, ascii_only=self._ascii)
        used = len(_INDENT) + 8 + 2 + self._signer_width + 2 + _MIDDLE_WIDTH + 2
        room = max(self._width - used - 1, _SUBJECT_LEAST)
        return _fit(safe(subject, room, ascii_only=self._ascii), room)

    def _more(self, verdict: Verdict) -> None:
        if verdict.exception is not None:
            self._indented(f"exception: {verdict.exception}")
        if verdict.detail and (self._verbosity > 0 or not verdict.accepted):
            self._indented(f"why: {verdict.detail}")
        if self._verbosity > 0:
            self._indented(_facts(verdict))
        if not verdict.accepted and not self._audit:
            self._stream.write(f"{_INDENT}{hint(verdict)}\n")

    def _indented(self, text: str) -> None:
        text = safe(text, ascii_only=self._ascii)
        room = (self._width or 0) - len(_INDENT) - 1
        lines = wrapped(text, room, ascii_only=self._ascii)
        self._stream.write("".join(f"{_INDENT}{line}\n" for line in lines))

    def _close(self, text: str) -> None:
        self._closing.write(safe(text, 1000, ascii_only=not unicode_fits(self._closing.encoding)) + "\n")


def _fit(text: str, cells: int) -> str:
    if text.isascii():
        return text
    import unicodedata

    for index, char in enumerate(text):
        cells -= 2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1
        if cells < 0:
            return text[:index]
    return text


def _facts(verdict: Verdict) -> str:
    facts = [f"{verdict.type} {verdict.oid}"]
    if verdict.key_fingerprint:
        facts.append(f"key {verdict.key_fingerprint}")
    if verdict.fingerprint and verdict.fingerprint != verdict.key_fingerprint:
        facts.append(f"certificate {verdict.fingerprint}")
    if verdict.digest:
        facts.append(verdict.digest)
    if verdict.signed_at is not None:
        facts.append(iso(verdict.signed_at))
    return ", ".join([*facts, "new"] if verdict.new else facts)


def _summary_parts(summary: Summary, refused: Mapping[Reason, int]) -> list[str]:
    seconds = f"{summary.seconds:.2f} s"
    if not summary.checked:
        return ["nothing to check", seconds]
    parts = [", ".join(count(number, kind) for kind, number in summary.by_type.items())]
    excepted = summary.accepted - summary.by_reason.get(Reason.GOOD, 0)
    parts.append(f"{summary.accepted} accepted" + (f" ({excepted} by exception)" if excepted > 0 else ""))
    reasons = ", ".join(f"{reason} {number}" for reason, number in sorted(refused.items(), key=lambda item: -item[1]))
    parts.append(f"{summary.refused} refused" + (f" ({reasons})" if reasons else ""))
    signers = [f"{safe(signer, _SIGNER_LIMIT)} {number}" for signer, number in summary.by_signer.items()]
    if len(signers) > _NAMED:
        signers = [*signers[:_NAMED], f"{len(signers) - _NAMED} more"]
    return [*parts, *([", ".join(signers)] if signers else []), seconds]
