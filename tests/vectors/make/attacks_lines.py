"""Families O6, O10, O14, O15: lines where they must not stand, sizes, merge tags, lying ids."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.story import START
from tests.vectors.make.objects import EMPTY_BLOB, EMPTY_TREE, commit, ident, parent, payload, tag, with_header
from tests.vectors.make.openpgp import by
from tests.vectors.make.people import ADA_SUB
from tests.vectors.make.rows import ada, attack, malformed, mallory, replace
from tests.vectors.reader import Vector

__all__ = ["vectors"]

_PREFIX = "git strips every header that begins with gpgsig"


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield from _misplaced()
    yield from _identities()
    yield from _sizes()
    yield from _mergetags()
    yield from _lying_ids()


def _misplaced() -> Iterator[Vector]:
    author, committer = ident("author") + b"\n", ident("committer") + b"\n"
    reference = "two readers, two meanings"
    changes = (
        (
            "parent-after-committer",
            replace(committer, committer + b"parent " + parent(9) + b"\n"),
            "a parent after the committer",
        ),
        (
            "parent-between",
            replace(author, author + b"parent " + parent(9) + b"\n"),
            "a parent between author and committer",
        ),
        ("no-committer", replace(committer, b""), "no committer"),
        ("no-author", replace(author, b""), "no author"),
        ("parent-upper-case", replace(parent(1), parent(1)[:-2] + b"AB"), "a parent in upper case"),
        ("folded-first", replace(committer, committer + b" continued\n"), "a continuation without a header"),
        ("no-header", replace(committer, committer + b"=\x01: x\n"), "a line that is no header"),
        ("reserved-later", replace(committer, committer + b"object " + parent(9) + b"\n"), "a tag's line in a commit"),
        ("tagger", replace(committer, committer + ident("tagger") + b"\n"), "a tagger in a commit"),
        ("cr-line-end", replace(committer, committer[:-1] + b"\r\n"), "a carriage return behind the committer"),
    )
    for name, change, why in changes:
        unsigned = change(payload(f"Change {name}\n"))
        yield malformed("O6", name, why, reference, with_header(unsigned, ada(unsigned)))
    unsigned = payload("Change o6 early\n")
    folded = b"gpgsig " + ada(unsigned).rstrip().replace(b"\n", b"\n ") + b"\n"
    for name, place in (("before-author", author), ("before-committer", committer)):
        why = f"the signature stands {name.replace('-', ' ')}"
        yield malformed("O6", f"gpgsig-{name}", why, reference, unsigned.replace(place, folded + place, 1))
    yield malformed("O6", "gpgsig-first", "the signature stands before the tree", reference, folded + unsigned)
    yield from _moved(folded)


def _moved(folded: bytes) -> Iterator[Vector]:
    """libgit2 finds `gpgsig` wherever it stands: text of the message then verifies."""
    reference = "libgit2 git_commit_extract_signature"
    content = payload(b"Change o6 early\n", blank=b"\n\n" + folded + b"\n")
    yield attack("O6", "gpgsig-in-message", "unsigned", "a gpgsig block moved into the message", reference, content)
    content = payload("Change\n\n" + folded.decode())
    yield attack("O6", "gpgsig-after-message", "unsigned", "a gpgsig block at the message's end", reference, content)
    content = payload("Change\n\n" + ada(payload("Change\n")).decode())
    yield attack(
        "O6",
        "armor-in-message",
        "unsigned",
        "a signature at the end of a commit's message, as in a tag",
        reference,
        content,
    )
    content = commit(
        "Change encoding\n", ada, headers=[b"encoding UTF-8"], mutate=replace(b"\nencoding", b"\ngpgsigencoding")
    )
    yield malformed("O6", "encoding-renamed", "encoding renamed gpgsigencoding after signing", _PREFIX, content)
    content = commit("Change renamed\n", ada, mutate=replace(b"\ngpgsig ", b"\nxgpgsig "))
    yield attack("O6", "gpgsig-renamed", "unsigned", "gpgsig renamed: an unknown header", reference, content)


def _identities() -> Iterator[Vector]:
    reference = "git, libgit2, JGit and go-git look for the bracket from different ends"
    lines = (
        ("two-addresses", "Mallory <mallory@example.net> <ada@example.org>", "two addresses"),
        ("nested-brackets", "Ada <mallory@example.net <ada@example.org>", "a bracket inside the address"),
        ("bracket-in-name", "Ada > <ada@example.org>", "a closing bracket in the name"),
        ("no-brackets", "<ada@example.org", "an address without its end"),
    )
    for name, who, why in lines:
        content = commit(f"Change {name}\n", ada, by=who)
        yield malformed("O6", f"ident-{name}", f"{why}: who committed it?", reference, content)
    dates = (
        ("two-dates", f"{START} +0000 1", "two dates"),
        ("no-date", "", "no date"),
        ("negative-date", "-1", "a date before 1970, which git does not read"),
        ("date-beyond-time", "9" * 19, "a date that git cannot show"),
        ("date-of-21-digits", "0" * 11 + "1767225600", "a date of 21 digits"),
        ("hex-date", "0x69560000", "a date in hexadecimal"),
    )
    for name, at, why in dates:
        yield malformed("O6", name, why, "ident.c: split_ident_line", commit(f"Change {name}\n", ada, at=at))
    content = commit("Change zone\n", ada, zone="UTC")
    yield malformed("O6", "zone-in-words", "a time zone in words", "ident.c: split_ident_line", content)


def _sizes() -> Iterator[Vector]:
    content = commit("Change headers\n", ada, headers=[b"x y"] * 4097)
    yield malformed("O10", "headers", "4,097 headers", "limits before parsing", content)
    content = commit("Change parents\n", ada, parents=0)
    lines = b"".join(b"parent %040x\n" % number for number in range(1, 4098))
    content = content.replace(b"author", lines + b"author", 1)
    yield malformed("O10", "parents", "4,097 parents", "limits before parsing", content)


def _mergetags() -> Iterator[Vector]:
    inner = tag("Release by Ada\n", ada).rstrip(b"\n").replace(b"\n", b"\n ")
    reference = "commit.c: read_commit_extra_headers"
    merge = {"parents": 2, "headers": [b"mergetag " + inner]}
    content = commit("Merge tag 'v1.0'\n", **merge)
    yield attack("O14", "unsigned-merge", "unsigned", "Ada signed the merged tag, nobody the merge", reference, content)
    content = commit("Merge tag 'v1.0'\n", mallory, **merge)
    yield attack("O14", "strangers-merge", "unknown_key", "a stranger's merge of Ada's tag", reference, content)
    content = commit("Merge tag 'v1.0'\n", ada, mutate=replace(b"Release", b"Malware"), **merge)
    yield attack(
        "O14", "altered-mergetag", "bad_signature", "the merge tag altered under a signed merge", reference, content
    )
    content = commit("Merge two\n", parents=3, headers=[b"mergetag " + inner] * 2)
    yield attack(
        "O14", "two-mergetags", "unsigned", "two signed tags merged, nobody signed the merge", reference, content
    )
    nested = commit("Change inside\n", ada).rstrip(b"\n").replace(b"\n", b"\n ")
    content = commit("Merge commit\n", parents=2, headers=[b"mergetag " + nested])
    yield attack(
        "O14", "signed-commit-inside", "unsigned", "a signed commit in the place of the merge tag", reference, content
    )


def _lying_ids() -> Iterator[Vector]:
    reference = "object store corruption; libgit2 and git check loose objects only"
    good = Vector("", "", "", "", "", commit("Change o15\n", ada))
    stranger = commit("Change o15 stranger\n", mallory)
    flipped = good.content.replace(EMPTY_TREE, EMPTY_BLOB, 1)
    fresh = commit("Change o15 another\n", by(ADA_SUB))
    rows = (
        ("flipped", flipped, good.object_id, "a commit altered in place, under its old id"),
        ("stranger", stranger, "0123456789" * 4, "a stranger's commit under an invented id"),
        ("another", fresh, "89abcdef01" * 4, "Ada's own good commit under an id that is not its own"),
        ("zero", fresh, "00" * 19 + "15", "the same under an id of zeros"),
    )
    for name, content, oid, why in rows:
        yield attack("O15", name, "verifier_error", why, reference, content, oid=oid)
    content = tag("Release o15\n", ada)
    yield attack(
        "O15",
        "tag",
        "verifier_error",
        "a tag under an invented id",
        reference,
        content,
        kind="tag",
        oid="fedcba9876" * 4,
    )
