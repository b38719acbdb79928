"""The policies by which vectors are judged, and the public key files that they name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.support.toml import dumps
from tests.vectors.make import odd
from tests.vectors.make import openpgp as pgp
from tests.vectors.make.keys import WARNING, ed25519
from tests.vectors.make.odd import LATER, ODD, SOON
from tests.vectors.make.people import ADA, OPENPGP, SSH, certificates, name_of
from tests.vectors.reader import Vector

__all__ = ["key_files", "policy_files"]

_UNLISTED = ("mallory", "authority")


def key_files() -> dict[str, bytes]:
    """Name in `keys/` to content."""
    files = {f"{name}.asc": pgp.key_armor(data) for name, data in certificates().items()}
    files |= {f"odd-{name}.asc": pgp.key_armor(odd.certificate(name)) for name in ODD}
    junk = ed25519("junk")
    stolen = pgp.subkey(junk, ADA, back=None)
    files["junk.asc"] = pgp.key_armor(pgp.certificate(junk, pgp.user_id(junk, name_of("junk")), stolen))
    files |= {f"{name}.pub": f"{key.line}\n".encode() for name, key in SSH.items()}
    return files


def policy_files(excepted: bytes) -> dict[str, bytes]:
    """Name in `policies/` to content; `excepted` is the raw commit that `exceptions` accepts."""
    everybody = {name: _signer(name) for name in ["ada", *OPENPGP, *(name for name in SSH if name not in _UNLISTED)]}
    some = {name: _signer(name) for name in ("ada", "bob", "carol")}
    oddities = {name: _odd(name) for name in ODD}
    weak = {name: each for name, each in oddities.items() if name.startswith("sha1-")}
    fido = {name: {**_signer(name), "openpgp": []} for name in ("ada", "dora", "erin")}
    fido = {name: {key: value for key, value in each.items() if value} for name, each in fido.items()}
    policies: dict[str, dict[str, Any]] = {
        "default": {"signers": everybody},
        "odd": {"signers": {"ada": _signer("ada"), **oddities}},
        "strong": {"signers": weak, "defaults": {"self-signatures": "strong"}},
        "thief": {"signers": {"thief": oddities["thief"]}},
        "junk": {"signers": {"junk": {**_signer("junk"), "openpgp": ["../keys/junk.asc"]}, "ada": _signer("ada")}},
        "touch": {"signers": fido, "defaults": {"fido": "touch-required"}},
        "pin": {"signers": fido, "defaults": {"fido": "verify-required"}},
        "windows": {"signers": _windows()},
        "author": {"signers": some, "defaults": {"identity": "author"}},
        "forge": {
            "signers": {**some, "bob": {**_signer("bob"), "only": ["merge"]}},
            "rules": [{"refs": ["refs/heads/main"], "signers": ["carol"]}],
        },
        "exceptions": {"signers": some, "exceptions": [_exception(excepted)]},
        "lenient": {
            "signers": {name: _signer(name) for name in ("ada", "bob", "mike")},
            "defaults": {"identity": "off", "min-rsa-bits": 1024, "reject-digests": []},
        },
    }
    head = f"# Each key here is a {WARNING}.\n"
    return {f"{name}.toml": (head + dumps({"version": 1, **each})).encode() for name, each in policies.items()}


def _signer(name: str) -> dict[str, Any]:
    emails = [f"{name}@example.org"] + (["ada@home.example.org"] if name == "ada" else [])
    entry: dict[str, Any] = {"emails": emails}
    if name == "ada" or name in OPENPGP:
        entry["openpgp"] = [f"../keys/{name}.asc"]
    if name in SSH:
        entry["ssh"] = [f"../keys/{name}.pub"]
    return entry


def _odd(name: str) -> dict[str, Any]:
    return {"emails": [f"{name}@example.org"], "openpgp": [f"../keys/odd-{name}.asc"]}


def _windows() -> dict[str, Any]:
    soon, later = (datetime.fromtimestamp(at, UTC) for at in (SOON, LATER))
    carol = {"key": "../keys/carol.pub", "valid-from": soon, "valid-until": later}
    return {
        "ada": {**_signer("ada"), "valid-from": soon},
        "bob": {**_signer("bob"), "valid-until": soon},
        "carol": {"emails": ["carol@example.org"], "ssh": [carol]},
    }


def _exception(excepted: bytes) -> dict[str, Any]:
    oid = Vector("", "", "", "", "", excepted).object_id
    return {"object": oid, "accept": ["weak_digest"], "because": "signed in haste, looked at since"}
