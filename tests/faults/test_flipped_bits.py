"""A flipped bit anywhere in the object store or the refs: refused, or it touches nothing; never believed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults.conftest import Judged
from tests.faults.flipper import Flip, flips
from tests.faults.program import audit

ANYWHERE = 1 << 20
_IDS = 8 + 256 * 4
"""Where the ids begin in an index (gitformat-pack(5), version 2): 20 bytes each, then 4 of checksum and 4 of offset."""


@pytest.fixture(scope="module")
def packed(honest: Judged, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same objects in one pack, the refs in packed-refs, nothing loose."""
    path = tmp_path_factory.mktemp("packed") / "repo.git"
    shutil.copytree(honest.path, path)
    for command in (["repack", "-adq"], ["prune-packed"], ["pack-refs", "--all"]):
        subprocess.run(["git", "-C", path, "-c", "pack.writeReverseIndex=false", *command], check=True)
    return path


def only(folder: Path, pattern: str) -> str:
    """The one file of this name, relative to the folder."""
    (found,) = folder.glob(pattern)
    return str(found.relative_to(folder))


def harmless(found: list[Flip], judged: Judged, at_least: int) -> list[Flip]:
    """All end cleanly; those that end well have the clean verdicts. Gives the others."""
    assert len(found) >= at_least
    for flip in found:
        flip.ended.holds(judged.clean, f"bit {flip.bit} of byte {flip.offset}")
    return [flip for flip in found if not flip.ended.same_as(judged.clean)]


def test_loose_objects(honest: Judged) -> None:
    """Every byte counts but those of zlib's header, where a bit may say the same in another way."""
    oids = {f"objects/{oid[:2]}/{oid[2:]}": oid for oid in honest.clean.reasons}
    found = flips(honest.path, honest.policy, range(0, ANYWHERE, 43), *oids)
    harmless(found, honest, 20)
    unseen = [flip for flip in found if oids[flip.file] in flip.ended.accepted]
    assert all(flip.offset < 2 for flip in unseen), unseen


def test_a_pack(honest: Judged, packed: Path) -> None:
    found = flips(packed, honest.policy, range(0, ANYWHERE, 31), only(packed, "objects/pack/*.pack"))
    refused = harmless(found, honest, 40)
    assert len(refused) > len(found) // 2
    assert all(flip.ended.code in (1, 3) for flip in refused)


def test_the_index_of_a_pack(honest: Judged, packed: Path) -> None:
    """An object that the index no longer leads to is missing, and one that leads elsewhere gives other bytes."""
    index = only(packed, "objects/pack/*.idx")
    begin = (packed / index).stat().st_size - 40 - _objects(packed, index) * 4
    end = begin + _objects(packed, index) * 4
    for places in (range(0, _IDS, 97), range(_IDS, begin, 5), range(begin + 3, end, 4)):
        refused = harmless(flips(packed, honest.policy, places, index), honest, 1)
        assert all(flip.ended.code == 3 for flip in refused)


def test_an_offset_beyond_the_pack(honest: Judged, packed: Path) -> None:
    """libgit2 1.9 reads beyond the mapped pack, and now and then is killed for it: refused all the same."""
    index = only(packed, "objects/pack/*.idx")
    begin = (packed / index).stat().st_size - 40 - _objects(packed, index) * 4
    found = flips(packed, honest.policy, range(begin, begin + 8), index, may_crash=True)
    assert all(flip.ended.code == 3 for flip in harmless(found, honest, 0))


def test_an_offset_beyond_the_pack_in_a_multi_pack_index(honest: Judged, packed: Path, tmp_path: Path) -> None:
    path = tmp_path / "repo.git"
    shutil.copytree(packed, path)
    subprocess.run(["git", "-C", path, "multi-pack-index", "write"], check=True, capture_output=True)
    index = "objects/pack/multi-pack-index"
    data = (path / index).read_bytes()
    # The table of chunks (gitformat-pack(5)): four letters and where the chunk begins; OOFF has 4 bytes of pack and
    # 4 bytes of offset for each object.
    chunk = data.index(b"OOFF") + 4
    begin = int.from_bytes(data[chunk : chunk + 8])
    found = flips(path, honest.policy, range(begin + 4, begin + 8), index, may_crash=True)
    assert all(flip.ended.code == 3 for flip in harmless(found, honest, 0))


def test_packed_refs(honest: Judged, packed: Path) -> None:
    """The id in a line never changes unseen; a name that becomes another one is another ref, which nobody may guard."""
    text = (packed / "packed-refs").read_bytes()
    for flip in harmless(flips(packed, honest.policy, range(0, ANYWHERE, 3), "packed-refs"), honest, 40):
        line = text.rfind(b"\n", 0, flip.offset) + 1
        in_name = flip.offset - line > 40 or text[line : line + 1] in (b"#", b"^")
        assert flip.ended.code == 3 or in_name, flip


def test_loose_refs_head_and_configuration(honest: Judged) -> None:
    """A repository that opens is judged as before, and a ref that reads as another id leads nowhere."""
    text = (honest.path / "refs/heads/main").read_bytes()
    found = flips(honest.path, honest.policy, range(41), "refs/heads/main")
    harmful = harmless(found, honest, 20)
    assert all(flip.ended.code == 3 for flip in harmful)
    same = {flip.offset for flip in found} - {flip.offset for flip in harmful}
    # The case of a hex digit means nothing; neither does the line's end.
    assert all(text[at : at + 1].isalpha() or at == 40 for at in same), same
    for flip in harmless(flips(honest.path, honest.policy, range(0, ANYWHERE, 7), "HEAD", "config"), honest, 10):
        assert flip.ended.code == 3
        assert not flip.ended.reasons


def test_whole_files_gone_empty_or_halved(honest: Judged, packed: Path, tmp_path: Path) -> None:
    for number, name in enumerate(each.relative_to(packed) for each in packed.rglob("*") if each.is_file()):
        for how, kept in (("gone", None), ("empty", 0), ("half", (packed / name).stat().st_size // 2)):
            copy = tmp_path / f"{number}-{how}.git"
            shutil.copytree(packed, copy)
            data = (copy / name).read_bytes()
            (copy / name).unlink()
            if kept is not None:
                (copy / name).write_bytes(data[:kept])
            audit(copy, honest.policy).holds(honest.clean, f"{name} {how}")


def _objects(repository: Path, index: str) -> int:
    """How many objects the index says that the pack has: the last entry of its fan-out."""
    return int.from_bytes((repository / index).read_bytes()[_IDS - 4 : _IDS])
