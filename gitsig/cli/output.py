"""Where a report goes: standard output, or a file that appears only when it is complete."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from gitsig.errors import EnvironmentFault

__all__ = ["report_stream"]


@contextmanager
def report_stream(path: str | None) -> Iterator[TextIO]:
    """Standard output, or a text stream (UTF-8) that replaces the file `path` when the block ends without an error.

    The new file is written beside its target, so that a reader never sees half a report and an error leaves the
    old one alone. A symbolic link is followed; a device or a pipe is written to directly. Raises EnvironmentFault
    where that cannot be opened.
    """
    if path is None:
        if sys.stdout is None:
            raise EnvironmentFault("standard output is closed", mend="name a file with --output")
        yield sys.stdout
        return
    target = Path(os.path.realpath(path))
    mode = _mode(target, path)
    if mode is not None and not stat.S_ISREG(mode):
        # Renaming a file over /dev/null or a pipe would replace the device itself.
        with _open(target, path, os.O_WRONLY) as stream:
            yield stream
        return
    beside = target.with_name(f".{target.name[:200]}.{os.urandom(8).hex()}.tmp")
    try:
        with _open(beside, path, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as stream:
            if mode is not None:
                os.fchmod(stream.fileno(), stat.S_IMODE(mode))
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _replace(beside, target, path)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


def _mode(target: Path, path: str) -> int | None:
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _fault(error, path) from None


def _open(file: Path, path: str, flags: int) -> TextIO:
    try:
        descriptor = os.open(file, flags | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise _fault(error, path) from None
    return os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n")


def _replace(beside: Path, target: Path, path: str) -> None:
    try:
        beside.replace(target)
    except OSError as error:
        raise _fault(error, path) from None


def _fault(error: OSError, path: str) -> EnvironmentFault:
    return EnvironmentFault(f"cannot write the report: {error.strerror}", where=path)
