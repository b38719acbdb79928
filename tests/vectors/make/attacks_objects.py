"""Families O1, O2, O4, O5: headers, NUL bytes, duplicate lines."""

from __future__ import annotations

from collections.abc import Iterator

from tests.vectors.make.objects import EMPTY_BLOB, EMPTY_TREE, commit, ident, parent, payload, tag, with_header
from tests.vectors.make.rows import ada, ada_ssh, after, before, malformed, mallory, replace
from tests.vectors.reader import Vector

__all__ = ["vectors"]

_JOINS = "git joins all gpgsig headers (commit.c: parse_signed_commit)"
_PREFIX = "git strips every header that begins with gpgsig"
_NUL = "git's commit_message is a C string; libgit2 too"
_ORDER = "CVE-2026-44309: two parsers, two trees"


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield from _several_headers()
    yield from _prefixed_headers()
    yield from _nul_bytes()
    yield from _duplicates()


def _several_headers() -> Iterator[Vector]:
    unsigned = payload("Change o1\n")
    good = ada(unsigned)
    first, second = good[:200], good[200:]
    twice = with_header(with_header(unsigned, good), good)
    split = with_header(with_header(with_header(unsigned, first), b"a", b"x-between"), second)
    other = with_header(with_header(unsigned, mallory(unsigned)), good)
    many = unsigned
    for _ in range(17):
        many = with_header(many, good)
    rows = (
        ("twice", twice, "the same gpgsig header twice"),
        ("stranger-and-ada", other, "a stranger's gpgsig header and Ada's"),
        ("ada-and-ssh", with_header(with_header(unsigned, good), ada_ssh(unsigned)), "an OpenPGP and an SSH signature"),
        ("split", split, "one signature split around another header"),
        ("seventeen", many, "seventeen gpgsig headers, as in one public history"),
        ("empty-second", with_header(with_header(unsigned, good), b""), "a second, empty gpgsig header"),
        (
            "other-hash-twice",
            with_header(with_header(with_header(unsigned, good), good, b"gpgsig-sha256"), good, b"gpgsig-sha256"),
            "gpgsig-sha256 twice",
        ),
    )
    for name, content, why in rows:
        yield malformed("O1", name, why, _JOINS, content)


def _prefixed_headers() -> Iterator[Vector]:
    names = (
        b"gpgsigx",
        b"gpgsig-sha512",
        b"gpgsig2",
        b"gpgsigner",
        b"gpgsig-sha1",
        b"gpgsig_",
        b"GPGSIG",
        b"gpgsig-sha256x",
    )
    for name in names:
        signed = commit("Change o2\n", ada)
        content = with_header(signed, b"text that nobody signed", name)
        label = name.decode().replace("_", "-underscore").replace("GPGSIG", "upper-case")
        why = f"a header {name.decode()}, which git leaves out of the payload or a reader may"
        yield malformed("O2", f"header-{label}", why, _PREFIX, content)
    content = commit("Change o2 bare\n", ada, mutate=replace(b"\ngpgsig ", b"\ngpgsig\ngpgsig "))
    yield malformed(
        "O2", "no-value", "a gpgsig line without space and value in front of the true one", _PREFIX, content
    )
    content = commit("Change o2 tab\n", ada, mutate=replace(b"\ngpgsig ", b"\ngpgsig\t"))
    yield malformed("O2", "tab", "a tab behind gpgsig", _PREFIX, content)
    content = commit("Change o2 bare only\n", None, mutate=replace(b"\n\n", b"\ngpgsig\n\n"))
    yield malformed("O2", "no-value-unsigned", "a gpgsig line without a value, and nothing else", _PREFIX, content)


def _nul_bytes() -> Iterator[Vector]:
    def signed_without(text: bytes) -> bytes:
        return commit("Change o4\n", ada, mutate=after(text))

    rows = (
        ("text-after-nul", signed_without(b"\0text that nobody signed\n"), "NUL and text behind the signed message"),
        ("nul-at-end", signed_without(b"\0"), "one NUL at the end"),
        ("signed-nul", commit(b"Change\0 o4\n", ada), "a NUL that was signed: readers disagree where the message ends"),
        ("in-header", commit("Change o4 header\n", ada, headers=[b"x-note a\0b"]), "a NUL in a header"),
        ("in-name", commit("Change o4 name\n", ada, by="A\0da <ada@example.org>"), "a NUL in the committer's name"),
        (
            "in-signature",
            commit("Change o4 sig\n", ada, mutate=replace(b"-----END", b"\0-----END")),
            "a NUL in the armor",
        ),
        (
            "before-signature",
            commit("Change o4 hide\n", ada, mutate=replace(b"\ngpgsig", b"\0\ngpgsig")),
            "a NUL hides the header",
        ),
    )
    for name, content, why in rows:
        yield malformed("O4", name, why, _NUL, content)
    yield malformed("O4", "tag", "a NUL in a tag's message", _NUL, tag("Release\0x\n", ada), kind="tag")
    content = tag("Release\n", ada, mutate=after(b"\0text"))
    yield malformed("O4", "tag-after-nul", "NUL and text behind a tag's signature", _NUL, content, kind="tag")


def _duplicates() -> Iterator[Vector]:
    tree, other = b"tree " + EMPTY_TREE + b"\n", b"tree " + EMPTY_BLOB + b"\n"
    author, committer = ident("author") + b"\n", ident("committer") + b"\n"
    mallory_line = ident("committer", "mallory") + b"\n"
    changes = (
        (
            "tree-twice",
            replace(tree, tree + other),
            "two trees: readers that take the first and the last see two contents",
        ),
        ("tree-at-end", replace(committer, committer + other), "a second tree behind the committer"),
        ("author-twice", replace(author, author + author), "two authors"),
        ("committer-twice", replace(committer, committer + mallory_line), "two committers"),
        ("encoding-twice", replace(committer, committer + b"encoding UTF-8\nencoding UTF-7\n"), "two encodings"),
        ("committer-first", replace(author + committer, committer + author), "committer before author"),
        ("author-before-tree", lambda data: author + data.replace(author, b""), "author before tree"),
        ("parent-before-tree", before(b"parent " + parent(9) + b"\n"), "a parent before the tree"),
        ("tree-upper-case", replace(EMPTY_TREE, EMPTY_TREE.upper()), "a tree in upper case"),
        ("tree-short", replace(EMPTY_TREE, EMPTY_TREE[:39]), "a tree of 39 digits"),
        ("tree-space", replace(b"tree ", b"tree  "), "two spaces behind tree"),
        ("no-tree", replace(tree, b""), "no tree at all"),
    )
    for name, change, why in changes:
        unsigned = change(payload(f"Change {name}\n"))
        yield malformed("O5", name, f"{why}; all of it signed", _ORDER, with_header(unsigned, ada(unsigned)))
    content = commit("Change o5 unsigned\n", ada, mutate=replace(tree, tree + other))
    yield malformed("O5", "tree-twice-unsigned", "a second tree put in after signing", _ORDER, content)
