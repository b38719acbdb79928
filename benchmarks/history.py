"""The commits of a generated repository: whose, in which shape, with which trees. No signature serves twice."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

from benchmarks.arithmetic import Pair
from benchmarks.packs import BLOB, COMMIT, TREE, object_id, tree
from benchmarks.signers import Signer, peer_files

__all__ = ["LINEAR", "MERGES", "SHAPES", "SPAN", "History"]

LINEAR, MERGES = "linear", "merges"
SHAPES = (LINEAR, MERGES)
SPAN = 10
"""With `merges`, each whole span of commits: six in a row, a side branch of two, one beside it, and the merge."""
_START = 1767225600
_BODY = "A body of the usual length, which says in a sentence or two what\nhas changed and why.\n"


class History:
    """Makes the objects one after the other and keeps a sample of the signatures. `forged` is a commit's number."""

    def __init__(
        self, signers: Sequence[Signer], shape: str, commits: int, sample: int, forged: int | None = None
    ) -> None:
        self.signers = signers
        self.commits = commits
        self.tip = ""
        self.pairs: list[Pair] = []
        self._every = max(commits // sample, 1)
        self._forged = forged
        self._spans = commits - commits % SPAN if shape == MERGES else 0
        self._files = peer_files(signers)
        self._blobs = {name: object_id(BLOB, content) for name, content in self._files.items()}

    @property
    def count(self) -> int:
        """How many objects `objects` gives."""
        return len(self._files) + 3 * self.commits

    def objects(self) -> Iterator[tuple[int, bytes]]:
        """Kind and content; a commit after its tree, and that after its blobs."""
        for content in self._files.values():
            yield BLOB, content
        side = ""
        for number in range(self.commits):
            place = number % SPAN if number < self._spans else 0
            change = b"%d\n" % number
            root = tree({**self._blobs, "change": object_id(BLOB, change)})
            yield BLOB, change
            yield TREE, root
            content = self._commit(number, object_id(TREE, root), self._parents(place, side))
            yield COMMIT, content
            if place in (6, 7):
                side = object_id(COMMIT, content)
            else:
                self.tip = object_id(COMMIT, content)

    def _parents(self, place: int, side: str) -> list[str]:
        if not self.tip:
            return []
        return {7: [side], 9: [self.tip, side]}.get(place, [self.tip])

    def _commit(self, number: int, root: str, parents: Sequence[str]) -> bytes:
        # Not in turns: a sample of every fourth signature would be those of one signer.
        signer_number = zlib.crc32(b"%d" % number) % len(self.signers)
        signer = self.signers[signer_number]
        at = _START + 60 * number
        who = f"{signer.name.title()} <{signer.email}> {at} +0000"
        lines = "".join(f"parent {parent}\n" for parent in parents)
        headers = f"tree {root}\n{lines}author {who}\ncommitter {who}\n".encode()
        message = f"\nChange number {number}\n\n{_BODY}".encode()
        armored, raw, covered = signer.sign(headers + message, at)
        if number == self._forged:
            message, covered = message.replace(b"Change", b"Forged"), covered.replace(b"Change", b"Forged")
        if number % self._every == 0:
            self.pairs.append((signer_number, raw, covered))
        folded = armored.rstrip(b"\n").replace(b"\n", b"\n ")
        return headers + (b"gpgsig %b\n" % folded if armored else b"") + message
