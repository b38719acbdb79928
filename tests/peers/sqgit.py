"""sequoia-git's own verdicts: `sq-git log` and `sq-git verify-tag`, with each commit as the target."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.peers import System
from tests.peers.sqgit_stories import STORIES
from tests.peers.tale import Chapter, Tale

__all__ = ["SequoiaGit"]


class SequoiaGit:
    """It asks whether one authenticated path leads from the root to the target."""

    name, title, program, stories = "sq-git", "sequoia-git", "sq-git", STORIES

    def __init__(self, system: System) -> None:
        self._system = system

    def version(self) -> str:
        """Such as `sequoia-git 0.6.0`."""
        done = self._system.run(Path("/"), Path("/"), "sq-git", "version")
        return f"sequoia-git {(done.stdout + done.stderr).split()[1]}"

    def accepts(self, tale: Tale, chapter: Chapter, scratch: Path) -> tuple[bool, str]:
        """Whether a commit or tag is authentic, without what earlier runs remember; and its words."""
        target = ["verify-tag", chapter.tag] if chapter.tag else ["log", chapter.oid]
        command = [target[0], "--trust-root", tale.settings["root"], target[1]]
        with tempfile.TemporaryDirectory(prefix="home", dir=scratch) as home:
            done = self._system.run(Path(home), tale.path, "sq-git", *command)
        return done.returncode == 0, done.stderr + done.stdout
