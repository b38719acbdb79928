"""The tables at the end of an audit: who signed how much with what, and which reasons occurred."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gitsig.model import Reason, RunInfo, SignerUse, Summary
from gitsig.reports.escape import safe, unicode_fits
from gitsig.reports.reasons import anchor, sentence
from gitsig.reports.times import DAY, day

__all__ = ["EXPIRY_NOTICE", "write_tables"]

EXPIRY_NOTICE = 90 * DAY
"""Seconds before its expiry from which a key is named."""

_UNBOUNDED = 10_000
"""Columns where no terminal sets a width: nothing is wrapped or cut."""


def write_tables(stream: TextIO, info: RunInfo, summary: Summary, *, color: bool, width: int | None) -> None:
    """Write the table by signer, where there is any, and the one by reason. Shares are of all objects checked."""
    console = Console(
        file=stream,
        width=width or _UNBOUNDED,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        markup=False,
        emoji=False,
        highlight=False,
    )
    ascii_only = not unicode_fits(stream.encoding)
    tables = [_by_reason(summary)]
    if summary.uses:
        tables.insert(0, _by_signer(info, summary, ascii_only=ascii_only))
    for table in tables:
        with console.capture() as captured:
            console.print(table)
        # Rich fills each line up with blanks; a redirected report has no use for them.
        lines = (line.rstrip() for line in captured.get().splitlines())
        stream.write("\n" + "\n".join(lines) + "\n")
    stream.write("\n")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        number = name in {"accepted", "refused", "share", "objects"}
        table.add_column(Text(name), justify="right" if number else "left")
    return table


def _by_signer(info: RunInfo, summary: Summary, *, ascii_only: bool) -> Table:
    table = _table("signer", "accepted", "share", "refused", "formats", "first", "last", "expires soon")
    none = "-" if ascii_only else "–"
    for use in summary.uses:
        cells = (
            safe(use.signer, 40, ascii_only=ascii_only),
            str(use.accepted),
            _share(use.accepted, summary.checked),
            str(use.refused),
            ", ".join(use.formats) or none,
            none if use.first is None else day(use.first),
            none if use.last is None else day(use.last),
            ", ".join(_expiring(use, summary, info.now)) or none,
        )
        table.add_row(*map(Text, cells))
    return table


def _expiring(use: SignerUse, summary: Summary, now: int) -> list[str]:
    soon = sorted((summary.key_expiry[key], key) for key in use.keys if key in summary.key_expiry)
    return [f"{_short(key)} {day(at)}" for at, key in soon if now <= at <= now + EXPIRY_NOTICE]


def _short(fingerprint: str) -> str:
    """The end of an OpenPGP or X.509 fingerprint, the beginning of an SSH one: where people look."""
    return safe(fingerprint[:16] if fingerprint.startswith("SHA256:") else fingerprint[-16:])


def _by_reason(summary: Summary) -> Table:
    table = _table("reason", "objects", "share", "meaning", "more")
    for name, number in summary.by_reason.items():
        reason = Reason(name)
        cells = (name, str(number), _share(number, summary.checked), sentence(reason), anchor(reason))
        table.add_row(*map(Text, cells))
    return table


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "0.0 %"
