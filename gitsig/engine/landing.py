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
_MEND = "git symbolic-ref --delete REF"


def landing(store: Store, ref: str) -> str:
    """The ref that an update of `ref` moves.

    Raises EnvironmentFault for one that cannot be read, for a circle, and for an end outside `refs/`, of which no rule
    speaks.
    """
    top = common_dir(store.git_dir)
    start = ref
    for _ in range(_DEPTH):
        further = read_symbolic(top, ref)
        if further is None:
            if ref != start and not ref.startswith("refs/"):
                raise EnvironmentFault(f"a symbolic ref to {ref}, which no rule guards", where=start, mend=_MEND)
            return ref
        ref = further
    raise EnvironmentFault("symbolic refs that lead to each other", where=ref, mend=_MEND)


def read_symbolic(top: Path, ref: str) -> str | None:
    """What the symbolic ref `ref` names; None for any other, and for one that is not there.

    `top` is the common git directory. Raises EnvironmentFault for a file that cannot be read.
    """
    if "\0" in ref or ".." in ref or not (ref.startswith("refs/") or ref == "HEAD"):
        return None
    path = top / ref
    # A folder that is a link makes two names of each ref in it. `refs` itself may be one (git-new-workdir).
    if any(folder.is_symlink() for folder in path.parents[: max(ref.count("/") - 1, 0)]):
        raise EnvironmentFault("the ref lies behind a symbolic link", where=ref, mend="make a real folder of it")
    try:
        if path.is_symlink():
            # How git wrote symbolic refs at first, and still reads them.
            name = os.readlink(path)  # noqa: PTH115 - Path would normalise the name
            if name.startswith("refs/"):
                return name
        with path.open("rb") as file:  # as git: any other link is followed, and what is at its end may be symbolic
            data = file.read(_LONGEST)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise EnvironmentFault(f"the ref cannot be read: {error.strerror}", where=ref) from error
    return os.fsdecode(data[4:].strip()) if data.startswith(b"ref:") else None
