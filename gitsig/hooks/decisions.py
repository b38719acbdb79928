"""What the administrator gets: one JSON line for each ref of a push, in the field names of the Elastic Common Schema.

Lines are appended with one write to a file opened for appending, so that those of pushes at the same time do not mix;
or they go to syslog. Text from the push is escaped by JSON (control characters too), and every line is bounded.
Source: Elastic Common Schema 8.11; fields of our own stand under `gitsig`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import NamedTuple

from gitsig._version import __version__
from gitsig.engine.updates import PushReport, UpdateKind, UpdateReport
from gitsig.errors import EnvironmentFault
from gitsig.model import RefUpdate
from gitsig.reports.fields import encode_json
from gitsig.reports.times import iso

__all__ = ["Decision", "fault_entries", "report_entries", "write_entries"]

_ECS = "8.11.0"
_LONGEST_TEXT = 500
_LONGEST_LINE = 8000
"""Bytes. rsyslog cuts off after 8 KiB."""
_REASONS = 24
_MODE = 0o640
_MEND = "git config gitsig.log /var/log/gitsig.log, which the server's user can write"
_TYPES = {UpdateKind.CREATE: "creation", UpdateKind.DELETE: "deletion"}


class Decision(NamedTuple):
    """What is true of every line of one push."""

    doorway: str
    """`pre-receive`, `update` or `ref-update`."""
    server: str
    repository: str
    user: str
    address: str
    mode: str
    """`enforce`, `warn`, or nothing where that could not be read."""
    passed: bool
    """Whether the push was let through."""


def report_entries(decision: Decision, report: PushReport) -> list[str]:
    """A line for each ref of a push that was judged."""
    return [_judged(decision, report, update) for update in report.updates]


def fault_entries(decision: Decision, words: str, updates: Sequence[RefUpdate], seconds: float) -> list[str]:
    """A line for each ref of a push that could not be judged, or one where not even the refs are known."""
    if not updates:
        return [_entry(decision, words, seconds, {"verdict": "error"}, "change")]
    return [
        _entry(decision, words, seconds, {**_fields(update), "verdict": "error"}, "change", update)
        for update in updates
    ]


def write_entries(target: str, entries: Sequence[str]) -> None:
    """Append lines to the file `target`, or hand them to `syslog` or `syslog:FACILITY`.

    Raises EnvironmentFault where they cannot be written whole.
    """
    if target == "syslog" or target.startswith("syslog:"):
        _to_syslog(target.partition(":")[2] or "authpriv", entries)
        return
    if not target.startswith("/"):
        raise EnvironmentFault("the log is no absolute path", where=target, mend=_MEND)
    try:
        _append(target, "".join(f"{entry}\n" for entry in entries).encode("ascii"))
    except OSError as error:
        raise EnvironmentFault(f"the decision cannot be logged ({error.strerror})", where=target, mend=_MEND) from error


def _judged(decision: Decision, report: PushReport, update: UpdateReport) -> str:
    verdict = "accepted" if update.accepted else "refused"
    own: dict[str, object] = {**_fields(update.update), "kind": update.kind}
    own["verdict"] = verdict if update.judged else "unguarded"
    own["reasons"] = dict(list(update.summary.by_reason.items())[:_REASONS])
    own["objects"] = {"checked": update.summary.checked, "refused": update.summary.refused}
    own["policy"] = {"source": _cut(report.info.policy_source), "digest": report.info.policy_digest}
    first = update.refused[0] if update.refused else None
    words = f"{first.reason}: {first.oid}: {first.detail}" if first else ""
    if update.accepted and not decision.passed:
        words = "the push was refused for another of its refs"
    kind = _TYPES.get(update.kind, "change")
    return _entry(decision, words, update.summary.seconds, own, kind, update.update)


def _fields(update: RefUpdate) -> dict[str, object]:
    return {"ref": _cut(update.ref), "old": update.old, "new": update.new}


def _entry(
    decision: Decision,
    words: str,
    seconds: float,
    own: dict[str, object],
    kind: str,
    update: RefUpdate | None = None,
) -> str:
    outcome = "accepted" if decision.passed else "refused"
    ref = _cut(update.ref) if update else "a push"
    event: dict[str, object] = {
        "kind": "event",
        "category": ["api"],
        "type": [kind, "allowed" if decision.passed else "denied"],
        "action": decision.doorway,
        "outcome": "success" if decision.passed else "failure",
        "duration": int(seconds * 1_000_000_000),
        "module": "gitsig",
    }
    if words:
        event["reason"] = _cut(words)
    entry: dict[str, object] = {"@timestamp": _now(), "ecs": {"version": _ECS}, "event": event}
    if decision.user:
        entry["user"] = {"name": _cut(decision.user)}
    if decision.address:
        entry["source"] = {"ip": _cut(decision.address)}
    entry["process"] = {"pid": os.getpid()}
    shared = {"version": __version__, "server": decision.server, "mode": decision.mode}
    entry["gitsig"] = {"repository": _cut(decision.repository), **shared, **own}
    entry["message"] = f"{ref} {outcome}: {_cut(words)}" if words else f"{ref} {outcome}"
    return _bounded(entry)


def _bounded(entry: dict[str, object]) -> str:
    line = encode_json(entry)
    if len(line) > _LONGEST_LINE:
        # Only escapes make it so long: a name of nothing but control characters.
        del entry["message"]
        entry["gitsig"] = {"cut": True}
        line = encode_json(entry)
    return line


def _cut(text: str) -> str:
    """`text`, bounded, and without the surrogates that stand for bytes that are not UTF-8."""
    short = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."
    return short.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _now() -> str:
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return f"{iso(seconds)[:-1]}.{nanoseconds // 1_000_000:03d}Z"


def _append(path: str, data: bytes) -> None:
    # Without O_NONBLOCK a pipe that nobody reads would hold up every push.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
    handle = os.open(path, flags, _MODE)
    try:
        if os.write(handle, data) != len(data):
            raise OSError(0, "the line was cut off")
    finally:
        os.close(handle)


def _to_syslog(facility: str, entries: Sequence[str]) -> None:
    import syslog

    number = getattr(syslog, f"LOG_{facility.upper()}", None)
    if not facility.isalnum() or facility.lower() not in _FACILITIES or number is None:
        raise EnvironmentFault(f"no syslog facility {facility!r}", where="gitsig.log", mend="such as syslog:local0")
    syslog.openlog("gitsig", syslog.LOG_PID, number)
    for entry in entries:
        syslog.syslog(syslog.LOG_NOTICE, entry)
    syslog.closelog()


_FACILITIES = frozenset(("auth", "authpriv", "daemon", "syslog", "user", *(f"local{n}" for n in range(8))))
