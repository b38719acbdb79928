"""`python -m tests.oracles.page`: write the tables of docs/oracles.md anew."""

from __future__ import annotations

from pathlib import Path

from tests.oracles.table import page

__all__ = ["DOCUMENT", "between", "main"]

DOCUMENT = Path(__file__).parents[2] / "docs" / "oracles.md"
_BEGIN, _END = "<!-- differences: begin -->\n", "<!-- differences: end -->\n"


def between(text: str) -> str:
    """What stands between the markers."""
    return text.partition(_BEGIN)[2].partition(_END)[0]


def main() -> None:
    """Put the tables between the markers."""
    text = DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = text.partition(_BEGIN)
    DOCUMENT.write_text(f"{head}{_BEGIN}\n{page()}\n{_END}{rest.partition(_END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
