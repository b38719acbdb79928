"""How stories for sequoia-git write `openpgp-policy.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tests.peers.tale import Tale

__all__ = ["COMMIT", "FILE", "OWNER", "Entry", "Law", "begin", "people", "policy"]

FILE = "openpgp-policy.toml"
COMMIT = ("sign_commit",)
OWNER = ("sign_commit", "sign_tag", "sign_archive", "add_user", "retire_user", "audit")


class Entry(NamedTuple):
    """One `[authorization]`."""

    rights: tuple[str, ...]
    keyring: bytes


def policy(entries: Mapping[str, Entry], *, goodlist: Iterable[str] = (), version: int = 0, more: str = "") -> bytes:
    """The file."""
    ids = ", ".join(f'"{oid}"' for oid in goodlist)
    text = f"version = {version}\ncommit_goodlist = [{ids}]\n{more}"
    for name, entry in entries.items():
        rights = "".join(f"{right} = true\n" for right in entry.rights)
        text += f'\n[authorization."{name}"]\n{rights}keyring = """\n{entry.keyring.decode()}"""\n'
    return text.encode()


class Law(dict[str, Entry]):
    """Entries that turn into the files of a commit; each change gives another one."""

    def give(self, tale: Tale, name: str, rights: tuple[str, ...] = COMMIT, keyring: bytes | None = None) -> Law:
        """With another or a changed entry."""
        return Law({**self, name: Entry(rights, tale.cast.certificate(name) if keyring is None else keyring)})

    def without(self, name: str) -> Law:
        """With one entry less."""
        return Law({each: entry for each, entry in self.items() if each != name})

    def files(self, **how: object) -> dict[str, bytes]:
        """What `Story.commit` takes."""
        return {FILE: policy(self, **how)}  # type: ignore[arg-type]  # by name, as `policy` has them


def begin(tale: Tale, law: Law, **how: object) -> str:
    """The trust root, by Ada, who owns everything."""
    root = tale.act("root", "the trust root", files=law.files(), **how)
    tale.settings = {"root": root}
    return root


def people(tale: Tale, *names: str) -> Law:
    """Ada owns everything, the others sign commits."""
    law = Law().give(tale, "ada", OWNER)
    for name in names:
        law = law.give(tale, name)
    return law
