"""Several files change as one, and nobody else's edit is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault
from gitsig.upkeep.writing import Change, write_all


def test_files_appear_whole_and_leave_nothing_beside(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"before")
    write_all([Change(tmp_path / "keys" / "new", None, b"new"), Change(tmp_path / "old", b"before", b"after")])
    assert (tmp_path / "keys" / "new").read_bytes() == b"new"
    assert (tmp_path / "old").read_bytes() == b"after"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["keys", "new", "old"]


@pytest.mark.parametrize(("there", "before"), [(b"theirs", b"before"), (b"theirs", None), (None, b"before")])
def test_what_somebody_else_wrote_meanwhile_stays_and_the_rest_is_taken_back(tmp_path: Path, there, before) -> None:
    if there is not None:
        (tmp_path / "policy").write_bytes(there)
    (tmp_path / "kept").write_bytes(b"1")
    changes = [
        Change(tmp_path / "key", None, b"key"),
        Change(tmp_path / "kept", b"1", b"2"),
        Change(tmp_path / "policy", before, b"after"),
    ]
    with pytest.raises(EnvironmentFault, match=r"changed while gitsig worked on it|is there already"):
        write_all(changes)
    assert not (tmp_path / "key").exists()
    assert (tmp_path / "kept").read_bytes() == b"1"
    assert ((tmp_path / "policy").read_bytes() if there else None) == there


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EnvironmentFault, match="cannot be"):
        write_all([Change(tmp_path / "file" / "inside", None, b"x")])
