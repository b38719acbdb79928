"""Words for one change between two policies: which way it goes, where that can be said."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import NamedTuple

from gitsig.policy.types import FidoDemand, Identity, Parents, Require, SelfSignatures, Tags
from gitsig.upkeep.difference import Effect

__all__ = ["Told", "direction", "flag", "members", "number", "word"]

_STRICTNESS: dict[StrEnum, int] = {
    Tags.ANY: 0,
    Tags.SIGNED: 1,
    SelfSignatures.ANY: 0,
    SelfSignatures.STRONG: 1,
    FidoDemand.ANY: 0,
    FidoDemand.TOUCH: 1,
    FidoDemand.VERIFY: 2,
    Identity.OFF: 0,
    Identity.COMMITTER: 1,
    Identity.AUTHOR: 1,
    Require.TIP: 0,
    Require.MERGES: 1,
    Require.FIRST_PARENT: 1,
    Require.EVERY_COMMIT: 2,
    Parents.ANY: 0,
    Parents.ALL: 1,
}
"""Of words of one kind; those with the same number are not comparable."""


class Told(NamedTuple):
    """One change of a subject that is known."""

    effect: Effect
    text: str


def direction(stricter: bool | None) -> Effect:
    """None: neither."""
    if stricter is None:
        return Effect.CHANGED
    return Effect.STRICTER if stricter else Effect.WEAKER


def word(name: str, old: StrEnum, new: StrEnum) -> Iterator[Told]:
    """A word of the policy that has an order of strictness."""
    if old == new:
        return
    before, after = _STRICTNESS[old], _STRICTNESS[new]
    yield Told(direction(None if before == after else after > before), f"{name} {old} becomes {new}")


def number(name: str, old: int, new: int, *, more_is_stricter: bool, unit: str = "") -> Iterator[Told]:
    """A bound, and in which direction it demands more."""
    if old != new:
        yield Told(direction((new > old) is more_is_stricter), f"{name} {old}{unit} becomes {new}{unit}")


def flag(name: str, old: bool, new: bool) -> Iterator[Told]:
    """A demand that is made or not."""
    if old != new:
        yield Told(direction(new), f"{name} is {'demanded' if new else 'not demanded any more'}")


def members(noun: str, old: Collection[str], new: Collection[str], *, more_is_stricter: bool) -> Iterator[Told]:
    """A list of which every entry makes the policy stricter, or weaker."""
    gained, lost = sorted(set(new) - set(old)), sorted(set(old) - set(new))
    yield from (Told(direction(more_is_stricter), f"{noun} {each}") for each in gained)
    yield from (Told(direction(not more_is_stricter), f"not {noun} {each} any more") for each in lost)
