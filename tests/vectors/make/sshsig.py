"""SSH signatures, honest and otherwise (PROTOCOL.sshsig, PROTOCOL.u2f, PROTOCOL.certkeys)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.vectors.make.keys import WARNING, seed
from tests.vectors.make.primes import rsa_numbers

__all__ = [
    "SSHKey",
    "armor",
    "blob",
    "by",
    "certificate",
    "ecdsa",
    "ed25519_key",
    "mpint",
    "rsa",
    "security_key",
    "string",
]

_CURVES = {"nistp256": (ec.SECP256R1(), hashes.SHA256()), "nistp384": (ec.SECP384R1(), hashes.SHA384())} | {
    "nistp521": (ec.SECP521R1(), hashes.SHA512())
}


def string(*values: bytes) -> bytes:
    """The `string` of RFC 4251 §5, one after the other."""
    return b"".join(len(value).to_bytes(4) + value for value in values)


def mpint(value: int) -> bytes:
    """The content of an `mpint` above zero."""
    return value.to_bytes(value.bit_length() // 8 + 1)


class SSHKey(NamedTuple):
    """A key: its public blob and how it signs bytes (the inner signature, whole)."""

    name: str
    public: bytes
    sign: Callable[..., bytes]

    @property
    def line(self) -> str:
        """The line of a `.pub` file."""
        kind = self.public[4 : 4 + self.public[3]].decode()
        return f"{kind} {b64encode(self.public).decode()} {self.name}: {WARNING}"


def ed25519_key(name: str) -> SSHKey:
    """RFC 8709."""
    private = ed25519.Ed25519PrivateKey.from_private_bytes(seed(f"ssh {name}").to_bytes(32))
    kind = b"ssh-ed25519"
    point = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return SSHKey(name, string(kind, point), lambda data: string(kind, private.sign(data)))


def ecdsa(name: str, curve: str = "nistp256") -> SSHKey:
    """RFC 5656, with the nonces of RFC 6979."""
    group, digest = _CURVES[curve]
    private = ec.derive_private_key(seed(f"ssh {name}") >> 8, group)
    kind = f"ecdsa-sha2-{curve}".encode()
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    scheme = ec.ECDSA(digest, deterministic_signing=True)

    def sign(data: bytes) -> bytes:
        return string(kind, _numbers(private.sign(data, scheme)))

    return SSHKey(name, string(kind, curve.encode(), point), sign)


def _numbers(der: bytes) -> bytes:
    return string(*map(mpint, decode_dss_signature(der)))


def rsa(name: str, bits: int = 2048) -> SSHKey:
    """RFC 8332; `sign` takes the algorithm's name (and `ssh-rsa` for SHA-1, which nobody should take)."""
    numbers = rsa_numbers(f"gitsig test key ssh {name}", bits)

    def sign(data: bytes, kind: bytes = b"rsa-sha2-512") -> bytes:
        digest = {b"rsa-sha2-512": "sha512", b"rsa-sha2-256": "sha256", b"ssh-rsa": "sha1"}[kind]
        return string(kind, numbers.sign(hashlib.new(digest, data).digest(), digest).to_bytes((bits + 7) // 8))

    return SSHKey(name, string(b"ssh-rsa", mpint(numbers.e), mpint(numbers.n)), sign)


def security_key(name: str, kind: str = "ed25519") -> SSHKey:
    """A FIDO key. `sign` takes `flags` (1 touch, 4 user verified), `counter`, and bytes for the `tail`."""
    if kind == "ed25519":
        label = b"sk-ssh-ed25519@openssh.com"
        private: Any = ed25519.Ed25519PrivateKey.from_private_bytes(seed(f"ssh {name}").to_bytes(32))
        public = string(label, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), b"ssh:")
    else:
        label = b"sk-ecdsa-sha2-nistp256@openssh.com"
        private = ec.derive_private_key(seed(f"ssh {name}") >> 8, ec.SECP256R1())
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        public = string(label, b"nistp256", point, b"ssh:")

    def sign(data: bytes, flags: int = 1, counter: int = 7, tail: bytes = b"", claimed: int | None = None) -> bytes:
        state = bytes([flags]) + counter.to_bytes(4)
        signed = hashlib.sha256(b"ssh:").digest() + state + hashlib.sha256(data).digest()
        if kind == "ed25519":
            raw = private.sign(signed)
        else:
            raw = _numbers(private.sign(signed, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
        shown = state if claimed is None else bytes([claimed]) + state[1:]
        return string(label, raw) + shown + tail

    return SSHKey(name, public, sign)


def blob(
    key: bytes,
    sign: Callable[[bytes], bytes],
    payload: bytes,
    *,
    namespace: bytes = b"git",
    reserved: bytes = b"",
    digest: bytes = b"sha512",
    magic: bytes = b"SSHSIG\0\0\0\1",
    tail: bytes = b"",
) -> bytes:
    """An SSHSIG over a payload; every part can be another than honest, and is signed as it stands."""
    value = hashlib.new(digest.decode().rstrip("\0"), payload).digest()
    signed = b"SSHSIG" + string(namespace, reserved, digest, value)
    return magic + string(key, namespace, reserved, digest, sign(signed)) + tail


def armor(data: bytes, width: int = 70, end: str = "\n") -> bytes:
    """As `ssh-keygen -Y sign` writes it."""
    text = b64encode(data).decode()
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    return end.join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()


def by(
    key: SSHKey, *, inner: dict[str, Any] | None = None, public: bytes | None = None, **parts: Any
) -> Callable[[bytes], bytes]:
    """Sign as `key` does. `inner` goes to its `sign`, `public` replaces its blob, `parts` are those of `blob`."""

    def sign(payload: bytes) -> bytes:
        return armor(blob(public or key.public, lambda data: key.sign(data, **(inner or {})), payload, **parts))

    return sign


def certificate(
    key: SSHKey,
    authority: SSHKey,
    *,
    kind: int = 1,
    principals: tuple[bytes, ...] = (b"ada@example.org",),
    window: tuple[int, int] = (0, 2**64 - 1),
    critical: bytes = b"",
) -> bytes:
    """An OpenSSH certificate of an Ed25519 key (PROTOCOL.certkeys); `kind` 1 is a user's, 2 a host's."""
    point = key.public[-32:]
    times = window[0].to_bytes(8) + window[1].to_bytes(8)
    body = string(b"ssh-ed25519-cert-v01@openssh.com", bytes(32), point) + (1).to_bytes(8) + kind.to_bytes(4)
    body += string(b"ada", string(*principals)) + times + string(critical, b"", b"", authority.public)
    return body + string(authority.sign(body))
