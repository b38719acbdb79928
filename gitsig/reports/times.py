"""Times as reports write them: UTC, ISO 8601, whatever number of seconds an object claims.

`datetime` ends at the years 1 and 9999; git objects do not. A hostile date must not stop a report.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

__all__ = ["DAY", "day", "iso"]

DAY = 86_400
"""Seconds."""

_CYCLE = 146_097
"""Days in 400 Gregorian years, after which the calendar repeats."""
_EPOCH = date(1970, 1, 1).toordinal() - 1


@lru_cache(maxsize=4096)
def _calendar(days: int) -> str:
    cycles, rest = divmod(days + _EPOCH, _CYCLE)
    within = date.fromordinal(rest + 1)
    year = within.year + 400 * cycles
    # Beyond four digits ISO 8601 wants a sign and an agreed number of digits; six is ECMAScript's choice.
    digits = f"{year:04d}" if 0 <= year <= 9999 else f"{year:+07d}"
    return f"{digits}-{within.month:02d}-{within.day:02d}"


def day(seconds: int) -> str:
    """The UTC date of Unix `seconds`: `2026-11-20`, or `+010000-01-01` beyond four digits."""
    return _calendar(seconds // DAY)


def iso(seconds: int) -> str:
    """Unix `seconds` in UTC: `2026-11-20T09:00:00Z`."""
    days, rest = divmod(seconds, DAY)
    return f"{_calendar(days)}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}Z"
