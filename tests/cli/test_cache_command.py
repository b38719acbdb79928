"""`gitsig cache`: what is kept is shown, and can be removed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gitsig.cli.main import app


@pytest.fixture
def repository(story, tmp_path: Path) -> Path:
    """A copy of the shared one, to leave files in."""
    shutil.copytree(story.path, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def kept(repository: Path) -> Path:
    return repository / ".git" / "gitsig" / "evidence.sqlite3"


def test_where_nothing_is_kept(gitsig, repository: Path, kept: Path) -> None:
    for command in ("info", "clear", "info"):
        assert _same(gitsig("cache", command, "--repo", str(repository)), 0, "nothing is kept\n")
    assert not kept.exists(), "looking makes no cache"


def _same(done, code: int, out: str) -> bool:
    return (done.code, done.out, done.err) == (code, out, "")


def test_what_an_audit_leaves(gitsig, repository: Path, kept: Path) -> None:
    place = ("--repo", str(repository))
    assert gitsig("audit", "-qq", *place).code == 1
    shown = gitsig("cache", "info", *place)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.splitlines() == [
        f"{kept}: {kept.stat().st_size:,} bytes",
        "evidence on 4 objects",
        "0 audits that accepted everything",
    ]
    shown = gitsig("cache", "clear", *place)
    assert _same(shown, 0, f"removed {kept}\n")
    assert not kept.exists()
    assert _same(gitsig("cache", "info", *place), 0, "nothing is kept\n")
    again = gitsig("audit", "-qq", *place)
    assert again.code == 1
    assert kept.exists()


def test_audits_that_accepted_everything_are_counted(gitsig, story, repository: Path) -> None:
    place = ("--repo", str(repository))
    told = type(story)(repository, story.environment)
    told.git("checkout", "-q", "main")
    told.git("branch", "-q", "-D", "topic")
    assert gitsig("audit", "-qq", *place).code == 0
    assert "1 audits that accepted everything" in gitsig("cache", "info", *place).out
    resumed = gitsig("audit", *place)
    assert resumed.code == 0
    assert "3 objects are counted and not listed" in resumed.out + resumed.err
    assert "counted" not in gitsig("audit", "--no-cache", *place).err
    assert len(gitsig("audit", "--format", "jsonl", *place).out.splitlines()) == 2 + 3


def test_every_file_beside_the_cache_is_removed(gitsig, repository: Path, kept: Path) -> None:
    gitsig("audit", "-qq", "--repo", str(repository))
    beside = [kept, *(kept.with_name(kept.name + ending) for ending in ("-journal", "-wal", "-shm"))]
    for path in beside[1:]:
        path.write_bytes(b"x")
    done = gitsig("cache", "clear", "--repo", str(repository))
    assert done.out.splitlines() == [f"removed {path}" for path in beside]
    assert list(kept.parent.iterdir()) == []


def test_a_cache_that_is_not_ours_is_named_and_can_be_removed(gitsig, repository: Path, kept: Path) -> None:
    place = ("--repo", str(repository))
    gitsig("audit", "-qq", *place)
    kept.chmod(0o644)
    done = gitsig("cache", "info", *place)
    assert done.code == 0
    assert done.out.startswith("not used: ")
    assert "not a private file" in done.out
    assert gitsig("cache", "clear", *place).code == 0
    assert not kept.exists()


def test_a_link_is_removed_and_not_what_it_leads_to(gitsig, repository: Path, kept: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept")
    kept.parent.mkdir(mode=0o700)
    kept.symlink_to(precious)
    assert "not used" in gitsig("cache", "info", "--repo", str(repository)).out
    assert gitsig("cache", "clear", "--repo", str(repository)).code == 0
    assert not os.path.lexists(kept)
    assert precious.read_text() == "kept"


def test_a_folder_in_its_place_is_an_error(gitsig, repository: Path, kept: Path) -> None:
    kept.mkdir(parents=True, mode=0o700)
    done = gitsig("cache", "clear", "--repo", str(repository))
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(f"gitsig: error: {kept}: cannot be removed (")


@pytest.mark.parametrize("damage", ["pages", "cut"])
def test_a_damaged_cache_is_told_in_one_line(gitsig, repository: Path, kept: Path, damage: str) -> None:
    place = ("--repo", str(repository))
    gitsig("audit", "-qq", *place)
    whole = kept.read_bytes()
    with sqlite3.connect(kept) as database:
        ((root,),) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'places'")
    database.close()
    size = int.from_bytes(whole[16:18])
    if damage == "pages":
        kept.write_bytes(whole[: size * (root - 1)] + b"\xff" * size + whole[size * root :])
    else:
        kept.write_bytes(whole[: size * (root - 1)])
    done = gitsig("cache", "info", *place)
    assert "internal error" not in done.err
    assert done.code in (0, 3)
    assert "not used" in done.out or "gitsig: error" in done.err
    assert gitsig("cache", "clear", *place).code == 0
    assert not kept.exists()


def test_outside_a_repository(gitsig, tmp_path: Path) -> None:
    for command in ("info", "clear"):
        done = gitsig("cache", command, "--repo", str(tmp_path))
        assert done.code in (2, 3)
        assert done.err.startswith("gitsig: error: ")


@pytest.mark.parametrize("command", ["cache", "cache info", "cache clear"])
def test_help(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"], prog_name="gitsig")
    assert shown.exit_code == 0
    assert "Exit codes:" in shown.output
    assert "evidence" in shown.output
