"""Times and durations of the policy file, and times in words. Whole Unix seconds, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

__all__ = ["DURATION", "iso", "parse_duration", "unix_seconds"]

DURATION = re.compile(r"([0-9]{1,7})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_duration(text: str) -> int:
    """Seconds of a duration such as `30s`, `10m`, `1h`, `1d`. Raises ValueError for anything else."""
    found = DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return int(found[1]) * _UNITS[found[2]]


def unix_seconds(moment: datetime) -> int:
    """Unix seconds of a date-time that has an offset, fractions dropped. Raises ValueError where it has none.

    A TOML local date-time is a different moment on every machine: OpenSSH reads a `valid-before` without `Z` in the
    time zone of whoever verifies, and two verifiers then disagree.
    """
    if moment.tzinfo is None:
        raise ValueError("local date-time")
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86400 + since.seconds


def iso(seconds: int) -> str:
    """`2026-11-22T10:00:00Z`; `@seconds` for a moment outside the years 1 to 9999. Never raises."""
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return f"@{seconds}"
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
