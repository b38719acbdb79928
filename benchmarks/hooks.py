"""What a push pays: the hook's own process, and a whole `git push` with and without it. Seconds, medians of rounds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.contenders import Failure
from benchmarks.repositories import UNSIGNED, Repository, prepare

__all__ = ["HookRow", "measure_hooks", "render_hooks"]

_GITSIG = Path(sys.executable).with_name("gitsig")
_MAIN = "refs/heads/main"
_ABSENT = "0" * 40
_MANY, _SOME = 10_000, 1_000
_START = "start of Python with pygit2 and cryptography"


@dataclass(frozen=True)
class HookRow:
    """One line of the table."""

    what: str
    seconds: float
    aim: float | None = None


def measure_hooks(cache: Path, rounds: int) -> list[HookRow]:
    """Measure in interleaved rounds. Raises Failure where a hook does not decide as it must."""
    signed, unsigned = prepare(cache, "ed25519", _MANY), prepare(cache, UNSIGNED, _MANY)
    with tempfile.TemporaryDirectory(prefix="gs", dir=cache) as scratch:
        cases = list(_cases(Path(scratch), signed, unsigned))
        seconds: dict[str, list[float]] = {what: [] for what, _, _ in cases}
        for _what, _aim, run in cases:
            run()  # the key store is warm from here on, and so are the files
        for _ in range(rounds):
            for what, _, run in cases:
                seconds[what].append(run())
    return [HookRow(what, median(seconds[what]), aim) for what, aim, _ in cases]


def render_hooks(rows: Sequence[HookRow], about: str) -> str:
    """Markdown: seconds, since the aims are in seconds, and starts of Python, which travel better."""
    start = next(row.seconds for row in rows if row.what == _START)
    lines = ["| | seconds | aim | starts of Python |", "|---|---|---|---|"]
    for row in rows:
        aim = f"under {row.aim:g}" if row.aim is not None else ""
        lines.append(f"| {row.what} | {row.seconds:.2f} | {aim} | {row.seconds / start:.1f} |")
    return "\n".join(lines) + f"\n\n{about}\n"


def _cases(scratch: Path, signed: Repository, unsigned: Repository) -> Iterator[tuple[str, float | None, _Run]]:
    yield _START, None, lambda: _timed([sys.executable, "-c", "import pygit2, cryptography"], 0)
    for count, aim in ((1, 0.35), (_SOME, 1.5), (_MANY, 5.0)):
        server = _server(scratch / f"hook-{count}.git", signed, count)
        name = f"pre-receive, {count:,} signed commit{'s' if count > 1 else ''}"
        yield name, aim, lambda server=server, count=count: _hook(server, signed, count, 0)
    server = _server(scratch / "hook-unsigned.git", unsigned, _MANY)
    yield f"pre-receive, {_MANY:,} unsigned commits, refused", 2.0, lambda: _hook(server, unsigned, _MANY, 1)
    for count in (1, _SOME):
        for hooked in (False, True):
            plain = _clone(scratch / f"push-{count}-{hooked}.git", signed, count, hooked=hooked)
            name = f"git push, {count:,} commit{'s' if count > 1 else ''}, {'with' if hooked else 'without'} the hook"
            yield name, None, lambda plain=plain: _push(scratch, plain, signed)


_Run = Callable[[], float]


def _old(repository: Repository, count: int) -> str:
    """The commit before the last `count`; all zeros where these are all."""
    if count == repository.commits:
        return _ABSENT
    return _git("--git-dir", str(repository.git_dir), "rev-parse", f"{_MAIN}~{count}")


def _server(path: Path, repository: Repository, count: int) -> Path:
    """A repository in which the pushed objects are readable, as in quarantine, and main is still the old one."""
    _git("init", "-q", "--bare", "--template=", "-b", "main", str(path))
    (path / "objects" / "info").mkdir(exist_ok=True)
    (path / "objects" / "info" / "alternates").write_text(f"{repository.git_dir.resolve() / 'objects'}\n")
    _git("--git-dir", str(path), "config", "gitsig.policy", str(repository.policy.resolve()))
    old = _old(repository, count)
    if old != _ABSENT:
        _git("--git-dir", str(path), "update-ref", _MAIN, old)
    return path


def _hook(server: Path, repository: Repository, count: int, code: int) -> float:
    tip = _git("--git-dir", str(repository.git_dir), "rev-parse", _MAIN)
    line = f"{_old(repository, count)} {tip} {_MAIN}\n".encode()
    return _timed([str(_GITSIG), "hook", "pre-receive"], code, line, {"GIT_DIR": str(server)}, server)


def _clone(path: Path, repository: Repository, count: int, *, hooked: bool) -> Path:
    """A repository of its own that lacks the last `count` commits."""
    _git("init", "-q", "--bare", "--template=", "-b", "main", str(path))
    inside = ("--git-dir", str(path))
    _git("--git-dir", str(repository.git_dir), "push", "-q", str(path), f"{_old(repository, count)}:{_MAIN}")
    _git(*inside, "gc", "-q")
    if hooked:
        install = [str(_GITSIG), "install", "pre-receive", "--repo", str(path)]
        subprocess.run([*install, "--policy", str(repository.policy)], check=True, stdout=subprocess.DEVNULL)
    return path


def _push(scratch: Path, server: Path, repository: Repository) -> float:
    with _copy(server, scratch / "pushed.git") as target:
        return _timed(["git", "--git-dir", str(repository.git_dir), "push", "-q", str(target), _MAIN], 0)


@contextmanager
def _copy(server: Path, target: Path) -> Iterator[Path]:
    shutil.copytree(server, target)
    try:
        yield target
    finally:
        shutil.rmtree(target)


def _timed(
    command: list[str],
    code: int,
    stdin: bytes = b"",
    more: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> float:
    environment = {**os.environ, **(more or {})}
    begin = time.perf_counter()
    done = subprocess.run(command, input=stdin, capture_output=True, check=False, env=environment, cwd=cwd)
    seconds = time.perf_counter() - begin
    if done.returncode != code:
        raise Failure(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode(errors='replace')[:500]}")
    return seconds


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()
