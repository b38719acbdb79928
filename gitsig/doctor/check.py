"""What a check comes to, and how checks are shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from gitsig._version import __version__
from gitsig.errors import GitsigError
from gitsig.reports.escape import safe, unicode_fits

__all__ = ["Check", "Status", "as_json", "as_text", "exit_code", "guarded"]

_LINE = 1000
"""Characters of a text or a mend."""


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    """Works, and somebody should look at it."""
    FAIL = "fail"
    """A push, or a commit, would be refused for it; or something is not guarded that should be."""
    UNKNOWN = "unknown"
    """Could not be checked, which is never the same as being well."""


_SHOWN = {Status.OK: "ok", Status.WARN: "warn", Status.FAIL: "FAIL", Status.UNKNOWN: "????"}


class Check(NamedTuple):
    """One thing that was looked at."""

    id: str
    """One word; several checks may share it."""
    status: Status
    text: str
    """Not escaped: every output escapes it."""
    mend: str = ""


def guarded(name: str, checks: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """The checks, and one more where an error ends them."""
    try:
        yield from checks()
    except GitsigError as error:
        where = f"{error.where}: " if error.where else ""
        yield Check(name, Status.UNKNOWN, f"could not be checked: {where}{error.what}", error.mend)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        yield Check(name, Status.UNKNOWN, f"could not be checked: {where}{error.strerror or error}")


def exit_code(checks: Sequence[Check]) -> int:
    """1 where something fails, 3 where something could not be checked, else 0. A failure counts before the unknown."""
    found = {check.status for check in checks}
    return 1 if Status.FAIL in found else 3 if Status.UNKNOWN in found else 0


def as_text(checks: Sequence[Check], encoding: str | None = None) -> str:
    """One line a check and one for all; `encoding` is the stream's."""
    ascii_only = not unicode_fits(encoding)
    width = max((len(check.id) for check in checks), default=0)
    lines = []
    for check in checks:
        mend = f"  ({safe(check.mend, _LINE, ascii_only=ascii_only)})" if check.mend else ""
        lines.append(
            f"{_SHOWN[check.status]:<4}  {check.id:<{width}}  {safe(check.text, _LINE, ascii_only=ascii_only)}{mend}\n"
        )
    counts = _counts(checks)
    lines.append(", ".join(f"{count} {_SHOWN[status]}" for status, count in counts.items() if count) + "\n")
    return "".join(lines)


def as_json(checks: Sequence[Check]) -> str:
    """The same for programs, schema `gitsig/doctor/1`."""
    return (
        json.dumps(
            {
                "schema": "gitsig/doctor/1",
                "gitsig": __version__,
                "exit_code": exit_code(checks),
                "summary": _counts(checks),
                "checks": [check._asdict() for check in checks],
            },
            indent=1,
        )
        + "\n"
    )


def _counts(checks: Sequence[Check]) -> dict[Status, int]:
    found = Counter(check.status for check in checks)
    return {status: found[status] for status in Status}
