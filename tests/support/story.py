"""Tells a repository's story: a commit by Ada, a branch, a merge by Bob, a tag, each signed as the test wants it.

    story = make_story()
    good = story.commit(by="ada")
    bad = story.commit(by="ada", branch="side", sign="mallory")

Objects are exact bytes: `edit` changes what is signed, `mutate` changes what was signed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.gnupg import GnupgHome
from tests.support.rawrepo import RawRepository
from tests.support.sshkeys import SSHHome
from tests.support.toml import dumps

__all__ = ["START", "Person", "Signing", "Story"]

START = 1767225600
"""2026-01-01T00:00:00Z, when stories begin (Unix seconds)."""

Signing = bool | str | bytes | Callable[[bytes], bytes]
"""True: the person's own key, OpenPGP before SSH; False: none; `openpgp`, `ssh`: that key of the person's; another
person's name; a ready armored signature; or a function from payload to signature."""

Edit = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Person:
    """Somebody who commits. `openpgp` is the fingerprint of the key that signs, `ssh` a key's name or path."""

    name: str
    email: str
    openpgp: str | None = None
    ssh: str | Path | None = None
    certificate: str | None = None
    """Primary fingerprint, where `openpgp` is a subkey's."""
    roles: tuple[str, ...] = ()
    listed: bool = True
    """Whether `policy` names this person."""


class Story(RawRepository):
    """A bare repository, a clock that moves on 60 seconds an object, and the people who write to it."""

    def __init__(
        self,
        folder: Path,
        object_format: str = "sha1",
        *,
        gnupg: GnupgHome | None = None,
        ssh: SSHHome | None = None,
        name: str = "repo.git",
    ) -> None:
        super().__init__(folder / name, object_format)
        self.folder = folder
        self.gnupg = gnupg
        self.ssh = ssh
        self.people: dict[str, Person] = {}
        self.clock = START
        self._tips: dict[str, str] = {}
        self._files: dict[str, dict[str, bytes]] = {}

    def person(self, name: str, email: str | None = None, **known: Any) -> Person:
        """Introduce somebody; the fields of `Person`, by name."""
        self.people[name] = Person(name, email or f"{name}@example.org", **known)
        return self.people[name]

    def tip(self, branch: str = "main") -> str:
        """The branch's last commit."""
        return self._tips[branch]

    def branch(self, name: str, oid: str) -> None:
        """Begin, or move, a branch."""
        self._tips[name] = oid
        self.ref(f"refs/heads/{name}", oid)

    def commit(
        self,
        by: str = "ada",
        message: str | bytes | None = None,
        *,
        parents: Sequence[str] | None = None,
        branch: str | None = "main",
        sign: Signing = True,
        at: int | None = None,
        signed_at: int | None = None,
        author: str | None = None,
        files: Mapping[str, bytes | None] | None = None,
        headers: Sequence[bytes] = (),
        edit: Edit | None = None,
        mutate: Edit | None = None,
        zone: str = "+0000",
    ) -> str:
        """Write a commit and give its id.

        `parents` defaults to the branch's tip; `branch=None` moves no ref. `at` is the author's and committer's time,
        `signed_at` the OpenPGP signature's (default `at`). `author` is another person's name. `headers` are whole
        lines, without LF, that follow `committer`. `files` are laid over those of the first parent, None in a file's
        place takes it away. `edit` gets the payload before it is signed, `mutate` the raw commit after that.
        """
        at = self._tick(at)
        if parents is None:
            parents = [self._tips[branch]] if branch in self._tips else []
        tree = self._tree(parents, files)
        lines = [b"tree " + tree.encode(), *(b"parent " + oid.encode() for oid in parents)]
        lines += [self._ident("author", author or by, at, zone), self._ident("committer", by, at, zone), *headers]
        text = f"Change {at}\n" if message is None else message
        payload = b"\n".join(lines) + b"\n\n" + (text.encode() if isinstance(text, str) else text)
        payload = edit(payload) if edit else payload
        signature = self._signature(payload, by, sign, at if signed_at is None else signed_at)
        content = payload if signature is None else self.with_header(payload, signature)
        oid = self.raw("commit", mutate(content) if mutate else content)
        self._files[oid] = self._files[tree]
        if branch is not None:
            self.branch(branch, oid)
        return oid

    def merge(self, *others: str, by: str = "ada", branch: str = "main", **rest: Any) -> str:
        """Merge branches or commits into `branch`; the rest is as in `commit`."""
        parents = [self._tips[branch], *(self._tips.get(other, other) for other in others)]
        rest.setdefault("message", f"Merge {', '.join(others)}\n")
        return self.commit(by, parents=parents, branch=branch, **rest)

    def tag(
        self,
        name: str,
        target: str | None = None,
        by: str = "ada",
        *,
        sign: Signing = True,
        message: str | bytes = "Release\n",
        ref: str | None = "",
        at: int | None = None,
        signed_at: int | None = None,
        target_type: str = "commit",
        tagger: bool = True,
        headers: Sequence[bytes] = (),
        edit: Edit | None = None,
        mutate: Edit | None = None,
    ) -> str:
        """Write a tag object and give its id. It goes to `refs/tags/<name>`; to another `ref`, or with None to none."""
        at = self._tick(at)
        target = self._tips["main"] if target is None else target
        lines = [b"object " + target.encode(), b"type " + target_type.encode(), b"tag " + name.encode()]
        lines += [self._ident("tagger", by, at, "+0000")] if tagger else []
        text = message.encode() if isinstance(message, str) else message
        payload = b"\n".join([*lines, *headers]) + b"\n\n" + text
        payload = edit(payload) if edit else payload
        signature = self._signature(payload, by, sign, at if signed_at is None else signed_at)
        content = payload + (signature or b"")
        oid = self.raw("tag", mutate(content) if mutate else content)
        if ref is not None:
            self.ref(ref or f"refs/tags/{name}", oid)
        return oid

    def with_header(self, payload: bytes, signature: bytes, name: bytes | None = None) -> bytes:
        """A commit's payload with a signature header, folded and placed as git does (after the last header)."""
        name = name or (b"gpgsig" if self.object_format == "sha1" else b"gpgsig-sha256")
        head, _, message = payload.partition(b"\n\n")
        folded = name + b" " + signature.rstrip(b"\n").replace(b"\n", b"\n ")
        return head + b"\n" + folded + b"\n\n" + message

    def signature(self, payload: bytes, by: str, kind: str, at: int) -> bytes:
        """A person's signature, `openpgp` or `ssh`, over a payload."""
        person = self.people[by]
        if kind == "openpgp":
            assert self.gnupg is not None, "this story has no GnuPG home"
            assert person.openpgp is not None, f"{by} has no OpenPGP key"
            return self.gnupg.sign_cached(payload, person.openpgp, at=at)
        assert self.ssh is not None, "this story has no SSH keys"
        assert person.ssh is not None, f"{by} has no SSH key"
        return self.ssh.sign_cached(payload, person.ssh)

    def policy(self, *, path: Path | None = None, **overrides: Any) -> Path:
        """Write a version 1 policy with its key files beside it; give its path.

        Everybody who is `listed` is a signer. `signers` is laid over that, person by person (None leaves a person out);
        other overrides (`defaults`, `rules`, `history`, `exceptions` …) stand as given, keys with `-` or `_`.
        """
        path = path or self.folder / "policy" / "policy.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        signers = {name: self._signer(person, path.parent) for name, person in self.people.items() if person.listed}
        for name, changes in overrides.pop("signers", {}).items():
            signers[name] = None if changes is None else {**(signers.get(name) or {}), **changes}
        kept = {name: entry for name, entry in signers.items() if entry is not None}
        path.write_text(dumps({"version": 1, "signers": kept, **overrides}))
        return path

    def policy_files(self, folder: str = ".gitsig", **overrides: Any) -> dict[str, bytes]:
        """The same policy and key files as `files` for a commit, for a policy inside the repository."""
        path = self.policy(path=self.folder / "in-tree" / "policy.toml", **overrides)
        found = (item for item in path.parent.rglob("*") if item.is_file())
        return {f"{folder}/{item.relative_to(path.parent)}": item.read_bytes() for item in found}

    def _signer(self, person: Person, folder: Path) -> dict[str, Any]:
        entry: dict[str, Any] = {"emails": [person.email]}
        if person.roles:
            entry["roles"] = list(person.roles)
        if person.openpgp and self.gnupg:
            (folder / "keys").mkdir(exist_ok=True)
            (folder / "keys" / f"{person.name}.asc").write_bytes(
                self.gnupg.export(person.certificate or person.openpgp)
            )
            entry["openpgp"] = [f"keys/{person.name}.asc"]
        if person.ssh and self.ssh:
            entry["ssh"] = [Path(f"{self.ssh.path / person.ssh}.pub").read_text().strip()]
        return entry

    def _signature(self, payload: bytes, by: str, sign: Signing, at: int) -> bytes | None:
        if callable(sign):
            return sign(payload)
        if isinstance(sign, bytes):
            return sign
        if sign is False:
            return None
        who = sign if isinstance(sign, str) and sign not in {"openpgp", "ssh"} else by
        own = "openpgp" if self.people[who].openpgp else "ssh"
        return self.signature(payload, who, sign if sign in {"openpgp", "ssh"} else own, at)

    def _tick(self, at: int | None) -> int:
        self.clock += 60
        return self.clock if at is None else at

    def _ident(self, word: str, who: str, at: int, zone: str) -> bytes:
        person = self.people[who]
        return f"{word} {person.name} <{person.email}> {at} {zone}".encode()

    def _tree(self, parents: Sequence[str], files: Mapping[str, bytes | None] | None) -> str:
        laid = {**self._files.get(parents[0] if parents else "", {}), **(files or {})}
        content = {path: data for path, data in laid.items() if data is not None}
        oid = self.tree(content)
        self._files[oid] = content
        return oid
