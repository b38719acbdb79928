"""An evidence cache that is not ours, not private, or made to lie: time is lost, and nothing is believed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gitsig.engine import cachefile
from tests.engine.test_evidence_cache import NOW, Found, audited, copy_of, kept_of, template
from tests.faults.waiting import until
from tests.support.story import Story

__all__ = ["template"]

_HEADER = 100
"""Bytes of the head of an SQLite file (sqlite.org/fileformat2.html)."""
_SUPER = bytes.fromhex("d9d505f920a163d7")
"""How a journal begins, and how the name of a super-journal ends."""
_DEADLINE = 30
_OTHER_UID = 12345


class Warm:
    """A repository whose evidence is kept, and what a run without it says."""

    def __init__(self, told: Story) -> None:
        self.told = told
        self.policy = told.policy()
        self.clean = audited(told, self.policy, cache=False)
        assert audited(told, self.policy).cached == 0
        self.file = kept_of(told)
        self.whole = self.file.read_bytes()

    def same(self, why: object = "") -> Found:
        """An audit whose verdicts are those of a run without the cache, whatever is said besides."""
        found = audited(self.told, self.policy)
        assert found.verdicts == self.clean.verdicts, why
        assert found.counts == self.clean.counts, why
        assert len(found.warnings) <= 1, why
        return found

    def unbelieved(self) -> Found:
        found = self.same()
        assert found.cached == 0
        return found


@pytest.fixture
def warm(template: Story, tmp_path: Path) -> Warm:
    return Warm(copy_of(template, tmp_path))


def sql(file: Path, script: str) -> None:
    with sqlite3.connect(file) as database:
        database.executescript(script)
    database.close()


def flipped(whole: bytes, offset: int, mask: int) -> bytes:
    return whole[:offset] + bytes([whole[offset] ^ mask]) + whole[offset + 1 :]


def test_the_cache_is_believed_when_nothing_is_wrong_with_it(warm: Warm) -> None:
    assert warm.same().cached == 15


def test_cut_short(warm: Warm) -> None:
    sizes = [*range(0, _HEADER, 3), 511, 512, 4095, 4096, 4097, len(warm.whole) // 2, len(warm.whole) - 1]
    for size in sizes:
        warm.file.write_bytes(warm.whole[:size])
        warm.same(size)


def test_each_byte_of_the_head(warm: Warm) -> None:
    for offset in range(_HEADER):
        warm.file.write_bytes(flipped(warm.whole, offset, 1 << offset % 8))
        warm.same(offset)


def test_bytes_of_records(warm: Warm) -> None:
    with sqlite3.connect(warm.file) as database:
        bodies = [body for (body,) in database.execute("SELECT body FROM chunks")]
    database.close()
    luck = random.Random(7)  # noqa: S311 - repeatable, not secret
    places = [warm.whole.find(body[-40:]) for body in bodies]
    assert all(place > 0 for place in places)
    for place in places:
        for _ in range(25):
            offset = place - luck.randrange(400)
            warm.file.write_bytes(flipped(warm.whole, offset, luck.randrange(1, 256)))
            warm.same(offset)


STATEMENTS = {
    "an endless place": "UPDATE places SET place = 9e999",
    "a place far away": "UPDATE places SET place = 1e300",
    "the last place": "UPDATE places SET place = 9223372036854775807",
    "a negative place": "UPDATE places SET place = -65",
    "a place in words": "UPDATE places SET place = x'00'",
    "a huge body": "UPDATE chunks SET body = 100000000000",
    "a body in words": "UPDATE chunks SET body = CAST(body AS TEXT)",
    "no chunk": "DELETE FROM chunks",
    "chunks in another order": "UPDATE chunks SET id = 1000 - id",
    "a record that is huge": "UPDATE verified SET body = 100000000000",
    "a mac that is huge": "UPDATE verified SET mac = 100000000000",
    "a record of nothing": "UPDATE verified SET body = x''",
    "a chunk for a record": "UPDATE verified SET (mac, body) = (SELECT mac, body FROM chunks LIMIT 1)",
    "another version": "UPDATE about SET context = replace(context, 'records', 'ledgers')",
    "no version": "DELETE FROM about",
    "a view": "CREATE VIEW v AS SELECT 1",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON places BEGIN DELETE FROM places; END",
    "a trigger on records": "CREATE TRIGGER t AFTER INSERT ON verified BEGIN DELETE FROM verified; END",
    "an index": "CREATE INDEX i ON chunks (mac)",
    "a table more": "CREATE TABLE more (id)",
    "a table less": "DROP TABLE verified",
    "a generated column": "ALTER TABLE places ADD COLUMN extra GENERATED ALWAYS AS (place + 1)",
    "another journal": "PRAGMA journal_mode = WAL",
}


@pytest.mark.parametrize("script", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_a_changed_database(warm: Warm, script: str) -> None:
    sql(warm.file, script)
    for _ in range(2):
        warm.same()
        found = audited(warm.told, warm.policy, resume=True)
        assert found.counts == warm.clean.counts


def test_evidence_of_one_object_for_another(warm: Warm) -> None:
    """Each refused commit is given the place of each good one."""
    good = [each.oid for each in warm.clean.verdicts if each.accepted]
    bad = [each.oid for each in warm.clean.verdicts if not each.accepted]
    assert good
    assert bad
    place = f"(SELECT place FROM places WHERE oid = x'{good[0]}')"  # noqa: S608
    for oid in bad:
        warm.file.write_bytes(warm.whole)
        sql(warm.file, f"UPDATE places SET place = {place} WHERE oid = x'{oid}'")  # noqa: S608
        warm.same(oid)


def _as_another_user(told: Story, policy: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("GITSIG_CACHE_DIR", str(folder))
        assert audited(told, policy, resume=True).summary.exit_code == 0


@pytest.mark.parametrize("resume", [False, True])
def test_a_cache_that_came_with_the_repository(
    template: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resume: bool
) -> None:
    """Mallory's own gitsig accepted everything, by a policy of hers; her cache has the right owner and mode."""
    told = copy_of(template, tmp_path)
    told.branch("main", told.commit(by="mallory", sign="ssh", branch=None, parents=[]))
    shutil.rmtree(told.path / "refs" / "tags")
    assert told.ssh is not None
    hers = {"emails": ["mallory@example.net"], "ssh": [told.ssh.public("mallory")]}
    _as_another_user(told, told.policy(signers={"mallory": hers}), tmp_path / "hers", monkeypatch)
    assert kept_of(told).stat().st_mode & 0o777 == 0o600
    mine = audited(told, told.policy(), resume=resume)
    assert (mine.reasons, mine.cached, mine.summary.exit_code) == (["unknown_key"], 0, 1)


@pytest.mark.parametrize("kind", ["objects", "audit"])
def test_what_another_secret_sealed_is_moved_into_our_own_database(
    warm: Warm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The frame is ours, row by row; the picture is somebody else's."""
    ours = warm.whole
    warm.file.unlink()
    with monkeypatch.context() as patch:
        patch.setenv("GITSIG_CACHE_DIR", str(tmp_path / "hers"))
        audited(warm.told, warm.policy)
    theirs = tmp_path / "theirs.sqlite3"
    shutil.move(warm.file, theirs)
    warm.file.write_bytes(ours)
    warm.file.chmod(0o600)
    table = "chunks" if kind == "objects" else "verified"
    attach = f"ATTACH '{theirs}' AS their; DELETE FROM {table}; INSERT INTO {table} SELECT * FROM their.{table}"  # noqa: S608
    sql(warm.file, attach)
    found = warm.unbelieved()
    assert "not all of it was written by us" in found.warnings[0]


# The file and its folder


def _readable(file: Path) -> None:
    file.chmod(0o644)


def _writable(file: Path) -> None:
    file.chmod(0o620)


def _linked(file: Path) -> None:
    file.with_name("other").hardlink_to(file)


def _symbolic(file: Path) -> None:
    file.rename(file.with_name("other"))
    file.symlink_to("other")


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir(mode=0o700)


@pytest.mark.parametrize("change", [_readable, _writable, _linked, _symbolic, _pipe, _folder])
def test_a_file_that_is_not_private(warm: Warm, change: Callable[[Path], None]) -> None:
    change(warm.file)
    found = warm.unbelieved()
    assert "is not a private file of ours (mode 0600)" in found.warnings[0]


@pytest.mark.parametrize("which", ["file", "folder"])
def test_it_belongs_to_somebody_else(warm: Warm, which: str) -> None:
    if os.geteuid():
        pytest.skip("only root can give files away")
    os.chown(warm.file if which == "file" else warm.file.parent, _OTHER_UID, -1)
    assert bool(warm.unbelieved().warnings) == (which == "file"), "beside a foreign folder our own is used"


def _group(folder: Path) -> None:
    folder.chmod(0o770)


def _moved(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to("elsewhere")


def _file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_bytes(b"")


@pytest.mark.parametrize("change", [_group, _moved, _file])
def test_a_folder_that_is_not_private_is_left_for_the_users_own(
    warm: Warm, change: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITSIG_CACHE_DIR", str(tmp_path / "own"))
    change(warm.file.parent)
    assert warm.unbelieved().warnings == ()
    inside, outside = cachefile.cache_paths(warm.told.path)
    assert inside == warm.file
    assert outside.stat().st_mode & 0o777 == 0o600
    assert warm.same().cached == 15


def test_no_private_folder_at_all(warm: Warm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setenv("GITSIG_CACHE_DIR", str(shared))
    (warning,) = warm.unbelieved().warnings
    assert warning.startswith("the evidence cache is not used: ")
    assert "no secret" in warning


# What lies beside it


def test_a_journal_cannot_have_other_files_removed(warm: Warm, tmp_path: Path) -> None:
    """A hot journal may name a super-journal, which SQLite removes when it has rolled back (pager_delsuper)."""
    precious = tmp_path / "precious"
    precious.write_bytes(b"somebody's work\n")
    size = int.from_bytes(warm.whole[16:18])
    numbers = (0, 0, len(warm.whole) // size, 512, size)
    head = _SUPER + b"".join(number.to_bytes(4) for number in numbers)
    name = os.fsencode(precious)
    end = (0x40000000 // size + 1).to_bytes(4) + name + len(name).to_bytes(4) + sum(name).to_bytes(4) + _SUPER
    warm.file.with_name(warm.file.name + "-journal").write_bytes(head.ljust(512, b"\0") + end)
    warm.same()
    assert precious.read_bytes() == b"somebody's work\n"


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
@pytest.mark.parametrize("content", [b"", bytes(9000), b"text\n" * 2000])
def test_links_beside_it_lead_nowhere(warm: Warm, tmp_path: Path, ending: str, content: bytes) -> None:
    if ending != "-journal":
        sql(warm.file, "PRAGMA journal_mode = WAL")
    precious = tmp_path / "precious"
    precious.write_bytes(content)
    warm.file.with_name(warm.file.name + ending).symlink_to(precious)
    warm.told.commit(by="carol")
    warm.clean = audited(warm.told, warm.policy, cache=False)
    for _ in range(2):
        warm.same()
        assert precious.read_bytes() == content


@pytest.mark.parametrize("ending", ["-journal", "-wal"])
def test_a_pipe_beside_it_is_not_waited_for(warm: Warm, ending: str) -> None:
    if ending == "-wal":
        sql(warm.file, "PRAGMA journal_mode = WAL")
    os.mkfifo(warm.file.with_name(warm.file.name + ending), 0o600)
    done = subprocess.run(_program(warm.told, warm.policy), capture_output=True, timeout=_DEADLINE, check=False)
    assert done.returncode == 1
    assert b"not used" in done.stderr


# Other processes


def _program(told: Story, policy: Path) -> list[str]:
    place = ["--repo", str(told.path), "--policy", str(policy), "--now", str(NOW)]
    return [sys.executable, "-m", "gitsig", "audit", "-qq", *place]


def test_two_at_the_same_time(warm: Warm) -> None:
    warm.file.unlink()
    pipe = subprocess.PIPE
    both = [subprocess.Popen(_program(warm.told, warm.policy), stdout=pipe, stderr=pipe) for _ in range(2)]
    ended = [(each.communicate(timeout=_DEADLINE), each.returncode) for each in both]
    assert [code for _, code in ended] == [1, 1]
    assert not any(b"internal error" in said or b"Traceback" in said for (_, said), _ in ended)
    warm.same()  # one may have dropped what the other had just written
    assert warm.same().cached == 15


@pytest.mark.parametrize("size", [1, 20_000])
def test_killed_while_it_writes(warm: Warm, size: int) -> None:
    warm.file.unlink()
    with subprocess.Popen(_program(warm.told, warm.policy), stdout=-3, stderr=-3) as child:
        until(lambda: child.poll() is not None or (warm.file.exists() and warm.file.stat().st_size >= size))
        child.kill()
    assert child.returncode in (-signal.SIGKILL, 1)
    warm.same()
    assert warm.same().cached == 15
