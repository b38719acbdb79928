"""Keyrings for the stories: plain git's, and copies in which a key has been revoked or has expired."""

from __future__ import annotations

from tests.support.gnupg import BIRTH, GnupgHome

__all__ = ["Keyrings"]


class Keyrings:
    """GnuPG homes that are made when a story asks for them, and kept for the session."""

    def __init__(self, everybody: GnupgHome) -> None:
        self.everybody = everybody
        """Secret keys too, the stranger Mallory's among them."""
        self._made: dict[tuple[object, ...], GnupgHome] = {}

    def plain(self) -> GnupgHome:
        """What an administrator would give to git: the listed people's certificates, trusted, and nobody else's."""
        if ("plain",) not in self._made:
            home = self._made["plain",] = GnupgHome()
            names = [self.everybody.fingerprint(f"{who}@example.org") for who in ("ada", "bob")]
            home.load(self.everybody.export(*names))
            (home.path / "gpg.conf").write_text("trust-model always\n")
        return self._made["plain",]

    def revoked(self, who: str, reason: int, at: int, subkey: bool = False) -> GnupgHome:
        """A copy in which a certificate, or its subkey, was revoked at `at`; `reason` as in `GnupgHome.revoke`."""
        key = (who, reason, at, subkey)
        if key not in self._made:
            home = self._made[key] = self.everybody.clone()
            primary = home.fingerprint(f"{who}@example.org")
            if subkey:
                home.revoke_subkey(primary, home.subkeys(primary)[0], reason, at)
            else:
                home.revoke(primary, reason, at)
        return self._made[key]

    def expired(self, who: str, at: int) -> GnupgHome:
        """A copy in which a certificate expires at `at`."""
        if (who, at) not in self._made:
            home = self._made[who, at] = self.everybody.clone()
            begin = BIRTH + 1
            home.set_expiry(home.fingerprint(f"{who}@example.org"), f"seconds={at - begin}", at=begin)
        return self._made[who, at]

    def close(self) -> None:
        """Stop the agents and remove the homes."""
        for home in self._made.values():
            home.close()
