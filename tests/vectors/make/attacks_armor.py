"""Families O3, O8: text around the armor, armor headers, damage, unknown formats."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from tests.keys.openpgp.handmade import packet
from tests.vectors.make import openpgp as pgp
from tests.vectors.make.objects import commit
from tests.vectors.make.openpgp import PROOF, armor, signature
from tests.vectors.make.people import ADA, ADA_SUB
from tests.vectors.make.rows import ada, after, attack, before, mallory, refused, replace, wrap
from tests.vectors.reader import Vector

__all__ = ["vectors"]

_SKIPS = "GnuPG skips text around armor and joins several blocks"
_BEGIN, _END = b"-----BEGIN PGP SIGNATURE-----\n", b"-----END PGP SIGNATURE-----\n"


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield from _text()
    yield from _armor_headers()
    yield from _damage()
    yield from _foreign()


def _text() -> Iterator[Vector]:
    rows = (
        ("text-before", wrap(ada, before(b"Reviewed by everybody.\n")), "text before the armor"),
        ("text-after", wrap(ada, after(b"Reviewed by everybody.\n")), "text after the armor"),
        ("two-blocks", lambda payload: ada(payload) + ada(payload), "two blocks"),
        ("block-of-stranger", lambda payload: mallory(payload) + ada(payload), "a stranger's block and Ada's"),
        ("text-between", lambda payload: ada(payload) + b"and\n" + ada(payload), "text between two blocks"),
        ("empty-block-first", wrap(ada, before(_BEGIN + b"\n" + _END)), "an empty block first"),
        (
            "public-key-behind",
            wrap(ada, after(pgp.key_armor(packet(6, ADA.body)))),
            "a public key behind the signature",
        ),
        ("timestamp-and-text", wrap(ada, after(PROOF + b"text\n")), "text behind an OpenTimestamps block"),
        ("timestamp-first", wrap(ada, before(PROOF)), "an OpenTimestamps block before the signature"),
        ("two-timestamps", wrap(ada, after(PROOF * 2)), "two OpenTimestamps blocks"),
        (
            "timestamp-lookalike",
            wrap(ada, after(PROOF.replace(b"GIT ", b"GIT  "))),
            "a block that resembles OpenTimestamps",
        ),
        (
            "timestamp-smuggles",
            wrap(ada, after(PROOF.replace(b"\n\n", b"\n\nNot base64: text\n"))),
            "text in such a block",
        ),
    )
    for name, sign, why in rows:
        # Armor that does not begin with a PGP block is some unknown format: O8.
        expect = "unsupported_format" if name == "timestamp-first" else "malformed_signature"
        content = commit(f"Change o3 {name}\n", sign)
        yield attack("O3", name, expect, why, _SKIPS, content)


def _armor_headers() -> Iterator[Vector]:
    reference = "RFC 9580 6.2.2"
    rows = (
        ("header-unknown", "X-Reviewed: yes", "an armor header that nobody knows"),
        ("header-without-colon", "Reviewed by everybody", "a line without a colon among the armor headers"),
        ("header-escape", "Comment: \x1b[2Kok", "an escape sequence in an armor header"),
        ("header-space-before-colon", "Comment : text", "a space before the colon"),
        ("header-lower-case", "comment: text", "an armor header in lower case"),
        ("header-folded", "Comment: one\n two", "a folded armor header"),
        ("header-armor", "-----BEGIN PGP SIGNATURE-----", "a second first line among the armor headers"),
        ("header-carriage-return", "Comment: a\rVersion: b", "a carriage return inside an armor header"),
    )
    for name, header, why in rows:
        sign = wrap(ada, replace(_BEGIN, _BEGIN + header.encode() + b"\n"))
        yield refused("O3", name, why, reference, sign)


def _damage() -> Iterator[Vector]:
    reference = "RFC 4880 6.1, 6.2"

    def body(change: object) -> pgp.Sign:
        return lambda payload: armor(change(packet(2, signature(ADA_SUB, payload))))  # type: ignore[operator]  # a function

    def checksum(text: str) -> pgp.Sign:
        return lambda payload: armor(packet(2, signature(ADA_SUB, payload)), checksum=text)

    rows = (
        ("wrong-checksum", checksum("AAAA"), "a checksum that is wrong"),
        ("short-checksum", checksum("AAA"), "a checksum of three digits"),
        ("two-checksums", wrap(checksum("AAAA"), replace(b"=AAAA", b"=AAAA\n=AAAA")), "two checksums"),
        ("no-end", wrap(ada, replace(_END, b"")), "no last line"),
        ("wrong-end", wrap(ada, replace(_END, b"-----END PGP MESSAGE-----\n")), "a last line of another kind"),
        ("no-blank-line", wrap(ada, replace(_BEGIN + b"\n", _BEGIN)), "no blank line before the base64"),
        ("text-on-first-line", wrap(ada, replace(_BEGIN, _BEGIN[:-1] + b" by Ada\n")), "text on the first line"),
        ("text-on-last-line", wrap(ada, replace(_END, _END[:-1] + b" by Ada\n")), "text on the last line"),
        ("dash-escaped", wrap(ada, replace(_BEGIN, b"- " + _BEGIN)), "the first line dash-escaped"),
        ("four-dashes", wrap(ada, replace(_BEGIN, _BEGIN[1:])), "a first line of four dashes"),
        ("octet-in-base64", wrap(ada, replace(b"\n=", b"\n*\n=")), "a foreign character in the base64"),
        (
            "padding-inside",
            wrap(ada, replace(_BEGIN + b"\n", _BEGIN + b"\nAA==\n")),
            "base64 that goes on behind its padding",
        ),
        ("cut-off", body(lambda data: data[:-1]), "a packet that is cut off"),
        ("empty", lambda _: b"", "an empty gpgsig header"),
        ("blank", lambda _: b" \n", "a gpgsig header of one blank"),
        ("only-first-line", lambda _: _BEGIN, "nothing but the first line"),
    )
    for name, sign, why in rows:
        yield refused("O3", name, why, reference, sign)


def _foreign() -> Iterator[Vector]:
    def block(label: str) -> pgp.Sign:
        text = b64encode(b"something").decode()
        return lambda _: f"-----BEGIN {label}-----\n{text}\n-----END {label}-----\n".encode()

    def version(number: int, tail: bytes = b"") -> pgp.Sign:
        def sign(payload: bytes) -> bytes:
            own = signature(ADA_SUB, payload)
            return armor(packet(2, bytes([number]) + own[1:] + tail))

        return sign

    reference = "an unknown armor must not end the walk"
    rows = (
        ("signify", block("SIGNIFY SIGNATURE"), "an armor of a kind that nobody knows"),
        ("certificate", block("CERTIFICATE"), "a certificate instead of a signature"),
        ("minisign", block("MINISIGN SIGNATURE"), "another kind"),
        ("long-label", block("A" * 4000), "a label of 4,000 letters"),
        ("version-5", version(5), "a version 5 signature packet, which no released standard has"),
        ("version-6", version(6, bytes(32)), "a version 6 signature packet, which no engine here judges"),
    )
    for name, sign, why in rows:
        content = commit(f"Change o8 {name}\n", sign)
        yield attack("O8", name, "unsupported_format", why, reference, content)
    content = commit(
        "Change o8 digest\n", lambda payload: armor(packet(2, _with_octet(signature(ADA_SUB, payload), 3, 99)))
    )
    yield attack("O8", "digest-99", "unsupported_format", "a digest algorithm that nobody knows", reference, content)
    yield refused("O8", "version-2", "a version 2 packet", "RFC 1991", version(2))
    yield refused("O8", "version-0", "a packet of version 0", reference, version(0))


def _with_octet(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes([value]) + data[at + 1 :]
