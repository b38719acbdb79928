"""A git process that stays and answers questions over pipes, always with a deadline, and never outlives its user."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import tempfile
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from gitsig.errors import EnvironmentFault
from gitsig.model import LIMITS
from gitsig.store.gitprogram import find_git

__all__ = ["Child"]

_CHUNK = 1 << 16


class Child:
    """One process. It ends with `close`, with the last reference to this, or with the program."""

    def __init__(self, arguments: tuple[str, ...], environment: Mapping[str, str], cwd: Path) -> None:
        """`environment` is all that git sees. Raises EnvironmentFault if git cannot be started."""
        program = find_git()
        # A file and not a pipe: git never waits until somebody reads its complaints.
        self._errors = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed with the process
        # Ends of our own, as they are read and written without Python's buffers.
        theirs_in, self._stdin = os.pipe()
        self._stdout, theirs_out = os.pipe()
        try:
            self._process = subprocess.Popen(
                [program, *arguments], stdin=theirs_in, stdout=theirs_out, stderr=self._errors, cwd=cwd, env=environment
            )
        except OSError as error:
            _close(self._errors, self._stdin, self._stdout)
            raise EnvironmentFault(f"git cannot be started: {error.strerror}", where=program) from error
        finally:
            _close(None, theirs_in, theirs_out)
        self._owner = os.getpid()
        self._until = 0.0
        self._poll = select.poll()
        self._poll.register(self._stdout, select.POLLIN)
        self._end = weakref.finalize(self, _end, self._process, self._owner, self._errors, self._stdin, self._stdout)

    @property
    def usable(self) -> bool:
        """Whether it has not been closed, and is not the parent's after a fork: two would mix their questions."""
        return self._end.alive and self._owner == os.getpid()

    def close(self) -> None:
        """Stop the process."""
        self._end()

    def ask(self, question: bytes) -> None:
        """Send a question that fits into a pipe; the time for its answer runs from now."""
        self._until = time.monotonic() + LIMITS.child_seconds
        with contextlib.suppress(BrokenPipeError):  # it has ended, which the next `read` tells
            os.write(self._stdin, question)

    def read(self) -> bytes:
        """Give what is there of the answer, at least one byte; nothing where git has ended.

        Raises EnvironmentFault, and stops the process, when the time is over.
        """
        if not self._poll.poll(max(0.0, self._until - time.monotonic()) * 1000):
            self.close()
            raise EnvironmentFault(f"git did not answer within {LIMITS.child_seconds:g} s")
        return os.read(self._stdout, _CHUNK)

    def wait(self) -> int:
        """Give the exit code of a process that has closed its output."""
        try:
            return self._process.wait(LIMITS.child_seconds)
        except subprocess.TimeoutExpired:
            return 0

    def complaints(self) -> list[str]:
        """Give the lines that git has written to standard error since it was last asked for them."""
        self._errors.seek(0)
        lines = self._errors.read(_CHUNK).decode("utf-8", "replace").splitlines()
        # The offset is git's too, which is idle now and goes on from there.
        self._errors.seek(0)
        self._errors.truncate()
        return lines


def _close(errors: IO[bytes] | None, *pipes: int) -> None:
    if errors is not None:
        errors.close()
    for pipe in pipes:
        os.close(pipe)


def _end(process: subprocess.Popen[bytes], owner: int, errors: IO[bytes], *pipes: int) -> None:
    _close(errors, *pipes)
    if os.getpid() == owner:
        # Not only left without input: a forked process may hold the other end of the pipe. It reads and has no locks.
        process.kill()
        process.wait()
    else:
        process.returncode = 0  # the parent's, and not ours to wait for
