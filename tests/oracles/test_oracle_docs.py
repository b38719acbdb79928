"""docs/oracles.md shows the table as it is."""

from __future__ import annotations

import re

from tests.oracles.causes import CAUSES
from tests.oracles.page import DOCUMENT, between
from tests.oracles.table import page, read_table


def test_the_document_shows_the_table() -> None:
    assert between(DOCUMENT.read_text(encoding="utf-8")) == f"\n{page()}\n", "run: python -m tests.oracles.page"


def test_the_table_is_well_formed() -> None:
    table = read_table()
    assert len({each.id for each in table}) == len(table)
    for each in table:
        assert each.id.startswith(f"{each.oracle}-")
        assert each.cause in CAUSES
        assert each.cause or each.words, "an entry that explains everything explains nothing"
        assert {each.gitsig, each.says} <= {"good", "bad", "cannot"}
        assert "good" in (each.gitsig, each.says)
        assert each.gitsig != each.says


def test_every_cause_is_used() -> None:
    assert set(CAUSES) - {each.cause for each in read_table()} == set()


def test_what_else_is_asked_is_there() -> None:
    part = DOCUMENT.read_text(encoding="utf-8").split("## Beyond signatures", 1)[1]
    files = set(re.findall(r"`(tests/[a-z_/]+[.]py)`", part))
    assert len(files) > 5
    assert [name for name in sorted(files) if not (DOCUMENT.parents[1] / name).is_file()] == []
