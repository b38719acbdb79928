"""Files that change as one: each appears whole or not at all, and the policy, which names the others, comes last."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import EnvironmentFault

__all__ = ["Change", "write_all"]


class Change(NamedTuple):
    """One file to be written."""

    path: Path
    before: bytes | None
    """What it held when it was read; None for a file that must not be there yet."""
    after: bytes


def write_all(changes: Sequence[Change]) -> None:
    """Write the files in their order; a later failure takes back the earlier ones.

    A symbolic link is followed and the mode kept. Raises EnvironmentFault where a file cannot be written, or is not
    any more what it was when it was read: somebody else's edit would be lost.
    """
    done: list[Change] = []
    try:
        for change in changes:
            _demand_unchanged(change)
            _write(change.path, change.after)
            done.append(change)
    except EnvironmentFault:
        for change in reversed(done):
            _take_back(change)
        raise


def _demand_unchanged(change: Change) -> None:
    try:
        now: bytes | None = change.path.read_bytes()
    except FileNotFoundError:
        now = None
    except OSError as error:
        raise EnvironmentFault(f"cannot be read ({error.strerror})", where=str(change.path)) from error
    if now != change.before:
        what = "changed while gitsig worked on it" if change.before is not None else "is there already"
        raise EnvironmentFault(f"the file {what}", where=str(change.path), mend="look at it, then repeat")


def _write(path: Path, content: bytes) -> None:
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name[:200]}.{os.urandom(8).hex()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666), "wb") as file:
            if target.exists():
                os.fchmod(file.fileno(), stat.S_IMODE(target.stat().st_mode))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except OSError as error:
        raise EnvironmentFault(f"cannot be written ({error.strerror})", where=str(path)) from error
    finally:
        with suppress(OSError):
            beside.unlink()


def _take_back(change: Change) -> None:
    with suppress(OSError, EnvironmentFault):
        if change.before is None:
            change.path.unlink()
        else:
            _write(change.path, change.before)
