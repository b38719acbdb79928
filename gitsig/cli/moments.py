"""Points in time as a person writes them on the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from gitsig.errors import UsageFault

__all__ = ["parse_moment"]

_SECONDS = re.compile(r"-?[0-9]{1,12}", re.ASCII)
_LATEST = 253_402_300_799
"""9999-12-31T23:59:59Z: beyond it a calendar date cannot be written either."""


def parse_moment(text: str) -> int:
    """Unix seconds of an ISO 8601 date or date-time, or of a plain number of Unix seconds.

    A date is its first second; without a zone it is UTC. Raises UsageFault for anything else.
    """
    if _SECONDS.fullmatch(text):
        moment = int(text)
    else:
        try:
            parsed = datetime.fromisoformat(text)
            zoned = parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
            moment = int(zoned.timestamp() // 1)
        except (ValueError, OverflowError):
            raise UsageFault(
                f"not a time: {text!r}",
                mend="write 2026-11-22, 2026-11-22T10:00:00Z, 2026-11-22T10:00:00+01:00, or Unix seconds",
            ) from None
    if abs(moment) > _LATEST:
        raise UsageFault(f"out of range: {text!r}", mend="the year 9999 is the last")
    return moment
