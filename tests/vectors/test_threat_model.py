"""The promises of docs/threat-model.md name families of attacks, and no family is left without a promise."""

from __future__ import annotations

import re
from pathlib import Path

from tests.vectors.families import FAMILIES
from tests.vectors.held import HELD

PAGE = Path(__file__).parents[2] / "docs/threat-model.md"


def test_every_family_stands_behind_a_promise() -> None:
    part = PAGE.read_text(encoding="utf-8").split("## What gitsig promises", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|") for line in part.splitlines() if line.startswith("| ") and "held by" not in line]
    named = [re.findall(r"[A-Z]\d+", cells[3]) for cells in rows]
    assert all(named), "a promise without a vector"
    assert {each for ids in named for each in ids} == {*FAMILIES, *(each.id for each in HELD)}
