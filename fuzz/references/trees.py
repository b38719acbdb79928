"""Raw trees as git reads and checks them, ported from C (git 2.39 to 2.50).

`tree-walk.c: get_mode`, `decode_tree_entry`; `fsck.c: fsck_tree`, `verify_ordered` (every earlier name is remembered,
in place of its list of candidates).
"""

from __future__ import annotations

from itertools import pairwise

__all__ = ["entries", "faults", "written"]

# git itself keeps the last 16 bits of a mode, and so takes some far too long ones for known.
_KNOWN = (0o100755, 0o100644, 0o120000, 0o040000, 0o160000, 0o100664)
_FOLDER = 0o040000


def entries(raw: bytes, width: int) -> list[tuple[bytes, bytes, bytes]]:
    """Mode as written, name and id of each entry; ValueError where git finds a corrupt tree."""
    found = []
    while raw:
        if len(raw) < width + 3 or raw[-(width + 1)] != 0:
            raise ValueError("too-short tree object")
        space = next((at for at, byte in enumerate(raw) if byte not in b"01234567"), 0)
        if space == 0 or raw[space : space + 1] != b" ":
            raise ValueError("malformed mode in tree entry")
        zero = raw.index(b"\0", space + 1)
        if zero == space + 1:
            raise ValueError("empty filename in tree entry")
        if len(raw) < zero + 1 + width:
            raise ValueError("truncated")
        found.append((raw[:space], raw[space + 1 : zero], raw[zero + 1 : zero + 1 + width]))
        raw = raw[zero + 1 + width :]
    return found


def faults(found: list[tuple[bytes, bytes, bytes]]) -> set[str]:
    """What `git fsck` says of a tree, by its names of messages, as far as it concerns the tree and not file systems."""
    said: set[str] = set()
    names: list[bytes] = []
    for mode, name, _ in found:
        said |= {"fullPathname"} if b"/" in name else set()
        said |= {"hasDot"} if name == b"." else set()
        said |= {"hasDotdot"} if name == b".." else set()
        said |= {"zeroPaddedFilemode"} if mode[:1] == b"0" else set()
        said |= {"badFilemode"} if int(mode, 8) not in _KNOWN else set()
        said |= {"duplicateEntries"} if name in names else set()
        names.append(name)
    for (one, first, _), (other, second, _) in pairwise(found):
        said |= {"treeNotSorted"} if _key(one, first) > _key(other, second) else set()
    return said


def _key(mode: bytes, name: bytes) -> bytes:
    """`base_name_compare`: a folder sorts as if its name ended in a slash, where the other one goes on."""
    return name + (b"/" if int(mode, 8) == _FOLDER else b"\0")


def written(found: list[tuple[bytes, bytes, bytes]]) -> bytes:
    """The raw tree of these entries."""
    return b"".join(b"%b %b\0%b" % each for each in found)
