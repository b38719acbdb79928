"""Families K1 to K4, K15, K19: whose key, how strong, and one content under many ids."""

from __future__ import annotations

from collections.abc import Iterator

from tests.keys.openpgp.handmade import mpi, packet, subpacket
from tests.vectors.make import sshsig
from tests.vectors.make.keys import curve_key
from tests.vectors.make.objects import commit, tag
from tests.vectors.make.openpgp import armor, by, signature
from tests.vectors.make.people import ADA, ADA_SUB, BOB, CAROL, OPENPGP, SSH
from tests.vectors.make.rows import ada, ada_ssh, attack, bob, mallory, odd, replace
from tests.vectors.reader import Vector

__all__ = ["HASTY", "vectors"]

_TIME = "the time rule (docs/verdicts.md)"
_2040 = 2208988800


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield from _digests()
    yield from _self_signatures()
    yield from _bindings()
    yield from _capabilities()
    yield from _strangers()
    yield from _twins()


def _digests() -> Iterator[Vector]:
    reference = "https://sha-mbles.github.io; GnuPG says good"
    for digest in ("sha1", "md5", "ripemd160"):
        for label, key, who in (("ed25519", ADA_SUB, "ada"), ("rsa", BOB, "bob")):
            content = commit(f"Change k1 {digest}\n", by(key, digest=digest), by=who)
            yield attack(
                "K1", f"{digest}-{label}", "weak_digest", f"the commit is signed over {digest}", reference, content
            )
    content = commit("Change k1 old\n", by(BOB, digest="sha1", version=3), by="bob")
    yield attack("K1", "sha1-version-3", "weak_digest", "SHA-1 in a version 3 packet", reference, content)
    content = commit("Change k1 md5\n", by(BOB, digest="md5", version=3), by="bob")
    why = "MD5 in a version 3 packet: those are GnuPG's alone, and it does not compute MD5"
    yield attack("K1", "md5-version-3", "unsupported_format", why, reference, content)
    content = tag("Release\n", by(BOB, digest="sha1"), by="bob")
    yield attack("K1", "sha1-tag", "weak_digest", "a tag signed over SHA-1", reference, content, kind="tag")
    content = commit("Change k1 altered\n", by(BOB, digest="sha1"), by="bob", mutate=replace(b"Change", b"Forged"))
    yield attack("K1", "sha1-altered", "bad_signature", "SHA-1, and altered as well", reference, content)


def _self_signatures() -> Iterator[Vector]:
    reference = "https://sha-mbles.github.io, section 7: certificates"
    rows = (
        ("sha1-self", False, "every user ID is bound by SHA-1"),
        ("sha1-binding", True, "the subkey is bound by SHA-1"),
        ("sha1-back", True, "the subkey's back-signature is over SHA-1"),
    )
    for name, subkey, why in rows:
        content = commit(f"Change {name}\n", odd(name, subkey=subkey), by=name)
        yield attack(
            "K2",
            f"{name}-strong",
            "weak_key",
            f"{why}, and the policy wants strong ones",
            reference,
            content,
            policy="strong",
        )
        why = f"{why}; the administrator pinned it"
        yield attack("K2", name, "good", why, reference, content, policy="odd", signer=name)
    content = commit("Change k2 primary\n", odd("sha1-binding"), by="sha1-binding")
    why = "only the subkey is bound by SHA-1, and the primary key signed"
    yield attack("K2", "primary-strong", "good", why, reference, content, policy="strong", signer="sha1-binding")


def _bindings() -> Iterator[Vector]:
    reference = "RFC 9580 5.2.1.12, 10.1.5"
    rows = (
        ("no-back", "a signing subkey without a back-signature"),
        ("back-by-other", "a back-signature by somebody else's key"),
        ("back-for-other", "a back-signature for another primary key"),
        ("back-wrong-class", "a binding in the place of the back-signature"),
        ("back-broken", "a back-signature that does not verify"),
    )
    for name, why in rows:
        content = commit(f"Change {name}\n", odd(name, subkey=True), by=name)
        yield attack("K3", name, "key_not_signing", why, reference, content, policy="odd")
        content = commit(f"Change {name}-version-3\n", odd(name, subkey=True, version=3), by=name)
        # Version 3 is GnuPG's alone. Of a back-signature that is there and false it says no more than "general error".
        expect = "key_not_signing" if name in ("no-back", "back-wrong-class") else "verifier_error"
        yield attack("K3", f"{name}-version-3", expect, f"{why}; version 3", reference, content, policy="odd")
    content = commit("Change stolen\n", ada, by="thief")
    why = "Ada's subkey in the thief's certificate, on the thief's commit"
    yield attack("K3", "stolen", "key_not_signing", why, reference, content, policy="thief")
    content = commit("Change both\n", ada, by="thief")
    why = "the same where Ada is a signer too: the signature is hers, the commit is not"
    yield attack("K3", "stolen-beside-ada", "identity_mismatch", why, reference, content, policy="odd")
    content = commit("Change mine\n", ada)
    why = "Ada's own commit, while a thief's certificate carries her subkey"
    yield attack("K3", "ada-beside-thief", "good", why, reference, content, policy="odd", signer="ada")


def _capabilities() -> Iterator[Vector]:
    reference = "CVE-2025-30258; RFC 9580 5.2.3.29"
    rows = (
        ("certify-only", False, "a primary key that only certifies"),
        ("subkey-encrypts", True, "a subkey for encryption"),
        ("subkey-authenticates", True, "a subkey for authentication"),
    )
    for name, subkey, why in rows:
        for label, options in (("", {}), ("-version-3", {"version": 3})):
            content = commit(f"Change {name}{label}\n", odd(name, subkey=subkey, **options), by=name)
            yield attack("K4", f"{name}{label}", "key_not_signing", why, reference, content, policy="odd")
    for name, key, who in (("mike", "RSA of 1,024 bits", "mike"), ("nina", "DSA of 1,024 bits", "nina")):
        content = commit(f"Change {name}\n", by(OPENPGP[name]), by=who)
        yield attack("K4", f"weak-{name}", "weak_key", f"a listed key of {key}", "NIST SP 800-131A", content)
    content = commit("Change weak ssh\n", sshsig.by(SSH["mike"]), by="mike")
    yield attack("K4", "weak-ssh", "weak_key", "a listed SSH key: RSA of 1,024 bits", "NIST SP 800-131A", content)
    content = commit("Change beside junk\n", ada)
    why = "Ada's commit, while another listed certificate is junk that carries her primary key as its subkey"
    yield attack("K4", "beside-junk", "good", why, reference, content, policy="junk", signer="ada")
    content = commit("Change by junk\n", by(ADA), by="junk")
    why = "the junk certificate claims Ada's primary key"
    yield attack("K4", "by-junk", "identity_mismatch", why, reference, content, policy="junk")


def _strangers() -> Iterator[Vector]:
    reference = "git trusts any key that the keyring holds"
    rows = (
        (
            "openpgp",
            "unknown_key",
            commit("Change k15\n", mallory, by="mallory"),
            "a stranger's good OpenPGP signature",
        ),
        (
            "ssh",
            "unknown_key",
            commit("Change k15 ssh\n", sshsig.by(SSH["mallory"]), by="mallory"),
            "a stranger's good SSH signature",
        ),
        ("as-ada", "unknown_key", commit("Change k15 ada\n", mallory), "a stranger who writes Ada's name"),
        (
            "authority",
            "unknown_key",
            commit("Change k15 ca\n", sshsig.by(SSH["authority"])),
            "an SSH key that only certifies",
        ),
        ("ada-on-bobs", "identity_mismatch", commit("Change k15 bob\n", ada, by="bob"), "Ada's key on Bob's commit"),
        (
            "ada-on-bobs-ssh",
            "identity_mismatch",
            commit("Change k15 bob ssh\n", ada_ssh, by="bob"),
            "the same with an SSH key",
        ),
        ("bobs-author", "good", commit("Change k15 author\n", ada, author="bob"), "Ada commits what Bob wrote"),
        (
            "longer-address",
            "identity_mismatch",
            commit("C\n", ada, by="Ada <ada@example.org.example.net>"),
            "a longer address",
        ),
        (
            "homoglyph",
            "identity_mismatch",
            commit("C\n", ada, by="Ada <аda@example.org>"),
            "an address with a Cyrillic letter",
        ),
        ("space", "identity_mismatch", commit("C\n", ada, by="Ada < ada@example.org>"), "a space inside the brackets"),
        ("empty-address", "identity_mismatch", commit("C\n", ada, by="Ada <>"), "an empty address"),
        (
            "two-in-one",
            "identity_mismatch",
            commit("C\n", ada, by="Ada <ada@example.org,bob@example.org>"),
            "two addresses in one",
        ),
    )
    for name, expect, content, why in rows:
        signer = "ada" if expect == "good" else ""
        yield attack("K15", name, expect, why, reference, content, signer=signer)
    content = commit("Change k15 by author\n", ada, author="bob")
    yield attack(
        "K15",
        "author-demanded",
        "identity_mismatch",
        "the policy binds the author, who is Bob",
        reference,
        content,
        policy="author",
    )
    content = tag("Release\n", ada, by="bob")
    yield attack("K15", "tagger", "identity_mismatch", "Ada's key on a tag by Bob", reference, content, kind="tag")
    content = tag("Release\n", ada, by=None)
    yield attack(
        "K15",
        "no-tagger",
        "identity_mismatch",
        "a tag without a tagger, where identity is bound",
        reference,
        content,
        kind="tag",
    )
    content = commit("Change merge key\n", bob, by="bob")
    yield attack(
        "K15",
        "only-merges",
        "key_not_allowed",
        "a forge's merge key on a plain commit",
        reference,
        content,
        policy="forge",
    )
    content = commit("Change main\n", ada, by="ada")
    why = "a contributor who is not among the signers of this branch"
    yield attack(
        "K15", "not-on-main", "key_not_allowed", why, reference, content, policy="forge", ref="refs/heads/main"
    )


HASTY = commit("Change in haste\n", by(CAROL, digest="sha1"), by="carol")
"""Signed over SHA-1, and excepted by its id in policy `exceptions`."""


def _twins() -> Iterator[Vector]:
    unsigned = commit("Change in haste\n", by="carol")
    body = signature(CAROL, unsigned, digest="sha1")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

    def high(digest: bytes) -> bytes:
        r, s = curve_key("carol").pair(digest)
        return mpi(r) + mpi(order - s)

    why = "a twin of an excepted commit"
    reference = "same tree, same signature, another id"
    rows = (
        (
            "unhashed",
            by(
                CAROL,
                digest="sha1",
                unhashed=[subpacket(16, bytes.fromhex(CAROL.fingerprint)[-8:]), subpacket(100, b"x")],
            ),
            "an unsigned subpacket more",
        ),
        ("comment", lambda _: armor(packet(2, body), headers=["Comment: x"]), "an armor comment more"),
        ("lines", lambda _: armor(packet(2, body), width=60), "shorter lines"),
        ("old-framing", lambda _: armor(b"\x89" + len(body).to_bytes(2) + body), "an old packet header"),
        ("quick-octets", by(CAROL, digest="sha1", quick=b"\0\0"), "other octets of the digest"),
        ("high-s", by(CAROL, digest="sha1", numbers=high), "the other root of ECDSA: n - s"),
    )
    for name, sign, words in rows:
        content = commit("Change in haste\n", sign, by="carol")
        yield attack("K19", name, "weak_digest", f"{why}: {words}", reference, content, policy="exceptions")
    content = commit("Change high\n", by(CAROL, numbers=high), by="carol")
    why = "the other root of ECDSA verifies as well: an id names an object, a signature does not"
    yield attack("K19", "high-s-good", "good", why, "SEC 1 4.1.4", content, signer="carol")
