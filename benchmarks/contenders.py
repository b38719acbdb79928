"""Programs that judge a repository, each as a whole process: git, and gitsig in its several states. Seconds each."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.repositories import Repository
from tests.support.gnupg import GnupgHome

__all__ = ["Failure", "Git", "Gitsig", "abilities", "imports", "missing_abilities", "timed"]

_GITSIG = str(Path(sys.executable).with_name("gitsig"))
_JOBS, _CACHE = "--jobs", "--no-cache"
_ACCEPTED = re.compile(r"(\d[\d,]*) accepted")


class Failure(Exception):
    """A contender did not decide as it must: its time means nothing."""


@cache
def abilities() -> frozenset[str]:
    """Which of the options that the benchmark needs this gitsig has."""
    done = subprocess.run([_GITSIG, "audit", "--help"], capture_output=True, check=True, text=True)
    return frozenset(option for option in (_JOBS, _CACHE) if option in done.stdout)


def missing_abilities() -> list[str]:
    """What is left out for want of an option, in words."""
    rows = {_JOBS: "one worker", _CACHE: "warm runs and runs under a changed policy"}
    return [f"gitsig audit has no {option}: no {what}" for option, what in rows.items() if option not in abilities()]


@dataclass(frozen=True)
class Gitsig:
    """`gitsig audit` of one repository. What is cold begins without evidence; the key store is warm everywhere."""

    repository: Repository

    @property
    def states(self) -> dict[str, bool]:
        """The methods that may be measured with this gitsig, in an order in which each finds what it needs."""
        one, kept = _JOBS in abilities(), _CACHE in abilities()
        return {"one_worker": one, "cold": True, "warm": kept, "changed": one and kept}

    def cold(self) -> float:
        """No evidence from before, all cores; what it finds out is kept."""
        self.forget()
        return self._audit(self.command())

    def one_worker(self) -> float:
        """The same in one process."""
        self.forget()
        return self._audit(self.command(_JOBS, "1"))

    def warm(self) -> float:
        """Right after `cold`: nothing is new."""
        return self._audit(self.command())

    def changed(self) -> float:
        """Right after `cold`, under another policy with the same keys, in one process."""
        return self._audit(self.command(_JOBS, "1", other=True))

    def start(self) -> float:
        """`gitsig verify HEAD` without kept evidence: what every run costs before its second commit."""
        where = ["--repo", str(self.repository.git_dir), "--policy", str(self.repository.policy)]
        fresh = [_CACHE] if _CACHE in abilities() else []
        return timed([_GITSIG, "verify", *where, *fresh, "HEAD"])[0]

    def forget(self) -> None:
        """Remove the evidence, and see to it that the keys are known all the same."""
        if _CACHE in abilities():
            timed([_GITSIG, "cache", "clear", "--repo", str(self.repository.git_dir)])
        self.start()

    def command(self, *options: str, other: bool = False) -> list[str]:
        """The command line of an audit of everything."""
        policy = self.repository.other_policy if other else self.repository.policy
        return [_GITSIG, "audit", "--repo", str(self.repository.git_dir), "--policy", str(policy), *options]

    def check_warm(self) -> None:
        """After `cold`: Failure where a warm run takes less than everything from the evidence."""
        for other in (False, True):
            command = self.command("--format", "jsonl", "-qq", other=other)
            done = subprocess.run(command, capture_output=True, check=False)
            summary = json.loads(done.stdout.splitlines()[-1])
            if done.returncode or summary.get("cached") != self.repository.commits:
                raise Failure(f"{' '.join(command)}: {done.returncode}, {summary}")

    def check(self, stderr: str) -> None:
        """Failure where the summary does not say that every commit was accepted."""
        found = _ACCEPTED.search(stderr)
        if not found or int(found[1].replace(",", "")) != self.repository.commits:
            raise Failure(f"gitsig did not accept {self.repository.commits} commits: {stderr[-500:]}")

    def refuses(self) -> bool:
        """Whether the audit refuses exactly one object, by its verdict and not by a fault."""
        command = self.command("--format", "jsonl", "-qq")
        done = subprocess.run(command, capture_output=True, check=False)
        summary = json.loads(done.stdout.splitlines()[-1])
        return done.returncode == 1 and summary["by_reason"].get("bad_signature") == 1 == summary["refused"]

    def _audit(self, command: list[str]) -> float:
        seconds, stderr = timed(command)
        self.check(stderr)
        return seconds


class Git:
    """`git log --format=%G?` over the newest commits, with the keys in a GnuPG home of its own."""

    def __init__(self, repository: Repository, gnupg: GnupgHome, commits: int) -> None:
        self.repository, self.commits = repository, min(commits, repository.commits)
        self._gnupg = gnupg
        (gnupg.path / "gpg.conf").write_text("trust-model always\n")
        for certificate in repository.certificates:
            gnupg.load(certificate.read_bytes())

    def log(self) -> float:
        """Seconds. Raises Failure where git does not say G to each."""
        begin = time.perf_counter()
        letters = self.letters(self.commits)
        seconds = time.perf_counter() - begin
        if letters != "G" * self.commits:
            raise Failure(f"git did not say G {self.commits} times: {letters[:200]}")
        return seconds

    def letters(self, commits: int) -> str:
        """What git says of the newest commits."""
        signers = f"gpg.ssh.allowedSignersFile={self.repository.allowed_signers}"
        command = ["git", "-c", signers, "--git-dir", str(self.repository.git_dir)]
        command += ["log", "--format=%G?", f"-n{commits}", "refs/heads/main"]
        done = subprocess.run(command, capture_output=True, check=True, env=self._gnupg.env, text=True)
        return "".join(done.stdout.split())


def imports() -> float:
    """The floor of a process in Python: the two libraries that read objects and do arithmetic."""
    return timed([sys.executable, "-c", "import pygit2, cryptography"])[0]


def timed(command: list[str]) -> tuple[float, str]:
    """Seconds and standard error. Raises Failure unless the command succeeds."""
    begin = time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, env=os.environ, errors="replace"
    )
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise Failure(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-500:]}")
    return seconds, done.stderr
