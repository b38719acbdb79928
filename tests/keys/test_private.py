"""Folders that may be trusted with what GnuPG said."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from gitsig.keys.private import cache_root, is_private, make_private, temporary_private

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "folder"
    path.mkdir(mode=0o700)
    return path


def test_a_folder_of_ours_is_private(folder):
    assert is_private(folder)
    assert make_private(folder)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o720, 0o702, 0o750, 0o755, 0o710])
def test_a_folder_that_others_can_enter_is_not(folder, mode):
    folder.chmod(mode)
    assert not is_private(folder)
    assert not make_private(folder)


@root_only
def test_somebody_elses_folder_is_not(folder):
    os.chown(folder, 12345, 12345)
    assert not is_private(folder)
    assert not make_private(folder)


def test_a_symbolic_link_is_not(folder, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert not is_private(link)
    assert not make_private(link)


def test_neither_a_file_nor_nothing_is(tmp_path):
    (tmp_path / "file").touch(mode=0o600)
    assert not is_private(tmp_path / "file")
    assert not is_private(tmp_path / "nothing")
    assert not make_private(tmp_path / "file")
    assert not make_private(tmp_path / "file" / "below")


def test_folders_are_made_with_those_above(tmp_path):
    assert make_private(tmp_path / "a" / "b")
    assert is_private(tmp_path / "a" / "b")


def test_a_temporary_folder_is_private_and_ours():
    path = temporary_private("gitsig-test-")
    assert is_private(path)
    path.rmdir()


def test_a_temporary_folder_goes_with_its_process(tmp_path, monkeypatch):
    """A worker that was forked from the process does not take the folder along."""
    registered = []
    monkeypatch.setattr("atexit.register", registered.append)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = temporary_private()
    (remove,) = registered
    monkeypatch.setattr(os, "getpid", lambda: -1)
    remove()
    assert path.exists()
    monkeypatch.undo()
    remove()
    assert not path.exists()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"GITSIG_CACHE_DIR": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/c"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/gitsig"),
        ({"HOME": "/h"}, "/h/.cache/gitsig"),
        ({"XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/gitsig"),
        # The base directory specification wants a relative path ignored; here it would lie in a work tree.
        ({"XDG_CACHE_HOME": "x", "HOME": "/h"}, "/h/.cache/gitsig"),
        ({"HOME": "."}, "/tmp/gitsig-4321"),
    ],
)
def test_where_things_are_kept(monkeypatch, settings, expected):
    for name in ("GITSIG_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", "/tmp")
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    assert cache_root() == Path(expected)


def test_a_user_without_a_home_gets_no_folder_in_the_work_tree(monkeypatch):
    """Where no passwd file knows the user, `~` stays as it is, and a commit could bring a folder of that name."""
    monkeypatch.delenv("GITSIG_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    assert cache_root() == Path(tempfile.gettempdir()) / f"gitsig-{os.geteuid()}"
