"""Worker processes that die, hang or cannot be started: a batch is lost, never the run, and no child stays."""

from __future__ import annotations

import gc
import marshal
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import gitsig
from gitsig.engine import ahead, workers
from gitsig.engine.workers import Answer, Workers
from gitsig.engine.workers import can_fork as real_can_fork
from gitsig.model import LIMITS, Reason
from tests.engine.test_evidence_cache import NOW, verifier_of
from tests.faults.waiting import until
from tests.support.story import Story

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
_SIZES = (0, 1, 100, 3_000_000, 7, 400_000)
_DEADLINE = 60


def backwards(frame: bytes) -> bytes:
    return frame[::-1]


def fragile(frame: bytes) -> bytes:
    if frame == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    if frame == b"raise":
        raise ValueError(frame)
    return frame


def answered(crew: Workers, frames: list[bytes]) -> dict[int, Answer]:
    """Every frame's answer; the frames are given as fast as they are taken."""
    found: list[Answer] = []
    for number, frame in enumerate(frames):
        while not crew.has_room:
            found += crew.answers(wait=True)
        crew.submit(number, frame)
        found += crew.answers(wait=False)
    while crew.busy:
        found += crew.answers(wait=True)
    assert len(found) == len(frames)
    return {each.number: each for each in found}


def children(parent: int) -> set[int]:
    """Processes whose parent this is, those that nobody has waited for included (proc_pid_stat(5))."""
    found = set()
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = each.read_text()
        except OSError:
            continue
        if int(told.rpartition(")")[2].split()[1]) == parent:
            found.add(int(each.parent.name))
    return found


def has_ended(pid: int) -> bool:
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return told.rpartition(")")[2].split()[0] == "Z"


@contextmanager
def no_child_left() -> Iterator[None]:
    gc.collect()
    before = children(os.getpid())
    yield
    gc.collect()
    assert children(os.getpid()) <= before


@contextmanager
def crew_of(count: int, work: Callable[[bytes], bytes]) -> Iterator[Workers]:
    with no_child_left():
        crew = Workers(count, work)
        yield crew
        crew.close()


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The process ids of all workers that were started."""
    pids: list[int] = []
    fork = workers._fork

    def counted(*args: Any) -> int:
        pids.append(fork(*args))
        return pids[-1]

    monkeypatch.setattr(workers, "_fork", counted)
    return pids


@pytest.mark.parametrize("count", [1, 2, 4])
def test_each_frame_has_its_answer(count: int, starts: list[int]) -> None:
    frames = [os.urandom(size) for size in _SIZES * 4]
    with crew_of(count, backwards) as crew:
        found = answered(crew, frames)
        assert crew.busy == 0
    assert [found[number].body for number in range(len(frames))] == [frame[::-1] for frame in frames]
    assert not any(each.lost for each in found.values())
    assert len(starts) == count


@pytest.mark.parametrize(("frame", "how"), [(b"die", "was killed by signal 9"), (b"raise", "ended with code 70")])
@pytest.mark.parametrize("count", [1, 2])
def test_a_worker_that_ends_costs_the_frame_in_hand(count: int, frame: bytes, how: str, starts: list[int]) -> None:
    frames = [b"one", b"two", frame, b"four", b"five", b"six", b"seven"]
    with crew_of(count, fragile) as crew:
        found = answered(crew, frames)
    assert [each for each in range(7) if found[each].lost] == [2]
    assert found[2].lost == f"the worker process {how}"
    assert [found[each].body for each in range(7) if each != 2] == [each for each in frames if each != frame]
    assert len(starts) == count + 1


@pytest.mark.parametrize("count", [1, 3])
def test_frames_that_each_kill_a_worker_come_to_an_end(count: int, starts: list[int]) -> None:
    with crew_of(count, fragile) as crew:
        found = answered(crew, [b"die"] * 40)
    assert all(each.lost for each in found.values())
    assert {each.lost for each in found.values()} == {
        "the worker process was killed by signal 9",
        "no worker process is left",
    }
    assert len(starts) == count + workers._RESPAWNS


def test_workers_that_die_with_nothing_in_hand(starts: list[int]) -> None:
    """The system takes memory from whom it likes."""
    with crew_of(2, backwards) as crew:
        answered(crew, [b"a", b"b", b"c"])
        for pid in [*starts]:
            os.kill(pid, signal.SIGKILL)
        until(lambda: all(has_ended(pid) for pid in starts[:2]))
        crew.answers(wait=False)
        found = answered(crew, [b"de", b"fg", b"hi"])
    for number, body in enumerate([b"ed", b"gf", b"ih"]):
        assert found[number] in (Answer(number, body), Answer(number, b"", "the worker process was killed by signal 9"))
    assert sum(not each.lost for each in found.values()) >= 1, "at most one for each that died"
    assert len(starts) <= 4


def test_a_worker_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, starts: list[int]) -> None:
    out, into = os.pipe()

    def waiting(frame: bytes) -> bytes:
        return os.read(out, 1) if frame == b"hang" else frame

    with crew_of(1, waiting) as crew:
        crew.submit(0, b"hang")
        crew.submit(1, b"next")
        monkeypatch.setattr(workers, "LIMITS", LIMITS._replace(worker_seconds=0))
        assert crew.answers(wait=True) == [Answer(0, b"", "the worker process did not answer for 0 seconds")]
        monkeypatch.setattr(workers, "LIMITS", LIMITS)
        assert crew.answers(wait=True) == [Answer(1, b"next")]
        assert len(starts) == 2
        assert has_ended(starts[0])
    os.close(out)
    os.close(into)


def test_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    with crew_of(2, backwards) as crew:
        with pytest.raises(BlockingIOError):
            crew.submit(0, b"frame")
        assert crew.busy == 0


def test_workers_that_nobody_holds_any_more_end(starts: list[int]) -> None:
    with no_child_left():
        crew = Workers(2, backwards)
        crew.submit(0, b"frame")
        assert children(os.getpid()) >= set(starts)
        assert len(starts) == 2
        del crew


def test_a_child_leaves_its_siblings_alone(starts: list[int]) -> None:
    """Forked once more, as `multiprocessing` would: the copy of the workers is not its to end."""
    with crew_of(1, backwards) as crew:
        answered(crew, [b"a"])
        pid = os.fork()
        if not pid:
            crew.close()
            os._exit(0)
        os.waitpid(pid, 0)
        assert not has_ended(starts[0])


# In a verifier


@pytest.fixture
def told(story: Callable[..., Story]) -> Story:
    """Twelve commits, one of them unsigned, and a tag."""
    made = story()
    for number in range(12):
        made.commit(by="carol" if number % 2 else "ada", sign="ssh" if number != 5 else False)
    made.tag("v1", by="carol")
    return made


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers pay from the first batch on, and a batch is three objects; the thread of pytest-xdist does no harm."""
    monkeypatch.setattr(workers, "can_fork", lambda: True)
    monkeypatch.setattr(ahead, "_WORTH", 1)
    monkeypatch.setattr(ahead, "_BATCH", 3)


def expected(told: Story) -> list[gitsig.Verdict]:
    verdicts = list(verifier_of(told, cache=False).audit())
    assert len(verdicts) == 13
    return verdicts


@pytest.mark.parametrize("jobs", [1, 2, 4, None])
def test_verdicts_come_in_order(told: Story, jobs: int | None, starts: list[int]) -> None:
    with no_child_left():
        assert list(verifier_of(told, cache=False, jobs=jobs).audit()) == expected(told)
    if jobs is not None:
        assert len(starts) == (jobs if jobs > 1 else 0)


@pytest.mark.parametrize("jobs", [2, 4])
@pytest.mark.parametrize("cache", [False, True])
def test_a_lost_batch_could_not_be_verified(
    told: Story, jobs: int, cache: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    verdicts = expected(told)
    marked = bytes.fromhex(verdicts[4].oid)
    real = ahead._examine_frame

    def dying(examiner: Any, binding: Any, frame: bytes) -> bytes:
        oids = [oid for oid, _, _ in marshal.loads(frame)]  # noqa: S302 - our own
        if marked.hex() in oids:
            (tmp_path / "lost").write_text(" ".join(oids))
            os.kill(os.getpid(), signal.SIGKILL)
        return real(examiner, binding, frame)

    monkeypatch.setattr(ahead, "_examine_frame", dying)
    run = verifier_of(told, cache=cache, jobs=jobs).audit()
    found = list(run)
    lost = set((tmp_path / "lost").read_text().split())
    assert 1 <= len(lost) <= 3
    assert {each.oid for each in found if each.reason is Reason.VERIFIER_ERROR} == lost
    assert [each for each in found if each.oid not in lost] == [each for each in verdicts if each.oid not in lost]
    assert [each.oid for each in found] == [each.oid for each in verdicts]
    assert (run.summary().exit_code, run.summary().unverifiable) == (3, len(lost))
    assert run.faults == ["the worker process was killed by signal 9"]
    monkeypatch.undo()
    again = verifier_of(told, cache=cache).audit()
    assert list(again) == verdicts, "nothing is kept of what could not be checked"
    assert again.summary().cached == (len(verdicts) - len(lost) if cache else 0)


def test_all_workers_are_lost(told: Story, monkeypatch: pytest.MonkeyPatch, starts: list[int]) -> None:
    def dying(*_: object) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    monkeypatch.setattr(ahead, "_examine_frame", dying)
    monkeypatch.setattr(ahead, "_BATCH", 1)
    with no_child_left():
        run = verifier_of(told, cache=False, jobs=2).audit()
        assert {each.reason for each in run} <= {Reason.VERIFIER_ERROR}
        assert run.summary().exit_code == 3
        del run
    assert len(starts) == 2 + workers._RESPAWNS


def test_without_processes_the_work_is_done_here(told: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts = expected(told)

    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    assert list(verifier_of(told, cache=False, jobs=2).audit()) == verdicts


def test_the_second_process_cannot_be_started(told: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts = expected(told)
    fork, tries = os.fork, []

    def scarce() -> int:
        tries.append(1)
        if len(tries) > 1:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return fork()

    monkeypatch.setattr(os, "fork", scarce)
    with no_child_left():
        assert list(verifier_of(told, cache=False, jobs=2).audit()) == verdicts
    assert len(tries) == 2


def test_beside_other_threads_nothing_is_forked(
    told: Story, starts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = expected(told)
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    try:
        assert not real_can_fork()
        monkeypatch.setattr(workers, "can_fork", real_can_fork)
        assert list(verifier_of(told, cache=False, jobs=2).audit()) == verdicts
    finally:
        over.set()
        other.join()
    assert starts == []


def test_an_interruption_leaves_no_child(told: Story, starts: list[int]) -> None:
    def interrupted() -> None:
        for number, _ in enumerate(verifier_of(told, cache=False, jobs=2).audit()):
            if number == 3:
                signal.raise_signal(signal.SIGINT)

    with no_child_left():
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert len(starts) == 2


def test_an_abandoned_run_leaves_no_child(told: Story, starts: list[int]) -> None:
    with no_child_left():
        run = iter(verifier_of(told, cache=False, jobs=2).audit())
        next(run)
        assert len(starts) == 2
        del run


_PROGRAM = """
import select, sys
from gitsig.engine import ahead, verifier
ahead._WORTH, ahead._BATCH = 1, 1
judge = verifier.judge
def waiting(*args):
    # In short steps: a signal that comes just before a system call does not end it.
    while not select.select([sys.stdin], [], [], 0.05)[0]:
        pass
    return judge(*args)
verifier.judge = waiting
from gitsig.cli.main import run
sys.exit(run(sys.argv[1:]))
"""
"""The program, which judges nothing before its standard input ends."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_program_is_stopped(told: Story, number: signal.Signals) -> None:
    command = [sys.executable, "-c", _PROGRAM, "audit", "--jobs", "2", "--no-cache"]
    command += ["--repo", str(told.path), "--policy", str(told.policy()), "--now", str(NOW)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as program:
        until(lambda: len(children(program.pid)) == 2 or program.poll() is not None)
        left = children(program.pid)
        program.send_signal(number)
        code = program.wait(_DEADLINE)
        said = program.stderr.read() if program.stderr is not None else b""
    assert len(left) == 2
    assert (code, said) == ((-9, b"") if number == signal.SIGKILL else (130, b"gitsig: interrupted\n"))
    until(lambda: all(has_ended(pid) for pid in left))
