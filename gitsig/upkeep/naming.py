"""What the signers of a proposal are called, and which of their names and addresses are not theirs alone."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from gitsig.upkeep.history import KeyUse

__all__ = ["Names", "Shared"]

_UNNAMED = re.compile(r"[^a-z0-9._-]+")


class Names:
    """Names for signers, each given once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def name(self, use: KeyUse) -> str:
        """From the name that is seen most; of letters that every terminal shows."""
        email = _most(use.emails)
        base = _plain(_most(use.people)) or _plain(email.partition("@")[0]) or "signer"
        name, number = base, self._next.get(base, 2)
        while name in self._taken:
            name, number = f"{base}-{number}", number + 1
        self._next[base] = number
        self._taken.add(name)
        return name


def _most(counter: Counter[str]) -> str:
    return min(counter, key=lambda each: (-counter[each], each), default="")


def _plain(text: str) -> str:
    return _UNNAMED.sub("-", text.lower())[:40].strip("-.")


class Shared:
    """Under how many keys an address, or a person's name, is seen."""

    def __init__(self, owners: Iterable[tuple[str, KeyUse]]) -> None:
        uses = [use for _, use in owners]
        self._emails = Counter(each for use in uses for each in {email.lower() for email in use.emails})
        self._people = Counter(each for use in uses for each in {_folded(person) for person in use.people})

    def emails(self, use: KeyUse) -> list[str]:
        """Those addresses of a key that another one uses too."""
        return sorted(each for each in use.emails if self._emails[each.lower()] > 1)

    def people(self, use: KeyUse) -> list[str]:
        """The same for names."""
        return sorted(each for each in use.people if self._people[_folded(each)] > 1)


def _folded(person: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", person).casefold().split())
