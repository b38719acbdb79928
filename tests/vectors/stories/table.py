"""Every story, and what the documentation tells of it."""

from __future__ import annotations

from tests.vectors.stories import (
    arrivals,
    caches,
    errors,
    keyfiles,
    lifetimes,
    machine,
    overlays,
    parked,
    policies,
    refs,
)
from tests.vectors.stories.telling import AttackStory

__all__ = ["STORIES", "rows"]

STORIES: tuple[AttackStory, ...] = (
    *overlays.STORIES,
    *parked.STORIES,
    *refs.STORIES,
    *errors.STORIES,
    *policies.STORIES,
    *arrivals.STORIES,
    *lifetimes.STORIES,
    *machine.STORIES,
    *keyfiles.STORIES,
    *caches.STORIES,
)


def rows() -> list[tuple[str, str, str, str, str, str]]:
    """(id, attack, title, verdict, what plain git does, one sentence); `test_stories` measures the fourth and fifth."""
    return [(each.id, each.attack, each.title, each.verdict, each.git, each.why) for each in STORIES]
