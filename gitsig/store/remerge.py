"""A merge made anew by git, as whoever made it had it made: renames followed, criss-cross histories merged first.

`changes` looks at each path alone and is the stricter: what it lists may yet be what git's own merge gives. Only
demands that merges be clean ask here. Rules by path do not, for a rename takes what was written at one path to another.

Git works in an empty repository of its own that borrows the objects: no attributes, no merge driver, no configuration,
no grafts and no shallow file of the repository has a say, and nothing is written to it.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from gitsig.errors import EnvironmentFault, ObjectFault
from gitsig.model import ObjectFormat
from gitsig.store.interface import Store

__all__ = ["merged_tree"]

_CLEAN, _CONFLICTS, _USAGE = 0, 1, 129
_ID = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64})\n?")
_CONFIG = {
    ObjectFormat.SHA1: "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
    ObjectFormat.SHA256: (
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n"
    ),
}


def merged_tree(store: Store, one: str, other: str) -> str | None:
    """Give the id of the tree that merging two commits gives; None where they conflict.

    Raises `ObjectFault` where git cannot read what it needs, `EnvironmentFault` where git cannot be run, is older than
    2.38 or does not end in time.
    """
    from gitsig.store.gitprogram import objects_environment, run_git  # starts processes; few merges need it

    try:
        with tempfile.TemporaryDirectory(prefix="gitsig-merge-") as name:
            folder = Path(name)
            for part in ("objects", "refs"):
                (folder / part).mkdir()
            (folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
            (folder / "config").write_text(_CONFIG[store.object_format], encoding="ascii")
            environment = objects_environment(folder, (folder / "objects", *store.object_directories))
            answer = run_git(
                environment,
                "merge-tree",
                "--write-tree",
                "--no-messages",
                "--allow-unrelated-histories",
                one,
                other,
                cwd=folder,
            )
    except OSError as error:
        raise EnvironmentFault(
            f"a merge cannot be made anew: {error.strerror}", where=tempfile.gettempdir(), mend="make room there"
        ) from error
    if answer.code == _CONFLICTS:
        return None
    if answer.code == _USAGE:
        raise EnvironmentFault("git cannot make a merge anew: it is older than 2.38", mend="take a newer git")
    found = _ID.fullmatch(answer.out)
    if answer.code != _CLEAN or found is None:
        raise ObjectFault(f"git cannot merge it with {other}: {answer.err or f'exit code {answer.code}'}", where=one)
    return found[1].decode("ascii")
