"""Families R9 to R11, K16, K17: tags, X.509, and numbers with leading zeros."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.vectors.make.objects import EMPTY_BLOB, EMPTY_TREE, commit, payload, tag, tag_payload, with_header
from tests.vectors.make.openpgp import by
from tests.vectors.make.people import ADA_SUB
from tests.vectors.make.rows import ada, ada_ssh, after, attack, bob, mallory, replace
from tests.vectors.reader import Vector

__all__ = ["X509_PAYLOAD", "vectors"]

_STORED = Path(__file__).parent / "stored"
X509_PAYLOAD = payload("Change k16\n")
"""What the stored CMS signatures cover."""


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield from _names()
    yield from _tails()
    yield from _unsigned()
    yield from _x509()
    yield from _zeros()


def _names() -> Iterator[Vector]:
    reference = "git verify-tag looks at no ref"
    rows = (
        ("other-version", "v1.0", "refs/tags/v2.0", "the signed tag v1.0 offered as v2.0"),
        ("case", "v1.0", "refs/tags/V1.0", "another letter case"),
        ("folder", "v1.0", "refs/tags/release/v1.0", "the same name in a folder"),
        ("prefix", "v1.0", "refs/tags/v1.0.1", "a longer name"),
        ("path-as-name", "refs/tags/v1.0", "refs/tags/v1.0", "a tag that calls itself by the ref's full name"),
    )
    for label, name, ref, why in rows:
        content = tag(f"Release {label}\n", ada, name=name)
        yield attack("R9", label, "tag_name_mismatch", why, reference, content, kind="tag", ref=ref)
    rows_ = (
        ("tree-as-commit", EMPTY_TREE, "commit", "a tree that the tag calls a commit"),
        ("blob-as-tree", EMPTY_BLOB, "tree", "a blob that the tag calls a tree"),
        ("tree-as-tag", EMPTY_TREE, "tag", "a tree that the tag calls a tag"),
    )
    for label, target, said, why in rows_:
        content = tag(f"Release {label}\n", ada, target=target, target_type=said)
        yield attack("R9", label, "tag_name_mismatch", why, "tag.c: parse_tag_buffer", content, kind="tag")
    for label, name in (
        ("dots", "v1..0"),
        ("option", "v1 --upload"),
        ("escape", "v1\x1b[2K"),
        ("lock", "v1.lock"),
        ("star", "v*"),
    ):
        content = tag(f"Release {label}\n", ada, name=name)
        yield attack(
            "R9",
            f"name-{label}",
            "malformed_object",
            "a name that no ref can have",
            "git-check-ref-format(1)",
            content,
            kind="tag",
        )


def _tails() -> Iterator[Vector]:
    reference = "gpg-interface.c: parse_signed_buffer takes the last block"
    proof = b"-----BEGIN PGP SIGNATURE-----\n"
    rows = (
        ("text-after", tag("Release a\n", ada, mutate=after(b"Reviewed by everybody.\n")), "text after the signature"),
        ("two-signatures", tag("Release b\n", lambda data: ada(data) + ada(data)), "the same signature twice"),
        (
            "signed-twice",
            tag("Release c\n", lambda data: mallory(data) + ada(data + mallory(data))),
            "a signature over a signed tag",
        ),
        (
            "openpgp-and-ssh",
            tag("Release d\n", lambda data: ada(data) + ada_ssh(data + ada(data))),
            "an OpenPGP and an SSH block",
        ),
        (
            "first-line-in-message",
            tag("Release e\n\n" + proof.decode() + "is how it begins\n", ada),
            "a first line in the message",
        ),
        (
            "first-line-in-header",
            tag("Release f\n", ada, headers=[b"x-note a", b" b\n" + proof[:-1]]),
            "a block among the headers",
        ),
        (
            "other-block-behind",
            tag("Release g\n", ada, mutate=after(b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n")),
            "another block behind",
        ),
        ("nameless", tag("Release h\n", ada, mutate=replace(b"tag v1.0\n", b"")), "no name"),
        ("two-names", tag("Release i\n", ada, mutate=replace(b"tag v1.0\n", b"tag v1.0\ntag v2.0\n")), "two names"),
        (
            "two-taggers",
            tag("Release j\n", ada, mutate=replace(b"\n\n", b"\ntagger B <bob@example.org> 1 +0000\n\n")),
            "two taggers",
        ),
        ("type-unknown", tag("Release k\n", ada, target_type="gitlink"), "a type that git does not have"),
        ("commit-header", tag("Release l\n", ada, headers=[b"parent " + EMPTY_TREE]), "a commit's line in a tag"),
    )
    for label, content, why in rows:
        yield attack("R10", label, "malformed_object", why, reference, content, kind="tag")
    content = tag("Release altered\n", ada, mutate=replace(b"Release", b"Malware"))
    yield attack("R10", "altered", "bad_signature", "a tag altered after signing", reference, content, kind="tag")
    content = tag("Release moved\n", ada, mutate=replace(EMPTY_TREE, b"5" * 40))
    yield attack(
        "R10",
        "other-target",
        "bad_signature",
        "a tag that points elsewhere than it was signed for",
        reference,
        content,
        kind="tag",
    )
    content = tag("Release no newline", lambda data: ada(data), mutate=replace(b"newline-----", b"newline -----"))
    yield attack(
        "R10", "inside-a-line", "unsigned", "a first line that does not begin its line", reference, content, kind="tag"
    )


def _unsigned() -> Iterator[Vector]:
    reference = "git describe and tag -l show it like a signed one"
    content = tag("Release\n")
    yield attack("R11", "unsigned", "unsigned", "an annotated tag that nobody signed", reference, content, kind="tag")
    inner = Vector("", "", "", "", "", tag("Release inner\n", ada), "tag")
    outer = tag("Release outer\n", target=inner.object_id.encode(), target_type="tag", name="v1.1")
    yield attack(
        "R11", "outer-unsigned", "unsigned", "an unsigned tag of Ada's signed tag", reference, outer, kind="tag"
    )
    content = commit("Change lightweight\n", ada)
    why = "a lightweight tag: the commit is signed, the tag cannot be"
    yield attack("R11", "lightweight", "unsigned", why, reference, content, ref="refs/tags/v3.0")
    unsigned = tag_payload("Release header\n")
    content = with_header(unsigned, ada(unsigned))
    yield attack(
        "R11",
        "signature-in-header",
        "unsigned",
        "a gpgsig header signs a tag for the other hash only",
        reference,
        content,
        kind="tag",
    )
    content = with_header(payload("Change other hash\n"), ada(payload("Change other hash\n")), b"gpgsig-sha256")
    yield attack("R11", "commit-other-hash", "unsigned", "a commit signed for the other hash only", reference, content)
    content = tag("Release by bob\n", bob, by="ada")
    yield attack(
        "R11", "bob-as-ada", "identity_mismatch", "Bob's signature on a tag by Ada", reference, content, kind="tag"
    )


def _x509() -> Iterator[Vector]:
    reference = "RFC 5652; gitsign, smimesign"
    rows = (
        ("unknown-root", "a root that nobody pinned"),
        ("self-signed", "a certificate that signed itself"),
        ("expired", "a certificate that had expired"),
        ("wrong-usage", "a certificate for web servers"),
    )
    for name, why in rows:
        text = (_STORED / f"x509-{name}.pem").read_bytes()
        content = with_header(X509_PAYLOAD, text)
        yield attack("K16", name, "untrusted_certificate", why, reference, content)
    text = (_STORED / "x509-unknown-root.pem").read_bytes()
    for name, sign, why in (
        ("cut-off", text[: len(text) // 2], "a CMS signature that is cut off"),
        ("text-after", text + b"text\n", "text behind the CMS signature"),
        (
            "openpgp-inside",
            text.splitlines(True)[0]
            + ada(X509_PAYLOAD).split(b"\n\n")[1].split(b"\n=")[0]
            + b"\n"
            + text.splitlines(True)[-1],
            "an OpenPGP packet in X.509 armor",
        ),
    ):
        yield attack("K16", name, "malformed_signature", why, reference, with_header(X509_PAYLOAD, sign))


def _zeros() -> Iterator[Vector]:
    reference = "libgcrypt T2954 (2017); Guix's OpenPGP library (2023): one signature in 128 refused"
    rows = (
        ("r", 0, "R begins with a zero octet"),
        ("s", 1, "S begins with a zero octet"),
        ("both", 2, "both begin with a zero octet"),
    )
    for name, wanted, why in rows:
        content = commit(f"Change k17 {_COUNTS[wanted]}\n", ada)
        yield attack("K17", name, "good", why, reference, content, signer="ada")

    counted = by(ADA_SUB, numbers=lambda value: b"".join((256).to_bytes(2) + half for half in _halves(value)))
    content = commit("Change k17 padded\n", counted)
    yield attack(
        "K17",
        "bits-overcounted",
        "good",
        "numbers whose leading zero bits are counted",
        reference,
        content,
        signer="ada",
    )
    longer = by(ADA_SUB, numbers=lambda value: b"".join((264).to_bytes(2) + b"\0" + half for half in _halves(value)))
    yield attack(
        "K17", "33-octets", "bad_signature", "numbers of 33 octets", reference, commit("Change k17 33\n", longer)
    )


def _halves(value: bytes) -> tuple[bytes, bytes]:
    raw = ADA_SUB.private.sign(value)
    return raw[:32], raw[32:]


_COUNTS = (804, 145, 64593)
"""Found by trying: the numbers of these messages have the zeros."""
