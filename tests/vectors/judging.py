"""Judges vectors with the library: one repository for all of them, one key store for each policy."""

from __future__ import annotations

from pathlib import Path

import gitsig
from tests.support.rawrepo import RawRepository
from tests.vectors.reader import ROOT, Vector

__all__ = ["Judge"]


class Judge:
    """A repository that holds the objects of all vectors, and what has been loaded to judge them."""

    def __init__(self, folder: Path, vectors: tuple[Vector, ...]) -> None:
        """`folder` is where the repository is made."""
        self.repository = RawRepository(folder / "vectors.git")
        self.repository.raw("tree", b"")
        self.repository.raw("blob", b"")
        for vector in vectors:
            head = b"%s %d\0" % (vector.kind.encode(), len(vector.content))
            self.repository.plant(vector.object_id, head + vector.content)
        self._store = gitsig.open_repository(str(self.repository.path))
        self._policies: dict[str, gitsig.LoadedPolicy] = {}
        self._verifiers: dict[tuple[str, int], gitsig.Verifier] = {}

    def run(self, vector: Vector) -> gitsig.Report:
        """The report on a vector's object, and on the tags that it leads to."""
        return self._verifier(vector).verify([vector.object_id], ref=vector.ref or None, new=vector.new).report()

    def judge(self, vector: Vector) -> gitsig.Verdict:
        """The verdict on a vector's own object."""
        return self.run(vector).verdicts[0]

    def _verifier(self, vector: Vector) -> gitsig.Verifier:
        key = (vector.policy, vector.now)
        if key not in self._verifiers:
            self._verifiers[key] = gitsig.Verifier(self._store, self._policy(vector.policy), now=vector.now)
        return self._verifiers[key]

    def _policy(self, name: str) -> gitsig.LoadedPolicy:
        if name not in self._policies:
            self._policies[name] = gitsig.load_policy(None, str(ROOT / "policies" / f"{name}.toml"))
        return self._policies[name]
