"""A cache that forgets what was used longest ago."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Bounded"]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Bounded(Generic[_Key, _Value]):
    """Values by key, up to a total weight. Errors are not kept: what could not be made is tried again."""

    def __init__(
        self, limit: int, make: Callable[[_Key], _Value], weigh: Callable[[_Value], int] = lambda _: 1
    ) -> None:
        """`make` gives the value of a key, `weigh` what it counts towards `limit`."""
        self._limit = limit
        self._make = make
        self._weigh = weigh
        self._kept: dict[_Key, _Value] = {}  # used last stands last
        self._weight = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: _Key) -> _Value:
        """Give the value of `key`. Raises what `make` raises."""
        if key in self._kept:
            value = self._kept[key] = self._kept.pop(key)
            return value
        value = self._make(key)
        weight = self._weigh(value)
        if weight <= self._limit:
            self._kept[key] = value
            self._weight += weight
            while self._weight > self._limit:
                self._weight -= self._weigh(self._kept.pop(next(iter(self._kept))))
        return value
