"""A key store's folder, kept between runs: `facts.json`, the GnuPG homes `ring0` …, and the names in `vouched`.

It lies in a private folder (`gitsig.keys.private`). Whatever is missing or damaged is made anew, never half trusted.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from gitsig.keys.private import is_private

__all__ = ["build_of", "folder_name", "read_facts", "sealed", "settle", "vouched_names"]

_FORMAT = 2
"""Raised whenever what stands in facts.json, or how GnuPG is asked, changes."""


def folder_name(digest: str, program: str) -> str:
    """The folder for the sources with this digest, as this gpg sees them."""
    return hashlib.sha256(f"{_FORMAT} {digest} {build_of(program)}".encode()).hexdigest()[:32]


def build_of(program: str) -> str:
    """Another gpg may see certificates differently; its file tells it apart without starting it."""
    try:
        status = Path(program).stat()
    except OSError:
        return program
    return f"{os.path.realpath(program)} {status.st_size} {status.st_mtime_ns}"


def read_facts(folder: Path, digest: str) -> dict[str, Any] | None:
    """The facts in `folder` if it is whole, private and made for the sources with this digest."""
    if not (is_private(folder) and (folder / "vouched").is_dir()):
        return None
    try:
        seal, _, body = (folder / "facts.json").read_bytes().partition(b"\n")
        facts: dict[str, Any] | None = json.loads(body) if seal == _seal(digest, body) else None
    except (OSError, ValueError):
        return None
    return facts


def sealed(facts: dict[str, Any], digest: str) -> bytes:
    """The content of facts.json: a line that tells a damaged or foreign file, then the facts."""
    body = json.dumps(facts).encode("ascii")
    return _seal(digest, body) + b"\n" + body


def _seal(digest: str, body: bytes) -> bytes:
    return hashlib.sha256(f"{_FORMAT} {digest} ".encode() + body).hexdigest().encode("ascii")


def settle(made: Path, final: Path, digest: str) -> None:
    """Move a finished folder into place. Where another process was first, its folder serves as well.

    Raises OSError.
    """
    lock = os.open(final.parent, os.O_RDONLY)
    try:
        # Otherwise two processes that find the same damage could each move the other's good folder away.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if read_facts(final, digest) is not None:
            return
        if os.path.lexists(final):
            with tempfile.TemporaryDirectory(prefix="old-", dir=final.parent, ignore_cleanup_errors=True) as old:
                final.rename(Path(old) / "damaged")
        made.rename(final)
    finally:
        os.close(lock)


def vouched_names(folder: Path) -> frozenset[str]:
    """Names of the keys that GnuPG vouched for in an earlier run; none where that cannot be read."""
    try:
        return frozenset(each.name for each in (folder / "vouched").iterdir())
    except OSError:
        return frozenset()
