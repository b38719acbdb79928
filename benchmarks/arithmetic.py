"""The floor: hashing and public key arithmetic on the same signatures, with nothing around them."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from benchmarks.sshsig import signed_bytes

__all__ = ["Pair", "load_pairs", "save_pairs", "verifier"]

Pair = tuple[bytes, bytes]
"""A raw signature and the bytes that it covers."""


def verifier(kind: str, pem: bytes) -> Callable[[bytes, bytes], None]:
    """A function of signature and covered bytes that raises InvalidSignature."""
    key = load_pem_public_key(pem)
    sha512 = hashlib.sha512
    if isinstance(key, rsa.RSAPublicKey):
        scheme, algorithm = padding.PKCS1v15(), Prehashed(SHA512())
        return lambda signature, data: key.verify(signature, sha512(data).digest(), scheme, algorithm)
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise TypeError(type(key).__name__)
    if kind == "ssh":
        return lambda signature, data: key.verify(signature, signed_bytes(data))
    return lambda signature, data: key.verify(signature, sha512(data).digest())


def save_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """Keep pairs in a file: each byte string after its length."""
    with path.open("wb") as file:
        for item in (item for pair in pairs for item in pair):
            file.write(struct.pack(">I", len(item)) + item)


def load_pairs(path: Path) -> list[Pair]:
    """What `save_pairs` kept."""
    items = list(_items(path.read_bytes()))
    return list(zip(items[::2], items[1::2], strict=True))


def _items(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 4 + size]
        at += 4 + size
