"""Where an update of a ref lands: git follows a symbolic ref, so `refs/heads/master` may be another name of `main`.

Rules go by the name of the ref that moves, or an alias would be a way round them. libgit2 says nothing of a symbolic
ref that ends nowhere yet, hence the files are read here (gitrepository-layout(5); packed refs are never symbolic).
"""

from __future__ import annotations

import os
from pathlib import Path

from gitsig.errors import EnvironmentFault
from gitsig.store.directories import common_dir
from gitsig.store.interface import Store

__all__ = ["landing", "read_symbolic"]

_DEPTH = 5  # as git
_LONGEST = 4096


def landing(store: Store, ref: str) -> str:
    """The ref that an update of `ref` moves. Raises EnvironmentFault for one that cannot be read, or for a circle."""
    top = common_dir(store.git_dir)
    for _ in range(_DEPTH):
        further = read_symbolic(top, ref)
        if further is None:
            return ref
        ref = further
    raise EnvironmentFault("symbolic refs that lead to each other", where=ref, mend="git symbolic-ref --delete REF")


def read_symbolic(top: Path, ref: str) -> str | None:
    """What the symbolic ref `ref` names; None for any other, and for one that is not there.

    `top` is the common git directory. Raises EnvironmentFault for a file that cannot be read.
    """
    if "\0" in ref or not ref.startswith("refs/") or ".." in ref:
        return None
    path = top / ref
    try:
        if path.is_symlink():
            # How git wrote symbolic refs at first, and still reads them.
            name = os.readlink(path)  # noqa: PTH115 - Path would normalise the name
            return name if name.startswith("refs/") else None
        with path.open("rb") as file:
            data = file.read(_LONGEST)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise EnvironmentFault(f"the ref cannot be read: {error.strerror}", where=ref) from error
    return os.fsdecode(data[4:].strip()) if data.startswith(b"ref:") else None
