"""Refs and what they point at: tags are peeled step by step, and every step is an object to judge (R5)."""

from __future__ import annotations

from typing import NamedTuple

from gitsig.engine.jobs import Job
from gitsig.errors import GitsigError, UsageFault
from gitsig.model import LIMITS, SignedObject
from gitsig.objects import parse
from gitsig.policy import Policy
from gitsig.store.interface import Store

__all__ = ["TAGS", "Tip", "all_tips", "kind_of", "target_lies", "tip_of"]

TAGS = "refs/tags/"


class Tip(NamedTuple):
    """Where a ref, or a revision without one, leads."""

    ref: str | None
    oid: str
    """What it names itself."""
    commit: str | None
    """None where it leads to no commit that can be read."""
    jobs: tuple[Job, ...]
    """Tag objects on the way, outermost first; a lightweight tag; a tree or blob where a commit should be."""
    lost: Job | None = None
    """The object behind the tags, if it cannot be read."""


def all_tips(store: Store, policy: Policy) -> list[Tip]:
    """Of every ref that the policy guards. Raises UsageFault where there is none."""
    tips = [tip_of(store, policy, oid, ref) for ref, oid in store.refs() if policy.guards(ref)]
    if not tips:
        guarded = ", ".join(policy.defaults.refs)
        raise UsageFault(f"nothing to audit: the repository has no ref among {guarded}", where=store.path)
    return tips


def tip_of(store: Store, policy: Policy, oid: str, ref: str | None) -> Tip:
    """Peel `oid`, to which `ref` points."""
    start = oid
    rules = policy.rules_for(ref) if ref else ()
    name = ref.removeprefix(TAGS).encode("utf-8", "surrogateescape") if ref and ref.startswith(TAGS) else None
    jobs: list[Job] = []
    for _ in range(LIMITS.tag_depth):
        kind = kind_of(store, oid)
        if kind is None:
            return Tip(ref, start, None, tuple(jobs), Job(oid, "commit", rules, None if jobs else ref))
        if kind == "commit":
            if name is not None and not jobs:
                jobs.append(Job(oid, "tag", rules, ref, lightweight=True))
            return Tip(ref, start, oid, tuple(jobs))
        if oid not in policy.trusted_roots and (kind == "tag" or not jobs):
            jobs.append(Job(oid, kind, rules, ref, None if jobs else name))
        target = _target(store, oid) if kind == "tag" else None
        if target is None:
            return Tip(ref, start, None, tuple(jobs))
        oid = target
    jobs.append(Job(oid, "tag", rules, ref, missing=f"more than {LIMITS.tag_depth} tags of tags"))
    return Tip(ref, start, None, tuple(jobs))


def kind_of(store: Store, oid: str) -> str | None:
    """Type of an object, without reading all of it; None where it is missing or damaged."""
    try:
        return store.resolve(oid).type
    except GitsigError:
        return None


def target_lies(store: Store, tag: SignedObject) -> str:
    """Whether a tag's target is of another type than it says, in words; one that is not here cannot mislead."""
    actual = kind_of(store, tag.target or "")
    if actual is None or actual == tag.target_type:
        return ""
    return f"the tag says that it points at a {tag.target_type}, but its target is a {actual}"


def _target(store: Store, oid: str) -> str | None:
    """Where a tag leads; one that is outside the grammar leads nowhere, and is judged as what it is."""
    try:
        return parse(*store.read(oid), oid, store.object_format).target
    except GitsigError:
        return None
