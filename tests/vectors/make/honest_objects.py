"""Honest objects: SSH signatures, odd but legal commits and tags."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.story import START
from tests.vectors.make import sshsig
from tests.vectors.make.objects import EMPTY_BLOB, EMPTY_TREE, commit, parent, payload, tag, tag_payload, with_header
from tests.vectors.make.openpgp import PROOF
from tests.vectors.make.people import SSH
from tests.vectors.make.rows import ada, ada_ssh, after, bob, honest, wrap
from tests.vectors.reader import Vector

__all__ = ["vectors"]

_PUBLIC = "public histories"


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield from _ssh()
    yield from _headers()
    yield from _messages()
    yield from _parents()
    yield from _people()
    yield from _tags()


def _ssh() -> Iterator[Vector]:
    rows = (
        ("ed25519", "ada", {}, "Ed25519"),
        ("ed25519-sha256", "ada", {"digest": b"sha256"}, "Ed25519 over SHA-256"),
        ("rsa-sha512", "bob", {}, "RSA with SHA-512"),
        ("rsa-sha256", "bob", {"inner": {"kind": b"rsa-sha2-256"}}, "RSA with SHA-256"),
        ("ecdsa-p256", "carol", {}, "ECDSA on P-256"),
        ("ecdsa-p384", "grace", {}, "ECDSA on P-384"),
        ("ecdsa-p521", "heidi", {}, "ECDSA on P-521"),
        ("fido", "dora", {}, "a FIDO key, touched"),
        ("fido-no-touch", "dora", {"inner": {"flags": 0}}, "a FIDO key without touch, where the policy asks for none"),
        ("fido-pin", "dora", {"inner": {"flags": 5}}, "a FIDO key with touch and PIN"),
        ("fido-counter-zero", "dora", {"inner": {"counter": 0}}, "an authenticator without a counter"),
        ("fido-other-flags", "dora", {"inner": {"flags": 0xC1}}, "flags for attested data and extensions"),
        ("fido-ecdsa", "erin", {}, "a FIDO key on P-256"),
    )
    for name, who, options, why in rows:
        content = commit(f"Change {name}\n", sshsig.by(SSH[who], **options), by=who)
        yield honest(f"ssh-{name}", why, "PROTOCOL.sshsig, PROTOCOL.u2f", content, who)
    for name, key, flags, policy in (
        ("touched", "dora", 1, "touch"),
        ("touched-ecdsa", "erin", 1, "touch"),
        ("pin", "dora", 5, "pin"),
    ):
        content = commit(f"Change {name}\n", sshsig.by(SSH[key], inner={"flags": flags}), by=key)
        yield honest(
            f"ssh-fido-{name}-demanded",
            "what the policy demands of the authenticator",
            "PROTOCOL.u2f",
            content,
            key,
            policy=policy,
        )
    narrow = commit(
        "Change narrow\n", lambda data: sshsig.armor(sshsig.blob(SSH["ada"].public, SSH["ada"].sign, data), width=64)
    )
    yield honest("ssh-lines-of-64", "base64 lines of 64", "other tools than ssh-keygen", narrow)
    content = commit("Change blank\n", wrap(ada_ssh, after(b"\n")))
    yield honest("ssh-blank-line-behind", "a blank line behind the armor", "libgit2 and jj", content)
    content = tag("Release ssh\n", ada_ssh)
    yield honest("ssh-tag", "a tag signed with SSH", "gpg.format ssh", content, kind="tag", ref="refs/tags/v1.0")


def _headers() -> Iterator[Vector]:
    signed_tag = tag("Release 0.9\n", bob, by="bob").rstrip(b"\n").replace(b"\n", b"\n ")
    mergetag = b"mergetag " + signed_tag
    rows = (
        ("change-id", [b"change-id kkmpptxzrspxrzommnulwmwkkqwworpl"], 1, "jj's change id"),
        ("jj-trees", [b"jj:trees " + EMPTY_TREE + b" " + EMPTY_TREE], 1, "jj's trees of a conflict"),
        ("mercurial", [b"HG:extra branch_close:1", b"HG:rename-source hg"], 1, "headers of hg-git"),
        ("folded", [b"x-note one", b" two", b"  three"], 1, "a header on three lines"),
        ("folded-blank", [b"x-note one", b" ", b" three"], 1, "a header with a blank line in it"),
        ("empty-value", [b"x-empty "], 1, "a header with an empty value"),
        ("no-value", [b"x-empty"], 1, "a header without a value, as git writes an empty one"),
        ("encoding", [b"encoding ISO-8859-1"], 1, "an encoding"),
        ("encoding-unknown", [b"encoding kamenicky"], 1, "an encoding that nobody knows"),
        ("mergetag", [mergetag], 2, "a merged signed tag"),
        ("seven-mergetags", [mergetag] * 7, 8, "an octopus merge of seven signed tags, as in Linux"),
        ("mergetag-unsigned", [b"mergetag object " + EMPTY_TREE], 2, "a mergetag that is no tag"),
    )
    for name, headers, parents, why in rows:
        content = commit(f"Change {name}\n", ada, headers=headers, parents=parents)
        yield honest(f"header-{name}", why, _PUBLIC, content)
    unsigned = payload("Change both\n", headers=[b"encoding UTF-8"])
    content = with_header(with_header(unsigned, ada(unsigned)), ada(unsigned), b"gpgsig-sha256")
    yield honest("header-both-hashes", "signatures for both object formats", "hash-function-transition", content)
    content = commit("Change early\n", ada, headers=[b"x-after y"])
    folded = content[content.index(b"gpgsig ") : content.index(b"\n\n") + 1]
    content = content.replace(folded, b"").replace(b"x-after", folded + b"x-after")
    yield honest("header-behind-gpgsig", "a header behind the signature", "git commit-tree of old", content)


def _messages() -> Iterator[Vector]:
    rows: tuple[tuple[str, bytes, str], ...] = (
        ("latin-1", "Größe ändern\n".encode("latin-1"), "a message that is not UTF-8"),
        ("shift-jis", "変更\n".encode("shift-jis"), "a message in Shift JIS"),
        ("invalid-utf8", b"Change \xff\xfe\xc0\x80\n", "bytes that no encoding explains"),
        ("carriage-returns", b"Change\r\n\r\nby Windows\r\n", "carriage returns"),
        ("empty", b"", "an empty message"),
        ("no-final-newline", b"Change", "no final newline"),
        ("blank-lines-first", b"\n\n\nChange\n", "blank lines first"),
        ("only-blank-lines", b"\n\n\n", "nothing but blank lines"),
        (
            "scissors",
            b"Change\n# ------------------------ >8 ------------------------\ndiff\n",
            "a patch below the scissors",
        ),
        (
            "armor-inside",
            b"Change\n\n-----BEGIN PGP SIGNATURE-----\nquoted\n-----END PGP SIGNATURE-----\n",
            "a quoted armor",
        ),
        (
            "header-like",
            b"tree " + EMPTY_TREE + b"\nauthor Nobody <n@example.net> 1 +0000\n",
            "a message that looks like headers",
        ),
        ("long-line", b"x" * 100_000 + b"\n", "a subject of 100,000 letters"),
        ("huge", b"Change\n\n" + b"A line that repeats.\n" * 12_000, "a message of 240 KiB"),
        ("emoji", "🎉 Change ✨\n".encode(), "emoji"),
        ("tabs", b"\tChange\t\x07\n", "tabs and a bell"),
    )
    for name, message, why in rows:
        yield honest(f"message-{name}", why, _PUBLIC, commit(message, ada))
    unsigned = payload("").removesuffix(b"\n\n") + b"\n"
    yield honest(
        "message-none", "headers only, no blank line and no message", _PUBLIC, with_header(unsigned, ada(unsigned))
    )


def _parents() -> Iterator[Vector]:
    for name, count, why in (
        ("root", 0, "no parent"),
        ("merge", 2, "a merge"),
        ("octopus", 8, "an octopus merge"),
        ("hydra", 66, "66 parents, as in Linux"),
    ):
        yield honest(f"parents-{name}", why, _PUBLIC, commit(f"Change {name}\n", ada, parents=count))
    twice = payload("Change twice\n", parents=2).replace(parent(2), parent(1))
    yield honest("parents-twice", "one parent twice", "git of 2005", with_header(twice, ada(twice)))
    merge = commit("Merge pull request\n", bob, by="bob", parents=2)
    yield honest("forge-merge", "a forge's merge key on a merge", "only = merge", merge, "bob", policy="forge")


def _people() -> Iterator[Vector]:
    dates = (
        ("epoch", 0, "+0000", "the first second of 1970"),
        ("beyond-2038", 4102444800, "+0000", "a committer's date beyond 2038; the signature is from now"),
        ("year-9999", 253402300799, "+0000", "the year 9999"),
        ("half-hour", START, "+0530", "India's time zone"),
        ("minus-zero", START, "-0000", "an unknown time zone"),
        ("line-islands", START, "+1400", "the first time zone of the day"),
        ("wrong-zone", START, "+051800", "a time zone of six digits"),
        ("impossible-zone", START, "+9999", "a time zone that cannot be"),
        ("leading-zeros", "0001767225600", "+0000", "a date with leading zeros"),
    )
    for name, at, zone, why in dates:
        yield honest(f"date-{name}", why, _PUBLIC, commit(f"Change {name}\n", ada, at=at, zone=zone))
    people = (
        ("utf8", "Ada Łukasiewicz <ada@example.org>", "a name beyond ASCII"),
        ("latin-1-ish", "Ãda <ada@example.org>", "a name in the wrong encoding"),
        ("capitals", "Ada <ADA@Example.ORG>", "an address in capitals"),
        ("empty-name", "<ada@example.org>", "no name"),
        ("no-space", "Ada<ada@example.org>", "no space before the address, from old imports"),
        ("dots", "Ada, B. 'Count' \"x\" <ada@example.org>", "punctuation in the name"),
        ("many-spaces", "Ada   Lovelace  <ada@example.org>", "many spaces in the name"),
        ("second-address", "Ada <ada@home.example.org>", "another address of hers"),
    )
    for name, who, why in people:
        yield honest(f"person-{name}", why, _PUBLIC, commit(f"Change {name}\n", ada, by=who))
    strange = "Nobody <>"
    content = commit("Change nobody\n", ada, by=strange)
    yield honest("person-nobody", "no address, where identity is off", _PUBLIC, content, policy="lenient")


def _tags() -> Iterator[Vector]:
    v1 = "refs/tags/v1.0"
    rows = (
        ("plain", tag("Release\n", ada), v1, "a signed tag"),
        (
            "of-blob",
            tag("A key\n", ada, name="key", target=EMPTY_BLOB, target_type="blob"),
            "refs/tags/key",
            "a tag of a blob, as git's own junio-gpg-pub",
        ),
        (
            "of-tag",
            tag("A tag\n", ada, name="again", target=parent(7), target_type="tag"),
            "refs/tags/again",
            "a tag of a tag",
        ),
        (
            "of-commit",
            tag("Release c\n", ada, target=parent(7), target_type="commit"),
            v1,
            "a tag of a commit that is not here",
        ),
        ("in-folder", tag("Release f\n", ada, name="release/1.0"), "refs/tags/release/1.0", "a name with a folder"),
        ("unicode-name", tag("Release u\n", ada, name="версия-1"), "refs/tags/версия-1", "a name beyond ASCII"),
        ("empty-message", tag("", ada), v1, "no message"),
        ("carriage-returns", tag("Release\r\nnotes\r\n", ada), v1, "carriage returns in the message"),
        ("timestamp", tag("Release t\n", wrap(ada, after(PROOF))), v1, "an OpenTimestamps proof behind the signature"),
        ("blank-line-behind", tag("Release b\n", wrap(ada, after(b"\n"))), v1, "a blank line behind the signature"),
        ("encoding", tag("Release e\n", ada, headers=[b"encoding UTF-8"]), v1, "an encoding header"),
        ("unknown-header", tag("Release x\n", ada, headers=[b"x-note y"]), v1, "a header that git does not know"),
        ("dashes", tag("Release d\n-----\n- text\n", ada), v1, "dashes in the message"),
        ("elsewhere", tag("Release g\n", ada), "", "a tag met without any ref"),
    )
    for name, content, ref, why in rows:
        yield honest(f"tag-{name}", why, _PUBLIC, content, kind="tag", ref=ref)
    content = tag("Release 2005\n", ada, by=None)
    yield honest(
        "tag-without-tagger",
        "a tag without a tagger, where identity is off",
        "Linux v2.6.11-tree",
        content,
        kind="tag",
        policy="lenient",
    )
    unsigned = tag_payload("Release two\n")
    signed = with_header(unsigned, ada(unsigned)) + ada(unsigned)
    yield honest(
        "tag-other-hash", "a signature for the other hash in a header", "hash-function-transition", signed, kind="tag"
    )
    content = tag("Release by bob\n", bob, by="bob", name="v1.1")
    yield honest("tag-rsa", "a tag signed with RSA", _PUBLIC, content, "bob", kind="tag", ref="refs/tags/v1.1")
