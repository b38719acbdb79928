"""How stories for Guix write `.guix-authorizations`, the keyring and the introduction."""

from __future__ import annotations

from collections.abc import Mapping

from tests.peers.tale import Tale

__all__ = ["FILE", "authorizations", "introduce", "law"]

FILE = ".guix-authorizations"


def authorizations(entries: Mapping[str, str]) -> bytes:
    """The file: names to fingerprints, written in blocks of four as people do."""
    lines = [f'  ("{_spaced(fingerprint)}" (name "{name}"))' for name, fingerprint in entries.items()]
    return ("(authorizations (version 0)\n (" + "\n".join(lines) + "))\n").encode()


def _spaced(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def law(tale: Tale, *names: str) -> dict[str, bytes]:
    """The file that authorises the keys with which these people sign."""
    return {FILE: authorizations({name: tale.cast.keys[name] for name in names})}


def introduce(tale: Tale, *names: str, by: str = "ada", keyring: Mapping[str, bytes | None] | None = None) -> str:
    """Write the keyring and the introduction, which is the first commit unless the branch has begun."""
    keys = {f"{name}.key": tale.cast.certificate(name) for name in tale.cast.names if name != "rita"}
    tale.commit(by, branch="keyring", sign=False, files={**keys, **(keyring or {})})
    oid = tale.act("introduction", f"the introduction, by {by.title()}", by, files=law(tale, *names))
    tale.settings = {"introduction": oid, "signer": tale.cast.keys[by]}
    return oid
