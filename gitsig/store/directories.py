"""The object directories of a repository: its own, the quarantine of a push, and alternates.

Sources: gitrepository-layout(5) on `objects/info/alternates`, git(1) on `GIT_OBJECT_DIRECTORY` and
`GIT_ALTERNATE_OBJECT_DIRECTORIES`, git-receive-pack(1) on the quarantine.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from gitsig.errors import EnvironmentFault

__all__ = ["common_dir", "object_directories", "shallow_commits"]

_NAMES = re.compile(rf'"(?:[^"\\]|\\.)*"|[^{os.pathsep}]+')
"""Directories in the environment; a name that holds the separator is quoted."""
_DEPTH = 5  # as git: alternates of alternates, and no further


def common_dir(git_dir: Path) -> Path:
    """Give the directory that holds refs and objects; a linked work tree names it in its file `commondir`."""
    try:
        text = (git_dir / "commondir").read_text("utf-8", "surrogateescape").rstrip("\n")
    except FileNotFoundError:
        return git_dir
    return (git_dir / text).resolve()


def shallow_commits(git_dir: Path) -> frozenset[str]:
    """Give the commits whose parents the shallow file cuts off. Raises `EnvironmentFault` if it cannot be read."""
    try:
        return frozenset((common_dir(git_dir) / "shallow").read_text("ascii", "replace").split())
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        raise EnvironmentFault(f"the shallow file cannot be read: {error.strerror}", where=str(git_dir)) from error


def object_directories(git_dir: Path, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Give every object directory, the repository's own (or the quarantine's) first.

    `environ` is empty where the repository was not named by the environment. Raises `EnvironmentFault` for a file of
    alternates that cannot be read.
    """
    own = environ.get("GIT_OBJECT_DIRECTORY")
    found: dict[Path, None] = {}
    _collect(Path(own) if own else common_dir(git_dir) / "objects", 0, found)
    for name in _NAMES.findall(environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")):
        _collect(Path(_unquote(name)), 0, found)
    return tuple(found)


def _unquote(name: str) -> str:
    # Git quotes a name that begins with a quote or holds the separator (quote.c: unquote_c_style).
    if len(name) < 2 or name[0] != '"' or name[-1] != '"':
        return name
    return os.fsdecode(os.fsencode(name[1:-1]).decode("unicode_escape").encode("latin-1"))


def _collect(directory: Path, depth: int, found: dict[Path, None]) -> None:
    directory = directory.resolve()
    if directory in found or depth > _DEPTH:
        return
    found[directory] = None
    try:
        text = (directory / "info" / "alternates").read_text("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise EnvironmentFault(
            f"the list of alternates cannot be read: {error.strerror}", where=str(directory)
        ) from error
    for line in text.splitlines():
        if line and not line.startswith("#"):
            _collect(directory / _unquote(line), depth + 1, found)
