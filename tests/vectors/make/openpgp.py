"""OpenPGP signatures, certificates and armor, honest and otherwise (RFC 9580; RFC 4880 for what is older)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Sequence

from gitsig.signatures.crc24 import crc24
from tests.keys.openpgp.handmade import HandKey, packet, subpacket
from tests.support.gnupg import BIRTH
from tests.support.story import START
from tests.vectors.make.keys import WARNING

__all__ = [
    "CERTIFY",
    "PROOF",
    "SIGN",
    "Sign",
    "armor",
    "by",
    "certificate",
    "created",
    "key_armor",
    "revocation",
    "signature",
    "subkey",
    "user_id",
]

Sign = Callable[[bytes], bytes]
"""From a payload to the text of its signature."""
CERTIFY, SIGN, ENCRYPT, AUTHENTICATE = 0x01, 0x02, 0x0C, 0x20
_DIGESTS = {"md5": 1, "sha1": 2, "ripemd160": 3, "sha256": 8, "sha384": 9, "sha512": 10, "sha224": 11}
_BACK_SIGNATURE = 32
_STAMP = "OPENTIMESTAMPS GIT TIMESTAMP"
PROOF = f"-----BEGIN {_STAMP}-----\n\nAE9wZW5UaW1lc3RhbXBz\n-----END {_STAMP}-----\n".encode()
"""An OpenTimestamps block, as `ots-git-gpg-wrapper` puts it behind a signature."""


def created(at: int) -> bytes:
    """The subpacket of the creation time."""
    return subpacket(2, at.to_bytes(4))


def issuer(key: HandKey) -> list[bytes]:
    """Both subpackets that name a key: fingerprint, key id."""
    name = bytes.fromhex(key.fingerprint)
    return [subpacket(33, b"\x04" + name), subpacket(16, name[-8:])]


def signature(
    key: HandKey,
    data: bytes,
    sig_class: int = 0x00,
    *,
    at: int = START,
    digest: str = "sha512",
    hashed: Sequence[bytes] | None = None,
    more: Sequence[bytes] = (),
    unhashed: Sequence[bytes] | None = None,
    version: int = 4,
    quick: bytes | None = None,
    numbers: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """The body of a signature packet.

    `hashed` (by default issuer fingerprint and time) and `unhashed` (key id) replace the areas, `more` joins the
    hashed one. `quick` replaces the two octets of the digest, `numbers` makes the algorithm-specific part.
    """
    if version == 3:
        return _version3(key, data, sig_class, at, digest)
    names = issuer(key)
    area = b"".join([names[0], created(at), *more] if hashed is None else hashed)
    plain = b"".join([names[1]] if unhashed is None else unhashed)
    head = bytes([4, sig_class, key.algorithm, _DIGESTS[digest]]) + len(area).to_bytes(2) + area
    value = hashlib.new(digest, data + head + b"\x04\xff" + len(head).to_bytes(4)).digest()
    made = key.numbers(value, digest) if numbers is None else numbers(value)
    return head + len(plain).to_bytes(2) + plain + (value[:2] if quick is None else quick) + made


def _version3(key: HandKey, data: bytes, sig_class: int, at: int, digest: str) -> bytes:
    """RFC 4880 §5.2.2."""
    signed = bytes([sig_class]) + at.to_bytes(4)
    value = hashlib.new(digest, data + signed).digest()
    head = b"\x03\x05" + signed + bytes.fromhex(key.fingerprint)[-8:] + bytes([key.algorithm, _DIGESTS[digest]])
    return head + value[:2] + key.numbers(value, digest)


def armor(
    data: bytes,
    kind: str = "SIGNATURE",
    headers: Sequence[str] = (),
    *,
    width: int = 64,
    checksum: str | None = "",
    end: str = "\n",
    pad: str = "",
) -> bytes:
    """The armor of RFC 4880 §6.2. `checksum` None leaves it out, text replaces it; `pad` follows every line."""
    text = b64encode(data).decode()
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    right = b64encode(crc24(data).to_bytes(3)).decode()
    tail = [] if checksum is None else [f"={checksum or right}"]
    block = [f"-----BEGIN PGP {kind}-----", *headers, "", *lines, *tail, f"-----END PGP {kind}-----", ""]
    return f"{pad}{end}".join(block).encode()


def key_armor(packets: bytes) -> bytes:
    """An armored certificate that says what it is."""
    return armor(packets, "PUBLIC KEY BLOCK", [f"Comment: {WARNING}"])


def by(key: HandKey, **options: object) -> Sign:
    """Sign as `key` does; the options are those of `signature`."""
    return lambda payload: armor(packet(2, signature(key, payload, **options)))  # type: ignore[arg-type]  # handed on


def user_id(
    key: HandKey,
    text: str | bytes,
    *more: bytes,
    at: int = BIRTH,
    flags: int | None = CERTIFY | SIGN,
    digest: str = "sha256",
) -> bytes:
    """A user ID with its self-signature; `more` are further hashed subpackets."""
    name = text.encode() if isinstance(text, str) else text
    hashed = [created(at), *([subpacket(27, bytes([flags]))] if flags is not None else []), *more]
    bound = key.hashed + b"\xb4" + len(name).to_bytes(4) + name
    return packet(13, name) + packet(2, signature(key, bound, 0x13, hashed=hashed, digest=digest))


def subkey(
    primary: HandKey,
    sub: HandKey,
    *more: bytes,
    at: int = BIRTH,
    flags: int = SIGN,
    digest: str = "sha256",
    back: bytes | str | None = "sha256",
) -> bytes:
    """A subkey with its binding. `back` is the digest of a true back-signature, a ready body, or None for none."""
    data = primary.hashed + sub.hashed
    own = signature(sub, data, 0x19, at=at, digest=back) if isinstance(back, str) else back
    hashed = [created(at), subpacket(27, bytes([flags])), *more]
    unhashed = [issuer(primary)[1], *([subpacket(_BACK_SIGNATURE, own)] if own is not None else [])]
    binding = signature(primary, data, 0x18, hashed=hashed, unhashed=unhashed, digest=digest)
    return packet(14, sub.body) + packet(2, binding)


def revocation(primary: HandKey, at: int, reason: int | None, sub: HandKey | None = None) -> bytes:
    """A revocation of the primary key or of a subkey; `reason` is RFC 9580 §5.2.3.31's code, None for no subpacket."""
    data = primary.hashed + (sub.hashed if sub is not None else b"")
    hashed = [created(at), *([subpacket(29, bytes([reason]))] if reason is not None else [])]
    return packet(2, signature(primary, data, 0x28 if sub is not None else 0x20, hashed=hashed, digest="sha256"))


def certificate(primary: HandKey, *parts: bytes) -> bytes:
    """A certificate: the primary key and what follows it (its revocations first)."""
    return packet(6, primary.body) + b"".join(parts)
