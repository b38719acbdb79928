"""Who plays in the stories for peers, with OpenPGP keys in every state that a peer may have an opinion on."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Self

from tests.support.gnupg import BIRTH, GnupgHome, packets
from tests.support.story import START

__all__ = ["EXPIRY", "NOW", "REVOCATION", "Cast"]

DAY = 86400
EXPIRY = START + 60 * DAY
"""When Eve's key expires (Unix seconds)."""
REVOCATION = START + 90 * DAY
"""When keys are revoked."""
NOW = START + 300 * DAY
"""The moment that gitsig judges at. Peers judge at the real one: nothing in the stories lies between the two."""

_HARD, _SOFT = 2, 3
"""RFC 9580 §5.2.3.31: compromised, retired."""


class Cast:
    """Keys, made once for all stories. Close it: it holds GnuPG homes.

    Ada, Bob, Carol and Mallory sign with Ed25519 primary keys, Dora with a subkey, Rita with RSA, Nina with ECDSA.
    Eve's key expires at `EXPIRY`.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.home = self._stack.enter_context(GnupgHome())
        self.keys: dict[str, str] = {}
        """The fingerprint of the key that signs for each person."""
        self.primaries: dict[str, str] = {}
        self._exports: dict[str, bytes] = {}
        for name in ("ada", "bob", "carol", "dora", "mallory"):
            self._make(name)
        self._make("eve")
        self._make("rita", algo="rsa2048")
        self._make("nina", algo="nistp256")
        self.keys["dora"] = self.home.add_subkey(self.primaries["dora"])
        # GnuPG signs nothing with an expired key: the home's own copy has no end, the one that is given out has.
        self._exports["eve"] = self._altered("eve", f"seconds={EXPIRY - BIRTH - 1}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _make(self, name: str, *, algo: str = "ed25519") -> None:
        fingerprint = self.home.generate(name, f"{name}@example.org", algo=algo, usage="cert,sign")
        self.keys[name] = self.primaries[name] = fingerprint

    @property
    def names(self) -> tuple[str, ...]:
        """Everybody."""
        return tuple(self.primaries)

    def certificate(self, *names: str) -> bytes:
        """Their certificates, armored one by one."""
        return b"".join(self._exported(name, self.home) for name in names)

    def revoked(self, name: str, *, hard: bool) -> bytes:
        """A certificate that was revoked at `REVOCATION`: compromised, or retired."""
        label = f"{name}, {'hard' if hard else 'soft'}"
        if label not in self._exports:
            with self.home.clone() as twin:
                twin.revoke(self.primaries[name], _HARD if hard else _SOFT, at=REVOCATION)
                self._exports[label] = twin.export(self.primaries[name])
        return self._exports[label]

    def revoked_subkey(self, name: str, *, hard: bool) -> bytes:
        """A certificate whose signing subkey was revoked at `REVOCATION`."""
        label = f"{name}, subkey {'hard' if hard else 'soft'}"
        if label not in self._exports:
            with self.home.clone() as twin:
                twin.revoke_subkey(self.primaries[name], self.keys[name], _HARD if hard else _SOFT, at=REVOCATION)
                self._exports[label] = twin.export(self.primaries[name])
        return self._exports[label]

    def prolonged(self) -> bytes:
        """Eve's certificate, whose expiry was put off by some years a day before it came."""
        if "eve, prolonged" not in self._exports:
            self._exports["eve, prolonged"] = self._altered("eve", f"seconds={EXPIRY - BIRTH - 1}", "5y")
        return self._exports["eve, prolonged"]

    def binding(self, name: str) -> bytes:
        """The last packet of a certificate: the signature that binds its subkey.

        GnuPG writes lengths in the old format (RFC 9580 §4.2.2).
        """
        data = packets(self.certificate(name))
        at = 0
        while True:
            length = data[at + 1] + 2 if not data[at] & 1 else int.from_bytes(data[at + 1 : at + 3]) + 3
            if at + length == len(data):
                return data[at:]
            at += length

    def sign(self, payload: bytes, name: str, at: int, *args: str, digest: str = "SHA512", key: str = "") -> bytes:
        """An armored signature, with GnuPG's options; `key` is another fingerprint than the usual one."""
        return self.home.sign_cached(payload, key or self.keys[name], *args, at=at, digest=digest)

    def _exported(self, name: str, home: GnupgHome) -> bytes:
        if name not in self._exports:
            self._exports[name] = home.export(self.primaries[name])
        return self._exports[name]

    def _altered(self, name: str, first: str, second: str = "") -> bytes:
        """A certificate that was given an expiry right after its birth, and perhaps another a day before that."""
        with self.home.clone() as twin:
            twin.set_expiry(self.primaries[name], first, at=BIRTH + 1)
            if second:
                twin.set_expiry(self.primaries[name], second, at=EXPIRY - DAY)
            return twin.export(self.primaries[name])
