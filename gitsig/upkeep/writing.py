"""Files that change as one: each appears whole or not at all, and the policy, which names the others, comes last."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
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

    def __str__(self) -> str:
        real = os.path.realpath(self.path)
        return f"{self.path} (a symbolic link to {real})" if self.path.is_symlink() else str(self.path)


def write_all(changes: Sequence[Change]) -> None:
    """Write the files in their order; a later failure, or an interruption, takes back the earlier ones.

    The symbolic link that a file is reached by is followed; its mode and, where that is allowed, its owner and group
    are kept. Raises EnvironmentFault where a file cannot be written, or is not any more what it was when it was read:
    somebody else's edit would be lost.
    """
    if not changes:
        return
    begun: list[Change] = []
    with _alone(Path(os.path.realpath(changes[-1].path)).parent):
        try:
            for change in changes:
                _demand_unchanged(change)
            for change in changes:
                begun.append(change)
                _write(change.path, change.after)
        except BaseException:
            for change in reversed(begun):
                _take_back(change)
            raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other edits away: of two at once the second would overwrite the first."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield  # it is about to be made, or to show what is wrong with it
        return
    try:
        with suppress(OSError):  # not every file system knows locks
            _lock(handle, folder)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        what = "somebody else is changing the policy at this moment"
        raise EnvironmentFault(what, where=str(folder), mend="look at it, then repeat") from error


def _demand_unchanged(change: Change) -> None:
    if change.before is None:
        # A link that leads nowhere yet must not choose the place: a checkout may hold whatever its author likes.
        if os.path.lexists(change.path):
            raise EnvironmentFault("the file is there already", where=str(change.path), mend="look at it, then repeat")
        return
    if _content(change.path) != change.before:
        what = "the file changed while gitsig worked on it"
        raise EnvironmentFault(what, where=str(change.path), mend="look at it, then repeat")


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EnvironmentFault(f"cannot be read ({error.strerror})", where=str(path)) from error


def _write(path: Path, content: bytes) -> None:
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name[:200]}.{os.urandom(8).hex()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666), "wb") as file:
            if target.exists():
                _make_like(file.fileno(), target.stat())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except OSError as error:
        raise EnvironmentFault(f"cannot be written ({error.strerror})", where=str(path)) from error
    finally:
        with suppress(OSError):
            beside.unlink()


def _make_like(handle: int, known: os.stat_result) -> None:
    """Give a new file the owner, group and mode of the one that it replaces: a hook that runs as `git` must read it."""
    with suppress(OSError):  # one gives files to groups that one is in
        os.fchown(handle, -1, known.st_gid)
    with suppress(OSError):  # and only root gives them to others
        os.fchown(handle, known.st_uid, -1)
    os.fchmod(handle, stat.S_IMODE(known.st_mode))


def _take_back(change: Change) -> None:
    with suppress(OSError, EnvironmentFault):
        if _content(change.path) != change.after:
            return
        if change.before is None:
            change.path.unlink()
        else:
            _write(change.path, change.before)
