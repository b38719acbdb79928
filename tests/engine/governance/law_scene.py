"""Stories about laws in trees: Ada founds a repository, and others come, change its policy and go.

Everybody signs with SSH keys, which cost least. A law is written by the names of its signers; the anchor lies outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import gitsig
from gitsig.engine.updates import UpdateReport, verify_updates
from gitsig.model import RefUpdate, Verdict
from tests.support.sshkeys import SSHHome
from tests.support.story import START, Story

__all__ = ["MAIN", "NOW", "POLICY", "Realm", "refusals"]

MAIN = "refs/heads/main"
NOW = START + 30 * 86400
POLICY = ".gitsig/policy.toml"


class Realm:
    """A repository under governance, with Ada's root commit."""

    def __init__(self, folder: Path, ssh: SSHHome, object_format: str = "sha1", root: dict[str, bytes] | None = None):
        self.told = Story(folder, object_format, ssh=ssh)
        self.ssh = ssh
        for name in ("ada", "bob", "carol"):
            self.told.person(name, ssh=name)
        self.told.person("mallory", "mallory@example.net", ssh="mallory")
        self.none = "0" * (40 if object_format == "sha1" else 64)
        self.root = self.told.commit("ada", files=self.law("ada") if root is None else root)

    def law(self, *names: str, owners: Iterable[str] = ("ada",), more: str = "") -> dict[str, bytes]:
        """The files of a law with these signers, and those who may change it."""
        lines = ["version = 1"]
        for name in names:
            email = self.told.people[name].email
            lines += [f"[signers.{name}]", f'emails = ["{email}"]', f'ssh = ["{self.ssh.public(name)}"]']
        if owners:
            listed = ", ".join(f'"{name}"' for name in owners)
            lines += ["[governance]", f"signers = [{listed}]"]
        return {POLICY: "\n".join([*lines, more, ""]).encode()}

    def change(self, by: str, *names: str, branch: str = "main", **rest: Any) -> str:
        """A commit; with `names` it brings the law of these signers."""
        owners, more = rest.pop("owners", ("ada",)), rest.pop("more", "")
        files = self.law(*names, owners=owners, more=more) if names else {f"by-{by}": str(self.told.clock).encode()}
        return self.told.commit(by, branch=branch, files={**files, **rest.pop("files", {})}, **rest)

    def topic(self, name: str, start: str) -> None:
        """Begin a branch."""
        self.told.branch(name, start)

    def merge(self, by: str, other: str, law: dict[str, bytes] | None = None, **rest: Any) -> str:
        """Merge a branch into main; `law` is laid over main's."""
        return self.told.merge(other, by=by, files={**(law or {}), f"merge-{other}": b""}, **rest)

    def raw_tree(self, by: str, entries: Sequence[tuple[bytes, bytes, str]], **rest: Any) -> str:
        """A commit with a tree of exactly these (mode, name, id)."""
        rows = b"".join(b"%s %s\0%s" % (mode, name, bytes.fromhex(oid)) for mode, name, oid in entries)
        line = b"tree " + self.told.raw("tree", rows).encode()
        return self.told.commit(by, edit=lambda payload: line + payload[payload.index(b"\n") :], **rest)

    def anchor(self, root: str | None = None, signer: str = "ada", parents: str = "all", more: str = "") -> Path:
        """The policy file that names the root; it lies outside the repository."""
        path = self.told.folder / "anchor.toml"
        fingerprint = self.ssh.fingerprint(signer)
        path.write_text(
            f'version = 1\n{more}\n[governance]\nroot = "{root or self.root}"\nroot-signer = "{fingerprint}"\n'
            f'parents = "{parents}"\n'
        )
        return path

    def verifier(self, anchor: Path | None = None, **options: Any) -> gitsig.Verifier:
        store = gitsig.open_repository(str(self.told.path))
        return gitsig.Verifier(store, gitsig.load_policy(store, str(anchor or self.anchor())), now=NOW, **options)

    def audit(self, *revs: str, **anchor: Any) -> dict[str, Verdict]:
        """Verdicts by id."""
        run = self.verifier(self.anchor(**anchor)).audit(revs)
        verdicts = {verdict.oid: verdict for verdict in run}
        assert run.total >= len(verdicts)
        return verdicts

    def verify(self, *targets: str, ref: str | None = None, **anchor: Any) -> dict[str, Verdict]:
        """Verdicts by id."""
        run = self.verifier(self.anchor(**anchor)).verify(targets, ref=ref)
        return {verdict.oid: verdict for verdict in run}

    def push(
        self, old: str, new: str, ref: str = MAIN, known: Iterable[tuple[str, str]] | None = None, **anchor: Any
    ) -> UpdateReport:
        """One update; `known` are the refs before it, by default none but `ref` at `old`."""
        refs = ([(ref, old)] if old != self.none else []) if known is None else list(known)
        verifier = self.verifier(self.anchor(**anchor))
        (update,) = verify_updates(verifier, [RefUpdate(old, new, ref)], refs).updates
        return update


def refusals(verdicts: dict[str, Verdict] | UpdateReport) -> dict[str, str]:
    """Reason and words of what is refused, by id."""
    found = verdicts.values() if isinstance(verdicts, dict) else verdicts.refused
    return {verdict.oid: f"{verdict.reason}: {verdict.detail}" for verdict in found if not verdict.accepted}
