"""All keys of a policy, of every format, and whom each belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gitsig.errors import GitsigError
from gitsig.keys.openpgp.keyring import OpenPGPKeys
from gitsig.keys.ssh import SSHKey, SSHKeys
from gitsig.model import Evidence, KeyFacts, KeyOwner, Outcome, SignatureFormat

__all__ = ["KeyStore", "OwnedKey"]

_BINDINGS = 4096
"""So many are remembered; an attacker can name as many keys as he likes."""


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
        self._bindings: dict[str, str] = {}

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

    def binding(self, evidence: Evidence) -> str:
        """What, of these keys, `evidence` rests on: while this stays the same, so does the evidence.

        Empty for evidence that must not be kept: of what could not be checked, and of keys that GnuPG did not vouch
        for. That a key is unknown rests on the keys too.
        """
        if evidence.outcome is Outcome.ERROR or not evidence.vouched:
            return ""
        name = evidence.key_fingerprint or evidence.fingerprint or ""
        if evidence.format is SignatureFormat.SSH:
            return f"ssh {self.ssh.facts(name) is not None}"
        if evidence.format is SignatureFormat.OPENPGP:
            return self._openpgp_binding(name[-16:] or evidence.key_id or "")
        return "none"

    def _openpgp_binding(self, key_id: str) -> str:
        if key_id not in self._bindings:
            if len(self._bindings) >= _BINDINGS:
                self._bindings.clear()
            try:
                self._bindings[key_id] = self.openpgp.binding(key_id)
            except GitsigError:
                return ""
        return self._bindings[key_id]

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
