"""Waiting for another process, without sleeping."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

__all__ = ["until"]

_DEADLINE = 60.0
"""Seconds."""


def until(there: Callable[[], bool]) -> None:
    """Return as soon as `there()` holds; AssertionError after a minute."""
    deadline = time.monotonic() + _DEADLINE
    while not there():
        assert time.monotonic() < deadline
        os.sched_yield()
