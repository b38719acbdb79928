"""Writes a version 2 pack of whole objects (gitformat-pack) straight into `git index-pack`, whatever its length."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import zlib
from collections.abc import Iterable
from pathlib import Path

__all__ = ["BLOB", "COMMIT", "TREE", "git", "object_id", "tree", "write_pack"]

COMMIT, TREE, BLOB = 1, 2, 3
_NAMES = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob"}
_LIGHT = 1  # zlib: `git repack` writes the objects once more anyhow


def object_id(kind: int, content: bytes) -> str:
    """The SHA-1 id of an object in hex."""
    head = b"%b %d\0" % (_NAMES[kind], len(content))
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def tree(files: dict[str, str]) -> bytes:
    """A tree of plain files from their names to the ids of their blobs."""
    return b"".join(b"100644 %b\0%b" % (name.encode(), bytes.fromhex(oid)) for name, oid in sorted(files.items()))


def write_pack(git_dir: Path, count: int, objects: Iterable[tuple[int, bytes]]) -> None:
    """Stream exactly `count` objects into the repository. Raises CalledProcessError where git refuses the pack."""
    command = ["git", "--git-dir", str(git_dir), "index-pack", "--stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=_environment()) as process:
        assert process.stdin is not None
        digest = hashlib.sha1(usedforsecurity=False)
        head = b"PACK" + struct.pack(">II", 2, count)
        digest.update(head)
        process.stdin.write(head)
        for kind, content in objects:
            entry = _entry_head(kind, len(content)) + zlib.compress(content, _LIGHT)
            digest.update(entry)
            process.stdin.write(entry)
        process.stdin.write(digest.digest())
        process.stdin.close()
        if process.wait():
            raise subprocess.CalledProcessError(process.returncode, command)


def git(*args: str) -> str:
    """Run git without the user's settings; its standard output without the last newline."""
    done = subprocess.run(["git", *args], stdout=subprocess.PIPE, check=True, env=_environment(), text=True)
    return done.stdout.rstrip("\n")


def _entry_head(kind: int, size: int) -> bytes:
    octets = bytearray([kind << 4 | size & 15])
    size >>= 4
    while size:
        octets[-1] |= 0x80
        octets.append(size & 0x7F)
        size >>= 7
    return bytes(octets)


def _environment() -> dict[str, str]:
    return {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
