"""Starting git to be asked, never to act: what surrounds it, and its words when it refuses (R13).

What guards what: the environment is made afresh, so no `GIT_*` of the caller and no `-c` reaches git. Questions about
objects see no configuration but the repository's own, which git parses, and none of the commands used here runs a
program that it names (no index, so no `core.fsmonitor`; no pager; no filter, since `cat-file` is asked for raw bytes).
A partial clone would fetch what is missing, over `ext::sh -c …` if its configuration says so: `GIT_NO_LAZY_FETCH`
forbids that from git 2.39.4 on, and an empty `GIT_ALLOW_PROTOCOL` leaves older ones no transport and no remote helper.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import EnvironmentFault
from gitsig.model import LIMITS

__all__ = ["Answer", "cannot_open", "find_git", "objects_environment", "run_git", "settings_environment"]

_KEPT = ("PATH", "HOME", "SUDO_UID")
"""`HOME` for `~` in the repository's own configuration; `SUDO_UID` counts as owner for root (git-config(1))."""
_SETTINGS = ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
_FIXED = {
    "LC_ALL": "C",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_SEPARATORS = frozenset((os.pathsep.encode(), b'"', b"\n"))


class Answer(NamedTuple):
    """What one git process left behind."""

    code: int
    out: bytes
    err: str
    """Standard error, its white space made single."""


def find_git() -> str:
    """Path of git on PATH; never from any repository's configuration (R13). Raises EnvironmentFault."""
    program = shutil.which("git")
    if program is None or not Path(program).is_absolute():
        # A relative entry of PATH may lead into the repository under test.
        raise EnvironmentFault("git is not installed, and gitsig needs it here", mend="install git, or put it on PATH")
    return program


def objects_environment(git_dir: Path, directories: Sequence[Path]) -> dict[str, str]:
    """The whole environment of a git that reads objects: no user's and no system's configuration.

    `directories` are all object directories, alternates included: git sees what `LooseObjects` sees, and with them the
    quarantine of a push, or none.
    """
    return {
        **_kept(_KEPT),
        **_FIXED,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_DIR": str(git_dir),
        "GIT_OBJECT_DIRECTORY": str(directories[0]),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(_quote(path) for path in directories[1:]),
    }


def settings_environment(git_dir: Path | None = None) -> dict[str, str]:
    """The whole environment of a git that reads configuration: the user's and the system's count too.

    Without `git_dir` git looks for the repository where it is started, and only then minds whose it is.
    """
    named = {"GIT_DIR": str(git_dir)} if git_dir is not None else {}
    return {**_kept((*_KEPT, *_SETTINGS)), **_FIXED, **named}


def run_git(environment: Mapping[str, str], *arguments: str, cwd: Path) -> Answer:
    """Run git to its end; raises EnvironmentFault if it cannot be started or does not end in time."""
    program = find_git()
    try:
        done = subprocess.run(
            [program, "-c", "safe.bareRepository=all", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=cwd,
            env=environment,
            timeout=LIMITS.child_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EnvironmentFault(f"git did not answer within {LIMITS.child_seconds:g} s", where=program) from error
    except (OSError, ValueError) as error:
        raise EnvironmentFault(f"git cannot be started: {error}", where=program) from error
    return Answer(done.returncode, done.stdout, " ".join(done.stderr.decode("utf-8", "replace").split()))


def cannot_open(path: Path, said: str) -> EnvironmentFault:
    """The fault for what git said on standard error of the repository at `path`."""
    if "dubious ownership" in said:
        place = str(path).removesuffix("/.git")
        mend = f"if you trust it: git config --global --add safe.directory '{place}'"
        return EnvironmentFault("the repository belongs to another user", where=str(path), mend=mend)
    text = said.removeprefix("fatal: ").removeprefix("error: ")
    if "extension" in text or "repo version" in text:
        mend = "take a newer git, or open a clone that does without it"
        return EnvironmentFault(f"the repository needs what git does not know: {text}", where=str(path), mend=mend)
    return EnvironmentFault(f"the repository cannot be opened: {text or 'git says nothing'}", where=str(path))


def _kept(names: Sequence[str]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}


def _quote(path: Path) -> str:
    # As git unquotes it (quote.c: unquote_c_style); octal digits can be given for any byte.
    raw = os.fsencode(path)
    if not any(mark in raw for mark in _SEPARATORS):
        return str(path)
    return '"' + "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\{byte:03o}" for byte in raw) + '"'
