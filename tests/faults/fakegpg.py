"""A program named gpg that fails as a test wants it to."""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

__all__ = ["CALLS", "FakeGpg"]

CALLS = {"every call": "", "import": "--import", "listing": "--check-sigs", "verify": "--verify"}
"""What gitsig starts gpg for: words, and the argument that tells."""


class FakeGpg:
    """Runs the real gpg but for the calls that a test has scripted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        real = shutil.which("gpg")
        folder.mkdir()
        (folder / "pids").touch()
        text = (
            f'#!/bin/sh\nreal={real} here={folder}\necho "$*" >> "$here/calls"\n. "$here/script"\nexec "$real" "$@"\n'
        )
        # The key store is named after this file, so it stays the same whatever is scripted.
        (folder / "gpg").write_text(text)
        (folder / "gpg").chmod(0o755)
        self.honest()

    def script(self, lines: str, call: str = "") -> None:
        """Shell text that runs instead of calls with this argument; `"$real"` is the real gpg, `$here` this folder."""
        (self.folder / "script").write_text(f'case " $* " in *" {call}"*) {lines}\n;; esac\n' if call else f"{lines}\n")

    def honest(self) -> None:
        """Be the real gpg."""
        self.script(":")

    def calls(self) -> list[str]:
        """The arguments of every call so far."""
        log = self.folder / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def stop(self) -> None:
        """End what a script left behind: those that it wrote into `pids`."""
        for pid in (self.folder / "pids").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
