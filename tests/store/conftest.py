from __future__ import annotations

import copy
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gitsig.model import ObjectFormat

TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The empty tree of a SHA-1 repository."""


class Git:
    """The real git in one repository. Commits get ascending dates, and so ids that never change."""

    def __init__(self, folder: Path, *words: str, object_format: str = "sha1") -> None:
        self.folder = folder
        self.object_format = ObjectFormat(object_format)
        self.now = 1_000_000_000
        folder.mkdir(parents=True)
        self("init", "-q", "-b", "main", "--template=", f"--object-format={object_format}", *words)
        self.tree = self("hash-object", "-t", "tree", "--stdin", stdin=b"")

    def __call__(self, *words: str, stdin: bytes | None = None, check: bool = True, **env: str) -> str:
        who = {f"GIT_{role}_{key}": "ada" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
        when = {f"GIT_{role}_DATE": f"{self.now} +0000" for role in ("AUTHOR", "COMMITTER")}
        done = subprocess.run(
            ["git", *words],
            cwd=self.folder,
            env={**os.environ, **who, **when, **env},
            input=stdin,
            capture_output=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def copy(self, folder: Path) -> Git:
        """A copy with a life of its own."""
        twin = copy.copy(self)
        twin.folder = Path(shutil.copytree(self.folder, folder, symlinks=True))
        return twin

    def commit(self, message: str, *parents: str) -> str:
        """Commit on the current branch; with `parents` instead of it."""
        self.now += 100
        words = [word for parent in parents for word in ("-p", parent)]
        if not parents:
            self("commit", "-q", "--allow-empty", "-m", message)
            return self("rev-parse", "HEAD")
        self("hash-object", "-w", "-t", "tree", "--stdin", stdin=b"")
        return self("commit-tree", self.tree, "-m", message, *words)

    def absent(self, digit: str = "1") -> str:
        """The whole id of an object that the repository does not hold."""
        return digit * self.object_format.hex_length

    def pack(self) -> None:
        """Pack what the refs reach, so that no loose object is left."""
        self("repack", "-adq")
        self("prune-packed")
        assert not list((self.folder / ".git/objects").glob("??"))

    def loose(self, oid: str) -> Path:
        path = self.folder / ".git" / "objects" / oid[:2] / oid[2:]
        path.chmod(0o644)
        return path


@pytest.fixture(autouse=True)
def _no_repository_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_") and "CONFIG" not in name]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module", params=["sha1", "sha256"])
def object_format(request: pytest.FixtureRequest) -> str:
    """Both formats, and so both stores: libgit2 reads SHA-1, git itself SHA-256."""
    return str(request.param)


@pytest.fixture
def new_git(tmp_path: Path, object_format: str) -> Callable[..., Git]:
    return lambda name, *words: Git(tmp_path / name, *words, object_format=object_format)


@pytest.fixture
def git(new_git: Callable[..., Git]) -> Git:
    return new_git("repository")


@pytest.fixture
def sha256(tmp_path: Path) -> Git:
    """For what only the store over git has to withstand."""
    return Git(tmp_path / "repository", object_format="sha256")
