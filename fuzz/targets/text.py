"""Text from strangers made harmless, and times as people and objects write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

from gitsig.cli.moments import parse_moment
from gitsig.errors import UsageFault
from gitsig.policy.times import iso as policy_iso
from gitsig.policy.times import parse_duration
from gitsig.reports.escape import safe, wrapped
from gitsig.reports.times import iso

__all__ = ["TOKENS", "one", "seeds"]

TOKENS = (
    b"\x1b[31m", b"::error::", b"##[group]", b"##vso[", b"##teamcity[", b"section_start:1:x", b"\r", b"\n",
    b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xef\xbb\xbf", b"\xc2\x9b", b"\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
    b"\xf3\xa0\x80\x81", b"\\", b" ::", b"#", b"\xe3\x80\x80", b"2026-11-22", b"T10:00:00", b"+01:00", b"Z", b"10m",
    b"-1", b"253402300800", b"W",
)  # fmt: skip
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_ORDER = re.compile(r"##[A-Za-z]*\[")
_LAST = 253_402_300_799


def seeds() -> list[bytes]:
    """Subjects, CI orders, dates, durations."""
    texts = [
        "Fix the parser",
        "\x1b]0;title\x07evil\u202e",
        "::set-env name=x::y",
        "##[error]no ##vso[task]",
        "  ::a ##",
        "ä" * 300,
    ]
    times = [
        "2026-11-22",
        "2026-11-22T10:00:00+01:00",
        "1767225600",
        "-62135596800",
        "10m",
        "2026-W01-1",
        "20260101T000000Z",
    ]
    return [each.encode("utf-8", "surrogateescape") for each in texts + times]


def one(data: bytes) -> None:
    """Show it, and read it as a time."""
    text = data[:600].decode("utf-8", "surrogateescape" if len(data) % 2 else "replace")
    for limit in (240, 8, 1):
        for plain in (False, True):
            shown = safe(text, limit, ascii_only=plain)
            _harmless(shown)
            assert len(shown) <= limit
            assert not plain or shown.isascii()
            assert safe(shown, limit, ascii_only=plain) == shown, "safe text stays what it is"
    for line in wrapped(safe(text, len(text) * 12 + 12), 30):
        _harmless(line)
    _time(text)
    _duration(text)


def _harmless(shown: str) -> None:
    assert not _INVISIBLE & {unicodedata.category(char) for char in shown}
    assert not _ORDER.search(shown)
    assert not shown.lstrip().startswith("::")


def _time(text: str) -> None:
    try:
        moment = parse_moment(text)
    except UsageFault as fault:
        assert fault.mend
        return
    assert abs(moment) <= _LAST
    if moment > -62135596800:
        expected = f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}".rjust(20, "0")
        assert (iso(moment), policy_iso(moment)) == (expected, expected)
        assert parse_moment(iso(moment)) == moment, "a time that is written is the same time"
    assert re.fullmatch(r"[+-]?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\dZ", iso(moment * 10**9))


def _duration(text: str) -> None:
    try:
        seconds = parse_duration(text)
    except ValueError:
        return
    number, unit = int(text[:-1]), text[-1]
    assert seconds == number * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
