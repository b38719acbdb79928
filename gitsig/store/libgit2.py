"""The store over libgit2, and the only module that knows pygit2. libgit2 has packs, refs and configuration.

Packed objects are read raw, and libgit2 compares them with their id (SHA-1 with collision detection); loose ones are
read by `loose`. libgit2's own commits, walks and revisions are never used: they follow grafts and parse leniently.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pygit2
from pygit2.enums import ObjectType, ReferenceType, RepositoryOpenFlag

from gitsig.errors import EnvironmentFault, MalformedObject, ObjectFault, ObjectMissing, UsageFault
from gitsig.model import LIMITS, ObjectFormat
from gitsig.store import revision, tree
from gitsig.store.directories import common_dir, object_directories, shallow_commits
from gitsig.store.interface import Resolved, mend_of_missing
from gitsig.store.loose import LooseObjects
from gitsig.store.reffiles import unread_refs

__all__ = ["Libgit2Store", "OtherFormat", "open_store"]

_CACHED_COMMIT = 16 * 1024
"""Bytes of the largest commit that is cached."""
_CACHE = 16 * 1024 * 1024
"""Bytes of all that libgit2 caches."""
_WINDOW = 8 * 1024 * 1024
_WINDOWS = 64 * 1024 * 1024
"""Bytes of a pack that are mapped at once, and of all that is mapped; by default whole packs are."""

_TYPES = {
    int(ObjectType.COMMIT): "commit",
    int(ObjectType.TREE): "tree",
    int(ObjectType.BLOB): "blob",
    int(ObjectType.TAG): "tag",
}


class OtherFormat(EnvironmentFault):
    """A repository that `gitcat` has to open; `where` is its git directory."""

    def __init__(self, what: str, *, where: str = "", mend: str = "", environ: Mapping[str, str] | None = None) -> None:
        """`environ` is what `Libgit2Store` would have got."""
        super().__init__(what, where=where, mend=mend)
        self.environ = environ or {}


@functools.cache
def _configure() -> None:
    """Set what libgit2 keeps for the whole process."""
    # A partial clone differs in that objects may be missing, which is an error here anyhow.
    pygit2.settings.set_extensions(["partialclone"])
    pygit2.settings.enable_strict_hash_verification(True)
    pygit2.settings.mwindow_size = _WINDOW
    pygit2.settings.mwindow_mapped_limit = _WINDOWS
    # What a push brings is read twice: is it a fast-forward, and is it good? From the cache that costs a tenth.
    pygit2.settings.cache_object_limit(ObjectType.COMMIT, _CACHED_COMMIT)
    pygit2.settings.cache_max_size(_CACHE)


def open_store(path: str | None = None) -> Libgit2Store:
    """Open the repository at `path` or above it; without a path the one of `GIT_DIR`, else of the current directory.

    A path that names the repository of `GIT_DIR` sees the quarantine of the environment too. Raises `EnvironmentFault`:
    no repository, an owner that is not trusted, an extension that libgit2 does not know, and `OtherFormat` for SHA-256.
    """
    _configure()
    given = os.environ.get("GIT_DIR")
    if path is None and given:
        return _open(given, RepositoryOpenFlag.FROM_ENV, os.environ)
    start = path if path is not None else "."
    found = pygit2.discover_repository(start) if Path(start).exists() else None
    if found is None:
        raise EnvironmentFault("no git repository here or above", where=start, mend="name one with --repo PATH")
    if given and Path(given).resolve() == Path(found).resolve():
        return _open(given, RepositoryOpenFlag.FROM_ENV, os.environ)
    return _open(found, RepositoryOpenFlag.NO_SEARCH, {})


def _open(path: str, flags: RepositoryOpenFlag, environ: Mapping[str, str]) -> Libgit2Store:
    try:
        repository = pygit2.Repository(path, flags)
    except (pygit2.GitError, ValueError, KeyError) as error:
        raise _fault(path, str(error), environ) from error
    return Libgit2Store(repository, environ)


def _fault(path: str, text: str, environ: Mapping[str, str]) -> EnvironmentFault:
    absolute = str(Path(path).resolve())
    if "not owned by" in text:
        place = absolute.removesuffix("/.git")
        mend = f"if you trust it: git config --global --add safe.directory '{place}'"
        return EnvironmentFault("the repository belongs to another user", where=absolute, mend=mend)
    if "object format" in text:
        return OtherFormat("libgit2 does not know the repository's object format", where=absolute, environ=environ)
    if "unsupported" in text:
        mend = "open a clone that does without it"
        return EnvironmentFault(f"the repository needs what libgit2 does not know: {text}", where=absolute, mend=mend)
    return EnvironmentFault(f"the repository cannot be opened: {text}", where=absolute)


class Libgit2Store:
    """A `Store` over one open `pygit2.Repository`."""

    def __init__(self, repository: pygit2.Repository, environ: Mapping[str, str]) -> None:
        """`environ` names object directories (the quarantine of a push); empty where it must not."""
        self._repository = repository
        self.object_format = ObjectFormat.SHA1
        self.git_dir = Path(repository.path)
        self.bare = repository.is_bare
        self.workdir = Path(repository.workdir) if repository.workdir else None
        self.path = str(self.workdir or self.git_dir)
        self.object_directories = directories = object_directories(self.git_dir, environ)
        self._loose = LooseObjects(directories, self.object_format, LIMITS.object_size)
        self._packs = pygit2.Odb()
        for directory in directories:
            self._packs.add_backend(pygit2.OdbBackendPack(str(directory)), 1)
        # Bound once: they run for every object.
        self._read_pack, self._read_header = self._packs.read, self._packs.read_header

    def read(self, oid: str) -> tuple[str, bytes]:
        """See `Store.read`."""
        loose = self._loose.read(oid)
        if loose is not None:
            return loose
        if len(oid) != 40:
            # libgit2 would take a shorter one for an abbreviation.
            raise ObjectMissing("no whole object id", where=oid)
        try:
            if self._read_header(oid)[1] > LIMITS.object_size:
                raise MalformedObject(f"larger than {LIMITS.object_size} bytes", where=oid)
            kind, raw = self._read_pack(oid)
        except (pygit2.GitError, ValueError, KeyError) as error:
            return self._read_again(oid, error)
        return _TYPES[kind], raw

    def _read_again(self, oid: str, error: Exception) -> tuple[str, bytes]:
        if not isinstance(error, KeyError):
            text = str(error).removeprefix(f"{oid}: ")
            raise ObjectFault(f"the object is damaged: {text}", where=oid, mend="git fsck") from error
        self._loose.refresh()
        loose = self._loose.read(oid)
        if loose is None:
            raise ObjectMissing(
                "the repository does not hold the object", where=oid, mend=mend_of_missing(self)
            ) from error
        return loose

    def type_of(self, oid: str) -> str:
        """Give the type's name. Raises as `read` does."""
        loose = self._loose.type_and_size(oid)
        if loose is not None:
            return loose[0]
        try:
            return _TYPES[self._read_header(oid)[0]] if len(oid) == 40 else self.read(oid)[0]
        except (pygit2.GitError, ValueError, KeyError):
            return self.read(oid)[0]

    def refs(self) -> Iterator[tuple[str, str]]:
        """See `Store.refs`."""
        try:
            found = {ref.name: ref for ref in self._repository.references.iterator()}
        except (pygit2.GitError, ValueError, KeyError) as error:
            raise ObjectFault(f"the refs cannot be read: {error}", where=str(self.git_dir), mend="git fsck") from error
        unread = unread_refs(common_dir(self.git_dir), found.keys())
        if unread is not None:
            raise ObjectFault("the ref cannot be read", where=unread, mend="git fsck; git update-ref -d REF")
        for name in sorted(found):
            if found[name].type == ReferenceType.DIRECT:
                yield name, str(found[name].target)
            elif (end := self.follow(name)) is not None:
                yield name, end[1]

    def follow(self, name: str) -> tuple[str, str] | None:
        """See `revision.RefNames`."""
        try:
            ref = self._repository.lookup_reference(name).resolve()
        except KeyError:
            return None
        except (pygit2.GitError, ValueError) as error:
            if isinstance(error, ValueError):
                return None  # no name that a ref can have
            raise ObjectFault(f"the ref cannot be read: {error}", where=name, mend="git fsck") from error
        return ref.name, str(ref.target)

    def head(self) -> tuple[str | None, str | None]:
        """See `Store.head`."""
        try:
            ref = self._repository.lookup_reference("HEAD")
        except (pygit2.GitError, ValueError, KeyError) as error:
            raise ObjectFault(f"HEAD cannot be read: {error}", where=str(self.git_dir), mend="git fsck") from error
        if ref.type == ReferenceType.DIRECT:
            return None, str(ref.target)
        end = self.follow("HEAD")
        return str(ref.target), end[1] if end else None

    def resolve(self, rev: str) -> Resolved:
        """See `Store.resolve`."""
        return revision.resolve(self, self, rev)

    def expand(self, prefix: str) -> str | None:
        """See `revision.RefNames`."""
        try:
            return str(self._repository.expand_id(prefix))
        except KeyError:
            return None
        except ValueError as error:
            raise UsageFault(f"several objects begin with '{prefix}'", mend="write more of the id") from error

    def reflog(self, name: str, back: int) -> str | None:
        """See `revision.RefNames`."""
        entries = [str(entry.oid_new) for entry in self._repository.lookup_reference(name).log()]
        return entries[back] if back < len(entries) else None

    def upstream_of(self, branch: str) -> str | None:
        """See `revision.RefNames`."""
        short = branch.removeprefix("refs/heads/")
        try:
            return str(self._repository.branches.local[short].upstream_name) if short != branch else None
        except (pygit2.GitError, ValueError, KeyError):
            return None

    def upstream(self) -> str | None:
        """See `Store.upstream`."""
        name = self.head()[0]
        return self.upstream_of(name) if name else None

    def shallow(self) -> frozenset[str]:
        """See `Store.shallow`."""
        return shallow_commits(self.git_dir)

    def config(self, key: str) -> str | None:
        """See `Store.config`."""
        try:
            return self._repository.config[key] or ""
        except ValueError as error:
            raise UsageFault(f"'{key}' is no configuration key") from error
        except KeyError:
            return None

    def read_path(self, oid: str, path: str) -> bytes:
        """See `Store.read_path`."""
        return tree.read_path(self, oid, path)
