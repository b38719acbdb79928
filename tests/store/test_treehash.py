"""Tree-SHA512, against the algorithm of Bitcoin Core's scripts over what the real git prints."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gitsig.errors import ObjectFault, ObjectMissing
from gitsig.store.treehash import TreeHashes

from .tales import Tale


@pytest.fixture
def tale(tmp_path: Path, object_format: str) -> Tale:
    return Tale(tmp_path / "repo.git", object_format)


def as_the_scripts_do(tale: Tale, commit: str) -> str:
    blobs = {}
    for line in tale.git("ls-tree", "--full-tree", "-r", commit).splitlines():
        facts, _, name = line.partition(b"\t")
        assert facts.split()[1] == b"blob"
        blobs[name] = facts.split()[2].decode()
    overall = hashlib.sha512()
    for name in sorted(blobs):
        digest = hashlib.sha512(tale.git("cat-file", "blob", blobs[name])).hexdigest()
        overall.update(digest.encode() + b"  " + name + b"\n")
    return overall.hexdigest()


def test_what_the_scripts_give(tale: Tale) -> None:
    plain = tale.commit({"b": b"1", "a.b": b"2", "a/b/c": b"3", "c": b"4"} | {"a-b/c": b"", "run": (b"100755", b"5")})
    files = {"a/b": b"1", "a.b": b"2", "a-": b"3", "A": b"", "link": (b"120000", b"a/b"), "d/run": (b"100755", b"\0")}
    names = ['"', "\\", "é", "\udcff", "tab\t", "line\nfeed", "\a\b\v\f\r", "\x01\x7f", " ", "a b", "'", "~", "z/é/x"]
    for commit in (plain, tale.commit(files), tale.commit({**files, **dict.fromkeys(names, b"6")}), tale.commit({})):
        hashes = TreeHashes(tale.store())
        assert hashes.tree_sha512(commit) == hashes.tree_sha512(commit) == as_the_scripts_do(tale, commit)
        assert tale.changes().tree_sha512(commit) == hashes.tree_sha512(commit)


def test_a_known_value(tale: Tale) -> None:
    line = hashlib.sha512(b"hello\n").hexdigest() + "  greeting\n"
    commit = tale.commit({"greeting": b"hello\n"})
    assert TreeHashes(tale.store()).tree_sha512(commit) == hashlib.sha512(line.encode()).hexdigest()


def test_no_submodules(tale: Tale) -> None:
    commit = tale.commit({"a": b"1", "libs/module": (b"160000", tale.commit({}).encode())})
    with pytest.raises(ObjectFault, match="submodule: libs/module"):
        TreeHashes(tale.store()).tree_sha512(commit)


def test_what_is_missing_or_no_file(tale: Tale) -> None:
    commit = tale.commit({"a": b"1", "d/b": b"2"})
    odd = tale.commit(tale.entries((b"100644 a", tale.entries())))
    with pytest.raises(ObjectFault, match="a tree stands where a file's content should"):
        TreeHashes(tale.store()).tree_sha512(odd)
    for lost in (tale.raw("blob", b"2"), tale.grow({"b": b"2"}), tale.grow({"a": b"1", "d/b": b"2"}), commit):
        tale.lose(lost)
        hashes = TreeHashes(tale.store())
        for _ in range(2):
            with pytest.raises(ObjectMissing):
                hashes.tree_sha512(commit)
