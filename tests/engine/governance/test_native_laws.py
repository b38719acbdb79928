"""Where the law stands in a tree: the quick look and the close one must agree on every tree there can be."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest

from gitsig.engine.governance.native import NativeLaws
from gitsig.errors import GitsigError
from gitsig.model import ObjectFormat
from gitsig.store import open_store
from gitsig.store.trees import DIRECTORY, parse_tree
from tests.support.rawrepo import RawRepository

FOLDER = (b"40000", b".gitsig", bytes(range(20)))
OTHERS = [
    (b"100644", b".gitattributes", b"\1" * 20),
    (b"100644", b".gitsig.old", b"\2" * 20),
    (b"100644", b".gitsih", b"\3" * 20),
    (b"40000", b".GitSig", b"\4" * 20),
    (b"100644", b".gitsig", b"\5" * 20),
    (b"120000", b".gitsig", b"\6" * 20),
    (b"040000", b".gitsig", b"\7" * 20),
    (b"100644", b"a .gitsig", b"\x08" * 20),
    (b"100644", b"readme", b"40000 .gitsig\0" + b"\x09" * 6),
    (b"40000", b"src", b"\x0a" * 12 + b" .gitsig"),
    (b"100644", b"z", b"\x0b" * 11 + b" .GITSIG\0"),
]


def expected(raw: bytes) -> set[str | None]:
    """What the close look alone says: an id, None, or a refusal.

    Where only what follows the law's entry is out of order, its id is as good as a refusal.
    """
    try:
        return {close(raw)}
    except GitsigError:
        end = raw.find(b" .gitsig\0") + len(b" .gitsig\0") + 20
        law = FOLDER[2].hex()
        with suppress(GitsigError):
            if raw.lower().count(b" .gitsig\0") == 1 and close(raw[:end]) == law:
                return {law, "refused"}
        return {"refused"}


def close(raw: bytes) -> str | None:
    entries = parse_tree("", raw, ObjectFormat.SHA1)
    named = [name for name in entries if name.lower() == b".gitsig"]
    if not named:
        return None
    entry = entries.get(b".gitsig")
    return entry.oid if len(named) == 1 and entry is not None and entry.mode == DIRECTORY else "refused"


@pytest.mark.parametrize("seed", range(4))
def test_both_looks_agree(tmp_path: Path, seed: int) -> None:
    luck = random.Random(seed)  # noqa: S311 - repeatable, not secret
    repository = RawRepository(tmp_path / "r.git")
    laws = NativeLaws(open_store(str(repository.path)))
    for _ in range(250):
        entries = luck.sample([FOLDER, FOLDER, *OTHERS], luck.randint(0, 5))
        if luck.random() < 0.8:
            entries.sort(key=lambda entry: entry[1] + (b"/" if entry[0] in (b"40000", b"040000") else b""))
        raw = b"".join(b"%s %s\0%s" % entry for entry in entries)
        raw = raw if luck.random() < 0.9 else raw[: luck.randint(0, len(raw))]
        oid = repository.raw("tree", raw)
        assert look(laws, oid) in expected(raw)


def look(laws: NativeLaws, oid: str) -> str | None:
    try:
        found = laws.identity(oid)
    except GitsigError:
        return "refused"
    return "refused" if found is not None and " " in found else found
