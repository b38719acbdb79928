"""The evidence cache damaged, forged, full, locked or half written: time is lost, and not one verdict changes."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gitsig.engine import cachefile
from tests.faults.conftest import Judged
from tests.faults.disk import room
from tests.faults.program import Ended, audit, ended
from tests.faults.waiting import until

_HEADER = 100
"""Bytes of the head of an SQLite file (sqlite.org/fileformat2.html)."""
_DEADLINE = 60


class Kept:
    """A repository of its own with a cache that has been written and used."""

    def __init__(self, judged: Judged, folder: Path) -> None:
        self.judged = judged
        self.path = folder / "repo.git"
        shutil.copytree(judged.path, self.path)
        self.file = self.path / "gitsig" / "evidence.sqlite3"

    def audit(self, *options: str) -> Ended:
        found = audit(self.path, self.judged.policy, *options, cache=True)
        found.holds(self.judged.clean)
        return found

    def same(self) -> Ended:
        """An audit whose verdicts are the clean ones."""
        found = self.audit()
        assert found.same_as(self.judged.clean), found
        return found


@pytest.fixture
def fresh(lasting: Judged, tmp_path: Path, cold: Path) -> Kept:
    """Nothing kept yet, not even a secret."""
    return Kept(lasting, tmp_path)


@pytest.fixture
def warm(fresh: Kept) -> Kept:
    """Written by one run and used by the next."""
    fresh.same()
    assert fresh.same().cached > 20
    return fresh


def flipped(whole: bytes, offset: int) -> bytes:
    return whole[:offset] + bytes([whole[offset] ^ 1 << offset % 8]) + whole[offset + 1 :]


def test_every_byte_of_the_head(warm: Kept) -> None:
    whole = warm.file.read_bytes()
    for offset in range(_HEADER):
        warm.file.write_bytes(flipped(whole, offset))
        warm.same()


def test_bytes_everywhere_else(warm: Kept) -> None:
    whole = warm.file.read_bytes()
    for offset in range(_HEADER, len(whole), len(whole) // 90):
        warm.file.write_bytes(flipped(whole, offset))
        warm.same()


@pytest.mark.parametrize("size", [0, 1, 99, 100, 4095, 4096, 10_000])
def test_cut_short(warm: Kept, size: int) -> None:
    warm.file.write_bytes(warm.file.read_bytes()[:size])
    warm.same()
    assert warm.same()


def _folder(file: Path) -> None:
    file.mkdir()


def _pipe(file: Path) -> None:
    os.mkfifo(file, 0o600)


def _link(file: Path) -> None:
    file.symlink_to("/dev/zero")


def _open_to_all(file: Path) -> None:
    file.write_bytes(b"")
    file.chmod(0o666)


@pytest.mark.parametrize("make", [_folder, _pipe, _link, _open_to_all])
def test_what_is_no_private_file(warm: Kept, make: Callable[[Path], None]) -> None:
    warm.file.unlink()
    make(warm.file)
    assert warm.same().cached == 0


@pytest.mark.parametrize("make", [_folder, _pipe, _link, _open_to_all])
def test_a_secret_that_is_no_private_file(warm: Kept, cold: Path, make: Callable[[Path], None]) -> None:
    """In a process of its own: a pipe that nobody writes to must not be waited for."""
    secret = cold / "evidence.key"
    secret.unlink()
    make(secret)
    command = [sys.executable, "-m", "gitsig", "audit", "--repo", warm.path, "--policy", warm.judged.policy]
    done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, timeout=10, check=False)
    found = ended(done.returncode, done.stdout, done.stderr)
    assert found.same_as(warm.judged.clean)
    assert found.cached == 0


def test_another_secret(warm: Kept, cold: Path) -> None:
    """A cache that came with the repository, from somebody else or from an archive, is not believed."""
    (cold / "evidence.key").write_bytes(bytes(32))
    assert warm.same().cached == 0


def test_a_journal_that_nobody_wrote(warm: Kept) -> None:
    for data in (b"", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(600), b"x" * 5000):
        warm.file.with_name("evidence.sqlite3-journal").write_bytes(data)
        warm.same()


FORGERIES = {
    "every object is where the first one is": "UPDATE places SET place = (SELECT min(place) FROM places)",
    "places turned round": "UPDATE places SET place = (SELECT max(place) + min(place) FROM places) - place",
    "places that are none": "UPDATE places SET place = -1",
    "places of another type": "UPDATE places SET place = 'x'",
    "chunks changed": "UPDATE chunks SET body = zeroblob(length(body))",
    "chunks cut": "UPDATE chunks SET body = substr(body, 1, length(body) - 1)",
    "chunks of another type": "UPDATE chunks SET body = 'text', mac = 7",
    "macs exchanged": "UPDATE chunks SET mac = (SELECT mac FROM about)",
    "chunks gone": "DELETE FROM chunks",
    "another context": "UPDATE about SET context = context || ' '",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON places BEGIN DELETE FROM chunks; END",
    "a view in a table's place": "ALTER TABLE places RENAME TO p; CREATE VIEW places AS SELECT oid, 64 AS place FROM p",
}


@pytest.mark.parametrize("statement", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_database(warm: Kept, statement: str) -> None:
    database = sqlite3.connect(warm.file)
    database.executescript(statement)
    database.close()
    warm.same()


def test_evidence_of_another_object(warm: Kept) -> None:
    """The unsigned commit is given the place of a signed one: what stands there names its object."""
    refused = next(oid for oid, reason in warm.judged.clean.reasons.items() if reason == "unsigned")
    with sqlite3.connect(warm.file) as database:
        good = bytes.fromhex(next(iter(warm.judged.clean.accepted)))
        place = "SELECT place FROM places WHERE oid = ?"
        database.execute(f"INSERT OR REPLACE INTO places VALUES (?, ({place}))", (bytes.fromhex(refused), good))  # noqa: S608
    database.close()
    assert refused not in warm.same().accepted


def test_locked_by_another(warm: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cachefile, "_BUSY", 0.05)
    database = sqlite3.connect(warm.file, isolation_level=None)
    try:
        for lock in ("BEGIN EXCLUSIVE", "BEGIN IMMEDIATE"):
            database.execute(lock)
            warm.same()
            database.execute("COMMIT")
    finally:
        database.close()


@pytest.mark.parametrize("size", [0, 31, 100, 4096, 5000, 20_000])
def test_no_room(fresh: Kept, size: int) -> None:
    audit(fresh.judged.path, fresh.judged.policy)  # builds the key store
    with room(size):
        fresh.same()
    fresh.same()


@pytest.mark.parametrize("moment", ["evidence.sqlite3", "evidence.sqlite3-journal"])
def test_killed_while_it_writes(fresh: Kept, moment: str) -> None:
    command = [sys.executable, "-m", "gitsig", "audit", "--repo", fresh.path, "--policy", fresh.judged.policy]
    child = subprocess.Popen([*command, "--format", "json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: (fresh.file.parent / moment).exists() or child.poll() is not None)
    child.kill()
    assert child.wait(_DEADLINE) in (-signal.SIGKILL, fresh.judged.clean.code)
    fresh.same()
    assert fresh.same().cached > 20


def test_an_object_that_was_damaged_meanwhile(warm: Kept) -> None:
    """What is kept says what was true of the bytes that were there; a damaged object is not good any more."""
    oids = list(warm.judged.clean.accepted)
    for oid in (oids[0], oids[-1]):
        path = warm.path / "objects" / oid[:2] / oid[2:]
        whole = path.read_bytes()
        path.unlink()
        path.write_bytes(flipped(whole, len(whole) // 2))
        found = warm.audit()
        assert oid not in found.accepted
        assert found.code == 3
        path.write_bytes(whole)
    warm.same()
