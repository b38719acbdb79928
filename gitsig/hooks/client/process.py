"""Starting git, gpg and ssh-keygen on the developer's own machine, with the developer's own settings.

Unlike the private GnuPG of `gitsig.keys`, these see what `git commit` itself is going to see: `-c`, GIT_CONFIG_*,
conditional includes, GNUPGHOME. Programs come from PATH, never from configuration (`gpg.program` and its like, R13).
"""

from __future__ import annotations

import os
import shutil
from typing import NamedTuple

from gitsig.errors import EnvironmentFault
from gitsig.model import LIMITS

__all__ = ["Answer", "git", "start"]


class Answer(NamedTuple):
    """What a process left behind."""

    code: int
    out: bytes
    err: str
    """The first line of standard error."""


def start(program: str, *arguments: str, stdin: bytes = b"") -> Answer:
    """Run a program of PATH in the current directory; EnvironmentFault if it is missing or does not end in time."""
    import subprocess  # a hook that starts nothing does not pay for it

    path = shutil.which(program)
    if path is None:
        raise EnvironmentFault(f"{program} is not on PATH", mend=f"install {program}")
    try:
        done = subprocess.run(
            [path, *arguments],
            input=stdin,
            capture_output=True,
            env={**os.environ, "LC_ALL": "C"},
            timeout=LIMITS.child_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EnvironmentFault(f"{program} did not answer within {LIMITS.child_seconds:g} s", where=path) from error
    except (OSError, ValueError) as error:
        raise EnvironmentFault(f"{program} cannot be started ({error})", where=path) from error
    lines = done.stderr.decode("utf-8", "replace").splitlines()
    return Answer(done.returncode, done.stdout, lines[0] if lines else "")


def git(*arguments: str, stdin: bytes = b"") -> bytes:
    """Standard output of a git command; EnvironmentFault if it fails."""
    answer = start("git", *arguments, stdin=stdin)
    if answer.code:
        raise EnvironmentFault(f"git {arguments[0]} failed: {answer.err or answer.code}", mend="repair it, then repeat")
    return answer.out
