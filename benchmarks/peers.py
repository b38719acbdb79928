"""sequoia-git and Guix, from PATH or from another system to chroot into. Neither knows SSH signatures."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from benchmarks.contenders import Failure
from benchmarks.packs import git
from benchmarks.repositories import KEYRING, Repository

__all__ = ["Guix", "Peer", "SequoiaGit", "System", "installed", "judges"]

_PATH = "/usr/local/bin:/usr/bin:/bin"
_NEW_COMMITS = re.compile(r"\((\d+) new commits?\)")


class System:
    """Where the programs live: this system, or the one under `root`, in which the repositories have the same paths."""

    def __init__(self, root: Path | None) -> None:
        self._root = root
        if root and os.geteuid() != 0:
            raise Failure(f"only root can chroot into {root}")

    def has(self, program: str) -> bool:
        """Whether it is installed there."""
        if not self._root:
            return shutil.which(program) is not None
        return shutil.which(program, path=":".join(f"{self._root}{part}" for part in _PATH.split(":"))) is not None

    def run(self, home: Path, inside: Path, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program in a folder, with an empty home and nothing else in its environment."""
        path = _PATH if self._root else os.environ["PATH"]
        place = ["chroot", str(self._root)] if self._root else []
        line = [*place, "env", "-i", "-C", str(inside), f"HOME={home}", f"PATH={path}", "LC_ALL=C", *command]
        return subprocess.run(line, capture_output=True, check=False, text=True, errors="replace")


class Peer(Protocol):
    """A program that authenticates everything from a trusted commit to a tip."""

    program: str
    name: str

    def __init__(self, system: System) -> None: ...

    def version(self) -> str:
        """Name and number."""

    def authenticates(self, repository: Repository, scratch: Path, trusted: str, tip: str) -> tuple[float, bool]:
        """Seconds, and whether all is authentic. It begins without a cache; `scratch` is one repository's."""

    def counts(self, repository: Repository, scratch: Path, trusted: str, tip: str) -> int:
        """How many commits it says that it has verified."""


class SequoiaGit:
    """`sq-git log`, under the policy in each commit's parents."""

    program, name = "sq-git", "sequoia-git"

    def __init__(self, system: System) -> None:
        self._system = system

    def version(self) -> str:
        done = self._system.run(Path("/"), Path("/"), "sq-git", "version")
        return f"sequoia-git {(done.stdout + done.stderr).split()[1]}"

    def authenticates(self, repository: Repository, scratch: Path, trusted: str, tip: str) -> tuple[float, bool]:
        with _home(scratch) as home:
            begin = time.perf_counter()
            done = self._system.run(home, repository.git_dir, "sq-git", "log", "--trust-root", trusted, tip)
            return time.perf_counter() - begin, done.returncode == 0

    def counts(self, repository: Repository, scratch: Path, trusted: str, tip: str) -> int:
        command = ("sq-git", "--output-format", "json", "log", "--trust-root", trusted, tip)
        with _home(scratch) as home:
            done = self._system.run(home, repository.git_dir, *command)
        records, _ = json.JSONDecoder().raw_decode(done.stdout)
        return len({record["id"] for record in records if any("Ok" in result for result in record["results"])})


class Guix:
    """`guix git authenticate`, in a copy: it writes into the repository's configuration and installs hooks."""

    program, name = "guix", "Guix"

    def __init__(self, system: System) -> None:
        self._system = system

    def version(self) -> str:
        done = self._system.run(Path("/"), Path("/"), "guix", "--version")
        return f"Guix {done.stdout.split()[3]}"

    def authenticates(self, repository: Repository, scratch: Path, trusted: str, tip: str) -> tuple[float, bool]:
        seconds, done = self._run(repository, scratch, trusted, tip)
        return seconds, done.returncode == 0 and "successfully authenticated" in done.stderr + done.stdout

    def counts(self, repository: Repository, scratch: Path, trusted: str, tip: str) -> int:
        _, done = self._run(repository, scratch, trusted, tip)
        found = _NEW_COMMITS.search(done.stderr + done.stdout)
        return int(found[1]) if found else 0

    def _run(
        self, repository: Repository, scratch: Path, trusted: str, tip: str
    ) -> tuple[float, subprocess.CompletedProcess[str]]:
        copy = _copy(repository, scratch)
        command = ("guix", "git", "authenticate", trusted, repository.introduction, f"--repository={copy}")
        more = ("--keyring=keyring", "--cache-key=bench", f"--end={tip}")
        with _home(scratch) as home:
            begin = time.perf_counter()
            done = self._system.run(home, scratch, *command, *more)
            return time.perf_counter() - begin, done


def installed(root: Path | None, cache: Path) -> list[Peer]:
    """Those that there are. Raises Failure where a root was named and has neither, or does not see the repositories."""
    system = System(root)
    if root and not _same(root / cache.relative_to("/"), cache):
        raise Failure(f"{cache} is not at the same path in {root}")
    peers: list[Peer] = [kind(system) for kind in (SequoiaGit, Guix) if system.has(kind.program)]
    if root and not peers:
        raise Failure(f"{root} has neither sq-git nor guix")
    return peers


def judges(kind: str) -> bool:
    """Whether these programs know the signatures of a kind of repository."""
    return kind.startswith(("ed25519", "rsa"))


def _same(one: Path, other: Path) -> bool:
    return one.is_dir() and one.samefile(other)


@contextmanager
def _home(scratch: Path) -> Iterator[Path]:
    """Without what an earlier run remembers."""
    with tempfile.TemporaryDirectory(prefix="home", dir=scratch) as home:
        yield Path(home)


def _copy(repository: Repository, scratch: Path) -> Path:
    """A repository that borrows the objects, with the keys in a branch."""
    copy = scratch / "guix.git"
    if not copy.exists():
        git("init", "-q", "--bare", "--template=", "-b", "main", str(copy))
        (copy / "objects" / "info" / "alternates").write_text(f"{repository.git_dir / 'objects'}\n")
        for source, target in (("refs/heads/main", "refs/heads/main"), (KEYRING, "refs/heads/keyring")):
            oid = git("--git-dir", str(repository.git_dir), "rev-parse", source)
            git("--git-dir", str(copy), "update-ref", target, oid)
    return copy
