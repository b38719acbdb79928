"""The secret that tells our own evidence from anybody else's.

A repository can come from anywhere: out of an archive, say, with a cache inside that has our owner and mode 0600. What
is authenticated with a secret that lies outside every repository was written by this user's gitsig, or is ignored.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path

from gitsig.keys.private import cache_root, make_private

__all__ = ["Seal", "open_seal"]

_NAME = "evidence.key"
_SIZE = 32
_MAC = 32


class Seal:
    """Message authentication (BLAKE2b, RFC 7693 §2.9) under the user's secret and a context."""

    size = _MAC

    def __init__(self, secret: bytes, context: str) -> None:
        """`context` says what the messages are, and in which version."""
        self._keyed = hashlib.blake2b(context.encode() + b"\0", key=secret, digest_size=_MAC, person=b"gitsig evidence")

    def mac(self, kind: bytes, message: bytes) -> bytes:
        """The 32 bytes that go with `message`; `kind`, without NUL, keeps messages of different uses apart."""
        keyed = self._keyed.copy()
        keyed.update(kind + b"\0")
        keyed.update(message)
        return keyed.digest()


def open_seal(context: str) -> Seal | None:
    """A seal with the user's secret, made on first use; None where there is no private folder to keep it in."""
    root = cache_root()
    if not make_private(root):
        return None
    path = root / _NAME
    with contextlib.suppress(OSError):
        _make(path)
        secret = _read(path)
        return Seal(secret, context) if secret else None
    return None


def _make(path: Path) -> None:
    """Put a new secret in place, whole, unless there is one."""
    if os.path.lexists(path):
        return
    beside = path.with_name(f"{_NAME}.{os.urandom(8).hex()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(_SIZE))
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)  # unlike rename, this does not take the place of another process's secret
    finally:
        beside.unlink()


def _read(path: Path) -> bytes | None:
    """The secret, if it is a file of ours that nobody else can read."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # a pipe is not waited for
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        secret = file.read(_SIZE + 1)
    ours = status.st_uid == os.geteuid() and stat.S_ISREG(status.st_mode) and not status.st_mode & 0o077
    return secret if ours and len(secret) == _SIZE else None
