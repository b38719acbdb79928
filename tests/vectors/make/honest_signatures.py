"""Honest OpenPGP signatures, found in public histories or allowed by the standard."""

from __future__ import annotations

from collections.abc import Iterator

from tests.keys.openpgp.handmade import mpi, packet, subpacket
from tests.support.gnupg import BIRTH
from tests.support.story import START
from tests.vectors.make import openpgp as pgp
from tests.vectors.make.keys import ed25519
from tests.vectors.make.objects import commit
from tests.vectors.make.odd import LATER, SOON
from tests.vectors.make.openpgp import PROOF, armor, by, created, issuer, signature
from tests.vectors.make.people import ADA, ADA_SUB, BOB, DAY, NOW, OPENPGP
from tests.vectors.make.rows import ada, after, honest, odd, replace, wrap
from tests.vectors.reader import Vector

__all__ = ["vectors"]

_RFC = "RFC 9580"
_BEGIN = b"-----BEGIN PGP SIGNATURE-----\n"


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield from _algorithms()
    yield from _armor()
    yield from _subpackets()
    yield from _packets()
    yield from _keys()
    yield from _refused()


def _algorithms() -> Iterator[Vector]:
    digests = {"grace": "sha384", "ivan": "sha256", "judy": "sha256"}
    words = {
        "bob": "RSA of 2,048 bits",
        "carol": "ECDSA on P-256",
        "grace": "ECDSA on P-384",
        "heidi": "ECDSA on P-521",
        "ivan": "ECDSA on brainpoolP256r1",
        "judy": "ECDSA on secp256k1",
        "karl": "RSA of 3,072 bits",
        "leo": "RSA of 2,049 bits",
    }
    yield honest("ed25519-subkey", "Ed25519, by a signing subkey", _RFC, commit("Change subkey\n", ada))
    yield honest("ed25519-primary", "Ed25519, by the primary key", _RFC, commit("Change primary\n", by(ADA)))
    for name, text in words.items():
        sign = by(OPENPGP[name], digest=digests.get(name, "sha512"))
        yield honest(f"algorithm-{name}", text, _RFC, commit(f"Change {name}\n", sign, by=name), name)
    for digest in ("sha256", "sha384", "sha224"):
        content = commit(f"Change {digest}\n", by(BOB, digest=digest), by="bob")
        yield honest(f"digest-{digest}", f"RSA over {digest}", _RFC, content, "bob")
    content = commit("Change sha256\n", by(ADA_SUB, digest="sha256"))
    yield honest("digest-sha256-ed25519", "Ed25519 over SHA-256", _RFC, content)


def _armor() -> Iterator[Vector]:
    def block(**options: object) -> pgp.Sign:
        return lambda payload: armor(packet(2, signature(ADA_SUB, payload)), **options)  # type: ignore[arg-type]  # handed on

    rows = (
        ("version", block(headers=["Version: GnuPG v1"]), "an armor header Version"),
        ("comment", block(headers=["Comment: GPGTools - https://gpgtools.org"]), "an armor header Comment"),
        ("two-comments", block(headers=["Comment: one", "Comment: two"]), "two of them, as BCPG writes"),
        ("hash", block(headers=["Hash: SHA512"]), "an armor header Hash"),
        ("charset", block(headers=["Charset: utf-8"]), "an armor header Charset"),
        ("message-id", block(headers=["MessageID: 0123456789abcdef"]), "an armor header MessageID"),
        (
            "all-headers",
            block(headers=["Version: Keybase OpenPGP v2.1.0", "Comment: https://keybase.io/crypto"]),
            "two kinds",
        ),
        ("empty-comment", block(headers=["Comment: "]), "an empty comment"),
        ("comment-utf8", block(headers=["Comment: Schlüssel ✓"]), "a comment beyond ASCII"),
        ("no-checksum", block(checksum=None), "no checksum, as RFC 9580 wants it"),
        ("carriage-returns", block(end="\r\n"), "CRLF line ends"),
        ("spaces-at-line-ends", block(pad="  "), "spaces at the line ends"),
        ("tab-on-blank-line", wrap(ada, replace(_BEGIN + b"\n", _BEGIN + b"\t\n")), "a tab on the blank line"),
        ("lines-of-76", block(width=76), "base64 lines of 76"),
        ("lines-of-60", block(width=60), "base64 lines of 60"),
        ("one-line", block(width=2000), "the base64 on one line"),
        ("blank-line-at-end", wrap(ada, after(b"\n\n")), "blank lines behind the armor"),
        ("blank-before-checksum", wrap(ada, replace(b"\n=", b"\n\n=")), "a blank line before the checksum"),
        ("blank-line-first", lambda payload: b"\n" + ada(payload), "a blank line before the armor"),
        ("timestamp", wrap(ada, after(PROOF)), "an OpenTimestamps proof behind the signature"),
        ("timestamp-blank-between", wrap(ada, after(b"\n" + PROOF)), "a blank line before the proof"),
    )
    for name, sign, why in rows:
        reference = "Bitcoin's history" if "timestamp" in name else "RFC 4880 6.2; public histories"
        yield honest(f"armor-{name}", why, reference, commit(f"Change {name}\n", sign))


def _subpackets() -> Iterator[Vector]:
    full, short = issuer(ADA_SUB)
    at = created(START)
    url, name = subpacket(26, b"https://example.org/policy"), subpacket(28, b"ada@example.org")
    notation = subpacket(20, bytes([0x80, 0, 0, 0, 0, 13, 0, 5]) + b"x@example.org" + b"hello")
    rows = (
        ("key-id-hashed", [at, short], [], "only an issuer key id, hashed"),
        ("key-id-unhashed", [at], [short], "only an issuer key id, unhashed: GnuPG 1"),
        ("fingerprint-only", [full, at], [], "only an issuer fingerprint"),
        ("fingerprint-unhashed", [at], [full], "an issuer fingerprint in the unhashed area"),
        ("issuer-twice", [full, at, short], [short, full], "the issuer in both areas"),
        ("notation", [full, at, notation], [short], "a notation"),
        ("two-notations", [full, at, notation, notation], [short], "two notations"),
        ("policy-url", [full, at, url], [short], "a policy URL"),
        ("signers-user-id", [full, at, name], [short], "a signer's user ID"),
        ("unknown", [full, at, subpacket(100, b"private use")], [short], "an unknown subpacket that is not critical"),
        ("unknown-unhashed", [full, at], [short, subpacket(101, b"x")], "the same in the unhashed area"),
        ("critical-time", [full, subpacket(2, START.to_bytes(4), critical=True)], [short], "a critical creation time"),
        (
            "critical-issuer",
            [at, subpacket(33, b"\4" + bytes.fromhex(ADA_SUB.fingerprint), critical=True)],
            [],
            "critical issuer",
        ),
        (
            "critical-policy-url",
            [full, at, subpacket(26, b"https://example.org/", critical=True)],
            [short],
            "critical policy URL",
        ),
        ("keyserver", [full, at, subpacket(24, b"hkps://keys.example.org")], [short], "a preferred key server"),
        ("target", [full, at, subpacket(31, bytes(22))], [short], "a signature target"),
        (
            "two-octet-length",
            [full, at, _long(26, b"https://example.org/" + b"x" * 300)],
            [short],
            "a length of two octets",
        ),
        (
            "five-octet-length",
            [full, at, b"\xff\0\0\0\5\x1cada1"],
            [short],
            "a length of five octets where one would do",
        ),
        ("lasts-for-ever", [full, at, subpacket(3, bytes(4))], [short], "an expiry of zero: never"),
        (
            "lasts-until-tomorrow",
            [full, at, subpacket(3, (NOW - START + DAY).to_bytes(4))],
            [short],
            "an expiry yet to come",
        ),
        (
            "features",
            [full, at, subpacket(30, b"\1"), subpacket(11, b"\x09\x08")],
            [short],
            "subpackets of certifications",
        ),
    )
    for label, hashed, unhashed, why in rows:
        content = commit(f"Change {label}\n", by(ADA_SUB, hashed=hashed, unhashed=unhashed))
        yield honest(f"subpacket-{label}", why, "RFC 9580 5.2.3", content)


def _long(kind: int, body: bytes) -> bytes:
    size = len(body) + 1 - 192
    return bytes([192 + (size >> 8), size & 0xFF, kind]) + body


def _packets() -> Iterator[Vector]:
    def framed(head: object) -> pgp.Sign:
        return lambda payload: armor(_framed(head, signature(ADA_SUB, payload)))

    rows = (
        ("old-one-octet", framed(lambda size: b"\x88" + bytes([size])), "an old header with one octet of length"),
        ("old-two-octets", framed(lambda size: b"\x89" + size.to_bytes(2)), "an old header with two octets of length"),
        (
            "old-four-octets",
            framed(lambda size: b"\x8a" + size.to_bytes(4)),
            "an old header with four octets of length",
        ),
        ("new-one-octet", framed(lambda size: b"\xc2" + bytes([size])), "a new header with one octet of length"),
    )
    for name, sign, why in rows:
        yield honest(f"packet-{name}", why, "RFC 9580 4.2", commit(f"Change {name}\n", sign))
    content = commit("Change new two octets\n", lambda payload: armor(_two_octets(signature(BOB, payload))), by="bob")
    yield honest("packet-new-two-octets", "a new header with two octets of length", "RFC 9580 4.2.1.2", content, "bob")
    content = commit("Change quick\n", by(ADA_SUB, quick=b"\0\0"))
    yield honest(
        "quick-octets-wrong", "the two repeated octets of the digest are wrong", "GitHub's first web-flow key", content
    )
    content = commit("Change overlong\n", by(BOB, numbers=_overcounted(BOB)), by="bob")
    yield honest(
        "rsa-bits-overcounted",
        "leading zero bits counted in the RSA number",
        "one history, 1,740 times",
        content,
        "bob",
    )
    for name, key, who in (("ed25519", ADA_SUB, "ada"), ("rsa", BOB, "bob")):
        content = commit(f"Change version 3 {name}\n", by(key, version=3, digest="sha256"), by=who)
        yield honest(f"version-3-{name}", "a version 3 signature packet", "RFC 4880 5.2.2; PGP Desktop", content, who)
    content = commit("Change late\n", by(ADA_SUB, at=START + DAY))
    yield honest("signed-a-day-later", "signed a day after the commit's date: a rebase", "git commit --amend", content)
    content = commit("Change early\n", by(ADA_SUB, at=BIRTH))
    yield honest("signed-at-birth", "signed in the second in which the key was made", "the time rule", content)
    content = commit("Change skew\n", by(ADA_SUB, at=NOW + 600))
    yield honest("within-skew", "signed by a clock that is ten minutes fast", "clock-skew", content)


def _framed(head: object, body: bytes) -> bytes:
    return head(len(body)) + body  # type: ignore[operator]  # a function


def _two_octets(body: bytes) -> bytes:
    size = len(body) - 192
    return b"\xc2" + bytes([192 + (size >> 8), size & 0xFF]) + body


def _overcounted(key: object) -> object:
    """The number with all bits of its octets counted."""

    def numbers(digest: bytes) -> bytes:
        value = mpi(key.private.sign(digest, "sha512"))[2:]  # type: ignore[attr-defined]  # an RSA key
        return (len(value) * 8).to_bytes(2) + value

    return numbers


def _keys() -> Iterator[Vector]:
    fresh = ed25519("odd rotated fresh subkey", SOON)
    rows = (
        ("rotated-old-subkey", odd("rotated", subkey=True), "rotated", START, "a subkey that has been replaced since"),
        ("rotated-new-subkey", by(fresh, at=LATER), "rotated", LATER, "the subkey that took over"),
        ("prolonged", odd("prolonged"), "prolonged", START, "a key whose expiry was put off"),
        (
            "certified-by-others",
            odd("certified"),
            "certified",
            START,
            "a certificate with twenty certifications by others",
        ),
        ("many-user-ids", odd("many-names"), "many-names", START, "a certificate with three user IDs"),
        ("critical-features", odd("critical-self"), "critical-self", START, "a self-signature with critical features"),
        ("retired-since", odd("retired"), "retired", START, "a key retired after it signed"),
        (
            "superseded-subkey",
            odd("subkey-superseded", subkey=True),
            "subkey-superseded",
            START,
            "a subkey superseded since",
        ),
        ("expired-since", odd("expired"), "expired", START, "a key that expired after it signed"),
        (
            "primary-expired-since",
            odd("primary-expired", subkey=True),
            "primary-expired",
            START,
            "the primary key expired since",
        ),
        ("young-subkey", odd("young-subkey", subkey=True, at=LATER), "young-subkey", LATER, "a subkey added later"),
    )
    for name, sign, who, at, why in rows:
        content = commit(f"Change {name}\n", sign, by=who, at=at)
        yield honest(f"key-{name}", why, "public histories", content, who, policy="odd")


def _refused() -> Iterator[Vector]:
    content = commit("Change dsa\n", by(OPENPGP["nina"], version=3, digest="sha256"), by="nina")
    why = "DSA in a version 3 packet: GnuPG judges it, the policy's strength rules apply"
    yield honest("dsa-version-3", why, "keys of the nineties", content, "nina", expect="weak_key")
    content = commit("Change rsa 1024\n", by(OPENPGP["mike"]), by="mike")
    yield honest(
        "rsa-1024-allowed",
        "RSA of 1,024 bits where the policy allows it",
        "min-rsa-bits",
        content,
        "mike",
        policy="lenient",
    )
    content = commit("Change sha1\n", by(BOB, digest="sha1"), by="bob")
    yield honest("sha1-allowed", "SHA-1 where the policy allows it", "reject-digests", content, "bob", policy="lenient")
