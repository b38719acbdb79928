"""Evidence from SSH signatures, in process. `ssh-keygen -Y verify` is the outer limit: nothing passes that it refuses.

The order is that of the verdicts: outside the grammar, not supported, unknown key, wrong arithmetic. A signature by
an unknown key is taken apart but not computed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.keys.ssh import SSHKey, SSHKeys, fingerprint_of
from gitsig.keys.ssh.public_key import UnsupportedKey, split_public_key
from gitsig.keys.ssh.wire import WireError
from gitsig.model import Evidence, Fido, Outcome, SignatureFormat
from gitsig.signatures.arithmetic import Ed25519, verify_ecdsa, verify_rsa
from gitsig.signatures.interface import Signed
from gitsig.signatures.ssh.armor import dearmor
from gitsig.signatures.ssh.signature_blob import InnerSignature, read_signature
from gitsig.signatures.ssh.sshsig import signed_data, split_sshsig

__all__ = ["SSHEngine"]

_TOUCH = 0x01
_USER_VERIFIED = 0x04
_HASHES = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}

# until Python 3.12 an enum member costs ten times the look-up of a global
_VERIFIED = Outcome.VERIFIED
_SSH = SignatureFormat.SSH

_Case = tuple[Signed, SSHKey, InnerSignature, str]
"""What is read of one signature by a known key; the text is the hash that the SSHSIG names."""


class SSHEngine:
    """SSH signatures over one set of keys (`SignatureEngine`)."""

    def __init__(self, keys: SSHKeys) -> None:
        self._keys = keys
        self._ed25519: dict[bytes, Ed25519] = {}

    def examine(self, payload: bytes, armored: bytes, claimed_at: int | None) -> Evidence:
        """`examine_all` for one signature."""
        return self.examine_all([Signed(payload, armored, claimed_at)])[0]

    def examine_all(self, signed: Sequence[Signed]) -> list[Evidence]:
        """Say what is true of armored SSHSIGs; never raises for what is wrong with one.

        `signed_at` is `claimed_at` (an SSHSIG holds no time), `digest` the hash that the SSHSIG names. Revocation is
        not looked at: the facts of `SSHKeys` carry it. The authenticator's flags are told where they are proven only.
        """
        # All are read before the first is verified: code and data of one stage stay in the processor's caches.
        cases = [self._read(each) for each in signed]
        return [each if isinstance(each, Evidence) else self._verified(*each) for each in cases]

    def _read(self, signed: Signed) -> _Case | Evidence:
        try:
            sig = split_sshsig(dearmor(signed.armored))
            key = self._keys.get(sig.public_key)
            inner = read_signature(sig.signature, key.type if key is not None else _type_of(sig.public_key))
        except MalformedSignature as fault:
            return _evidence(Outcome.MALFORMED, signed, detail=fault.what)
        except UnsupportedSignature as fault:
            return _evidence(Outcome.UNSUPPORTED, signed, detail=fault.what)
        if key is None:
            return _evidence(Outcome.UNKNOWN_KEY, signed, fingerprint_of(sig.public_key), sig.hash_name)
        return signed, key, inner, sig.hash_name

    def _verified(self, signed: Signed, key: SSHKey, inner: InnerSignature, hash_name: str) -> Evidence:
        if not self._holds(key, inner, signed_data(signed.payload, hash_name)):
            return _evidence(Outcome.BAD, signed, key.fingerprint, hash_name)
        return _evidence(_VERIFIED, signed, key.fingerprint, hash_name, _fido(inner.fido) if inner.fido else None)

    def _holds(self, key: SSHKey, inner: InnerSignature, data: bytes) -> bool:
        if inner.fido:
            data = _authenticator_data(key.application, inner.fido, data)
        public = key.public
        if isinstance(public, Ed25519PublicKey):
            known = self._ed25519.get(key.blob)
            if known is None:
                known = self._ed25519[key.blob] = Ed25519(public)
            return known.verify(inner.value, data)
        digest = _HASHES[inner.hash_name](data).digest()
        if isinstance(public, EllipticCurvePublicKey):
            return verify_ecdsa(public, inner.value, digest, inner.hash_name)
        # RFC 8332 §3 wants the length of the modulus. Signers of old drop leading zeros, about once in 256 signatures;
        # OpenSSH puts them back, and refuses what is longer. It is the same number either way.
        return verify_rsa(public, inner.value.rjust((key.bits + 7) // 8, b"\0"), digest, inner.hash_name)


def _evidence(
    outcome: Outcome,
    signed: Signed,
    fingerprint: str | None = None,
    digest: str | None = None,
    fido: Fido | None = None,
    detail: str = "",
) -> Evidence:
    # By position: one is made for every signature, and names would cost twice as much.
    return Evidence(
        outcome,
        _SSH,
        fingerprint,
        fingerprint,
        None,
        signed.claimed_at,
        True,
        None,
        digest,
        True,
        fido,
        (),
        detail,
    )


def _type_of(public_key: bytes) -> str:
    try:
        return split_public_key(public_key)[0]
    except UnsupportedKey as error:
        raise UnsupportedSignature(str(error)) from error
    except WireError as error:
        raise MalformedSignature(f"the public key in the SSHSIG is malformed: {error}") from error


def _authenticator_data(application: bytes, flags_and_counter: bytes, data: bytes) -> bytes:
    return hashlib.sha256(application).digest() + flags_and_counter + hashlib.sha256(data).digest()


def _fido(flags_and_counter: bytes) -> Fido:
    flags = flags_and_counter[0]
    return Fido(bool(flags & _TOUCH), bool(flags & _USER_VERIFIED), int.from_bytes(flags_and_counter[1:]))
