"""Folders that only we can write: where a private GnuPG home and what was learned from it may be kept.

Whoever can write there could vouch for keys, so a folder that is not ours or not private is never used.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
from pathlib import Path

__all__ = ["cache_root", "is_private", "make_private", "temporary_private"]


def cache_root() -> Path:
    """Where gitsig keeps its own things: `GITSIG_CACHE_DIR`, else `XDG_CACHE_HOME/gitsig`, else `~/.cache/gitsig`.

    Where no home is known, a folder named after the user in the system's temporary folder. Never one that depends on
    the current folder, unless `GITSIG_CACHE_DIR` says so: that would be a work tree, and whoever wrote a commit could
    bring vouched keys along.
    """
    own = os.environ.get("GITSIG_CACHE_DIR")
    if own:
        return Path(own).absolute()
    for base in (os.environ.get("XDG_CACHE_HOME", ""), os.path.expanduser("~/.cache")):  # noqa: PTH111 - Path.expanduser raises where there is no home
        if os.path.isabs(base):  # noqa: PTH117 - a string that may be empty
            return Path(base) / "gitsig"
    return Path(tempfile.gettempdir()).absolute() / f"gitsig-{os.geteuid()}"


def is_private(path: Path) -> bool:
    """Whether `path` is a real folder of ours that nobody else can write or read (mode 0700)."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


def make_private(path: Path) -> bool:
    """Make the folder (and those above it) if need be; False if it cannot be made or is not private."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return False
    return is_private(path)


def temporary_private(prefix: str = "gitsig-") -> Path:
    """A private folder that lives as long as this process; raises OSError where none can be made."""
    path = Path(tempfile.mkdtemp(prefix=prefix))
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(path, ignore_errors=True)

    atexit.register(remove)
    return path
