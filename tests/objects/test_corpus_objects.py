"""Real histories: what git's own rules accept must parse, and must be put together again."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pygit2
import pytest

from gitsig.errors import MalformedObject
from gitsig.model import ObjectFormat
from gitsig.objects import hash_object, join, parse

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FOLDERS = ("guix.sigs", "oddities", "openssh-portable", "qubes-builder", "sign-test", "sshsig", "umoci")
TYPES = {1: "commit", 4: "tag"}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public histories is not here")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_object_parses_as_expected(folder: str, tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    for suffix in ("pack", "idx"):
        (tmp_path / "pack" / f"pack-objects.{suffix}").symlink_to(CORPUS / folder / f"objects.{suffix}")
    objects = pygit2.Odb()
    objects.add_backend(pygit2.OdbBackendPack(str(tmp_path)), 1)
    with gzip.open(CORPUS / folder / "expected.jsonl.gz", "rt") as lines:
        expected = {line["oid"]: line for line in map(json.loads, lines)}
    for oid in map(str, objects):
        kind, raw = objects.read(oid)
        line = expected.pop(oid, None)
        try:
            obj = parse(TYPES[int(kind)], raw, oid, ObjectFormat.SHA1)
        except MalformedObject:
            assert line is not None
            assert "malformed_object" in line["expect"]
            continue
        assert join(obj) == raw
        assert hash_object(TYPES[int(kind)], raw, ObjectFormat.SHA1) == oid
        assert (obj.signature is not None) == (line is not None and line["format"] is not None), oid
        assert line is None or line["expect"] != ["malformed_object"]
    assert not expected
