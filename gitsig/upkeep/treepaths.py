"""Which path patterns of a policy match nothing in a repository's tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gitsig.errors import GitsigError, ObjectFault
from gitsig.policy import Policy
from gitsig.policy.paths import outside, touched
from gitsig.store.interface import Store
from gitsig.store.revision import peel
from gitsig.store.trees import DIRECTORY, read_tree

__all__ = ["review_paths"]

_MOST = 1_000_000
"""Entries of a tree that are looked at."""

Wanted = dict[str, Callable[[bytes], bool]]
"""How a pattern is named in a warning, and whether a path matches it."""


def review_paths(store: Store, policy: Policy) -> Iterator[str]:
    """Warnings about patterns that match no path in the tree of HEAD: one tree is enough to find a wrong letter."""
    wanted = _wanted(policy)
    if not wanted:
        return
    _, head = store.head()
    if head is None:
        yield "HEAD has no commit: path patterns are not compared with any tree"
        return
    try:
        for path in _paths(store, peel(store, head, "tree").oid):
            wanted = {name: matches for name, matches in wanted.items() if not matches(path)}
            if not wanted:
                return
    except GitsigError as error:
        yield f"the tree of HEAD cannot be read ({error.diagnostics()}): path patterns are not compared with it"
        return
    yield from (f"{name} matches no path in the tree of HEAD" for name in wanted)


def _wanted(policy: Policy) -> Wanted:
    found: Wanted = {}
    for rule in policy.rules:
        for pattern in rule.paths:
            found[f"rule {rule.number}: {pattern!r}"] = _rules_matcher(pattern)
    for signer in policy.signers.values():
        for pattern in signer.paths:
            found[f"signer {signer.name!r}: {pattern!r}"] = _signers_matcher(pattern)
    return found


def _rules_matcher(pattern: str) -> Callable[[bytes], bool]:
    return lambda path: next(touched((pattern,), (path,)), None) is not None


def _signers_matcher(pattern: str) -> Callable[[bytes], bool]:
    return lambda path: next(outside((pattern,), (path,)), None) is None


def _paths(store: Store, top: str) -> Iterator[bytes]:
    """Paths of files, links and submodules. Raises ObjectFault where a tree cannot be read, or there are too many."""
    folders, left = [(b"", top)], _MOST
    while folders:
        folder, oid = folders.pop()
        tree = read_tree(store, oid)
        left -= len(tree)
        if left < 0:
            raise ObjectFault(f"more than {_MOST} entries")
        for name, entry in tree.items():
            if entry.mode == DIRECTORY:
                folders.append((folder + name + b"/", entry.oid))
            else:
                yield folder + name
