"""One file at the top of commits' trees: what names it, and what it holds."""

from __future__ import annotations

from gitsig.errors import GitsigError, ObjectMissing, PolicyFault
from gitsig.store import peel
from gitsig.store.interface import Store
from gitsig.store.trees import REGULAR, read_tree

__all__ = ["identity_at", "law_at", "tree_of"]


def identity_at(store: Store, tree: str, name: bytes) -> str | None:
    """What names the entry `name` of a root tree; None where there is none. See `Laws.identity`.

    The id of a file; of anything else with its mode, so that it is never taken for a file with the same bytes.
    """
    found = read_tree(store, tree).get(name)
    if found is None:
        return None
    return found.oid if found.mode in REGULAR else f"{found.mode.decode()} {found.oid}"


def law_at(store: Store, commit: str, name: str, limit: int) -> bytes:
    """The regular file `name` at the top of a commit's tree. Raises as `Laws.load`."""
    where = f"{commit[:12]}:{name}"
    try:
        data = store.read_path(commit, name)
    except ObjectMissing:
        raise
    except GitsigError as error:
        raise PolicyFault(error.what, where=where, mend=f"put a regular file {name} there") from error
    if len(data) > limit:
        raise PolicyFault(f"the file is larger than {limit} bytes", where=where, mend="shorten it")
    return data


def tree_of(store: Store, commit: str) -> str:
    """The root tree of a commit. Raises ObjectFault."""
    return peel(store, commit, "tree").oid
