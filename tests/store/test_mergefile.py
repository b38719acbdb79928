"""The merge of one file's content: git's own, and nothing of the repository has a say in it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault, ObjectFault, ObjectMissing
from gitsig.model import LIMITS
from gitsig.store import gitprogram
from gitsig.store.mergefile import merge_file

from .tales import Tale

LINES = b"".join(b"%d\n" % number for number in range(10))


@pytest.fixture
def tale(tmp_path: Path, object_format: str) -> Tale:
    return Tale(tmp_path / "repo.git", object_format)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def merged(tale: Tale, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    return merge_file(tale.store(), *(tale.raw("blob", content) for content in (base, ours, theirs)))


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "result"),
    [
        (LINES, b"a\n" + LINES, LINES + b"z\n", b"a\n" + LINES + b"z\n"),
        (LINES, b"a\n" + LINES, LINES + b"z", b"a\n" + LINES + b"z"),
        (LINES, b"a\r\n" + LINES, LINES + b"\xff\xfe\n", b"a\r\n" + LINES + b"\xff\xfe\n"),
        (LINES, LINES[:-2], b"a\n" + LINES, b"a\n" + LINES[:-2]),
        (LINES, LINES.replace(b"3", b"x"), LINES.replace(b"3", b"x") + b"z\n", LINES.replace(b"3", b"x") + b"z\n"),
        (LINES, LINES.replace(b"3", b"x"), LINES.replace(b"3", b"y"), None),
        (LINES, b"", LINES + b"z\n", None),
        (b"", b"x\n", b"y\n", None),
        (b"", b"x\n", b"x\n", b"x\n"),
        (LINES, LINES, LINES, LINES),
        # Where only one side has changed, anything is as it has it, binary content too.
        (b"\0", b"x", b"\0", b"x"),
        (b"\0", b"\0", b"\0x", b"\0x"),
        (b"\0", b"\0x", b"\0x", b"\0x"),
        (b"\0", b"x", b"", None),
        (LINES, b"a\n" + LINES, LINES + b"\0", None),
        (LINES, b"\0" + LINES, LINES + b"z\n", None),
        (b"\0\n" + LINES, b"a\n" + LINES, LINES + b"z\n", None),
        # Git looks for a NUL at the start of a file only.
        (LINES * 800, b"a\n" + LINES * 800, LINES * 800 + b"\0\n", b"a\n" + LINES * 800 + b"\0\n"),
    ],
)
def test_merges(tale: Tale, temporary: Path, base: bytes, ours: bytes, theirs: bytes, result: bytes | None) -> None:
    assert merged(tale, base, ours, theirs) == result
    assert merged(tale, base, theirs, ours) == result
    assert list(temporary.iterdir()) == []


def test_any_number_of_conflicts(tale: Tale) -> None:
    lines = [b"%d\n" % number for number in range(1030)]
    for count in (1, 127, 128, 256):
        base = b"".join(lines)
        ours, theirs = (
            b"".join(word if number % 4 == 0 and number < 4 * count else line for number, line in enumerate(lines))
            for word in (b"x\n", b"y\n")
        )
        assert merged(tale, base, ours, theirs) is None


def test_nothing_of_the_repository_or_the_user_counts(
    tale: Tale, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    settings = f'[merge]\n\tconflictStyle = nonsense\n[merge "x"]\n\tdriver = "touch {ran}; true"\n[core]\n\tx = '
    with (tale.path / "config").open("a") as config:
        config.write(settings)
    (tale.path / "info").mkdir(exist_ok=True)
    (tale.path / "info" / "attributes").write_text("* merge=x\n")
    user = tmp_path / "user"
    user.write_text(settings)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(user))
    monkeypatch.setenv("GIT_DIR", str(tale.path))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "merge.conflictStyle")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "nonsense")
    (temporary / ".git").mkdir()
    (temporary / ".git" / "config").write_text("[broken")
    (temporary / ".gitattributes").write_text("* merge=x\n")
    same = LINES.replace(b"3", b"x")
    assert merged(tale, LINES, same, same + b"z\n") == same + b"z\n"
    assert not ran.exists()


@pytest.mark.parametrize("place", range(3))
def test_each_side_must_be_there_and_be_a_file(tale: Tale, place: int) -> None:
    blobs = [tale.raw("blob", content) for content in (LINES, b"a\n" + LINES, LINES + b"z\n")]
    for wrong, fault in ((tale.entries(), ObjectFault), ("1" * len(blobs[0]), ObjectMissing)):
        for rest in (blobs, [blobs[0]] * 3):
            sides = [*rest[:place], wrong, *rest[place + 1 :]]
            with pytest.raises(fault):
                merge_file(tale.store(), *sides)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'error: no room' >&2; exit 255", "git merge-file failed: error: no room"),
        ("exit 128", "exit code 128"),
        ("exit 129", "exit code 129"),
        ("kill -9 $$", "exit code -9"),
    ],
)
def test_a_git_that_fails(tale: Tale, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str) -> None:
    blobs = [tale.raw("blob", content) for content in (LINES, b"a\n" + LINES, LINES + b"z\n")]
    store = tale.store()
    contents = {oid: store.read(oid) for oid in blobs}
    monkeypatch.setattr(store, "read", contents.__getitem__)
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho merged\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(EnvironmentFault, match=said):
        merge_file(store, *blobs)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EnvironmentFault, match="git is not installed"):
        merge_file(store, *blobs)


def test_a_git_that_takes_too_long(tale: Tale, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = [tale.raw("blob", content) for content in (LINES, b"a\n" + LINES, LINES + b"z\n")]
    store = tale.store()
    for oid in blobs:
        store.read(oid)
    monkeypatch.setattr(gitprogram, "LIMITS", LIMITS._replace(child_seconds=0.0))
    with pytest.raises(EnvironmentFault, match="did not answer"):
        merge_file(store, *blobs)
    assert list(temporary.iterdir()) == []


def test_no_place_for_the_files(tale: Tale, temporary: Path) -> None:
    temporary.rmdir()
    with pytest.raises(EnvironmentFault, match="cannot be merged") as caught:
        merged(tale, LINES, b"a\n" + LINES, LINES + b"z\n")
    assert caught.value.where == str(temporary)
