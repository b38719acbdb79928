"""Stories about rules: branches, merges that are what git would make of them, and both ways to judge them.

Everybody signs with SSH keys, which cost least. Ada and Mona are maintainers, Bob and Carol are developers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gitsig
from gitsig.engine.updates import UpdateReport, verify_updates
from gitsig.model import RefUpdate, Verdict
from tests.support.sshkeys import SSHHome
from tests.support.story import START, Story

__all__ = ["MAIN", "NOW", "Scene"]

MAIN = "refs/heads/main"
NOW = START + 30 * 86400


class Scene:
    """A repository whose people work on branches."""

    def __init__(self, folder: Path, ssh: SSHHome, object_format: str = "sha1") -> None:
        self.told = Story(folder, object_format, ssh=ssh)
        for name, roles in {"ada": ("maintainer",), "bob": (), "carol": ()}.items():
            self.told.person(name, ssh=name, roles=roles)
        self.told.person("mallory", "mallory@example.net", ssh="mallory", listed=False)
        self.none = "0" * (40 if object_format == "sha1" else 64)
        self.base = self.change("ada", {"README": b"read me\n", "ci/build": b"one\n", "src/x": LINES})

    @property
    def tip(self) -> str:
        return self.told.tip()

    def change(self, by: str, files: Mapping[str, bytes] | str, branch: str = "main", **rest: Any) -> str:
        """A commit that changes files; a name alone stands for a file of that name."""
        content = {files: f"{files} by {by}\n".encode()} if isinstance(files, str) else files
        return self.told.commit(by, branch=branch, files=content, **rest)

    def topic(self, by: str, files: Mapping[str, bytes] | str, name: str = "topic", start: str | None = None) -> str:
        """A commit on a new branch."""
        self.told.branch(name, start or self.tip)
        return self.change(by, files, name)

    def merge(
        self,
        by: str,
        name: str = "topic",
        into: str = "main",
        *,
        files: Mapping[str, bytes | None] | None = None,
        **rest: Any,
    ) -> str:
        """Merge a branch: what it has changed since it began is laid over `into`, and `files` over that."""
        told = self.told
        tip, onto = told.tip(name), told.tip(into)
        base = told.git("merge-base", tip, onto).decode().strip()
        before, after = told._files[base], told._files[tip]
        brought = {path: content for path, content in after.items() if before.get(path) != content}
        return told.merge(name, by=by, branch=into, files={**brought, **(files or {})}, **rest)

    @staticmethod
    def sha512_of(files: Mapping[str, bytes]) -> str:
        """The Tree-SHA512 of these files, as Bitcoin Core's scripts make it."""
        lines = (f"{hashlib.sha512(files[path]).hexdigest()}  {path}\n" for path in sorted(files))
        return hashlib.sha512("".join(lines).encode()).hexdigest()

    def verifier(self, policy: Mapping[str, Any], *, now: int = NOW, **rest: Any) -> gitsig.Verifier:
        """A verifier by a policy of these overrides."""
        store = gitsig.open_repository(str(self.told.path))
        path = self.told.policy(**policy)
        return gitsig.Verifier(store, gitsig.load_policy(store, str(path)), now=now, **rest)

    def audit(self, policy: Mapping[str, Any], *revs: str, **rest: Any) -> dict[str, Verdict]:
        """Everything that is refused, by id."""
        return {each.oid: each for each in self.verifier(policy, **rest).audit(revs) if not each.accepted}

    def verdicts(self, policy: Mapping[str, Any], new: str, old: str | None = None) -> dict[str, Verdict]:
        """What is refused of a push of `new` onto `old` (the first commit)."""
        return {each.oid: each for each in self.push(policy, old or self.base, new).refused}

    def push(self, policy: Mapping[str, Any], old: str, new: str, ref: str = MAIN, **rest: Any) -> UpdateReport:
        """One update, judged against `ref` as it was."""
        (update,) = self.pushes(policy, [(old, new, ref)], **rest)
        return update

    def pushes(
        self,
        policy: Mapping[str, Any],
        updates: Sequence[tuple[str, str, str]],
        known: Sequence[tuple[str, str]] | None = None,
        **rest: Any,
    ) -> tuple[UpdateReport, ...]:
        """Updates of one push; by default only the refs that it moves were there before."""
        before = [(ref, old) for old, _, ref in updates if old.strip("0")] if known is None else known
        verifier = self.verifier(policy, **rest)
        return verify_updates(verifier, [RefUpdate(*each) for each in updates], before).updates

    def refused(self, policy: Mapping[str, Any], old: str | None = None, **rest: Any) -> dict[str, str]:
        """Ids to details of what a push of `main`, from `old` or from nothing, is refused for.

        An audit of `main` must refuse the same; of one that trusts what was there before.
        """
        if old is not None:
            policy = {"history": {"trusted_roots": [old]}, **policy}
        pushed = self.push(policy, old or self.none, self.tip, **rest)
        audited = self.audit(policy, "main", **rest)
        found = {each.oid: f"{each.reason}: {each.detail}" for each in pushed.refused}
        assert found == {each.oid: f"{each.reason}: {each.detail}" for each in audited.values()}
        return found


LINES = b"".join(b"line %d\n" % number for number in range(30))
"""Long enough for two sides to change it apart from each other."""
