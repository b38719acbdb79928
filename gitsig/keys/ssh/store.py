"""The SSH keys of a policy, indexed for signatures, with what a revocation list says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gitsig.keys.ssh.public_key import SSHKey
from gitsig.model import KeyFacts, Revocation, SignatureFormat

if TYPE_CHECKING:
    from gitsig.keys.ssh_revocation import RevokedKeys

__all__ = ["SSHKeys", "facts_of_key"]

_ON_LIST = Revocation(0, True, "revocation list")
"""A list gives no moment and no reason: it counts from ever, as with `ssh-keygen -Y verify -r`."""


class SSHKeys:
    """The keys whose signatures can be verified. A revoked key stays in it: the facts say that it is revoked."""

    def __init__(self, keys: Iterable[SSHKey], revoked: RevokedKeys | None = None) -> None:
        self._by_blob: dict[bytes, SSHKey] = {}
        for key in keys:
            self._by_blob.setdefault(key.blob, key)
        self._facts = {key.fingerprint: facts_of_key(key, revoked) for key in self._by_blob.values()}
        self.digest = _digest(self._by_blob, revoked)
        """SHA-256 in hex over the keys, in an order of their own, and the revocation list."""

    def __len__(self) -> int:
        return len(self._by_blob)

    def get(self, blob: bytes) -> SSHKey | None:
        """The key with this wire form, None if it is not one of these."""
        return self._by_blob.get(blob)

    def facts(self, fingerprint: str) -> KeyFacts | None:
        """What is known of the key with this `SHA256:…` fingerprint, None if it is not one of these."""
        return self._facts.get(fingerprint)


def facts_of_key(key: SSHKey, revoked: RevokedKeys | None = None) -> KeyFacts:
    """What is known of a key; `revoked` is the list that may name it."""
    return KeyFacts(
        format=SignatureFormat.SSH,
        fingerprint=key.fingerprint,
        primary=key.fingerprint,
        algorithm=key.algorithm,
        bits=key.bits,
        revocations=(_ON_LIST,) if revoked is not None and revoked.revokes(key) else (),
        names=(key.comment,) if key.comment else (),
    )


def _digest(blobs: Iterable[bytes], revoked: RevokedKeys | None) -> str:
    total = hashlib.sha256()
    for blob in sorted(blobs):
        total.update(len(blob).to_bytes(8) + blob)
    # No blob is empty, so that a zero length ends them and the list cannot be taken for one more key.
    total.update(bytes(8) + (revoked.digest.encode() if revoked is not None else b""))
    return total.hexdigest()
