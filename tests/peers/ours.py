"""gitsig's verdicts under a peer's own policy, with each commit as the tip."""

from __future__ import annotations

from typing import NamedTuple

import gitsig
from tests.peers.cast import NOW
from tests.peers.tale import Chapter, Tale

__all__ = ["Answer", "Ours", "policy_name"]


class Answer(NamedTuple):
    """One verdict."""

    accepts: bool
    reason: str = ""
    """Of the first refusal: an id of docs/verdicts.md, or `fault` where there was an error instead."""
    words: str = ""


def policy_name(peer: str, settings: dict[str, str]) -> str:
    """What `--policy` is given."""
    if peer == "guix":
        return f"guix:?introduction={settings['introduction']}&signer={settings['signer']}"
    if peer == "sq-git":
        return f"sq-git:?root={settings['root']}"
    return f"bitcoin:{settings['folder']}?keyring={settings['keyring']}"


class Ours:
    """One repository, judged by one peer's policy."""

    def __init__(self, peer: str, tale: Tale) -> None:
        self._peer = peer
        self._tale = tale
        self._store = gitsig.open_repository(str(tale.path))
        self._loaded: dict[str, gitsig.LoadedPolicy] = {}

    def judge(self, chapter: Chapter, settings: dict[str, str] | None = None, *, cache: bool = False) -> Answer:
        """Whether everything that the peer speaks of is accepted, from what is trusted up to a commit or tag.

        `settings` are others than the tale's; `cache` keeps evidence in the repository, and uses what is there.
        """
        try:
            loaded = self._load(policy_name(self._peer, settings or self._tale.settings))
            verdicts = list(gitsig.Verifier(self._store, loaded, now=NOW, cache=cache).audit([chapter.ref]))
            # sequoia-git asks for one path: only a commit at its end, or a tag with its commit, is its verdict.
            asked = {chapter.oid, self._store.resolve(f"{chapter.oid}^{{commit}}").oid}
        except gitsig.GitsigError as error:
            return Answer(False, "fault", error.what)
        for verdict in verdicts:
            if not verdict.accepted and (self._peer != "sq-git" or verdict.oid in asked):
                return Answer(False, str(verdict.reason), verdict.detail)
        return Answer(True)

    def _load(self, name: str) -> gitsig.LoadedPolicy:
        if name not in self._loaded:
            self._loaded[name] = gitsig.load_policy(self._store, name)
        return self._loaded[name]
