"""The table of attacks on rules, seals and governance: it is shown, and the tests that it names are there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.vectors.families import FAMILIES
from tests.vectors.held import HELD, PAGE, TESTS, table


@pytest.mark.parametrize("file", sorted({file for each in HELD for file, _ in each.by}))
def test_the_named_tests_are_there(file: str) -> None:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    named = {name for each in HELD for where, names in each.by if where == file for name in names}
    assert named - there == set(), "renamed or taken away: mend tests/vectors/held.py"


def test_the_page_shows_the_table() -> None:
    assert f"<!-- held:begin -->\n{table()}\n<!-- held:end -->" in PAGE.read_text(encoding="utf-8"), (
        "run: python -m tests.vectors.held"
    )


def test_ids() -> None:
    ids = [each.id for each in HELD]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & set(FAMILIES)
    assert all(re.fullmatch(r"[PTG][1-9][0-9]?", each) for each in ids)
    assert all(each.by and all(names for _, names in each.by) for each in HELD)
    assert all("downgrade" in each.title for each in HELD if each.id in ("G1", "G2"))
