"""Whole SSH signatures through the engine, FIDO keys included: VERIFIED only for what a private key signed."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fuzz import material as m
from gitsig.keys.ssh import SSHKeys, fingerprint_of
from gitsig.keys.ssh.public_key import read_public_key_blob
from gitsig.model import Evidence, Fido, Outcome
from gitsig.signatures.ssh.armor import dearmor
from gitsig.signatures.ssh.engine import SSHEngine

__all__ = ["TOKENS", "one", "seeds"]

_POINT = m.ECDSA.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
_RAW = m.ED25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
_RSA = m.RSA.public_key().public_numbers()
_FIDO_STATE = b"\x05\x00\x00\x00\x07"
TOKENS = (
    b"SSHSIG\0\0\0\1", b"\0\0\0\3git", b"\0\0\0\0", b"\0\0\0\6sha512", b"\0\0\0\6sha256", b"\0\0\0\4file",
    b"ssh-ed25519", b"ssh-rsa", b"rsa-sha2-256", b"rsa-sha2-512", b"ecdsa-sha2-nistp256",
    b"sk-ssh-ed25519@openssh.com", b"nistp256", b"sk-ecdsa-sha2-nistp256@openssh.com", b"\0\0\0\x40",
    b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com", b"ssh:", b"\0\0\0\4ssh:", b"-cert-v01@openssh.com", _FIDO_STATE,
)  # fmt: skip


def _mpint(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1)


_BLOBS = {
    "ed25519": m.string(b"ssh-ed25519", _RAW),
    "ecdsa": m.string(b"ecdsa-sha2-nistp256", b"nistp256", _POINT),
    "rsa": m.string(b"ssh-rsa", _mpint(_RSA.e), _mpint(_RSA.n)),
    "sk-ed25519": m.string(b"sk-ssh-ed25519@openssh.com", _RAW, b"ssh:"),
    "sk-ecdsa": m.string(b"sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", _POINT, b"ssh:"),
}
_ENGINE = SSHEngine(SSHKeys([read_public_key_blob(blob) for blob in _BLOBS.values()]))


def _inner(name: str, data: bytes) -> bytes:
    """The inner signature by one of the keys."""
    if name.startswith("sk-"):
        data = hashlib.sha256(b"ssh:").digest() + _FIDO_STATE + hashlib.sha256(data).digest()
    if name.endswith("ed25519"):
        value = m.ED25519.sign(data)
    elif name == "rsa":
        value = m.RSA.sign(data, padding.PKCS1v15(), SHA512())
    else:
        numbers = decode_dss_signature(m.ECDSA.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True)))
        value = m.string(*map(_mpint, numbers))
    algorithm = b"rsa-sha2-512" if name == "rsa" else _BLOBS[name][4 : 4 + _BLOBS[name][3]]
    return m.string(algorithm, value) + (_FIDO_STATE if name.startswith("sk-") else b"")


def _sshsig(name: str, payload: bytes = m.PAYLOAD, namespace: bytes = b"git") -> bytes:
    signed = b"SSHSIG" + m.string(namespace, b"", b"sha512", hashlib.sha512(payload).digest())
    return b"SSHSIG\0\0\0\1" + m.string(_BLOBS[name], namespace, b"", b"sha512", _inner(name, signed))


_GOOD = {fingerprint_of(blob): name for name, blob in _BLOBS.items()}


def seeds() -> list[bytes]:
    """A good signature of each key; in armor; of another payload; for another namespace."""
    good = [_sshsig(name) for name in _BLOBS]
    armored = m.armored(good[0], "SSH SIGNATURE", 70)
    return [*good, armored, _sshsig("ed25519", b"another"), _sshsig("ed25519", namespace=b"file")]


def one(data: bytes) -> None:
    """Examine as a signature of the payload and of others; armored, unless it is already."""
    armored = data if data[:1] == b"-" else m.armored(data, "SSH SIGNATURE", 70)
    found = _ENGINE.examine(m.PAYLOAD, armored, 7)
    _sane(found)
    if found.outcome is Outcome.VERIFIED:
        _known(dearmor(armored), found)
    for payload in (m.PAYLOAD[:-1], m.PAYLOAD + b"\n", b""):
        other = _ENGINE.examine(payload, armored, 7)
        assert other.outcome is not Outcome.VERIFIED, "a signature of something that nobody signed"


def _sane(found: Evidence) -> None:
    wanted = {Outcome.VERIFIED, Outcome.BAD, Outcome.MALFORMED, Outcome.UNSUPPORTED, Outcome.UNKNOWN_KEY}
    assert found.outcome in wanted
    assert found.outcome in (Outcome.VERIFIED, Outcome.BAD, Outcome.UNKNOWN_KEY) or found.detail
    assert (found.signed_at, found.claimed) == (7, True)


def _known(blob: bytes, found: Evidence) -> None:
    name = _GOOD[found.fingerprint or ""]
    assert found.digest == "sha512", "nobody signed with another hash"
    assert found.fido == (Fido(True, True, 7) if name.startswith("sk-") else None), "flags that nobody signed"
    head = b"SSHSIG\0\0\0\1" + m.string(_BLOBS[name], b"git", b"", b"sha512")
    assert blob.startswith(head), "something else stands around the signature"
    size = int.from_bytes(blob[len(head) : len(head) + 4])
    assert len(blob) == len(head) + 4 + size, "bytes behind the signature"
    if "ecdsa" not in name:
        assert blob == _sshsig(name), "Ed25519 and PKCS #1 have one signature for one message"
