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


class SSHEngine:
    """SSH signatures over one set of keys (`SignatureEngine`)."""

    def __init__(self, keys: SSHKeys) -> None:
        self._keys = keys
        self._ed25519: dict[bytes, Ed25519] = {}

    def examine(self, payload: bytes, armored: bytes, claimed_at: int | None) -> Evidence:
        """`examine_all` for one signature."""
        return self.examine_all([Signed(payload, armored, claimed_at)])[0]

    def examine_all(self, signed: Sequence[Signed]) -> list[Evidence]:
        """Say what is true of armored SSHSIGs; never raises for what is wrong with one."""
        return [self._evidence(*each) for each in signed]

    def _evidence(self, payload: bytes, armored: bytes, claimed_at: int | None) -> Evidence:
        """What is true of one.

        `signed_at` is `claimed_at` (an SSHSIG holds no time), `digest` the hash that the SSHSIG names. Revocation is
        not looked at: the facts of `SSHKeys` carry it. The authenticator's flags are told where they are proven only.
        """
        try:
            return self._examine(payload, armored, claimed_at)
        except MalformedSignature as fault:
            outcome, detail = Outcome.MALFORMED, fault.what
        except UnsupportedSignature as fault:
            outcome, detail = Outcome.UNSUPPORTED, fault.what
        return Evidence(outcome, SignatureFormat.SSH, signed_at=claimed_at, claimed=True, detail=detail)

    def _examine(self, payload: bytes, armored: bytes, claimed_at: int | None) -> Evidence:
        sig = split_sshsig(dearmor(armored))
        key = self._keys.get(sig.public_key)
        inner = read_signature(sig.signature, key.type if key is not None else _type_of(sig.public_key))
        if key is None:
            outcome, fingerprint = Outcome.UNKNOWN_KEY, fingerprint_of(sig.public_key)
        else:
            good = self._holds(key, inner, signed_data(payload, sig.hash_name))
            outcome, fingerprint = Outcome.VERIFIED if good else Outcome.BAD, key.fingerprint
        return Evidence(
            outcome=outcome,
            format=SignatureFormat.SSH,
            fingerprint=fingerprint,
            key_fingerprint=fingerprint,
            signed_at=claimed_at,
            claimed=True,
            digest=sig.hash_name,
            fido=_fido(inner.fido) if inner.fido and outcome is Outcome.VERIFIED else None,
        )

    def _holds(self, key: SSHKey, inner: InnerSignature, data: bytes) -> bool:
        if inner.fido:
            data = _authenticator_data(key.application, inner.fido, data)
        public = key.public
        if isinstance(public, Ed25519PublicKey):
            known = self._ed25519.get(key.blob)
            if known is None:
                known = self._ed25519[key.blob] = Ed25519(public)
            return known.verify(inner.value, data)
        digest = hashlib.new(inner.hash_name, data).digest()
        if isinstance(public, EllipticCurvePublicKey):
            return verify_ecdsa(public, inner.value, digest, inner.hash_name)
        # RFC 8332 §3 wants the length of the modulus. Signers of old drop leading zeros, about once in 256 signatures;
        # OpenSSH puts them back, and refuses what is longer. It is the same number either way.
        return verify_rsa(public, inner.value.rjust((key.bits + 7) // 8, b"\0"), digest, inner.hash_name)


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
