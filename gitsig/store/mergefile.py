"""The three-way merge of one file's content, as `git merge-file` makes it.

Not with libgit2: pygit2 cuts its answer off at a NUL byte, takes only UTF-8, and cannot be stopped when hostile content
takes it long. Git gets three files in a folder of its own and no repository at all: no attributes, no merge driver and
no configuration can have a say, and the bytes come from `Store.read`, quarantine included. The lines are matched by
Myers' algorithm, as `git merge-file` does by default; git's ort strategy uses another one, and seldom with another end.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from gitsig.errors import EnvironmentFault, ObjectFault
from gitsig.store.interface import Commits

__all__ = ["merge_file"]

_SEEN_AS_BINARY = 8000
"""Bytes at the start of a file in which git looks for a NUL (xdiff-interface.c: buffer_is_binary)."""
_CONFLICTS = range(1, 128)
"""Exit codes that count conflicts (git-merge-file(1)); 127 stands for more as well."""
_NAMES = ("ours", "base", "theirs")


def merge_file(store: Commits, base: str, ours: str, theirs: str) -> bytes | None:
    """Merge the blobs of these ids, and give the content; None where they conflict, or are binary.

    Where one side has changed nothing, the other's content is the answer. Raises `ObjectFault` where one of them cannot
    be read or is no blob, `EnvironmentFault` where git cannot be run or does not end in time.
    """
    sides = {oid: _blob(store, oid) for oid in (ours, base, theirs)}
    if ours in (base, theirs):
        return sides[theirs]
    if theirs == base:
        return sides[ours]
    if any(b"\0" in content[:_SEEN_AS_BINARY] for content in sides.values()):
        return None
    return _merged(sides[ours], sides[base], sides[theirs])


def _blob(store: Commits, oid: str) -> bytes:
    kind, raw = store.read(oid)
    if kind != "blob":
        raise ObjectFault(f"a {kind} stands where a file's content should", where=oid)
    return raw


def _merged(*contents: bytes) -> bytes | None:
    from gitsig.store.gitprogram import objects_environment, run_git  # starts processes; few merges need it

    try:
        with tempfile.TemporaryDirectory(prefix="gitsig-merge-") as name:
            folder = Path(name)
            for side, content in zip(_NAMES, contents, strict=True):
                (folder / side).write_bytes(content)
            nowhere = folder / "none"
            answer = run_git(objects_environment(nowhere, (nowhere,)), "merge-file", "-p", "-q", *_NAMES, cwd=folder)
    except OSError as error:
        raise EnvironmentFault(
            f"a file's content cannot be merged: {error.strerror}", where=tempfile.gettempdir(), mend="make room there"
        ) from error
    if answer.code in _CONFLICTS:
        return None
    if answer.code:
        raise EnvironmentFault(f"git merge-file failed: {answer.err or f'exit code {answer.code}'}")
    return answer.out
