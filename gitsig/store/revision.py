"""Revisions (`gitrevisions(7)`) over raw objects: `main`, `v1.0`, `HEAD~3`, `v1.0^{commit}`, `1a2b3c4`, `@{u}`.

libgit2's own reader of revisions parses objects, follows grafts and reads loose objects unsafely; it is not used.
Searches (`:/text`, `^{/text}`), paths (`rev:path`) and reflog dates are not revisions here.
"""

from __future__ import annotations

import re
from typing import Protocol

from gitsig.errors import MalformedObject, ObjectFault, UsageFault
from gitsig.model import LIMITS, ObjectFormat
from gitsig.objects import parents_of
from gitsig.store.interface import Commits, Resolved, Store

__all__ = ["RefNames", "peel", "resolve"]

_RULES = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
_REVISION = re.compile(
    r"(?P<base>(?!-)[^\x00-\x20\x7f~^:?*\[\\]*?)(?P<at>@\{(?:u|upstream|[0-9]{1,9})\})?"
    r"(?P<steps>(?:\^\{[a-z]*\}|\^[0-9]{0,9}|~[0-9]{0,9})*)"
)
_STEP = re.compile(r"\^\{([a-z]*)\}|([~^])([0-9]*)")
_TAG_TARGET = re.compile(rb"object ([0-9a-f]+)\ntype (commit|tag|tree|blob)\n")
_TREE = re.compile(rb"tree ([0-9a-f]+)\n")
_KINDS = frozenset(("commit", "tag", "tree", "blob"))


class RefNames(Protocol):
    """What a store tells of names, for `resolve`."""

    def follow(self, name: str) -> tuple[str, str] | None:
        """Give (name, id) at the end of a ref, symbolic ones followed, or None."""

    def expand(self, prefix: str) -> str | None:
        """Give the one id that begins so, or None. Raises `UsageFault` if there are several."""

    def upstream_of(self, branch: str) -> str | None:
        """Give the full name of the upstream of a branch (full name)."""

    def reflog(self, name: str, back: int) -> str | None:
        """Give the id that a ref had `back` changes ago, or None."""

    def type_of(self, oid: str) -> str:
        """Give the type's name. Raises as `Store.read` does."""


def resolve(store: Store, names: RefNames, rev: str) -> Resolved:
    """Give what `rev` names. Raises as `Store.resolve` says."""
    found = _REVISION.fullmatch(rev)
    if not rev or found is None:
        raise _unknown(rev)
    oid, ref = _base(store, names, rev, found["base"], found["at"])
    steps = _STEP.findall(found["steps"])
    if not steps:
        return Resolved(oid, names.type_of(oid), ref)
    for kind, sign, count in steps:
        oid = _step(store, rev, oid, kind, sign, count)
    return Resolved(oid, names.type_of(oid), None)


def peel(store: Commits, oid: str, kind: str = "") -> Resolved:
    """Follow tags to their end, or to the first object of `kind` (a commit has a tree).

    Raises `ObjectFault` where the end is of another kind or a tag names a target that is none, and as `Store.read`.
    """
    for _ in range(LIMITS.tag_depth + 1):
        found, raw = store.read(oid)
        if kind == found or (not kind and found != "tag"):
            return Resolved(oid, found, None)
        if found == "commit" and kind == "tree":
            oid = _target(_TREE, raw, oid, store.object_format)
        elif found == "tag":
            oid = _target(_TAG_TARGET, raw, oid, store.object_format)
        else:
            raise ObjectFault(f"a {found}, not a {kind}", where=oid)
    raise ObjectFault(f"more than {LIMITS.tag_depth} tags of tags", where=oid)


def _target(pattern: re.Pattern[bytes], raw: bytes, oid: str, object_format: ObjectFormat) -> str:
    found = pattern.match(raw)
    if found is None or len(found[1]) != object_format.hex_length:
        raise MalformedObject("its first line does not name an object", where=oid)
    return found[1].decode("ascii")


def _unknown(rev: str) -> UsageFault:
    written = rev.removesuffix("^{commit}")  # which callers add that need a commit
    return UsageFault(f"unknown revision '{written}'", mend="name a branch, a tag or an object id of this repository")


def _base(store: Store, names: RefNames, rev: str, base: str, at: str | None) -> tuple[str, str | None]:
    if at is not None:
        return _at(names, rev, base, at[2:-1])
    digits = store.object_format.hex_length
    if re.fullmatch(rf"[0-9a-fA-F]{{{digits}}}", base):
        return base.lower(), None
    found = _dwim(names, base)
    if found is not None:
        return found[1], found[0] if found[0].startswith("refs/") else None
    if re.fullmatch(rf"[0-9a-fA-F]{{4,{digits}}}", base):
        oid = names.expand(base.lower())
        if oid is not None:
            return oid, None
    raise _unknown(rev)


def _dwim(names: RefNames, base: str) -> tuple[str, str] | None:
    if base == "@":
        base = "HEAD"
    for rule in _RULES:
        found = names.follow(rule.format(base))
        if found is not None:
            return found
    return None


def _at(names: RefNames, rev: str, base: str, inside: str) -> tuple[str, str | None]:
    found = _dwim(names, base or "HEAD")
    if found is None:
        raise _unknown(rev)
    if inside.isdigit():
        # HEAD has a reflog of its own; `@{1}` alone means the current branch's.
        oid = names.reflog(base if base == "HEAD" else found[0], int(inside))
        if oid is None:
            raise _unknown(rev)
        return oid, None
    upstream = names.upstream_of(found[0])
    end = names.follow(upstream) if upstream else None
    if end is None:
        raise UsageFault(f"'{rev}': the branch has no upstream here", mend="git branch --set-upstream-to=REMOTE/BRANCH")
    return end[1], end[0]


def _step(store: Store, rev: str, oid: str, kind: str, sign: str, count: str) -> str:
    if not sign:
        if kind not in _KINDS and kind not in ("", "object"):
            raise _unknown(rev)
        return oid if kind == "object" else peel(store, oid, kind).oid
    oid = peel(store, oid, "commit").oid
    number = int(count) if count else 1
    if sign == "^":
        return _parent(store, rev, oid, number) if number else oid
    for _ in range(number):
        oid = _parent(store, rev, oid, 1)
    return oid


def _parent(store: Store, rev: str, oid: str, number: int) -> str:
    parents = parents_of(store.read(oid)[1], store.object_format)
    if number > len(parents):
        raise _unknown(rev)
    return parents[number - 1]
