"""What the oracles are asked about: every signature of the corpus, of the vectors, and some made for the purpose."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pygit2

from gitsig.errors import MalformedObject
from gitsig.model import ObjectFormat, SignatureFormat
from gitsig.objects import parse
from tests.vectors.reader import ROOT, read_vectors

__all__ = ["CORPUS", "HISTORIES", "Heap", "Item", "histories", "history", "vectors"]

CORPUS = Path(os.environ.get("SIGNED_HISTORIES", Path(__file__).parents[3] / "shared" / "corpus"))
HISTORIES = ("guix.sigs", "oddities", "openssh-portable", "qubes-builder", "sign-test", "sshsig", "umoci")


class Item(NamedTuple):
    """One signature and what it is over."""

    name: str
    """Object id, or a vector's id."""
    payload: bytes
    armored: bytes
    claimed_at: int


class Heap(NamedTuple):
    """Signatures of one format, and the keys that there are for them."""

    items: list[Item]
    keys: dict[str, bytes]
    """OpenPGP: certificates as their files have them, by name."""
    allowed_signers: bytes
    """SSH: lines of an allowed signers file."""


def history(name: str, kind: SignatureFormat, folder: Path) -> Heap:
    """All signatures of one history of the corpus; `folder` is where its repository is put together."""
    source = CORPUS / name
    pygit2.init_repository(folder, bare=True)
    for path in source.glob("objects.*"):
        shutil.copy(path, folder / "objects" / "pack")
    repository = pygit2.Repository(folder)
    with gzip.open(source / "expected.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    wanted = [row for row in rows if row["format"] == kind]
    items = [_item(row["oid"], row["type"], repository.read(row["oid"])[1]) for row in wanted]
    keys = {path.name: path.read_bytes() for path in sorted(source.glob("keys/*.asc"))}
    allowed = source / "allowed_signers"
    return Heap([each for each in items if each is not None], keys, allowed.read_bytes() if allowed.exists() else b"")


def vectors(kind: SignatureFormat) -> Heap:
    """All vectors whose object can be taken apart and has a signature that looks like one of this format."""
    begin = b"-----BEGIN " + {"openpgp": b"PGP", "ssh": b"SSH"}[kind]
    items = [_item(vector.id, vector.kind, vector.content) for vector in read_vectors()]
    fitting = [each for each in items if each is not None and begin in each.armored]
    keys = {path.name: path.read_bytes() for path in sorted((ROOT / "keys").glob("*.asc"))}
    listed = [path for path in sorted((ROOT / "keys").glob("*.pub")) if path.stem != "mallory"]
    lines = [b"*@example.org " + path.read_bytes().strip() + b"\n" for path in listed]
    return Heap(fitting, keys, b"".join(lines))


def _item(name: str, kind: str, raw: bytes) -> Item | None:
    try:
        obj = parse(kind, raw, name, ObjectFormat.SHA1)
    except MalformedObject:
        return None
    claimed_at = obj.committer.time if obj.committer is not None else 0
    return None if obj.signature is None else Item(name, obj.payload, obj.signature, claimed_at)


def histories(kind: SignatureFormat, folder: Path) -> Iterator[tuple[str, Heap]]:
    """Every history of the corpus that has signatures of this format; none where there is no corpus."""
    for name in HISTORIES if CORPUS.is_dir() else ():
        heap = history(name, kind, folder / name)
        if heap.items:
            yield name, heap
