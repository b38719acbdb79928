"""Guix's own verdicts: `guix git authenticate`, with each commit as the end."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.peers import System
from tests.peers.guix_stories import STORIES
from tests.peers.tale import Chapter, Tale

__all__ = ["Guix"]


class Guix:
    """It writes into the repository's configuration and installs hooks: give it a repository that is its own."""

    name, title, program, stories = "guix", "Guix", "guix", STORIES

    def __init__(self, system: System) -> None:
        self._system = system

    def version(self) -> str:
        """Such as `Guix 1.5.0`."""
        done = self._system.run(Path("/"), Path("/"), "guix", "--version")
        return f"Guix {done.stdout.split()[3]}"

    def accepts(self, tale: Tale, chapter: Chapter, scratch: Path) -> tuple[bool, str]:
        """Whether everything up to a commit is authentic, without what earlier runs remember; and its words."""
        with tempfile.TemporaryDirectory(prefix="home", dir=scratch) as home:
            return self.authenticate(tale.path, tale.settings, chapter.oid, Path(home))

    def authenticate(self, repository: Path, settings: dict[str, str], end: str, home: Path) -> tuple[bool, str]:
        """The same with a given home, whose cache counts."""
        command = ["guix", "git", "authenticate", settings["introduction"], settings["signer"]]
        more = [f"--repository={repository}", "--keyring=keyring", "--cache-key=story", f"--end={end}"]
        done = self._system.run(home, home, *command, *more)
        words = done.stderr + done.stdout
        return done.returncode == 0 and f"successfully authenticated commit {end}" in words, words
