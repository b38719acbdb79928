"""The table of differences: which entry explains one, and the table as people read it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from tests.oracles.causes import CAUSES, Case
from tests.oracles.sayings import Saying

__all__ = ["Difference", "explain", "page", "read_table"]

_FILE = Path(__file__).with_name("differences.toml")
_NAMES = {
    "gnupg": "GnuPG",
    "sequoia": "Sequoia (pysequoia)",
    "rpgp": "rPGP (rpgp-py)",
    "openssh": "OpenSSH (ssh-keygen)",
}


class Difference(NamedTuple):
    """One entry; the fields are described at the head of the file."""

    id: str
    oracle: str
    gitsig: str
    says: str
    what: str
    why: str
    cause: str = ""
    words: str = ""
    corpus: bool = False

    def fits(self, oracle: str, ours: Saying, theirs: Saying, case: Case | None) -> bool:
        """Whether this entry explains a difference. `case` is None for SSH, where no causes are computed."""
        if (self.oracle, self.gitsig, self.says) != (oracle, ours.word, theirs.word):
            return False
        refusal = ours.detail if ours.word != "good" else theirs.detail
        if self.words and not re.search(self.words, refusal):
            return False
        return case is None or CAUSES[self.cause](case)


def read_table() -> list[Difference]:
    """All entries, in the file's order."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["difference"]
    return [Difference(**row) for row in rows]


def explain(table: list[Difference], oracle: str, ours: Saying, theirs: Saying, case: Case | None) -> str | None:
    """The id of the first entry that fits; None for a difference without an explanation, "" for none at all.

    Two refusals are no difference: which of them comes first is a matter of order. Two acceptances must name one key.
    """
    if "good" not in (ours.word, theirs.word) or (ours.word, ours.key) == (theirs.word, theirs.key):
        return ""
    if ours.word == theirs.word:
        return None
    return next((each.id for each in table if each.fits(oracle, ours, theirs, case)), None)


def page() -> str:
    """The tables of docs/oracles.md, one for each oracle."""
    parts = []
    for oracle, name in _NAMES.items():
        rows = [each for each in read_table() if each.oracle == oracle]
        lines = [f"| {each.what} | {each.gitsig} | {each.says} | {each.why} |" for each in rows]
        head = ["| what | gitsig | oracle | why |", "|---|---|---|---|"]
        parts.append("\n".join([f"### {name}", "", *head, *lines, ""]))
    return "\n".join(parts)
