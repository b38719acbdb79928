"""All keys of a policy, of every format, and whom each belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gitsig.keys.openpgp.keyring import OpenPGPKeys
from gitsig.keys.ssh import SSHKey, SSHKeys
from gitsig.model import Evidence, KeyFacts, KeyOwner, SignatureFormat

__all__ = ["KeyStore", "OwnedKey"]


class OwnedKey(NamedTuple):
    """One SSH key with its owner and the line that it comes from."""

    key: SSHKey
    owner: KeyOwner
    where: str


class KeyStore:
    """Keys and their owners, indexed by full fingerprint; nothing else ever identifies a key (S6)."""

    def __init__(self, openpgp: OpenPGPKeys, ssh: SSHKeys, owners: Mapping[str, KeyOwner]) -> None:
        """`owners` is keyed by primary fingerprint (OpenPGP) or `SHA256:…` (SSH)."""
        self.openpgp = openpgp
        self.ssh = ssh
        self.owners = owners
        self._facts: dict[tuple[str, str], KeyFacts | None] = {}

    def owner(self, evidence: Evidence) -> KeyOwner | None:
        """Whom the signing key of `evidence` belongs to; None for nobody of the policy."""
        return self.owners.get(evidence.fingerprint) if evidence.fingerprint else None

    def facts(self, evidence: Evidence) -> KeyFacts | None:
        """What is known of the signing key of `evidence`; None for an unknown key.

        Raises EnvironmentFault where the OpenPGP key store cannot be built.
        """
        if evidence.fingerprint is None or evidence.key_fingerprint is None:
            return None
        names = (evidence.fingerprint, evidence.key_fingerprint)
        if names not in self._facts:
            self._facts[names] = self._look_up(evidence, *names)
        return self._facts[names]

    def all_facts(self) -> list[KeyFacts]:
        """Every key of every owner, OpenPGP first. Raises EnvironmentFault as `facts` does."""
        found = [key.facts for key in self.openpgp.all_keys()]
        ssh = (self.ssh.facts(fingerprint) for fingerprint in self.owners if fingerprint.startswith("SHA256:"))
        return found + [each for each in ssh if each is not None]

    def expiry(self) -> dict[str, int]:
        """Fingerprint to expiry (Unix seconds), for the keys met so far that expire."""
        return {facts.fingerprint: facts.expires for facts in self._facts.values() if facts and facts.expires}

    def _look_up(self, evidence: Evidence, primary: str, fingerprint: str) -> KeyFacts | None:
        if evidence.format is SignatureFormat.OPENPGP:
            key = self.openpgp.find(primary, fingerprint)
            return key.facts if key is not None else None
        if evidence.format is SignatureFormat.SSH:
            return self.ssh.facts(fingerprint)
        return None
