"""What Bitcoin Core's `contrib/verify-commits` says: its documented walk, written anew on git and GnuPG.

From the tip along first parents to `trusted-git-root`: every commit carries a good signature of a trusted key, made
neither with SHA-1 nor, unless it is listed, with a key that is expired or revoked now; it names the SHA-512 of its
files; it has two parents at most, and a merge is what git makes of its parents. From `trusted-sha512-root-commit` on,
SHA-1 and missing hashes pass; the tip's hash is wanted even there. A commit that does not descend from a root lies
before it, so that there the walk ends in success, or the demand for hashes ends.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple, Self

from tests.peers.bitcoin_stories import STORIES
from tests.peers.tale import Chapter, Tale

__all__ = ["Bitcoin"]

_STALE = (["[GNUPG:]", "REVKEYSIG"], ["[GNUPG:]", "EXPKEYSIG"])
_WRAPPER = '#!/bin/sh\nexec gpg --trust-model always $GPG_MORE "$@"\n'


class _Lists(NamedTuple):
    """The folder's files."""

    root: str
    sha512_root: str
    keys: frozenset[str]
    revsig: frozenset[str]
    unclean: frozenset[str]
    incorrect: frozenset[str]

    @classmethod
    def read(cls, folder: Path) -> Self:
        def lines(name: str) -> list[str]:
            return (folder / name).read_text(encoding="utf-8").splitlines()

        return cls(
            lines("trusted-git-root")[0],
            lines("trusted-sha512-root-commit")[0],
            frozenset(lines("trusted-keys")),
            frozenset(lines("allow-revsig-commits")),
            frozenset(lines("allow-unclean-merge-commits")),
            frozenset(lines("allow-incorrect-sha512-commits")),
        )


class Bitcoin:
    """It judges one repository and folder at a time, and remembers what git and GnuPG said of single commits."""

    name, title, program, stories = "bitcoin", "Bitcoin Core's verify-commits", "git", STORIES

    def __init__(self) -> None:
        self._walks: dict[str, _Walk] = {}

    def version(self) -> str:
        """What is asked."""
        return "its documented walk on git and GnuPG"

    def accepts(self, tale: Tale, chapter: Chapter, scratch: Path) -> tuple[bool, str]:
        """Whether the walk from a commit ends well; and why not."""
        walk = self._walks.get(tale.name)
        if walk is None:
            home = Path(tempfile.mkdtemp(prefix="bc", dir=scratch))
            walk = self._walks[tale.name] = _Walk(tale.path, tale.settings, home)
        fault = walk.fault(chapter.oid)
        return not fault, fault


class _Walk:
    def __init__(self, repository: Path, settings: dict[str, str], home: Path) -> None:
        self._repository = repository
        self._lists = _Lists.read(Path(settings["folder"]))
        self._wrapper = home / "gpg.sh"
        self._wrapper.write_text(_WRAPPER)
        self._wrapper.chmod(0o755)
        self._gnupg = home / "g"
        self._gnupg.mkdir(mode=0o700)
        self._env = {**os.environ, "GNUPGHOME": str(self._gnupg), "LC_ALL": "C"}
        command = ["gpg", "--batch", "--quiet", "--import", settings["keyring"]]
        subprocess.run(command, env=self._env, capture_output=True, check=True)
        self._signed: dict[tuple[str, bool], bool] = {}

    def fault(self, tip: str) -> str:
        """Why the walk from `tip` fails; empty if it does not."""
        commit, strict = tip, True
        while commit != self._lists.root:
            if not self._descends(commit, self._lists.root):
                return ""
            if commit == self._lists.sha512_root or not self._descends(commit, self._lists.sha512_root):
                strict = False
            fault = self._fault_of(commit, strict, hashed=strict or commit == tip)
            if fault:
                return f"{commit}: {fault}"
            commit = self._parents(commit)[0]
        return ""

    def _fault_of(self, commit: str, strict: bool, hashed: bool) -> str:
        if not self._is_signed(commit, strict):
            return "not signed with a trusted key"
        if hashed and commit not in self._lists.incorrect and not self._names_its_files(commit):
            return "Tree-SHA512 does not match"
        parents = self._parents(commit)
        if len(parents) > 2:
            return "an octopus merge"
        if len(parents) == 2 and commit not in self._lists.unclean and not self._clean(commit, *parents):
            return "the merge is not clean"
        return "" if parents else "no parent, and not the root"

    def _is_signed(self, commit: str, strict: bool) -> bool:
        if (commit, strict) not in self._signed:
            self._signed[commit, strict] = self._judged(commit, strict)
        return self._signed[commit, strict]

    def _judged(self, commit: str, strict: bool) -> bool:
        """The last valid signature counts; none does with a key that is expired or revoked, if that is not listed."""
        env = {**self._env, "GPG_MORE": "--weak-digest sha1" if strict else ""}
        command = self._command("-c", f"gpg.program={self._wrapper}", "verify-commit", "--raw", commit)
        done = subprocess.run(command, env=env, capture_output=True, check=False)
        valid = False
        for line in done.stderr.decode("utf-8", "replace").splitlines():
            words = line.split(" ")
            if words[:2] == ["[GNUPG:]", "VALIDSIG"]:
                valid = words[-1] in self._lists.keys
            elif words[:2] in _STALE and commit not in self._lists.revsig:
                return False
        return valid

    def _names_its_files(self, commit: str) -> bool:
        whole = hashlib.sha512()
        rows = [
            row.partition(b"\t") for row in self._git("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0") if row
        ]
        for head, _, path in sorted(rows, key=lambda row: row[2]):
            data = self._git("cat-file", "blob", head.split()[2].decode())
            whole.update(hashlib.sha512(data).hexdigest().encode() + b"  " + path + b"\n")
        message = self._git("show", "-s", "--format=format:%B", commit).decode()
        return f"Tree-SHA512: {whole.hexdigest()}" in message.splitlines()

    def _clean(self, commit: str, first: str, second: str) -> bool:
        command = self._command("merge-tree", "--write-tree", first, second)
        made = subprocess.run(command, env=self._env, capture_output=True, check=False).stdout.split(b"\n")[0]
        return made == self._git("show", "-s", "--format=%T", commit).strip()

    def _parents(self, commit: str) -> list[str]:
        return self._git("show", "-s", "--format=format:%P", commit).decode().split()

    def _descends(self, commit: str, ancestor: str) -> bool:
        command = self._command("merge-base", "--is-ancestor", ancestor, commit)
        return subprocess.run(command, env=self._env, capture_output=True, check=False).returncode == 0

    def _git(self, *words: str) -> bytes:
        return subprocess.run(self._command(*words), env=self._env, capture_output=True, check=True).stdout

    def _command(self, *words: str) -> list[str]:
        return ["git", "--git-dir", str(self._repository), *words]
