"""The count in a commit-graph is only told to people: whatever is wrong with the file, there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitsig.store.commitgraph import commit_count

from .conftest import Git


def test_real_files(git: Git) -> None:
    git_dir = Path(git("rev-parse", "--absolute-git-dir"))
    assert commit_count(git_dir) is None
    for number in range(3):
        git("commit", "-q", "--allow-empty", "-m", str(number))
    git("commit-graph", "write", "--reachable")
    assert commit_count(git_dir) == 3
    git("commit", "-q", "--allow-empty", "-m", "more")
    git("commit-graph", "write", "--reachable", "--split=no-merge")
    assert commit_count(git_dir) == 4


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"CGPH",
        b"CGPH\x01\x01\x00\x00",
        b"CGPH\x01\x01\xff\x00OIDF",
        b"XXXX" * 500,
        b"CGPH\x01\x01\x01\x00OIDF" + b"\xff" * 8,
    ],
)
def test_whatever_else_stands_there(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "objects/info").mkdir(parents=True)
    (tmp_path / "objects/info/commit-graph").write_bytes(content)
    assert commit_count(tmp_path) is None
