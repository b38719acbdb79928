"""A report's file appears whole or not at all."""

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from gitsig.cli.output import report_stream
from gitsig.errors import EnvironmentFault


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def break_off(path: str, error: BaseException) -> None:
    with report_stream(path) as stream:
        stream.write("half")
        raise error


def test_without_a_path_it_is_standard_output() -> None:
    with report_stream(None) as stream:
        assert stream is sys.stdout


def test_closed_standard_output_is_an_error(monkeypatch) -> None:
    monkeypatch.setattr("sys.stdout", None)
    with pytest.raises(EnvironmentFault, match="closed"), report_stream(None):
        pass


def test_the_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "report"
    with report_stream(str(target)) as stream:
        stream.write("Größe\n")
        stream.flush()
        assert not target.exists()
    assert target.read_bytes() == "Größe\n".encode()
    assert names(tmp_path) == ["report"]


def test_permissions_are_the_usual_ones_or_those_of_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "report"
    before = os.umask(0o027)
    try:
        with report_stream(str(target)):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    target.chmod(0o604)
    with report_stream(str(target)):
        pass
    assert stat.S_IMODE(target.stat().st_mode) == 0o604


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt()])
def test_an_error_leaves_the_old_file_alone(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "report"
    target.write_text("old")
    with pytest.raises(type(error)):
        break_off(str(target), error)
    assert target.read_text() == "old"
    assert names(tmp_path) == ["report"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    link = tmp_path / "link"
    link.symlink_to("real")
    with report_stream(str(link)) as stream:
        stream.write("new")
    assert link.is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_device_is_written_to_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text()))
    reader.start()
    with report_stream(str(pipe)) as stream:
        stream.write("through")
    reader.join()
    assert received == ["through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("place", ["missing/report", "file/report", "folder"])
def test_a_place_that_cannot_be_written_is_one_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(EnvironmentFault, match="cannot write the report") as caught,
        report_stream(str(tmp_path / place)),
    ):
        pass
    assert caught.value.where == str(tmp_path / place)
    assert names(tmp_path) == ["file", "folder"]


def test_a_target_that_turned_into_a_folder_is_one_error(tmp_path: Path) -> None:
    target = tmp_path / "report"
    with pytest.raises(EnvironmentFault, match="cannot write the report"), report_stream(str(target)):
        target.mkdir()
    assert names(tmp_path) == ["report"]
