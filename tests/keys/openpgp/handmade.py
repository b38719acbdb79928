"""OpenPGP packets by hand (RFC 9580 §4, §5): keys, signatures and certificates that GnuPG would not make."""

from __future__ import annotations

import functools
import hashlib
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.gnupg import BIRTH

__all__ = [
    "Area",
    "HandKey",
    "armor",
    "certificate",
    "ed25519_key",
    "mpi",
    "packet",
    "rsa_key",
    "signature",
    "subpacket",
]

DIGESTS = {"md5": 1, "sha1": 2, "sha256": 8, "sha384": 9, "sha512": 10, "sha224": 11}
_HASHES = {
    "md5": hashes.MD5(),  # noqa: S303 - a verifier must read what it refuses
    "sha1": hashes.SHA1(),  # noqa: S303 - as above
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha224": hashes.SHA224(),
}
_ED25519 = bytes.fromhex("092b06010401da470f01")
SIGN, CERTIFY, ENCRYPT = 0x02, 0x01, 0x0C
Area = list[bytes]


def mpi(number: int | bytes) -> bytes:
    """A multiprecision integer, without leading zeros."""
    value = int.from_bytes(number) if isinstance(number, bytes) else number
    return value.bit_length().to_bytes(2) + value.to_bytes((value.bit_length() + 7) // 8)


def packet(tag: int, body: bytes) -> bytes:
    """A packet with a new-format header of five length octets."""
    return bytes([0xC0 | tag, 0xFF]) + len(body).to_bytes(4) + body


def subpacket(kind: int, body: bytes, *, critical: bool = False) -> bytes:
    """A signature subpacket; the length takes one octet where it can."""
    size = len(body) + 1
    length = bytes([size]) if size < 192 else b"\xff" + size.to_bytes(4)
    return length + bytes([kind | (0x80 if critical else 0)]) + body


def armor(data: bytes, kind: str = "SIGNATURE") -> bytes:
    """The armor of RFC 9580 §6.2, without the optional checksum."""
    text = b64encode(data).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    name = f"PGP {kind}"
    return "\n".join([f"-----BEGIN {name}-----", "", *lines, f"-----END {name}-----", ""]).encode()


@dataclass
class HandKey:
    """A key pair with its version 4 public-key packet body."""

    private: Any
    body: bytes
    algorithm: int

    @property
    def fingerprint(self) -> str:
        return hashlib.sha1(self.hashed, usedforsecurity=False).hexdigest().upper()

    @property
    def hashed(self) -> bytes:
        """What signatures over the key take in (RFC 9580 §5.2.4)."""
        return b"\x99" + len(self.body).to_bytes(2) + self.body

    def numbers(self, digest: bytes, name: str) -> bytes:
        """The algorithm-specific part of a signature of `digest`."""
        if self.algorithm == 22:
            both = self.private.sign(digest)
            return mpi(both[:32]) + mpi(both[32:])
        return mpi(self.private.sign(digest, padding.PKCS1v15(), Prehashed(_HASHES[name])))


def ed25519_key(seed: int = 1, created: int = BIRTH) -> HandKey:
    """An Ed25519 key (algorithm 22), the same for the same seed."""
    private = ed25519.Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32))
    point = b"\x40" + private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return HandKey(private, b"\x04" + created.to_bytes(4) + b"\x16" + _ED25519 + mpi(point), 22)


@functools.cache
def rsa_key(bits: int = 2048, algorithm: int = 1, created: int = BIRTH) -> HandKey:
    """An RSA key, made once; algorithm 2 only encrypts, 3 only signs."""
    private = rsa.generate_private_key(65537, bits)
    public = private.public_key().public_numbers()
    body = b"\x04" + created.to_bytes(4) + bytes([algorithm]) + mpi(public.n) + mpi(public.e)
    return HandKey(private, body, algorithm)


def signature(
    key: HandKey,
    data: bytes,
    sig_class: int = 0x00,
    *,
    created: int = BIRTH + 60,
    hashed: Area | None = None,
    unhashed: Area | None = None,
    digest: str = "sha256",
    version: int = 4,
    trailing: bytes = b"",
) -> bytes:
    """The body of a signature packet over `data`.

    Unless `hashed` is given it holds creation time and issuer fingerprint; unless `unhashed` is given that holds the
    issuer's key id.
    """
    issuer = bytes.fromhex(key.fingerprint)
    hashed = [subpacket(2, created.to_bytes(4)), subpacket(33, b"\x04" + issuer)] if hashed is None else hashed
    unhashed = [subpacket(16, issuer[-8:])] if unhashed is None else unhashed
    if version == 3:
        return _version3(key, data, sig_class, created, digest)
    area, plain = b"".join(hashed), b"".join(unhashed)
    head = bytes([version, sig_class, key.algorithm, DIGESTS[digest]]) + len(area).to_bytes(2) + area
    value = hashlib.new(digest, data + head + bytes([version, 0xFF]) + len(head).to_bytes(4)).digest()
    return head + len(plain).to_bytes(2) + plain + value[:2] + key.numbers(value, digest) + trailing


def _version3(key: HandKey, data: bytes, sig_class: int, created: int, digest: str) -> bytes:
    """RFC 4880 §5.2.2."""
    signed = bytes([sig_class]) + created.to_bytes(4)
    value = hashlib.new(digest, data + signed).digest()
    issuer = bytes.fromhex(key.fingerprint)[-8:]
    numbers = key.numbers(value, digest)
    return b"\x03\x05" + signed + issuer + bytes([key.algorithm, DIGESTS[digest]]) + value[:2] + numbers


def user_id(key: HandKey, text: bytes, *, flags: int = CERTIFY | SIGN, digest: str = "sha256") -> bytes:
    """A user ID packet with its self-signature."""
    hashed = [_created(BIRTH), subpacket(27, bytes([flags]))]
    self_signature = signature(key, _on_user_id(key, text), 0x13, hashed=hashed, digest=digest)
    return packet(13, text) + packet(2, self_signature)


def certification(by: HandKey, on: HandKey, text: bytes) -> bytes:
    """A signature packet with which somebody confirms another's user ID."""
    return packet(2, signature(by, _on_user_id(on, text), 0x10))


def bound_subkey(
    primary: HandKey,
    sub_body: bytes,
    *,
    flags: int | None = SIGN,
    back: bytes | None = None,
    digest: str = "sha256",
    created: int = BIRTH,
) -> bytes:
    """A subkey packet with a binding signature by `primary`, embedding the back-signature `back` if there is one."""
    hashed = [_created(created)]
    hashed += [subpacket(27, bytes([flags]))] if flags is not None else []
    unhashed = [subpacket(16, bytes.fromhex(primary.fingerprint)[-8:])]
    unhashed += [subpacket(32, back)] if back is not None else []
    data = primary.hashed + key_hashed(sub_body)
    binding = signature(primary, data, 0x18, hashed=hashed, unhashed=unhashed, digest=digest)
    return packet(14, sub_body) + packet(2, binding)


def back_signature(primary: HandKey, sub: HandKey, digest: str = "sha256") -> bytes:
    """The body of a class 0x19 signature: the subkey says that it belongs to `primary`."""
    return signature(sub, primary.hashed + sub.hashed, 0x19, digest=digest, created=BIRTH)


def key_hashed(body: bytes) -> bytes:
    """What signatures over a key take in, from the body of its packet."""
    return b"\x99" + len(body).to_bytes(2) + body


def certificate(
    primary: HandKey, name: bytes = b"Hand <hand@example.org>", *rest: bytes, flags: int = CERTIFY | SIGN
) -> bytes:
    """A binary certificate: primary key, one user ID, and whatever packets follow."""
    return packet(6, primary.body) + user_id(primary, name, flags=flags) + b"".join(rest)


def _on_user_id(key: HandKey, text: bytes) -> bytes:
    return key.hashed + b"\xb4" + len(text).to_bytes(4) + text


def _created(at: int) -> bytes:
    return subpacket(2, at.to_bytes(4))
