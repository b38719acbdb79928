"""Refs that are there and cannot be read.

libgit2 leaves them out of its listing without a word, and an audit that does not see a branch would pass it over (R6).
"""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import Path

from gitsig.errors import ObjectFault

__all__ = ["unread_refs"]

_FORBIDDEN = frozenset(" ~^:?*[\\") | {chr(code) for code in range(32)} | {"\x7f"}


def unread_refs(common: Path, known: Container[str]) -> str | None:
    """Give the name of a loose ref in the common directory that is not `known`, or None.

    Files that git takes for no ref either (a lock, a name that a ref cannot have) do not count. Raises `ObjectFault`
    for a directory that cannot be listed.
    """
    for folder, _, files in os.walk(common / "refs", onerror=_refuse):
        for file in files:
            name = f"{Path(folder).relative_to(common).as_posix()}/{file}"
            if name not in known and _could_be_ref(name) and Path(folder, file).exists():
                return name
    return None


def _could_be_ref(name: str) -> bool:
    if _FORBIDDEN.intersection(name) or ".." in name or "@{" in name or name.endswith("."):
        return False
    return not any(part.startswith(".") or part.endswith(".lock") for part in name.split("/"))


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise ObjectFault(f"refs cannot be listed: {error.strerror}", where=str(error.filename)) from error
