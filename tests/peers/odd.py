"""Signatures that one program may read and another may not."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

from gitsig.signatures.crc24 import crc24
from tests.peers.cast import DAY
from tests.peers.tale import Tale
from tests.support.gnupg import packets
from tests.support.story import START

__all__ = ["bad", "keys", "shapes"]

Sign = Callable[[bytes], bytes]


def armored(data: bytes, kind: str = "SIGNATURE") -> bytes:
    """Packets in an armor of OpenPGP with its checksum (RFC 4880 §6.2)."""
    text = base64.b64encode(data).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    check = "=" + base64.b64encode(crc24(data).to_bytes(3, "big")).decode()
    head, end = f"-----BEGIN PGP {kind}-----", f"-----END PGP {kind}-----"
    return "\n".join([head, "", *lines, check, end, ""]).encode()


def keys(data: bytes) -> bytes:
    """Packets in the armor of a certificate."""
    return armored(data, "PUBLIC KEY BLOCK")


def twice(first: bytes, second: bytes) -> bytes:
    """One armor with the packets of two signatures."""
    return armored(packets(first) + packets(second))


def without_checksum(signature: bytes) -> bytes:
    """The same without the line that RFC 9580 §6.1 makes optional."""
    return b"".join(line for line in signature.splitlines(keepends=True) if not line.startswith(b"="))


def with_text_behind(signature: bytes) -> bytes:
    """The same with a line that nobody signed."""
    return signature.rstrip(b"\n") + b"\nnobody signed this\n"


def bad(payload: bytes) -> bytes:
    """Another payload, for a signature that does not fit."""
    return payload + b"altered"


def shapes(tale: Tale) -> Iterator[tuple[str, str, Sign]]:
    """Label, words, and a function from payload to signature by Ada."""
    at = START + DAY
    good, stranger = tale.signed("ada", at), tale.signed("mallory", at)
    yield "sha256", "SHA-256", tale.signed("ada", at, digest="SHA256")
    yield "sha1", "SHA-1", tale.signed("ada", at, digest="SHA1")
    yield "text-mode", "a text-mode signature", tale.signed("ada", at, "--textmode")
    yield "two-good", "two signatures of hers", lambda text: twice(good(text), tale.signed("ada", at + 1)(text))
    yield "first-bad", "two, the first one wrong", lambda text: twice(good(bad(text)), good(text))
    yield "second-bad", "two, the second one wrong", lambda text: twice(good(text), good(bad(text)))
    yield "first-stranger", "two, the first one Mallory's", lambda text: twice(stranger(text), good(text))
    yield "second-stranger", "two, the second one Mallory's", lambda text: twice(good(text), stranger(text))
    yield "no-checksum", "an armor without a checksum", lambda text: without_checksum(good(text))
    yield "text-behind", "text behind the armor", lambda text: with_text_behind(good(text))
