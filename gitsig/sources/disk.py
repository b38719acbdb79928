"""Reading a peer's files: regular ones, of a size that can be."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from gitsig.errors import PolicyFault
from gitsig.loading import Files
from gitsig.model import LIMITS

__all__ = ["GivenFiles", "digest_of", "file_names", "read_file"]


def read_file(path: Path, limit: int = LIMITS.policy_size) -> bytes:
    """The bytes of a regular file, links followed. Raises PolicyFault, also for more than `limit` bytes."""
    where, mend = str(path), "mend the path, or the file's permissions"
    try:
        # Without O_NONBLOCK a pipe that nobody writes to would be waited for.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - no path
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise PolicyFault("no regular file", where=where, mend=mend)
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else "no file name"
        raise PolicyFault(f"the file cannot be read ({cause})", where=where, mend=mend) from error
    if len(data) > limit:
        raise PolicyFault(f"the file is larger than {limit} bytes", where=where, mend="shorten it")
    return data


def file_names(folder: Path) -> list[str]:
    """The names of everything in a folder, sorted. Raises PolicyFault, also for more than can be certificates."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for _, entry in zip(range(LIMITS.certificate_count + 1), entries, strict=False))
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else "no folder's name"
        raise PolicyFault(f"the folder cannot be read ({cause})", where=str(folder), mend="mend the path") from error
    if len(names) > LIMITS.certificate_count:
        what = f"more than {LIMITS.certificate_count} files"
        raise PolicyFault(what, where=str(folder), mend="name a folder of keys and nothing else")
    return names


class GivenFiles:
    """Files that are at hand, and behind them others."""

    def __init__(self, files: Mapping[str, bytes], others: Files | None = None) -> None:
        self._files = files
        self._others = others

    def read(self, path: str, where: str) -> bytes:
        """As `Files.read`."""
        if path in self._files:
            return self._files[path]
        if self._others is None:
            raise PolicyFault(f"{path!r} is not at hand", where=where)
        return self._others.read(path, where)


def digest_of(named: str, *parts: bytes) -> str:
    """`sha256:` and hex, over what a policy was named and all that it was made of."""
    whole = hashlib.sha256(named.encode("utf-8", "surrogateescape"))
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return "sha256:" + whole.hexdigest()
