from __future__ import annotations

import os
import random
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from gitsig.errors import MalformedObject, ObjectFault, ObjectMissing
from gitsig.model import LIMITS, ObjectFormat
from gitsig.objects import hash_object
from gitsig.store import Store, open_store, walk
from gitsig.store.loose import LooseObjects

from .conftest import Git


def opened(git: Git) -> Store:
    return open_store(str(git.folder))


@pytest.mark.parametrize("packed", [False, True])
def test_every_type_and_its_bytes(git: Git, packed: bool) -> None:
    (git.folder / "file").write_bytes(b"a\0b")
    git("add", "file")
    git.commit("first")
    git("tag", "-a", "-m", "x", "v1")
    names = {"commit": "HEAD", "tree": "HEAD^{tree}", "blob": "HEAD:file", "tag": "v1"}
    oids = {kind: git("rev-parse", name) for kind, name in names.items()}
    if packed:
        git("gc", "-q")
        assert not list((git.folder / ".git/objects").glob("??"))
    store = opened(git)
    for kind, oid in oids.items():
        found, raw = store.read(oid)
        assert found == kind
        assert hash_object(kind, raw, git.object_format) == oid
        assert store.resolve(oid).type == kind
    assert store.read(oids["blob"]) == ("blob", b"a\0b")


@pytest.mark.parametrize(
    "oid", ["0" * 40, "f" * 40, "0" * 64, "f" * 64, "", "abc", "Z" * 40, "Z" * 64, "--all", "HEAD", "1" * 64 + "\n"]
)
def test_a_missing_object(git: Git, oid: str) -> None:
    git.commit("first")
    with pytest.raises(ObjectFault):
        opened(git).read(oid)


def test_an_abbreviation_is_no_id(git: Git) -> None:
    oid = git.commit("first")
    for packed in (False, True):
        if packed:
            git("gc", "-q")
        with pytest.raises(ObjectMissing):
            opened(git).read(oid[:-1])


def test_objects_written_after_the_store_was_opened(git: Git) -> None:
    git.commit("first")
    store = opened(git)
    assert store.read(git.commit("second"))[0] == "commit"
    oids = [git.commit(f"number {number}") for number in range(3)]
    assert all(store.read(oid)[0] == "commit" for oid in oids[:2])
    git("gc", "-q")
    assert all(store.read(oid)[0] == "commit" for oid in oids)


def test_a_loose_object_written_beside_another(git: Git) -> None:
    numbers = [b"%d" % number for number in range(1000)]
    names = sorted((hash_object("blob", data, git.object_format), data) for data in numbers)
    (one, first), (other, second) = next((a, b) for a, b in pairwise(names) if a[0][:2] == b[0][:2])
    store = opened(git)
    assert store.read(git("hash-object", "-w", "--stdin", stdin=first)) == ("blob", first)
    oid = git("hash-object", "-w", "--stdin", stdin=second)
    assert (oid, oid[:2]) == (other, one[:2])
    assert store.read(oid) == ("blob", second)


def damage(data: bytes, how: str) -> bytes:
    raw = zlib.decompress(data)
    return {
        "empty": b"",
        "two bytes": data[:2],
        "truncated": data[: len(data) // 2],
        "last byte gone": data[:-1],
        "bit flipped": data[:20] + bytes([data[20] ^ 1]) + data[21:],
        "junk": b"junk" * 20,
        "trailing": data + b"x",
        "longer than it says": zlib.compress(raw + b"more" * 30),
        "shorter than it says": zlib.compress(raw[:-3]),
        "another object": zlib.compress(raw.replace(b"first", b"frist")),
        "another type": zlib.compress(raw.replace(b"commit ", b"blob ", 1)),
        "no header": zlib.compress(b"x" * 100),
        "sign in the size": zlib.compress(raw.replace(b"commit ", b"commit +", 1)),
        "a bomb": zlib.compress(b"commit 99999999999\0" + b"\0" * 10_000_000),
    }[how]


@pytest.mark.parametrize(
    "how",
    [
        *("empty", "two bytes", "truncated", "last byte gone", "bit flipped", "junk", "trailing", "a bomb"),
        *("longer than it says", "shorter than it says", "another object", "another type", "no header"),
        "sign in the size",
    ],
)
def test_a_damaged_loose_object(git: Git, how: str) -> None:
    oid = git.commit("first")
    path = git.loose(oid)
    path.write_bytes(damage(path.read_bytes(), how))
    with pytest.raises(ObjectFault) as caught:
        opened(git).read(oid)
    assert not isinstance(caught.value, ObjectMissing)
    assert isinstance(caught.value, MalformedObject) == (how == "a bomb")
    assert caught.value.where == oid


def test_an_unreadable_loose_object(git: Git) -> None:
    oid = git.commit("first")
    path = git.loose(oid)
    path.unlink()
    path.mkdir()
    with pytest.raises(ObjectFault, match="cannot be read"):
        opened(git).read(oid)


def test_a_loose_object_that_vanishes_is_absent(tmp_path: Path) -> None:
    loose = LooseObjects((tmp_path,), ObjectFormat.SHA1, 100)
    raw = b"x"
    oid = hash_object("blob", raw, ObjectFormat.SHA1)
    path = tmp_path / oid[:2] / oid[2:]
    path.parent.mkdir()
    path.write_bytes(zlib.compress(b"blob 1\0x"))
    assert loose.read(oid) == ("blob", raw)
    path.unlink()
    assert loose.read(oid) is None
    (tmp_path / "ab").write_text("no directory")
    assert loose.read("ab" + "0" * 38) is None
    (tmp_path / "cd").symlink_to("cd")
    with pytest.raises(ObjectFault, match="cannot be listed"):
        loose.read("cd" + "0" * 38)


def test_a_damaged_pack_never_gives_other_bytes(git: Git) -> None:
    oids = [git.commit("message " * 20 + str(number)) for number in range(20)]
    git("gc", "-q")
    (pack,) = (git.folder / ".git/objects/pack").glob("*.pack")
    data = bytearray(pack.read_bytes())
    luck = random.Random(1)  # noqa: S311 - repeatable, not secret
    for _ in range(30):
        data[luck.randrange(12, len(data) - 32)] ^= 1 << luck.randrange(8)
    pack.chmod(0o644)
    pack.write_bytes(data)
    store, faults = opened(git), 0
    for oid in oids:
        try:
            kind, raw = store.read(oid)
            assert hash_object(kind, raw, git.object_format) == oid
        except ObjectFault as fault:
            faults += not isinstance(fault, ObjectMissing)
    assert faults > 3


@pytest.mark.parametrize("packed", [False, True])
def test_an_object_beyond_the_limit(git: Git, packed: bool) -> None:
    oid = git("hash-object", "-w", "--stdin", stdin=bytes(LIMITS.object_size + 1))
    if packed:
        git("pack-objects", "-q", str(git.folder / ".git/objects/pack/pack"), stdin=oid.encode())
        git("prune-packed")
    with pytest.raises(MalformedObject, match="larger than"):
        opened(git).read(oid)
    assert opened(git).resolve(oid).type == "blob"


def test_replace_refs_and_grafts_never_apply(git: Git) -> None:
    first, evil, third = git.commit("first"), git.commit("evil"), git.commit("third")
    honest = git.commit("honest", first)
    git("replace", evil, honest)
    git("replace", "--graft", third)
    (git.folder / ".git/info").mkdir(exist_ok=True)
    (git.folder / ".git/info/grafts").write_text(f"{third}\n{evil} {third}\n")
    store = opened(git)
    assert b"evil" in store.read(evil)[1]
    assert list(walk(store, [third]).commits) == [first, evil, third]
    assert store.resolve("HEAD~1").oid == evil
    assert store.resolve("HEAD^^").oid == first
    assert git("rev-parse", "HEAD~1", check=False) != evil


def test_a_lying_commit_graph_is_not_asked(git: Git) -> None:
    oids = [git.commit(name) for name in ("first", "second", "third")]
    git("commit-graph", "write", "--reachable")
    graph = git.folder / ".git/objects/info/commit-graph"
    graph.chmod(0o644)
    graph.write_bytes(graph.read_bytes().replace(bytes.fromhex(oids[0]), bytes.fromhex(oids[1])))
    assert list(walk(opened(git), [oids[2]]).commits) == oids


def test_a_shallow_clone(git: Git, new_git: Callable[..., Git]) -> None:
    first, second, third = (git.commit(name) for name in ("first", "second", "third"))
    clone = new_git("clone")
    clone("fetch", "-q", "--depth=2", f"file://{git.folder}", "main:refs/heads/copy")
    store = opened(clone)
    assert store.shallow() == {second}
    assert opened(git).shallow() == frozenset()
    history = walk(store, [third])
    assert list(history.commits) == [second, third]
    ((oid, child, shallow, _),) = history.missing
    assert (oid, child, shallow) == (first, second, True)
    with pytest.raises(ObjectMissing) as caught:
        store.read(first)
    assert caught.value.mend.endswith("git fetch --unshallow")


def test_nothing_of_the_repository_is_run(git: Git, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {trap}\n")
    script.chmod(0o755)
    oid = git.commit("first")
    for key in ("core.fsmonitor", "core.hooksPath", "gpg.program", "core.sshCommand", "core.pager", "core.editor"):
        git("config", key, str(script))
    store = opened(git)
    walk(store, [oid])
    assert [store.head()[1], store.resolve("HEAD").oid, *dict(store.refs()).values()] == [oid] * 3
    assert not trap.exists()
    assert os.access(script, os.X_OK)
