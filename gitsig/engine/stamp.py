"""Whether the files of the object store are those of the last audit, so that what it has read need not be read again.

Evidence speaks of an object's id. Whether the bytes in the store still hash to that id is another question, and whoever
unpacks an archive over a repository can change the answer (O15). Files are told apart by name, size, inode and both
times; the time of an inode's last change cannot be set back by whoever writes to the file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

__all__ = ["Files", "holds_since", "object_files"]

Files = dict[str, tuple[int, int, int, int]]
"""Path to size in bytes, inode, and the times of the last change of content and of inode (ns)."""

_FANOUT = 256
_HEAD = b"\xfftOc\x00\x00\x00\x02"
_INERT = frozenset({".pack", ".idx", ".rev", ".bitmap", ".keep", ".mtimes", ".promisor"})
"""Files of a pack. Anything else that is new, such as a multi-pack-index, may lead to other bytes under an old id."""


def object_files(directories: Sequence[Path]) -> Files:
    """Every file that may hold objects. Raises OSError for a folder that cannot be read."""
    found: Files = {}
    for directory in directories:
        folders = [directory / "pack", *(directory / f"{number:02x}" for number in range(_FANOUT))]
        for folder in folders:
            try:
                entries = list(os.scandir(folder))
            except FileNotFoundError:
                continue
            for entry in entries:
                status = entry.stat()
                found[entry.path] = (status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
    return found


def holds_since(before: Files, now: Files, width: int, knows: Callable[[bytes], bool]) -> bool:
    """Whether every object that `knows` knows by its binary id (of `width` bytes) is where it was `before`, untouched.

    Files may have been added, but none that holds such an object once more: nobody knows which of two is read. Raises
    OSError or ValueError for an index that cannot be read.
    """
    if any(now.get(path) != status for path, status in before.items()):
        return False
    added = [Path(path) for path in now.keys() - before.keys()]
    if any(path.parent.name == "pack" and path.suffix not in _INERT for path in added):
        return False
    return not any(knows(key) for path in added for key in _keys(path, width))


def _keys(path: Path, width: int) -> Iterator[bytes]:
    """Ids of the objects in a new file: a loose object, or the index of a pack (gitformat-pack(5), version 2)."""
    if path.parent.name != "pack":
        if len(path.name) == 2 * width - 2:
            yield bytes.fromhex(path.parent.name + path.name)
        return
    if path.suffix != ".idx":
        return
    data = path.read_bytes()
    if data[:8] != _HEAD:
        raise ValueError("a pack index of another version")
    start = 8 + 4 * _FANOUT
    count = int.from_bytes(data[start - 4 : start])
    for at in range(start, start + count * width, width):
        yield data[at : at + width]
