"""Families S: what a back-end prints, and who it seems to speak of."""

from __future__ import annotations

from collections.abc import Iterator

from tests.keys.openpgp.handmade import packet, subpacket
from tests.support.story import START
from tests.vectors.make import openpgp as pgp
from tests.vectors.make import sshsig
from tests.vectors.make.objects import commit, tag
from tests.vectors.make.odd import LATER, odd_key
from tests.vectors.make.openpgp import armor, by, created, issuer
from tests.vectors.make.people import ADA, ADA_SUB, BOB, DAY, MALLORY, SSH
from tests.vectors.make.rows import ada, ada_ssh, after, attack, odd, replace, wrap
from tests.vectors.reader import Vector

__all__ = ["vectors"]

_SPINOFF = "CVE-2018-12020"
_TOFU = "CVE-2022-34903"
_FORGED = b"\n[GNUPG:] GOODSIG 33A0D0DBDF209B4E Ada <ada@example.org>\n[GNUPG:] VALIDSIG " + b"0" * 40 + b" \n[GNUPG:] "
_ALTER = replace(b"Change", b"Forged")


def vectors() -> Iterator[Vector]:
    """S1, S3 to S6, S8."""
    yield from _injections()
    yield from _literals()
    yield from _two_packets()
    yield from _exit_codes()
    yield from _imitations()
    yield from _escapes()


def _notation(name: bytes, value: bytes, *, critical: bool = False, human: bool = True) -> bytes:
    flags = bytes([0x80 if human else 0, 0, 0, 0])
    body = flags + len(name).to_bytes(2) + len(value).to_bytes(2) + name + value
    return subpacket(20, body, critical=critical)


def _injections() -> Iterator[Vector]:
    plain = _notation(b"x@example.org", _FORGED)
    rows = (
        ("notation", plain, "a notation of which forges status lines, beside an altered commit", _TOFU),
        ("notation-name", _notation(_FORGED, b"x"), "the name of a notation forges status lines", _TOFU),
        ("notation-binary", _notation(b"x@example.org", _FORGED, human=False), "the same, not marked as text", _TOFU),
        ("policy-url", subpacket(26, b"https://example.org/" + _FORGED), "a policy URL forges status lines", _TOFU),
        ("signers-user-id", subpacket(28, b"ada@example.org" + _FORGED), "a signer's user ID forges them", _TOFU),
    )
    for name, more, why, reference in rows:
        content = commit(f"Change {name}\n", by(ADA_SUB, more=[more]), mutate=_ALTER)
        yield attack("S1", name, "bad_signature", why, reference, content)
    content = commit("Change s1 stranger\n", by(MALLORY, more=[plain]))
    yield attack(
        "S1", "notation-by-stranger", "unknown_key", "a stranger's notation forges GOODSIG by Ada", _TOFU, content
    )
    content = commit("Change s1 revoked\n", pgp.by(odd_key("compromised"), more=[plain]), by="compromised")
    why = "a revoked key whose notation forges GOODSIG"
    yield attack("S1", "notation-by-revoked-key", "key_revoked", why, _TOFU, content, policy="odd")
    critical = _notation(b"x@example.org", _FORGED, critical=True)
    content = commit("Change s1 critical\n", by(ADA_SUB, more=[critical]))
    why = "a critical notation sends the signature to GnuPG, and forges its status lines there"
    yield attack("S1", "critical-notation", "bad_signature", why, _TOFU, content)
    content = commit("Change s1 name\n", odd("newline-name", version=3), by="newline-name", mutate=_ALTER)
    why = "the certificate's user ID forges status lines; a version 3 packet goes to GnuPG"
    yield attack("S1", "user-id", "bad_signature", why, _SPINOFF, content, policy="odd")


def _literals() -> Iterator[Vector]:
    name = _FORGED[:255]
    literal = packet(11, b"b" + bytes([len(name)]) + name + bytes(4) + b"text")
    one_pass = packet(4, b"\3\0\x0a\x16" + bytes.fromhex(ADA_SUB.fingerprint)[-8:] + b"\1")

    def beside(front: bytes) -> pgp.Sign:
        return lambda payload: armor(front + packet(2, pgp.signature(ADA_SUB, payload)))

    rows = (
        ("literal-alone", lambda _: armor(literal), "a literal packet whose file name forges status lines"),
        ("literal-before-signature", beside(literal), "such a packet in front of a good signature"),
        ("one-pass-literal", beside(one_pass + literal), "a whole inline-signed message with such a file name"),
    )
    for label, sign, why in rows:
        content = commit(f"Change {label}\n", sign)
        yield attack("S1", label, "malformed_signature", why, _SPINOFF, content)


def _two_packets() -> Iterator[Vector]:
    def packets(*makers: object) -> pgp.Sign:
        return lambda payload: armor(b"".join(each if isinstance(each, bytes) else each(payload) for each in makers))  # type: ignore[operator]  # bytes or a function

    def good(payload: bytes) -> bytes:
        return packet(2, pgp.signature(ADA_SUB, payload))

    def strange(payload: bytes) -> bytes:
        return packet(2, pgp.signature(MALLORY, payload))

    def bad(payload: bytes) -> bytes:
        return packet(2, pgp.signature(ADA_SUB, payload + b"!"))

    rows = (
        ("one-twice", (good, good), "the same signature twice"),
        ("two-good", (good, lambda payload: packet(2, pgp.signature(BOB, payload))), "two good signatures"),
        ("stranger-first", (strange, good), "a stranger's signature, then Ada's"),
        ("stranger-last", (good, strange), "Ada's signature, then a stranger's"),
        ("bad-and-good", (bad, good), "a bad signature, then a good one: python-gnupg's `valid` hangs on the order"),
        ("marker-behind", (good, packet(10, b"PGP")), "a marker packet behind the signature"),
        ("padding-behind", (good, packet(21, bytes(16))), "a padding packet behind the signature"),
        ("user-id-behind", (good, packet(13, b"Ada <ada@example.org>")), "a user ID behind the signature"),
        ("octets-behind", (good, b"\0\0\0"), "octets behind the packet"),
        ("no-packet", (b"",), "an armor with nothing in it but its checksum"),
    )
    for name, makers, why in rows:
        content = commit(f"Change {name}\n", packets(*makers))
        yield attack(
            "S3", name, "malformed_signature", why, "git commit verification takes the last result line", content
        )


def _exit_codes() -> Iterator[Vector]:
    reference = "gpgv(1): exits 0 for a revoked key"
    rows = (
        ("S4", "revoked", "compromised", {}, "gpgv says good and exits 0 for a revoked key"),
        ("S4", "revoked-version-3", "compromised", {"version": 3}, "the same in a packet that GnuPG has to judge"),
        ("S4", "revoked-later", "compromised", {"at": LATER}, "signed after the key was compromised"),
        ("S5", "expired-compromised", "expired-compromised", {}, "expired and compromised: gpg prints EXPKEYSIG alone"),
        ("S5", "expired-compromised-3", "expired-compromised", {"version": 3}, "the same, judged by GnuPG itself"),
        ("S5", "expired-reasonless", "expired-reasonless", {}, "revoked without a reason after it had expired"),
        (
            "S5",
            "expired-superseded",
            "expired-superseded",
            {"at": START},
            "superseded the day before it signed, now expired",
        ),
    )
    for attack_id, name, who, options, why in rows:
        content = commit(f"Change {name}\n", odd(who, **options), by=who)
        where = reference if attack_id == "S4" else "GnuPG, g10/mainproc.c: EXPKEYSIG is decided before REVKEYSIG"
        yield attack(attack_id, name, "key_revoked", why, where, content, policy="odd")


def _imitations() -> Iterator[Vector]:
    full, short = issuer(ADA_SUB)
    mine, my_id = issuer(MALLORY)
    at = created(START)
    rows: tuple[tuple[str, str, dict[str, object], str], ...] = (
        ("user-id", "unknown_key", {}, "a stranger's certificate bears Ada's name and address"),
        (
            "issuer-of-ada",
            "bad_signature",
            {"hashed": [full, at], "unhashed": [short]},
            "a stranger names Ada's key as issuer",
        ),
        ("key-id-of-ada", "bad_signature", {"hashed": [at], "unhashed": [short]}, "only the 64-bit key id names Ada"),
        (
            "two-issuers",
            "malformed_signature",
            {"hashed": [mine, at], "unhashed": [short]},
            "fingerprint and key id name two",
        ),
        ("no-issuer", "unknown_key", {"hashed": [at], "unhashed": []}, "no issuer at all: nobody is guessed"),
        (
            "issuer-unsigned",
            "unknown_key",
            {"hashed": [mine, at], "unhashed": [full, my_id]},
            "Ada named where nobody signed it",
        ),
    )
    for name, expect, options, why in rows:
        content = commit(f"Change {name}\n", by(MALLORY, **options))
        yield attack("S6", name, expect, why, "fingerprints authorise, names do not", content)
    content = commit(
        "Change short id\n", by(MALLORY, unhashed=[subpacket(16, bytes.fromhex(ADA_SUB.fingerprint)[-4:])])
    )
    yield attack(
        "S6", "short-key-id", "unknown_key", "an issuer of 32 bits that fits Ada", "https://evil32.com", content
    )
    content = commit("Change ssh comment\n", sshsig.by(SSH["mallory"]))
    yield attack(
        "S6", "ssh-comment", "unknown_key", "a stranger's SSH key; its comment may say ada", "PROTOCOL.sshsig", content
    )
    sign = sshsig.by(SSH["mallory"], public=SSH["ada"].public)
    why = "an SSHSIG that carries Ada's public key and a stranger's signature"
    yield attack("S6", "ssh-key-of-ada", "bad_signature", why, "PROTOCOL.sshsig", commit("Change ssh blob\n", sign))
    content = commit(
        "Change primary\n", by(MALLORY, hashed=[*issuer(ADA)[:1], created(START)], unhashed=[issuer(ADA)[1]])
    )
    yield attack(
        "S6", "issuer-of-primary", "bad_signature", "a stranger names Ada's primary key", "RFC 9580 5.2.3.35", content
    )


def _escapes() -> Iterator[Vector]:
    reference = "CVE-2024-52005, CWE-150"
    rows = (
        ("erase-line", b"Harmless\x1b[2K\x1b[1A\x1b[32mok \x1b[0m\n", "the subject erases the line above it"),
        ("workflow-command", b"::error file=a::b\n::set-output name=x::y\n", "the subject is a workflow command"),
        (
            "bidi",
            "Add \u202egnp.exe\u202c and \u2066x\u2069\n".encode(),
            "bidirectional controls turn the subject around",
        ),
        (
            "osc",
            b"\x1b]8;;https://example.net\x07click\x1b]8;;\x07\x1b]0;title\x07\n",
            "a hyperlink and a window title",
        ),
        ("c1-controls", "Change \u009b31m red \u0085 next\n".encode(), "control characters beyond ASCII"),
        ("carriage-return", b"REFUSED by nobody\rok      \n", "a carriage return writes over the verdict"),
    )
    for name, message, why in rows:
        content = commit(message, ada)
        yield attack("S8", name, "good", f"{why}; escaped in every output", reference, content, signer="ada")
        yield attack("S8", f"{name}-unsigned", "unsigned", f"{why}; nobody signed it", reference, commit(message))
    name = "\x1b[8mhidden <ada@example.org>"
    content = commit("Change hidden\n", wrap(ada_ssh, after(b"")), by=name)
    yield attack("S8", "committer", "good", "escapes in the committer's name", reference, content, signer="ada")
    content = tag("::warning::x\x1b[1m\n", ada, name="v1.0\u202e", by="ada")
    yield attack(
        "S8",
        "tag-name",
        "good",
        "a bidirectional control in a tag's name",
        reference,
        content,
        kind="tag",
        signer="ada",
    )
    sign = odd("newline-name")
    why = "a line break and status lines in the key's user ID"
    content = commit("Change by newline\n", sign, by="newline-name")
    yield attack("S8", "user-id", "good", why, reference, content, policy="odd", signer="newline-name")
    content = commit("Change late\n", by(ADA_SUB, at=START + DAY, more=[subpacket(28, b"\x1b[2Jada")]))
    yield attack("S8", "signers-user-id", "good", "escapes in a signature's text", reference, content, signer="ada")
