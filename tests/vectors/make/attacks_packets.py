"""Families O9 to O12: messages, bombs and signatures of other classes."""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Iterator

from tests.keys.openpgp.handmade import packet, subpacket
from tests.vectors.make import openpgp as pgp
from tests.vectors.make.objects import commit
from tests.vectors.make.openpgp import armor, by, signature
from tests.vectors.make.people import ADA, ADA_SUB, BOB, name_of
from tests.vectors.make.rows import ada, attack, refused, replace, wrap
from tests.vectors.reader import Vector

__all__ = ["vectors"]

_BEGIN, _END = b"-----BEGIN PGP SIGNATURE-----\n", b"-----END PGP SIGNATURE-----\n"


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield from _messages()
    yield from _bombs()
    yield from _classes()


def _inline(payload: bytes) -> bytes:
    """An inline-signed message of the payload: one-pass packet, literal, signature (RFC 9580 §10.3)."""
    one_pass = packet(4, b"\3\0\x0a\x16" + bytes.fromhex(ADA_SUB.fingerprint)[-8:] + b"\1")
    return one_pass + packet(11, b"b\0" + bytes(4) + payload) + packet(2, signature(ADA_SUB, payload))


def _messages() -> Iterator[Vector]:
    reference = "RFC 9580 10.3; gpg --verify takes any of them"

    def compressed(payload: bytes) -> bytes:
        return packet(8, b"\1" + zlib.compress(packet(2, signature(ADA_SUB, payload)), 9)[2:-4])

    def clear(payload: bytes) -> bytes:
        text = b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n" + payload.rstrip(b"\n") + b"\n"
        return text + by(ADA_SUB, sig_class=0x01)(payload.rstrip(b"\n").replace(b"\n", b"\r\n"))

    rows = (
        ("message", lambda payload: armor(_inline(payload), "MESSAGE"), "an inline-signed message"),
        ("message-as-signature", lambda payload: armor(_inline(payload)), "the same in the armor of a signature"),
        (
            "message-of-other-text",
            lambda _: armor(_inline(b"other text"), "MESSAGE"),
            "a signed message of another text",
        ),
        ("compressed", lambda payload: armor(compressed(payload)), "a compressed signature"),
        (
            "compressed-message",
            lambda payload: armor(packet(8, b"\0" + _inline(payload)), "MESSAGE"),
            "a compressed message",
        ),
        (
            "literal",
            lambda payload: armor(packet(11, b"b\0" + bytes(4) + payload), "MESSAGE"),
            "a message that nobody signed",
        ),
        ("encrypted", lambda _: armor(packet(18, b"\1" + bytes(64)), "MESSAGE"), "encrypted data"),
        ("cleartext", clear, "a cleartext signature"),
        (
            "detached-as-message",
            wrap(ada, replace(b"SIGNATURE", b"MESSAGE", 2)),
            "a detached signature in a message's armor",
        ),
        ("partial-length", lambda payload: armor(_partial(signature(ADA_SUB, payload))), "a packet in partial lengths"),
        (
            "indeterminate",
            lambda payload: armor(b"\x8b" + signature(ADA_SUB, payload)),
            "a packet of indeterminate length",
        ),
    )
    for name, sign, why in rows:
        yield refused("O9", name, why, reference, sign)


def _partial(body: bytes) -> bytes:
    """The first 64 octets as a partial body (RFC 9580 §4.2.1.4)."""
    return b"\xc2" + bytes([224 + 6]) + body[:64] + bytes([len(body) - 64]) + body[64:]


def _bombs() -> Iterator[Vector]:
    reference = "CVE-2014-4617 and its kin; GnuPG unpacks whatever it is given"
    bomb = bz2.compress(bytes(64 << 20), 9)
    nested = bz2.compress(packet(8, b"\3" + bomb), 9)

    def padded(size: int) -> pgp.Sign:
        fill = [subpacket(100, bytes(size // 4)) for _ in range(4)]
        return by(ADA_SUB, unhashed=fill)

    rows = (
        ("bomb", lambda _: armor(packet(8, b"\3" + bomb)), "64 MiB of zeros in a compressed packet"),
        ("nested-bomb", lambda _: armor(packet(8, b"\3" + nested), "MESSAGE"), "the same, twice compressed"),
        ("large-packet", padded(40000), "a signature packet of 40,000 octets"),
        ("large-armor", wrap(ada, replace(b"\n\n", b"\n\n" + b"\n" * 70000)), "an armor of 70,000 empty lines"),
        (
            "large-comment",
            wrap(ada, replace(_BEGIN, _BEGIN + b"Comment: " + b"x" * 70000 + b"\n")),
            "a comment of 70,000 letters",
        ),
        ("length-lies", lambda _: armor(b"\xc2\xff\x7f\xff\xff\xff\x04"), "a packet that claims 2 GiB"),
        (
            "subpacket-lies",
            lambda _: armor(packet(2, b"\4\0\x16\x0a\0\6\xff\x7f\xff\xff\xff\2" + bytes(80))),
            "a subpacket that claims 2 GiB",
        ),
    )
    for name, sign, why in rows:
        yield refused("O10", name, why, reference, sign)
    numbers = b"\xff\xff" + b"\xff" * 8192
    sign = by(BOB, numbers=lambda _: numbers)
    content = commit("Change o10 number\n", sign)
    yield attack("O10", "large-number", "bad_signature", "an RSA number of 65,535 bits", reference, content)


def _classes() -> Iterator[Vector]:
    reference = "RFC 9580 5.2.1"
    names = {
        0x02: "standalone",
        0x10: "certification",
        0x13: "positive certification",
        0x18: "subkey binding",
        0x19: "back-signature",
        0x1F: "direct key",
        0x20: "key revocation",
        0x40: "timestamp",
        0x50: "third-party confirmation",
    }
    for number, words in names.items():
        sign = by(ADA_SUB, sig_class=number)
        yield refused(
            "O11",
            f"class-{number:02x}",
            f"a signature of class 0x{number:02x} ({words}) over the commit",
            reference,
            sign,
        )
    name = name_of("ada").encode()
    bound = ADA.hashed + b"\xb4" + len(name).to_bytes(4) + name
    sign = by(ADA, sig_class=0x13)
    yield refused("O11", "real-certification", "Ada's own certification of her name", reference, lambda _: sign(bound))
    yield refused(
        "O11", "version-3-class-10", "a version 3 certification", reference, by(ADA_SUB, sig_class=0x10, version=3)
    )
    text = "RFC 9580 5.2.1.2: line ends are not part of what is signed"

    def canonical(payload: bytes) -> bytes:
        return by(ADA_SUB, sig_class=0x01)(payload.replace(b"\n", b"\r\n"))

    rows = (
        ("text", canonical, None, "a text-mode signature"),
        ("text-with-returns", canonical, replace(b"Change o12", b"Change\r\n o12"), "returns added after signing"),
        (
            "text-version-3",
            lambda payload: by(ADA_SUB, sig_class=1, version=3)(payload.replace(b"\n", b"\r\n")),
            None,
            "version 3",
        ),
        ("text-raw", by(ADA_SUB, sig_class=0x01), None, "class 0x01 over the bytes as they are"),
    )
    for name_, sign, mutate, why in rows:
        content = commit(f"Change o12 {name_}\n", sign, mutate=mutate)
        yield attack("O12", name_, "malformed_signature", why, text, content)
