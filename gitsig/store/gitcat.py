"""The store over git itself, for SHA-256 repositories, which libgit2 does not open.

Loose objects are read by `loose` and refs by `gitrefs`; git reads packs (`cat-file --batch-command`), configuration and
upstreams. Git does not hash what it reads from a pack, so every object is hashed here: a damaged commit on the excluded
side of a walk must not hide others.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from gitsig.errors import EnvironmentFault, MalformedObject, ObjectFault, ObjectMissing, UsageFault
from gitsig.model import LIMITS
from gitsig.objects import hash_object
from gitsig.store import revision, tree
from gitsig.store.directories import object_directories, shallow_commits
from gitsig.store.gitbatch import CatFile
from gitsig.store.gitplace import Place, find_place
from gitsig.store.gitprogram import cannot_open, objects_environment, run_git, settings_environment
from gitsig.store.gitrefs import RefFiles
from gitsig.store.interface import Resolved, mend_of_missing
from gitsig.store.loose import LooseObjects

__all__ = ["GitStore", "open_store"]

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*\.(?:[^\n\0]*\.)?[A-Za-z][A-Za-z0-9-]*")
_UNSET = 1
"""Exit code of `git config --get` for a key without a value (git-config(1))."""


def open_store(git_dir: Path, start: Path, environ: Mapping[str, str]) -> GitStore:
    """Open the repository `git_dir`, which was found from `start`.

    `environ` names object directories (the quarantine of a push) and a work tree; empty where it must not. Raises
    `EnvironmentFault`: no git, an owner that is not trusted, what git or gitsig does not know.
    """
    return GitStore(find_place(git_dir.resolve(), start, environ), environ)


class GitStore:
    """A `Store` over git's own programs; for SHA-1 too, but without the detection of collisions that libgit2 has."""

    def __init__(self, place: Place, environ: Mapping[str, str]) -> None:
        """`environ` is as in `open_store`."""
        self.object_format = place.object_format
        self.git_dir = place.git_dir
        self.bare = place.bare
        self.workdir = place.workdir
        self.path = str(self.workdir or self.git_dir)
        self.object_directories = directories = object_directories(self.git_dir, environ)
        self._loose = LooseObjects(directories, self.object_format, LIMITS.object_size)
        self._environment = objects_environment(self.git_dir, directories)
        self._packs = CatFile(self._environment, self.git_dir)
        self._refs = RefFiles(self.git_dir, self.object_format.hex_length)
        self._id = re.compile(f"[0-9a-f]{{{self.object_format.hex_length}}}")

    def read(self, oid: str) -> tuple[str, bytes]:
        """See `Store.read`."""
        loose = self._loose.read(oid)
        if loose is not None:
            return loose
        size = self._info(oid)[1]
        if size > LIMITS.object_size:
            raise MalformedObject(f"larger than {LIMITS.object_size} bytes", where=oid)
        kind, raw = self._packs.contents(oid, size)
        if hash_object(kind, raw, self.object_format) != oid:
            raise ObjectFault("the object is damaged: its bytes do not hash to its id", where=oid, mend="git fsck")
        return kind, raw

    def _info(self, oid: str) -> tuple[str, int]:
        if not self._id.fullmatch(oid):
            # Git would resolve it as a name; a line feed in it would be a further question.
            raise ObjectMissing("no whole object id", where=oid)
        found = self._packs.info(oid)  # git looks again, also among loose objects, before it misses one
        if found is None:
            raise ObjectMissing("the repository does not hold the object", where=oid, mend=mend_of_missing(self))
        return found

    def type_of(self, oid: str) -> str:
        """Give the type's name. Raises as `read` does."""
        loose = self._loose.type_and_size(oid)
        return loose[0] if loose is not None else self._info(oid)[0]

    def refs(self) -> Iterator[tuple[str, str]]:
        """See `Store.refs`."""
        return self._refs.ends()

    def follow(self, name: str) -> tuple[str, str] | None:
        """See `revision.RefNames`."""
        return self._refs.follow(name)

    def head(self) -> tuple[str | None, str | None]:
        """See `Store.head`."""
        try:
            ref = self._refs.read("HEAD")
            end = self._refs.follow("HEAD")
        except ObjectFault as fault:
            raise ObjectFault(f"HEAD cannot be read: {fault.what}", where=str(self.git_dir), mend="git fsck") from fault
        if ref is None:
            raise ObjectFault("HEAD cannot be read: it is not there", where=str(self.git_dir), mend="git fsck")
        return ref.value if ref.symbolic else None, end[1] if end else None

    def resolve(self, rev: str) -> Resolved:
        """See `Store.resolve`."""
        return revision.resolve(self, self, rev)

    def expand(self, prefix: str) -> str | None:
        """See `revision.RefNames`."""
        answer = run_git(self._environment, "rev-parse", f"--disambiguate={prefix}", cwd=self.git_dir)
        if answer.code:
            raise EnvironmentFault(f"git cannot look for '{prefix}': {answer.err}", where=str(self.git_dir))
        found = answer.out.decode("ascii").split()
        if len(found) > 1:
            raise UsageFault(f"several objects begin with '{prefix}'", mend="write more of the id")
        return found[0] if found else None

    def reflog(self, name: str, back: int) -> str | None:
        """See `revision.RefNames`."""
        return self._refs.logged(name, back)

    def upstream_of(self, branch: str) -> str | None:
        """See `revision.RefNames`."""
        if not branch.startswith("refs/heads/") or self._refs.read(branch) is None:
            return None
        # Not a pattern that could match others: `read` has refused what no ref can be called.
        answer = run_git(
            settings_environment(self.git_dir),
            "for-each-ref",
            "--format=%(refname)%00%(upstream)",
            branch,
            cwd=self.git_dir,
        )
        if answer.code:
            raise EnvironmentFault(f"git cannot name the upstream: {answer.err}", where=branch)
        lines = dict(line.split(b"\0") for line in answer.out.splitlines())
        return os.fsdecode(lines.get(os.fsencode(branch), b"")) or None

    def upstream(self) -> str | None:
        """See `Store.upstream`."""
        name = self.head()[0]
        return self.upstream_of(name) if name else None

    def shallow(self) -> frozenset[str]:
        """See `Store.shallow`."""
        return shallow_commits(self.git_dir)

    def config(self, key: str) -> str | None:
        """See `Store.config`."""
        if not _KEY.fullmatch(key):
            raise UsageFault(f"'{key}' is no configuration key")
        answer = run_git(settings_environment(self.git_dir), "config", "--null", "--get", key, cwd=self.git_dir)
        if answer.code == _UNSET:
            return None
        if answer.code:
            raise cannot_open(self.git_dir, answer.err)
        return os.fsdecode(answer.out.removesuffix(b"\0"))

    def read_path(self, oid: str, path: str) -> bytes:
        """See `Store.read_path`."""
        return tree.read_path(self, oid, path)
