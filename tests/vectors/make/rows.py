"""Short ways to write down a vector: who signs, what is attacked, what is honest."""

from __future__ import annotations

from collections.abc import Callable

from tests.vectors.families import HONEST
from tests.vectors.make import openpgp as pgp
from tests.vectors.make import sshsig
from tests.vectors.make.objects import commit
from tests.vectors.make.odd import odd_key, odd_subkey
from tests.vectors.make.people import ADA_SUB, BOB, MALLORY, SSH
from tests.vectors.reader import Vector

__all__ = [
    "ada",
    "ada_ssh",
    "after",
    "attack",
    "before",
    "bob",
    "honest",
    "malformed",
    "mallory",
    "odd",
    "refused",
    "replace",
    "wrap",
]

Change = Callable[[bytes], bytes]

ada = pgp.by(ADA_SUB)
bob = pgp.by(BOB)
mallory = pgp.by(MALLORY)
ada_ssh = sshsig.by(SSH["ada"])


def attack(attack_id: str, name: str, expect: str, why: str, reference: str, content: bytes, **rest: object) -> Vector:
    """One vector of an attack; `rest` are further fields of `Vector`."""
    return Vector(f"{attack_id.lower()}-{name}", attack_id, expect, why, reference, content, **rest)  # type: ignore[arg-type]  # handed on


def honest(name: str, why: str, reference: str, content: bytes, signer: str = "ada", **rest: object) -> Vector:
    """An honest object, accepted unless `expect` says otherwise."""
    expect = str(rest.pop("expect", "good"))
    who = signer if expect == "good" else ""
    return Vector(f"honest-{name}", HONEST, expect, why, reference, content, signer=who, **rest)  # type: ignore[arg-type]  # handed on


def malformed(attack_id: str, name: str, why: str, reference: str, content: bytes, **rest: object) -> Vector:
    """An object outside the grammar."""
    return attack(attack_id, name, "malformed_object", why, reference, content, **rest)


def refused(attack_id: str, name: str, why: str, reference: str, sign: pgp.Sign) -> Vector:
    """A commit whose signature is outside its grammar."""
    content = commit(f"Change {attack_id.lower()} {name}\n", sign)
    return attack(attack_id, name, "malformed_signature", why, reference, content)


def odd(name: str, *, subkey: bool = False, **options: object) -> pgp.Sign:
    """Sign with an odd certificate's primary key or subkey."""
    return pgp.by(odd_subkey(name) if subkey else odd_key(name), **options)


def wrap(sign: pgp.Sign, change: Change) -> pgp.Sign:
    """Sign, then change the signature's text."""
    return lambda payload: change(sign(payload))


def before(text: bytes) -> Change:
    """Put text in front."""
    return lambda data: text + data


def after(text: bytes) -> Change:
    """Put text behind."""
    return lambda data: data + text


def replace(old: bytes, new: bytes, count: int = 1) -> Change:
    """Exchange bytes that must be there."""

    def change(data: bytes) -> bytes:
        if old not in data:
            raise ValueError(f"{old!r} is not in the object")
        return data.replace(old, new, count)

    return change
