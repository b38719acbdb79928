"""Several files change as one, and nobody else's edit is lost."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault
from gitsig.upkeep import writing
from gitsig.upkeep.writing import Change, write_all


def test_files_appear_whole_and_leave_nothing_beside(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"before")
    write_all([Change(tmp_path / "keys" / "new", None, b"new"), Change(tmp_path / "old", b"before", b"after")])
    assert (tmp_path / "keys" / "new").read_bytes() == b"new"
    assert (tmp_path / "old").read_bytes() == b"after"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["keys", "new", "old"]


@pytest.mark.parametrize(("there", "before"), [(b"theirs", b"before"), (b"theirs", None), (None, b"before")])
def test_what_somebody_else_wrote_meanwhile_stays_and_the_rest_is_taken_back(tmp_path: Path, there, before) -> None:
    if there is not None:
        (tmp_path / "policy").write_bytes(there)
    (tmp_path / "kept").write_bytes(b"1")
    changes = [
        Change(tmp_path / "key", None, b"key"),
        Change(tmp_path / "kept", b"1", b"2"),
        Change(tmp_path / "policy", before, b"after"),
    ]
    with pytest.raises(EnvironmentFault, match=r"changed while gitsig worked on it|is there already"):
        write_all(changes)
    assert not (tmp_path / "key").exists()
    assert (tmp_path / "kept").read_bytes() == b"1"
    assert ((tmp_path / "policy").read_bytes() if there else None) == there


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EnvironmentFault, match="cannot be"):
        write_all([Change(tmp_path / "file" / "inside", None, b"x")])


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
@pytest.mark.parametrize("late", [False, True])
def test_an_interruption_takes_everything_back(tmp_path: Path, monkeypatch, stop, late: bool) -> None:
    (tmp_path / "policy").write_bytes(b"before")
    real = Path.replace

    def stopped(self: Path, target: Path) -> Path:
        if target.name == "policy" and b"after" in self.read_bytes():
            if late:
                real(self, target)
            raise stop
        return real(self, target)

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises((KeyboardInterrupt, EnvironmentFault)):
        write_all([Change(tmp_path / "key", None, b"key"), Change(tmp_path / "policy", b"before", b"after")])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"policy": b"before"}


def test_a_link_in_a_checkout_does_not_choose_where_a_new_file_goes(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "ada.asc").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EnvironmentFault, match="is there already"):
        write_all([Change(tmp_path / "keys" / "ada.asc", None, b"key")])
    assert not (tmp_path / "elsewhere").exists()


def test_a_link_to_a_file_is_followed_and_named(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"before")
    (tmp_path / "policy").symlink_to("real")
    change = Change(tmp_path / "policy", b"before", b"after")
    write_all([change])
    assert (tmp_path / "real").read_bytes() == b"after"
    assert str(change) == f"{tmp_path}/policy (a symbolic link to {tmp_path}/real)"


def test_of_two_edits_at_once_the_second_waits_its_turn(tmp_path: Path) -> None:
    (tmp_path / "policy").write_bytes(b"before")
    change = Change(tmp_path / "policy", b"before", b"after")
    handle = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(EnvironmentFault, match="somebody else is changing the policy"):
            write_all([change])
    finally:
        os.close(handle)
    assert (tmp_path / "policy").read_bytes() == b"before"
    write_all([change])
    assert (tmp_path / "policy").read_bytes() == b"after"


def test_where_there_are_no_locks_it_goes_without(tmp_path: Path, monkeypatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refused)
    write_all([Change(tmp_path / "policy", None, b"after")])
    assert (tmp_path / "policy").read_bytes() == b"after"


def test_mode_and_owner_stay(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "policy").write_bytes(b"before")
    (tmp_path / "policy").chmod(0o604)
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(writing.os, "fchown", lambda _, owner, group: given.append((owner, group)))
    write_all([Change(tmp_path / "policy", b"before", b"after")])
    known = (tmp_path / "policy").stat()
    assert stat.S_IMODE(known.st_mode) == 0o604
    assert given == [(-1, known.st_gid), (known.st_uid, -1)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_another_user_stays_his(tmp_path: Path) -> None:
    (tmp_path / "policy").write_bytes(b"before")
    os.chown(tmp_path / "policy", 12345, 54321)
    write_all([Change(tmp_path / "policy", b"before", b"after")])
    known = (tmp_path / "policy").stat()
    assert (known.st_uid, known.st_gid) == (12345, 54321)


def test_a_file_that_cannot_be_given_away_is_written_all_the_same(tmp_path: Path, monkeypatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    (tmp_path / "policy").write_bytes(b"before")
    monkeypatch.setattr(writing.os, "fchown", refused)
    write_all([Change(tmp_path / "policy", b"before", b"after")])
    assert (tmp_path / "policy").read_bytes() == b"after"
