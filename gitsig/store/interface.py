"""What every store offers: raw objects by id, refs, revisions, configuration, and files at a path in a tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from gitsig.errors import ObjectFault
from gitsig.model import ObjectFormat

__all__ = ["Commits", "PathMissing", "Resolved", "Store", "mend_of_missing"]


class PathMissing(ObjectFault):
    """The tree is there and whole, and has nothing at this path.

    Apart from `ObjectMissing`: a caller may look elsewhere for a file that is not in the tree, and must not do so for
    one that cannot be read.
    """


class Resolved(NamedTuple):
    """What a revision names."""

    oid: str
    type: str
    """`commit`, `tag`, `tree` or `blob`. An annotated tag is not peeled."""
    ref: str | None
    """Full name of the ref, symbolic ones followed; None where the revision is an id or an expression."""


class Commits(Protocol):
    """What a walk needs of a store. Ids are full lower-case hex; replace refs, grafts and shallow files never apply."""

    @property
    def object_format(self) -> ObjectFormat:
        """The hash that names the objects."""

    def read(self, oid: str) -> tuple[str, bytes]:
        """Give the type's name and the raw bytes.

        Raises `ObjectMissing` (shallow, partial, or lost), `MalformedObject` beyond the size limit, and `ObjectFault`
        for damage, bytes that do not hash to their id included.
        """

    def shallow(self) -> frozenset[str]:
        """Give the commits whose parents the shallow file cuts off."""


class Store(Commits, Protocol):
    """One repository."""

    @property
    def path(self) -> str:
        """Work tree or bare git directory, for people."""

    @property
    def bare(self) -> bool:
        """Whether the repository has no work tree."""

    @property
    def workdir(self) -> Path | None:
        """The work tree."""

    @property
    def git_dir(self) -> Path:
        """The git directory; of a linked work tree its own (`.git/worktrees/NAME`)."""

    @property
    def object_directories(self) -> tuple[Path, ...]:
        """Where objects are read from: the repository's own directory, or a push's quarantine, then alternates."""

    def refs(self) -> Iterator[tuple[str, str]]:
        """Give (full name, id) of every ref but HEAD, by name; a symbolic ref with the id at its end.

        A symbolic ref that ends nowhere is left out. Raises `ObjectFault` for a ref that is there and cannot be read.
        """

    def head(self) -> tuple[str | None, str | None]:
        """Give (name of the ref that HEAD stands for, or None when detached; its id, or None when unborn)."""

    def resolve(self, rev: str) -> Resolved:
        """Give what a revision names, refs in git's order (`gitrevisions(7)`): tags before branches.

        Raises `UsageFault` for an unknown or ambiguous one, `ObjectMissing` for a whole id that is not here.
        """

    def config(self, key: str) -> str | None:
        """Give the value of a configuration key (repository over user over system), or None."""

    def read_path(self, oid: str, path: str) -> bytes:
        """Give the regular file at `path` (forward slashes) in the tree of a commit, tag or tree.

        Raises `PathMissing` if there is nothing, `UsageFault` for a path with `..` and the like, `ObjectFault` for a
        symbolic link, a directory or a submodule on the way or at the end.
        """

    def upstream(self) -> str | None:
        """Give the full ref name of the current branch's upstream."""


def mend_of_missing(store: Store) -> str:
    """What to do about an object that a store does not hold."""
    if store.shallow():
        return "the repository is shallow: git fetch --unshallow"
    if store.config("extensions.partialclone") is not None:
        return "the repository is a partial clone: git fetch --refetch --no-filter"
    return "git fsck"
