"""Objects that a policy names by their ids, looked up in a repository: trusted roots, exceptions, the governance root.

Parents are read from the raw commits, so neither grafts nor a commit-graph file make a root look as if it were there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from gitsig.engine.tips import Tip, all_tips
from gitsig.errors import GitsigError, UsageFault
from gitsig.policy import Policy
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineages
from gitsig.store.revision import peel
from gitsig.store.walk import walk

__all__ = ["review_anchors"]

_NAMED = 5
"""So many refs are named in one warning."""


class _Kind(Enum):
    EXCEPTION = auto()
    ROOT = auto()
    SPARED = auto()
    """Of a rule's `behind` or `exempt`. A peer's policy lists what is behind its root as well."""


class _Named(NamedTuple):
    """An id that the policy names."""

    words: str
    oid: str
    kind: _Kind
    commit: str = ""
    """The commit that it leads to; itself where it leads to none."""


def review_anchors(store: Store, policy: Policy) -> Iterator[str]:
    """Warnings about ids that the repository does not hold, or that say nothing about what is judged."""
    root = policy.governance.root if policy.governance is not None else None
    named = list(_named(policy))
    if not (named or root):
        return
    held = []
    for each in named:
        fault, commit = _found(store, each.oid, must_be_commit=each.kind is not _Kind.EXCEPTION)
        if fault:
            yield f"{each.words}: {fault}"
        else:
            held.append(each._replace(commit=commit))
    try:
        tips = all_tips(store, policy)
    except UsageFault:
        yield "no ref is guarded here: ids in the policy are not compared with what is behind them"
        return
    lineages = Lineages(store)
    yield from _positions(lineages, held, tips)
    if root is not None:
        yield from _governance(store, lineages, root, tips)


def _named(policy: Policy) -> Iterator[_Named]:
    yield from (_Named(f"the exception for {oid}", oid, _Kind.EXCEPTION) for oid in policy.exceptions)
    yield from (_Named(f"the trusted root {oid}", oid, _Kind.ROOT) for oid in sorted(policy.trusted_roots))
    for rule in policy.rules:
        for key, oids in (("behind", rule.behind), ("exempt", rule.exempt)):
            yield from (_Named(f"rule {rule.number}, {key} {oid}", oid, _Kind.SPARED) for oid in sorted(oids))


def _found(store: Store, oid: str, *, must_be_commit: bool) -> tuple[str, str]:
    """What is wrong with an id, in words, and the commit that it leads to; itself where it leads to none."""
    if len(oid) != store.object_format.hex_length:
        return f"no object id of this repository, which has {store.object_format.hex_length} digits", ""
    try:
        kind = store.resolve(oid).type
    except GitsigError as error:
        return error.what, ""
    try:
        return "", peel(store, oid, "commit").oid
    except GitsigError:
        return ("a commit belongs here, and this leads to none" if must_be_commit and kind != "blob" else ""), oid


def _positions(lineages: Lineages, held: Sequence[_Named], tips: Sequence[Tip]) -> Iterator[str]:
    """What is nowhere behind a guarded ref, or behind a trusted root already."""
    # Tags, and whatever else a ref names that is no commit, are judged wherever their commits are.
    apart = {job.oid for tip in tips for job in tip.jobs} | {tip.oid for tip in tips if tip.oid != tip.commit}
    sought = {each.commit for each in held}
    here, whole = _reached(lineages, [tip.commit for tip in tips if tip.commit is not None], sought)
    roots = {each.commit for each in held if each.kind is _Kind.ROOT}
    behind, _ = _reached(lineages, _parents(lineages, roots), sought)
    unsure = "" if whole else " (some of the history is missing here)"
    for each in held:
        if each.oid in apart:
            continue
        if each.commit not in here:
            yield f"{each.words}: it is behind no guarded ref{unsure}, and has no effect"
            continue
        hidden = each.commit in behind or (each.kind is _Kind.EXCEPTION and each.commit in roots)
        if hidden and each.kind is not _Kind.SPARED:
            yield f"{each.words}: it is behind a trusted root, and has no effect"


def _parents(lineages: Lineages, commits: Iterable[str]) -> list[str]:
    rows = [lineages.number(bytes.fromhex(commit)) for commit in commits]
    read = (row for row in rows if lineages.read(row, judged=False))
    return [lineages.oid(parent) for row in read for parent in lineages.parents(row)]


def _reached(lineages: Lineages, starts: Iterable[str], sought: set[str]) -> tuple[set[str], bool]:
    """Those of `sought` that are `starts` or behind them, and whether everything that was asked could be read."""
    left = {bytes.fromhex(oid) for oid in sought}
    rows = [lineages.number(bytes.fromhex(oid)) for oid in starts]
    seen, whole = bytearray(lineages.count), True
    while rows and left:
        row = rows.pop()
        seen.extend(bytes(max(0, lineages.count - len(seen))))
        if seen[row]:
            continue
        seen[row] = 1
        left.discard(lineages.key(row))
        if lineages.read(row, judged=False):
            rows.extend(lineages.parents(row))
        else:
            whole = False
    return {oid for oid in sought if bytes.fromhex(oid) not in left}, whole


def _governance(store: Store, lineages: Lineages, root: str, tips: Sequence[Tip]) -> Iterator[str]:
    """Commits that do not descend from the root are refused, whoever signed them."""
    name = f"the governance root {root}"
    fault, commit = _found(store, root, must_be_commit=True)
    if fault or commit != root:
        yield f"{name}: {fault or 'it is no commit itself'}, so everything is refused"
        return
    astray = _astray(lineages, root, tips)
    if astray:
        more = f" and {len(astray) - _NAMED} more" if len(astray) > _NAMED else ""
        yield f"{name}: it is no ancestor of {', '.join(astray[:_NAMED])}{more}, so what is there is refused"


def _astray(lineages: Lineages, root: str, tips: Sequence[Tip]) -> list[str]:
    """Refs whose commit is neither the root nor descends from it."""
    led = [(tip.ref or tip.oid, tip.commit) for tip in tips if tip.commit is not None]
    history = walk(lineages, [commit for _, commit in led])
    first, descends = lineages.find(root), bytearray(lineages.count)
    for row in history.commits.rows:
        descends[row] = row == first or any(descends[parent] for parent in lineages.parents(row))
    astray = []
    for name, commit in led:
        tip = lineages.find(commit)
        if tip is None or not descends[tip]:
            astray.append(name)
    return astray
