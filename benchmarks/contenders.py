"""What is measured: bare arithmetic, the library, the command, git, and the start of a process. Seconds each."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import gitsig
from benchmarks.arithmetic import verifier
from benchmarks.repositories import Repository
from gitsig.reports import reporter
from tests.support.gnupg import GnupgHome

__all__ = ["Bench", "Failure", "open_bench"]

_GITSIG = Path(sys.executable).with_name("gitsig")


class Failure(Exception):
    """A contender did not accept honest signatures: its time means nothing."""


@dataclass
class Bench:
    """A repository with everything loaded that no contender should pay for."""

    repository: Repository
    gnupg: GnupgHome
    git_commits: int
    _raw: Callable[[], float] = field(init=False)

    def __post_init__(self) -> None:
        verify = verifier(self.repository.kind, self.repository.public_pem())
        pairs = self.repository.pairs()

        def raw() -> float:
            begin = time.perf_counter()
            for signature, data in pairs:
                verify(signature, data)
            return time.perf_counter() - begin

        self._raw = raw

    def raw(self) -> float:
        """Hash and arithmetic alone, in one thread."""
        return self._raw()

    def library(self) -> float:
        """`Verifier.audit` through the text report, in this process."""
        begin = time.perf_counter()
        store = gitsig.open_repository(str(self.repository.git_dir))
        policy = gitsig.load_policy(store, path=str(self.repository.policy))
        run = gitsig.Verifier(store, policy).audit()
        with Path(os.devnull).open("w") as nowhere:
            report = reporter("text", nowhere, verbosity=0, color=False, kind="audit")
            report.begin(run.info)
            for verdict in run:
                report.verdict(verdict)
            summary = run.summary()
            report.end(summary)
        seconds = time.perf_counter() - begin
        if summary.accepted != self.repository.commits:
            raise Failure(f"gitsig accepted {summary.accepted} of {self.repository.commits}: {dict(summary.by_reason)}")
        return seconds

    def command(self) -> float:
        """The whole process `gitsig audit`."""
        return _timed(*self._gitsig("audit"))

    def git(self) -> float:
        """`git log --format=%G?` over the newest commits."""
        signers = f"gpg.ssh.allowedSignersFile={self.repository.keys}"
        command = ["git", "-c", signers, "--git-dir", str(self.repository.git_dir), "log"]
        begin = time.perf_counter()
        done = subprocess.run(
            [*command, "--format=%G?", f"-n{self.git_commits}"], capture_output=True, check=True, env=self.gnupg.env
        )
        seconds = time.perf_counter() - begin
        if done.stdout.split() != [b"G"] * self.git_commits:
            raise Failure(f"git did not say G {self.git_commits} times: {done.stderr.decode()[:200]}")
        return seconds

    def verify_head(self) -> float:
        """`gitsig verify HEAD`: what a hook for one commit costs."""
        return _timed(*self._gitsig("verify"), "HEAD")

    def imports(self) -> float:
        """The floor of a process in Python: the two libraries that read objects and do arithmetic."""
        return _timed(sys.executable, "-c", "import pygit2, cryptography")

    def _gitsig(self, command: str) -> list[str]:
        where = ["--repo", str(self.repository.git_dir), "--policy", str(self.repository.policy)]
        return [str(_GITSIG), command, *where]


def _timed(*command: str) -> float:
    begin = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise Failure(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return seconds


@contextmanager
def open_bench(repository: Repository, git_commits: int) -> Iterator[Bench]:
    """A bench with the key imported for git, and the key store of gitsig warm."""
    with GnupgHome() as gnupg:
        (gnupg.path / "gpg.conf").write_text("trust-model always\n")
        if repository.kind != "ssh":
            gnupg.load(repository.keys.read_bytes())
        bench = Bench(repository, gnupg, min(git_commits, repository.commits))
        bench.library()
        yield bench
