"""A difference between two policies: whom it concerns and which way it goes, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from gitsig.loading import LoadedPolicy

__all__ = ["Difference", "Effect", "as_json", "as_lines"]


class Effect(StrEnum):
    """Which way a change goes."""

    GAINS = "gains"
    """Somebody may do more."""
    LOSES = "loses"
    WEAKER = "weaker"
    """Less is demanded of everybody concerned."""
    STRICTER = "stricter"
    CHANGED = "changed"
    """Neither, or both."""


class Difference(NamedTuple):
    """One change between two policies. Not escaped."""

    subject: str
    """`signer ada`, `[defaults]`, `rule refs/heads/main` …"""
    effect: Effect
    text: str


def as_lines(found: list[Difference]) -> Iterator[str]:
    """For people; not escaped."""
    subject = ""
    for each in found:
        if each.subject != subject:
            subject = each.subject
            yield f"{subject}:"
        loud = each.effect in (Effect.WEAKER, Effect.STRICTER)
        yield f"  {each.effect.upper() if loud else each.effect}: {each.text}"


def as_json(found: list[Difference], old: LoadedPolicy, new: LoadedPolicy) -> dict[str, Any]:
    """Schema `gitsig/policy-diff/1`."""
    return {
        "schema": "gitsig/policy-diff/1",
        "old": {"source": old.source, "digest": old.digest},
        "new": {"source": new.source, "digest": new.digest},
        "same": not found,
        "changes": [{"subject": each.subject, "effect": str(each.effect), "text": each.text} for each in found],
    }
