"""How stories for Bitcoin Core's `contrib/verify-commits` write the folder of lists, and hashes into messages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from tests.peers.tale import Tale

__all__ = ["hashed", "note", "start", "tree_sha512", "trust"]

_LISTS = ("allow-revsig-commits", "allow-unclean-merge-commits", "allow-incorrect-sha512-commits")


def tree_sha512(files: Mapping[str, bytes]) -> str:
    """What the merge script of Bitcoin Core puts into a message: hashes of all files in the order of their paths."""
    whole = hashlib.sha512()
    for path in sorted(files, key=str.encode):
        whole.update(f"{hashlib.sha512(files[path]).hexdigest()}  {path}\n".encode())
    return whole.hexdigest()


def trust(tale: Tale, root: str, *names: str, sha512_root: str = "", keyring: bytes = b"", **lists: list[str]) -> None:
    """Write the folder and the keyring: everybody but Rita, unless another is given. `lists` by their first word."""
    folder = tale.folder / f"{tale.name}-verify-commits"
    folder.mkdir()
    keys = [tale.cast.primaries[name] for name in names]
    content = {"trusted-git-root": [root], "trusted-sha512-root-commit": [sha512_root or root], "trusted-keys": keys}
    content |= {name: lists.get(name.split("-")[1], []) for name in _LISTS}
    for name, lines in content.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines))
    others = (name for name in tale.cast.names if name != "rita")
    (tale.folder / f"{tale.name}.asc").write_bytes(keyring or tale.cast.certificate(*others))
    tale.settings = {"folder": str(folder), "keyring": str(tale.folder / f"{tale.name}.asc")}


def note(tale: Tale, parent: str, files: Mapping[str, bytes | None] | None = None, subject: str = "Merge #1") -> str:
    """A message with the hash of the files that the commit will have."""
    return f"{subject}\n\nTree-SHA512: {tree_sha512(tale.content(parent, files))}\n"


def hashed(tale: Tale, label: str, words: str, by: str = "ada", *, branch: str = "main", **how: Any) -> str:
    """As `Tale.act`, with the hash in the message."""
    parents = how.get("parents") or [tale.tip(branch)]
    how.setdefault("message", note(tale, parents[0], how.get("files")))
    return tale.act(label, words, by, branch=branch, **how)


def start(tale: Tale) -> str:
    """The trusted root, which nobody signed."""
    return tale.act("root", "the trusted root, unsigned", sign=False, files={"README": b"read\n"})
