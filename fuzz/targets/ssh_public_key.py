"""SSH public key lines and blobs, against `cryptography`'s own reader of them."""

from __future__ import annotations

from base64 import b64encode

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key

from fuzz import material as m
from gitsig.errors import PolicyFault
from gitsig.keys.ssh import SSHKey, parse_public_key
from gitsig.keys.ssh.public_key import read_public_key_blob, split_public_key
from gitsig.keys.ssh.wire import WireError

__all__ = ["TOKENS", "one", "seeds"]

_POINT = m.ECDSA.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
_RAW = m.ED25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
_RSA = m.RSA.public_key().public_numbers()
TOKENS = (
    b"\0\0\0\x0bssh-ed25519", b"\0\0\0\x07ssh-rsa", b"\0\0\0\x03\x01\0\x01", b"\0\0\0\x08nistp256", b"nistp384",
    b"nistp521", b"\0\0\0\x20", b"\0\0\0\x41\x04", b"\0\0\0\x04ssh:", b"\0\0\0\0", b"ssh-dss",
    b"-cert-v01@openssh.com", b"ssh-ed25519 AAAA", b"\0\0\0\x81\0", b" comment", b"\x80",
)  # fmt: skip


def seeds() -> list[bytes]:
    """A blob and a line of each kind."""
    modulus = _RSA.n.to_bytes(129)
    blobs = [
        m.string(b"ssh-ed25519", _RAW),
        m.string(b"ecdsa-sha2-nistp256", b"nistp256", _POINT),
        m.string(b"ssh-rsa", b"\1\0\1", modulus),
        m.string(b"sk-ssh-ed25519@openssh.com", _RAW, b"ssh:"),
        m.string(b"sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", _POINT, b"ssh:"),
    ]
    lines = [blob[4 : 4 + blob[3]] + b" " + b64encode(blob) + b" a comment" for blob in blobs]
    return [*blobs, *lines]


def one(data: bytes) -> None:
    """Read as a blob and as a line."""
    try:
        key = read_public_key_blob(data)
    except PolicyFault as fault:
        assert fault.what
    else:
        _agrees(key, data)
    try:
        name, fields = split_public_key(data)
    except WireError:
        pass
    else:
        assert m.string(name.encode(), *fields) == data, "the fields give back the blob"
    _line(data.decode("utf-8", "surrogateescape"))


def _line(text: str) -> None:
    try:
        key = parse_public_key(text, "w")
    except PolicyFault as fault:
        assert fault.where == "w"
        return
    assert b64encode(key.blob).decode() in text
    assert text.strip(" \t\r\n").startswith(key.type)
    _agrees(key, key.blob)


def _agrees(key: SSHKey, blob: bytes) -> None:
    assert key.blob == blob
    public = key.public
    other = _load(key)
    if isinstance(public, rsa.RSAPublicKey):
        assert isinstance(other, rsa.RSAPublicKey)
        assert public.public_numbers() == other.public_numbers()
        assert key.bits == public.key_size
    elif isinstance(public, ec.EllipticCurvePublicKey):
        assert isinstance(other, ec.EllipticCurvePublicKey)
        assert public.public_numbers() == other.public_numbers()
    else:
        assert isinstance(other, ed25519.Ed25519PublicKey)
        assert public.public_bytes_raw() == other.public_bytes_raw()


def _load(key: SSHKey) -> object:
    """As `cryptography` reads it; FIDO keys without their application, which need not begin with `ssh:` for OpenSSH."""
    name, fields = split_public_key(key.blob)
    blob = key.blob
    if name.startswith("sk-"):
        assert key.application == fields[-1]
        name = name.removeprefix("sk-").removesuffix("@openssh.com")
        blob = m.string(name.encode(), *fields[:-1])
    return load_ssh_public_key(name.encode() + b" " + b64encode(blob))
