"""Worker processes: frames of bytes go in, frames come back, over a socket each.

They are forked, so they have the key store and all modules without a start of their own; they read nothing but what
they are sent. A worker that dies or hangs costs the batch that it had in hand, never the run: `Lost` says so, and its
objects could not be verified.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, NoReturn

from gitsig.model import LIMITS

__all__ = ["Answer", "Workers", "can_fork"]

_AHEAD = 2
"""Frames that a worker has at most: one in hand and one to go on with."""
_READ = 1 << 18
_HEAD = 8
_OBJECTS = 100_000
"""New objects after which the collector of a worker runs."""
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_RESPAWNS = 4
"""Workers that may be started in place of lost ones; a batch that kills each of them must not go on for ever."""

Work = Callable[[bytes], bytes]


class Answer(NamedTuple):
    """What came of a frame."""

    number: int
    body: bytes
    lost: str = ""
    """Why there is no body, in words."""


def can_fork() -> bool:
    """Whether this process may be forked: not while other threads hold locks that a child would wait for."""
    return hasattr(os, "fork") and threading.active_count() == 1


class _Worker:
    """One child and what it has been given. Raises OSError where none can be started."""

    def __init__(self, work: Work, others: list[_Worker]) -> None:
        self.sock, theirs = socket.socketpair()
        with theirs:
            self.pid = _fork(self.sock, theirs, work, others)
        self.sock.setblocking(False)
        self.frames: deque[tuple[int, bytes]] = deque()
        """Those that have not been answered, the one in hand first."""
        self.since = time.monotonic()
        """When the frame in hand was begun."""
        self._out = b""
        self._in = bytearray()

    def give(self, number: int, frame: bytes) -> None:
        """Send a frame, as far as the socket takes it."""
        if not self.frames:
            self.since = time.monotonic()
        self.frames.append((number, frame))
        self._out = self._out + len(frame).to_bytes(_HEAD) + frame
        self.send()

    @property
    def sending(self) -> bool:
        return bool(self._out)

    def send(self) -> None:
        """Send more. A worker that is gone is noticed when it is read from."""
        try:
            self._out = self._out[self.sock.send(self._out) :]
        except BlockingIOError:
            return
        except OSError:
            self._out = b""

    def receive(self) -> list[Answer] | None:
        """Whole answers; None if the worker is gone."""
        try:
            data = self.sock.recv(_READ)
        except BlockingIOError:
            return []
        except OSError:
            return None
        if not data:
            return None
        self._in += data
        return list(self._answers())

    def _answers(self) -> Iterator[Answer]:
        while len(self._in) >= _HEAD:
            end = _HEAD + int.from_bytes(self._in[:_HEAD])
            if len(self._in) < end:
                return
            body = bytes(self._in[_HEAD:end])
            del self._in[:end]
            self.since = time.monotonic()
            yield Answer(self.frames.popleft()[0], body)

    def end(self) -> str:
        """Stop it, and say in words how it ended."""
        self.sock.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        try:
            code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        except ChildProcessError:
            return "is gone"
        return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"


class Workers:
    """A few workers that are started with the first frame."""

    def __init__(self, count: int, work: Work) -> None:
        """`work` turns a frame into an answer, in the child; what it raises ends the child."""
        self._count = count
        self._work = work
        self._workers: list[_Worker] = []
        self._starts = count + _RESPAWNS
        self._lost: list[Answer] = []
        self._finish = weakref.finalize(self, _end_all, self._workers, os.getpid())

    @property
    def busy(self) -> int:
        """Frames that have not been answered."""
        return sum(len(worker.frames) for worker in self._workers) + len(self._lost)

    @property
    def has_room(self) -> bool:
        """Whether `submit` may be called: some worker has less than it can go on with."""
        return len(self._workers) < self._count or any(len(worker.frames) < _AHEAD for worker in self._workers)

    def submit(self, number: int, frame: bytes) -> None:
        """Give a frame to the worker that has the least to do. Raises OSError where no worker could be started yet."""
        if not self._workers and self._starts > _RESPAWNS:
            self._start(self._count)
        if self._workers:
            min(self._workers, key=lambda worker: len(worker.frames)).give(number, frame)
        else:
            self._lost.append(Answer(number, b"", "no worker process is left"))

    def _start(self, count: int) -> None:
        for _ in range(min(count, self._starts)):
            self._workers.append(_Worker(self._work, self._workers))
            self._starts -= 1

    def answers(self, *, wait: bool) -> list[Answer]:
        """What has come back; with `wait`, at least one answer if any is due."""
        found, self._lost = self._lost, []
        while not found and self.busy:
            found += self._poll(wait)
            if not wait:
                break
        return found

    def _poll(self, wait: bool) -> list[Answer]:
        poll = select.poll()
        by_number = {}
        for worker in self._workers:
            by_number[worker.sock.fileno()] = worker
            poll.register(worker.sock, select.POLLIN | (select.POLLOUT if worker.sending else 0))
        found: list[Answer] = []
        for number, events in poll.poll(1000 if wait else 0):
            worker = by_number[number]
            if events & select.POLLOUT:
                worker.send()
            if events & ~select.POLLOUT:
                answers = worker.receive()
                found += self._bury(worker, "") if answers is None else answers
        for worker in [*self._workers]:
            if worker.frames and time.monotonic() - worker.since > LIMITS.worker_seconds:
                found += self._bury(worker, f"did not answer for {LIMITS.worker_seconds:.0f} seconds")
        return found

    def _bury(self, worker: _Worker, why: str) -> list[Answer]:
        """The batch in hand is lost; what the worker had not begun goes to another."""
        self._workers.remove(worker)
        ended = worker.end()
        if worker.frames:
            with contextlib.suppress(OSError):
                self._start(1)
        lost = [worker.frames.popleft()] if worker.frames else []
        for number, frame in worker.frames:
            self.submit(number, frame)
        return [Answer(number, b"", f"the worker process {why or ended}") for number, _ in lost]

    def close(self) -> None:
        """Stop all workers, at once."""
        self._finish()


def _end_all(workers: list[_Worker], owner: int) -> None:
    if os.getpid() == owner:
        for worker in workers:
            worker.end()
    workers.clear()


def _fork(ours: socket.socket, theirs: socket.socket, work: Work, others: list[_Worker]) -> int:
    """Start a child that never returns from here; give its process id."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        # A Ctrl-C must not raise in the child before it can: it would run on through the parent's own code.
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
        pid = os.fork()
        if not pid:
            for sock in (ours, *(other.sock for other in others)):
                sock.close()  # or the others would not notice when the parent is gone
            _serve(theirs, work, before)
    except OSError:
        ours.close()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pid


def _serve(sock: socket.socket, work: Work, mask: Iterable[int]) -> NoReturn:
    """The child: answer frames until the other side is gone. Nothing of the parent's is run at the end."""
    code = 70
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted as well, and ends us
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        # What we share with the parent would be copied as soon as the collector touches it; and frames leave no cycles
        # behind but where something was refused, so it need not look after every few hundred objects.
        gc.freeze()
        gc.set_threshold(_OBJECTS)
        while (head := _exactly(sock, _HEAD)) is not None:
            frame = _exactly(sock, int.from_bytes(head))
            if frame is None:
                break
            body = work(frame)
            sock.sendall(len(body).to_bytes(_HEAD) + body)
        code = 0
    finally:
        os._exit(code)


def _exactly(sock: socket.socket, size: int) -> bytes | None:
    parts = []
    while size:
        data = sock.recv(min(size, _READ))
        if not data:
            return None
        parts.append(data)
        size -= len(data)
    return b"".join(parts)
