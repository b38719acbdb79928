"""Objects on their way from the store to the judge: read once, examined in batches, in worker processes where it pays.

The walk hands in raw commits as it reads them, newest first; the judge asks for them in the order of the report. What
waits in between is bounded: raw bytes wait until they are `_WAITING` bytes, what has been examined goes into a file
without a name when it is more than `_KEPT` bytes.
"""

from __future__ import annotations

import contextlib
import marshal
import tempfile
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial
from typing import IO, TYPE_CHECKING

from gitsig.engine.examine import Examined, Examiner, Raw
from gitsig.engine.records import Binding, pack, unpack
from gitsig.errors import EnvironmentFault
from gitsig.model import Evidence, ObjectFormat, Outcome

if TYPE_CHECKING:
    from gitsig.engine.workers import Answer, Workers

__all__ = ["Ahead"]

_BATCH = 64
"""Objects that are examined together: few enough for the processor's caches."""
_BATCH_SIZE = 4 * 1024 * 1024
"""Bytes of them."""
_WAITING = 32 * 1024 * 1024
_KEPT = 8 * 1024 * 1024
_READY = 64
"""Batches that are kept ready for the judge."""
_WORTH = 8
"""Batches from which on worker processes are worth their start."""

Keep = Callable[[list[str], bytes], None]
"""Given the ids and the records of every batch."""


class Ahead:
    """Takes raw objects in, gives what is true of each; everything else about it is order and economy."""

    def __init__(
        self,
        examiner: Examiner,
        object_format: ObjectFormat,
        binding: Binding,
        *,
        jobs: int = 1,
        keep: Keep | None = None,
    ) -> None:
        """`jobs` above 1 are worker processes, started when there is enough to do."""
        self._examiner = examiner
        self._format = object_format
        self._binding = binding
        self._keep = keep
        self._batches = [_Batch()]
        self._waiting: deque[int] = deque()
        self._waiting_size = 0
        self._ready: OrderedDict[int, list[Examined]] = OrderedDict()
        self._drawer = Drawer()
        self._jobs = jobs
        self._workers: Workers | None = None
        self.examined = 0
        """Objects examined so far."""

    def add(self, oid: str, kind: str, raw: bytes, *, once: bool = False) -> int:
        """Take an object in; give its place, from 1. `once` tells that it will be asked for one time only."""
        batch = self._batches[-1]
        batch.raws.append((oid, kind, raw))
        batch.size += len(raw)
        batch.lasting |= not once
        place = (len(self._batches) - 1) * _BATCH + len(batch.raws)
        if len(batch.raws) == _BATCH or batch.size >= _BATCH_SIZE:
            self._close_batch()
        return place

    def get(self, place: int) -> Examined:
        """What is true of the object at a place that `add` gave. Raises EnvironmentFault where the disk is full."""
        number, index = divmod(place - 1, _BATCH)
        found = self._ready.get(number)
        if found is None:
            found = self._fetch(number)
        batch = self._batches[number]
        if not batch.lasting:
            batch.asked += 1
            if batch.asked == len(found):
                del self._ready[number]
        return found[index]

    def _close_batch(self) -> None:
        self._waiting.append(len(self._batches) - 1)
        self._waiting_size += self._batches[-1].size
        self._batches.append(_Batch())
        if self._worth_workers():
            self._feed(0)
            self._collect(wait=False)
        while self._waiting_size > _WAITING:
            self._relieve()

    def _relieve(self) -> None:
        """Examine what has waited longest: it is the last that will be asked for."""
        number = self._waiting[0]
        if self._workers is None:
            self._put_aside(number, self._examine(number))
        else:
            self._send(self._workers, number)

    def _worth_workers(self) -> bool:
        """Whether what waits goes to workers; they are made ready with the first question that says so."""
        if self._workers is None and self._jobs > 1 and len(self._waiting) >= _WORTH:
            from gitsig.engine.workers import Workers, can_fork

            if can_fork():
                self._examiner.prepare()
                self._workers = Workers(self._jobs, partial(_examine_frame, self._examiner, self._binding))
            self._jobs = 1
        return self._workers is not None and (self._workers.busy > 0 or len(self._waiting) >= _WORTH)

    def _feed(self, near: int) -> None:
        """Give the workers what is going to be asked for next: the waiting batches that stand nearest to `near`."""
        while self._waiting and self._workers is not None and self._workers.has_room:
            first, last = self._waiting[0], self._waiting[-1]
            self._send(self._workers, first if abs(first - near) <= abs(last - near) else last)

    def _send(self, workers: Workers, number: int) -> None:
        while not workers.has_room:
            self._collect(wait=True)
        batch = self._batches[number]
        try:
            workers.submit(number, marshal.dumps(batch.raws))
        except OSError:
            self._workers = None  # no process can be started: the work is done in this one
            return
        self._take(number)
        batch.sent = True

    def _take(self, number: int) -> None:
        """A batch waits no longer; of its objects only the names stay."""
        self._waiting.remove(number)
        batch = self._batches[number]
        self._waiting_size -= batch.size
        batch.raws = [(oid, kind, b"") for oid, kind, _ in batch.raws]

    def _collect(self, *, wait: bool) -> None:
        if self._workers is not None:
            for answer in self._workers.answers(wait=wait):
                self._answered(answer)

    def _answered(self, answer: Answer) -> None:
        batch = self._batches[answer.number]
        body = answer.body
        if answer.lost:
            evidence = Evidence(Outcome.ERROR, detail=answer.lost)
            lost = [Examined(kind, None, evidence) for _, kind, _ in batch.raws]
            body = pack(batch.oids, lost, self._binding)
        elif self._keep is not None:
            self._keep(batch.oids, body)
        self.examined += len(batch.raws)
        batch.place = self._drawer.put(body)
        batch.raws = []

    def _fetch(self, number: int) -> list[Examined]:
        if number == len(self._batches) - 1:
            self._close_batch()
        batch = self._batches[number]
        if number in self._waiting and self._workers is not None and self._worth_workers():
            self._send(self._workers, number)
        while batch.sent and batch.place is None:
            self._feed(number)
            self._collect(wait=True)
        place = batch.place
        found = self._examine(number) if place is None else unpack(self._drawer.get(place), self._format)
        self._ready[number] = found
        if len(self._ready) > _READY:
            self._put_aside(*self._ready.popitem(last=False))
        return found

    def _examine(self, number: int) -> list[Examined]:
        batch = self._batches[number]
        examined = self._examiner.examine_all(batch.raws)
        self._take(number)
        self.examined += len(examined)
        if self._keep is not None:
            self._keep(batch.oids, pack(batch.oids, examined, self._binding))
        return examined

    def _put_aside(self, number: int, examined: list[Examined]) -> None:
        batch = self._batches[number]
        if batch.place is None:
            batch.place = self._drawer.put(pack(batch.oids, examined, self._binding))
            batch.raws = []


class _Batch:
    __slots__ = ("asked", "lasting", "place", "raws", "sent", "size")

    def __init__(self) -> None:
        self.raws: list[Raw] = []
        """Without the bytes once they are examined or sent; empty when the records are in the drawer."""
        self.size = 0
        self.lasting = False
        self.asked = 0
        self.sent = False
        self.place: tuple[int, int] | None = None
        """Where in the drawer its records are."""

    @property
    def oids(self) -> list[str]:
        return [oid for oid, _, _ in self.raws]


class Drawer:
    """Blobs that are put aside: in memory, and beyond a limit in a file that has no name."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_KEPT)  # noqa: SIM115 - closed with the drawer
        weakref.finalize(self, _close, self._file)
        self._end = 0

    def put(self, blob: bytes) -> tuple[int, int]:
        """Keep a blob; give (offset, size). Raises EnvironmentFault where there is no room."""
        try:
            self._file.seek(self._end)
            self._file.write(blob)
            self._file.flush()  # or a full disk would only show when it is read again
        except OSError as error:
            mend = "make room, or set TMPDIR to a folder that has some"
            raise EnvironmentFault(f"no room to put records aside ({error.strerror})", mend=mend) from error
        place = (self._end, len(blob))
        self._end += len(blob)
        return place

    def get(self, place: tuple[int, int]) -> bytes:
        """Give a blob back."""
        self._file.seek(place[0])
        return self._file.read(place[1])


def _close(file: IO[bytes]) -> None:
    with contextlib.suppress(OSError):  # what could not be written has been told
        file.close()


def _examine_frame(examiner: Examiner, binding: Binding, frame: bytes) -> bytes:
    """What a worker does."""
    raws: list[Raw] = marshal.loads(frame)  # noqa: S302 - from the parent, over our own socket
    return pack([oid for oid, _, _ in raws], examiner.examine_all(raws), binding)
