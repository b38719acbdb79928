"""Bitcoin Core's Tree-SHA512: one SHA-512 over the contents of all files of a commit.

As `tree_sha512sum` in `contrib/verify-commits/verify-commits.py` and `github-merge.py` of bitcoin-maintainer-tools have
it: the names as `git ls-tree -r --full-tree` prints them, quoted ones included, sorted as bytes; for each a line with
the SHA-512 of its content, two spaces and the name. Modes are not part of it.
"""

from __future__ import annotations

import hashlib

from gitsig.errors import ObjectFault
from gitsig.store.bounded import Bounded
from gitsig.store.differences import files
from gitsig.store.interface import Commits
from gitsig.store.revision import peel
from gitsig.store.trees import SUBMODULE, Trees

__all__ = ["TreeHashes"]

_KEPT_DIGESTS = 200_000
"""Files whose digest is kept; about 60 MB."""
_ESCAPES = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}
_PLAIN = frozenset(range(0x20, 0x7F)) - _ESCAPES.keys()


class TreeHashes:
    """The Tree-SHA512 of commits; digests of files are kept for the next one."""

    def __init__(self, store: Commits, trees: Trees | None = None) -> None:
        """`trees` may be shared with others."""
        self._store = store
        self._trees = trees if trees is not None else Trees(store)
        self._digests: Bounded[str, bytes] = Bounded(_KEPT_DIGESTS, self._digest)

    def tree_sha512(self, commit: str) -> str:
        """Give the Tree-SHA512 of a commit in lower-case hex.

        Raises `ObjectFault` where a tree or file cannot be read, or is beyond a limit, and for a submodule, which the
        scripts refuse.
        """
        found = {}
        for path, entry in files(self._trees, peel(self._store, commit, "tree").oid).items():
            if entry.mode == SUBMODULE:
                shown = path.decode("utf-8", "replace")
                raise ObjectFault(f"a Tree-SHA512 cannot hold a submodule: {shown}", where=commit)
            found[_quoted(path)] = entry.oid
        overall = hashlib.sha512()
        for name in sorted(found):
            overall.update(b"%b  %b\n" % (self._digests.get(found[name]).hex().encode("ascii"), name))
        return overall.hexdigest()

    def _digest(self, oid: str) -> bytes:
        kind, raw = self._store.read(oid)
        if kind != "blob":
            raise ObjectFault(f"a {kind} stands where a file's content should", where=oid)
        return hashlib.sha512(raw).digest()


def _quoted(name: bytes) -> bytes:
    """As git prints a name by default (quote.c: quote_c_style; `core.quotePath`)."""
    if _PLAIN.issuperset(name):
        return name
    return b'"%b"' % b"".join(
        bytes((byte,)) if byte in _PLAIN else _ESCAPES.get(byte, b"\\%03o" % byte) for byte in name
    )
