"""docs/adapters.md speaks of every kind and every option."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitsig.policy.adapters.named import OPTIONS, Kind

PAGE = (Path(__file__).parents[2] / "docs" / "adapters.md").read_text()


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_and_option_is_explained(kind) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{kind}:")]
    for option in OPTIONS[kind]:
        assert f"{option}=" in row
