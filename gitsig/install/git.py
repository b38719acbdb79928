"""Asking the real git about a repository: it alone knows every place that a setting may come from."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from gitsig.errors import EnvironmentFault
from gitsig.model import LIMITS

__all__ = ["ask_git", "config", "run_program", "set_config"]

# `git rev-parse --local-env-vars`: what names another repository than the one that is asked about. Settings given by
# GIT_CONFIG_COUNT stay, as they count for whoever runs this.
_LOCAL = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)
_UNSET = 1
"""Exit code of `git config --get` for a key without a value (git-config(1))."""
_NOTHING_TO_UNSET = 5


def run_program(*command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, without input; raises EnvironmentFault where it cannot be started or hangs."""
    environment = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    program = shutil.which(command[0])
    if program is None:
        raise EnvironmentFault(f"{command[0]} is not installed", mend=f"install it, or put {command[0]} on PATH")
    try:
        return subprocess.run(
            [program, *command[1:]],
            cwd=cwd,
            env={**environment, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=LIMITS.child_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EnvironmentFault(f"{command[0]} did not answer in time", where=program) from error
    except OSError as error:
        raise EnvironmentFault(f"{command[0]} cannot be run ({error.strerror})", where=str(cwd or program)) from error


def ask_git(folder: Path, *arguments: str) -> str:
    """What `git ARGUMENTS` prints in `folder`, without the final line feed; raises EnvironmentFault if it fails."""
    done = run_program("git", *arguments, cwd=folder)
    if done.returncode:
        raise _fault(folder, done.stderr)
    return done.stdout.removesuffix("\n")


def config(folder: Path, key: str, kind: str = "path") -> str | None:
    """The value of a setting as git sees it in `folder`, or None.

    `kind` is git-config(1)'s type: a `path` has its `~` replaced, a `bool` is `true` or `false`. Raises
    EnvironmentFault for a value that is not of its type.
    """
    done = run_program("git", "config", f"--type={kind}", "--get", key, cwd=folder)
    if done.returncode == _UNSET:
        return None
    if done.returncode:
        raise _fault(folder, done.stderr)
    return done.stdout.removesuffix("\n")


def set_config(folder: Path, key: str, value: str | None) -> None:
    """Set a key in the repository's own configuration, or take it out (None); raises EnvironmentFault."""
    if value is not None:
        ask_git(folder, "config", "--local", "--replace-all", key, value)
        return
    done = run_program("git", "config", "--local", "--unset-all", key, cwd=folder)
    if done.returncode not in (0, _NOTHING_TO_UNSET):
        raise _fault(folder, done.stderr)


def _fault(folder: Path, said: str) -> EnvironmentFault:
    text = " ".join(said.split()).removeprefix("fatal: ").removeprefix("error: ")
    if "dubious ownership" in text:
        mend = "run this as the user that owns it"
        return EnvironmentFault("the repository belongs to another user", where=str(folder), mend=mend)
    if "not a git repository" in text:
        return EnvironmentFault("no git repository here", where=str(folder), mend="name one with --repo PATH")
    return EnvironmentFault(f"git says: {text or 'nothing, and fails'}", where=str(folder))
