"""Starting GnuPG: our own home, no options file, no agent, no network, plain C locale, always a deadline (S7)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import EnvironmentFault
from gitsig.model import LIMITS

__all__ = ["OPTIONS", "Answer", "environment", "find_gpg", "run_gpg"]

OPTIONS = (
    "--no-options",
    "--no-autostart",
    "--no-auto-key-retrieve",
    "--no-auto-key-locate",
    "--no-auto-check-trustdb",
    "--trust-model=always",
    "--disable-dirmngr",
    "--ignore-time-conflict",  # the time rule is ours (architecture, section 4); GnuPG reports times
    "--ignore-valid-from",
)


class Answer(NamedTuple):
    """What a GnuPG process left behind."""

    stdout: bytes
    stderr: bytes
    code: int


def find_gpg() -> str:
    """Path of gpg on PATH; never from any repository's configuration (R13). Raises EnvironmentFault."""
    program = shutil.which("gpg")
    if program is None:
        raise EnvironmentFault(
            "gpg is not installed, so no OpenPGP signature can be judged",
            mend="install GnuPG (Debian: apt install gpg) or put it on PATH",
        )
    return program


def environment(home: Path) -> dict[str, str]:
    """The whole environment of a child: nothing of the caller's but PATH."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "GNUPGHOME": str(home),
        "LC_ALL": "C",
        "LANG": "C",
        "TZ": "UTC",
    }


def run_gpg(program: str, home: Path, args: Sequence[str], stdin: bytes = b"", fds: Sequence[int] = ()) -> Answer:
    """Run gpg in `home`; raises EnvironmentFault if it cannot be started or does not end in time."""
    import subprocess  # the warm path starts no process and does not pay for it

    command = [program, "--homedir", str(home), "--batch", "--no-tty", *OPTIONS, *args]
    try:
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            env=environment(home),
            cwd=home,
            timeout=LIMITS.child_seconds,
            pass_fds=fds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EnvironmentFault(
            f"gpg did not answer within {LIMITS.child_seconds:g} s",
            where=program,
            mend="see what hinders it, then repeat",
        ) from error
    except OSError as error:
        raise EnvironmentFault(f"gpg cannot be started ({error.strerror})", where=program) from error
    return Answer(done.stdout, done.stderr, done.returncode)
