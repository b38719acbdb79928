"""What waits between the walk and the judge: in bounds, in any order, and whole."""

from __future__ import annotations

import gc
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitsig.engine import ahead, workers
from gitsig.engine.ahead import Ahead, Drawer
from gitsig.engine.examine import Examined, Raw
from gitsig.engine.records import lasting_places
from gitsig.errors import EnvironmentFault
from gitsig.model import Evidence, ObjectFormat, Outcome
from tests.faults.disk import room

SHA1 = ObjectFormat.SHA1
_ROOM = 10_000
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


class Plain:
    """An examiner that says of each object how long it is."""

    def __init__(self) -> None:
        self.most = 0

    def prepare(self) -> None:
        """Nothing is shared."""

    def examine_all(self, raws: Sequence[Raw]) -> list[Examined]:
        self.most = max(self.most, len(raws))
        return [expected(raw) for raw in raws]


def expected(raw: Raw) -> Examined:
    oid, kind, data = raw
    return Examined(kind, None, Evidence(Outcome.UNSIGNED, detail=f"{oid} {len(data)}"))


def raw_of(number: int, size: int = 100) -> Raw:
    return f"{number:040x}", "commit", bytes(size)


def binding(evidence: Evidence) -> str:
    return str(evidence.outcome)


def ahead_of(jobs: int = 1, **rest: Any) -> Ahead:
    return Ahead(Plain(), SHA1, binding, jobs=jobs, **rest)  # type: ignore[arg-type]  # it examines, that is enough


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 300), min_size=1, max_size=40),
    once=st.booleans(),
    limits=st.fixed_dictionaries(
        {
            "_BATCH": st.integers(1, 8),
            "_BATCH_SIZE": st.integers(1, 2000),
            "_WAITING": st.integers(1, 3000),
            "_KEPT": st.integers(1, 500),
            "_READY": st.integers(1, 3),
        }
    ),
    seed=st.integers(0, 1000),
)
def test_each_place_gives_what_was_put_there(sizes: list[int], once: bool, limits: dict[str, int], seed: int) -> None:
    """Asked for in any order, and between the additions."""
    luck = random.Random(seed)  # noqa: S311 - repeatable, not secret
    kept: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name, value in limits.items():
            patch.setattr(ahead, name, value)
        waiting = ahead_of(keep=lambda oids, _: kept.extend(oids))
        places: dict[int, Raw] = {}
        for number, size in enumerate(sizes):
            raw = raw_of(number, size)
            places[waiting.add(*raw, once=once)] = raw
            if luck.random() < 0.1:
                place = luck.choice(list(places))
                assert waiting.get(place) == expected(places[place])
                if once:
                    del places[place]
        assert len(places) == len(sizes) or once
        for place in luck.sample(sorted(places), len(places)):
            assert waiting.get(place) == expected(places[place])
    assert sorted(kept) == [raw_of(number)[0] for number in range(len(sizes))], "each is examined once"
    assert waiting.examined == len(sizes)


@pytest.mark.parametrize("jobs", [1, 2])
def test_raw_bytes_that_wait_are_bounded(jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_WAITING": _ROOM, "_BATCH": 4, "_WORTH": 2}.items():
        monkeypatch.setattr(ahead, name, value)
    monkeypatch.setattr(workers, "can_fork", lambda: True)
    waiting = ahead_of(jobs)
    raws = [raw_of(number, 700) for number in range(200)]
    most = 0
    places = []
    for raw in raws:
        places.append(waiting.add(*raw))
        held = sum(len(data) for batch in waiting._batches for _, _, data in batch.raws)
        most = max(most, held)
    assert most <= _ROOM + 4 * 700
    assert [waiting.get(place) for place in places] == [expected(raw) for raw in raws]


def test_batches_that_are_ready_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_BATCH", 2)
    monkeypatch.setattr(ahead, "_READY", 3)
    waiting = ahead_of()
    places = [waiting.add(*raw_of(number)) for number in range(40)]
    for place in places:
        waiting.get(place)
        assert len(waiting._ready) <= 3
    for place in places[::-1]:
        assert waiting.get(place) == expected(raw_of(place - 1))


def test_what_is_asked_for_once_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_BATCH", 2)
    waiting = ahead_of()
    for number in range(0, 40, 2):
        for place in [waiting.add(*raw_of(number + more), once=True) for more in range(2)]:
            waiting.get(place)
        assert not waiting._ready
    assert waiting._drawer._end == 0


def test_what_is_examined_is_kept_with_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_BATCH", 3)
    kept: list[tuple[list[str], bytes]] = []
    waiting = ahead_of(keep=lambda oids, blob: kept.append((oids, blob)))
    for place in [waiting.add(*raw_of(number)) for number in range(7)]:
        waiting.get(place)
    assert [len(oids) for oids, _ in kept] == [3, 3, 1]
    assert all(lasting_places(blob) == list(range(len(oids))) for oids, blob in kept)


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_disk_without_room(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it shows at once, or when what was put aside is asked for."""
    monkeypatch.setattr(ahead, "_KEPT", 1)
    drawer = Drawer()
    with room(0):
        with pytest.raises(EnvironmentFault, match="no room to put records aside"):
            drawer.get(drawer.put(bytes(size)))
        del drawer
        gc.collect()


def test_a_run_on_a_disk_without_room(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_KEPT": 1, "_BATCH": 2, "_READY": 1}.items():
        monkeypatch.setattr(ahead, name, value)
    waiting = ahead_of()
    places = [waiting.add(*raw_of(number)) for number in range(40)]
    with room(0):
        with pytest.raises(EnvironmentFault) as caught:
            list(map(waiting.get, [*places, *places]))
        assert "TMPDIR" in caught.value.mend
        del waiting
        gc.collect()


def test_what_was_put_aside_comes_back() -> None:
    drawer = Drawer()
    blobs = [bytes([number]) * number * 1000 for number in range(30)]
    places = [drawer.put(blob) for blob in blobs]
    assert [drawer.get(place) for place in reversed(places)] == blobs[::-1]
    assert drawer.get(drawer.put(b"")) == b""
