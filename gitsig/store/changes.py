"""Which paths a commit changes: by itself, and as seen from its first parent.

A merge is credited only with what merging its parents does not give. A path is not the merge's own change

* if its entry is that of some parent, and each other parent either agrees or has left the path as it was in every best
  common ancestor with that parent: only sides that did change the path brought it. To be equal to *a* parent is not
  enough. A merge that takes an old file from a side branch, and so undoes what the main line has done to it since,
  equals that parent.
* or if two parents with one best common ancestor have both changed a regular file, and the merge has just what git's
  merge of the contents gives, without a conflict.

Renames are not followed, and attributes and merge drivers not asked: what differs from the rule is the merge's own.
Whether a merge as a whole is what git makes of its parents is another question, `is_remade`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gitsig.errors import ObjectFault
from gitsig.objects import hash_object, parents_of, parse
from gitsig.store.bounded import Bounded
from gitsig.store.differences import Difference, differences
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineages, read_commit
from gitsig.store.mergebase import merge_bases
from gitsig.store.mergefile import merge_file
from gitsig.store.remerge import merged_tree
from gitsig.store.treehash import TreeHashes
from gitsig.store.trees import REGULAR, Entry, Trees

__all__ = ["Changes"]

_TWO = 2
_MOST_PARENTS = 128
"""Distinct parents of a merge whose common ancestors are looked for; the largest in Linux has 66."""
_MOST_BASES = 128
"""Best common ancestors of two parents."""
_MOST_CONTENTS = 1000
"""Files of one merge whose contents are merged anew, at a few milliseconds each; whatever else both sides have changed
counts as the merge's own."""
_KEPT_BASES = 4096
"""Pairs of parents whose common ancestors are kept."""
_KEPT_TREES = 16_384
"""Commits whose tree is kept."""

_Pair = tuple[str, str]


class Changes:
    """The changes of a repository's commits; trees and common ancestors are kept for the next one."""

    def __init__(self, store: Store, lineages: Lineages, trees: Trees | None = None) -> None:
        """`lineages` and `trees` may be shared with others."""
        self._store = store
        self._trees = trees if trees is not None else Trees(store)
        self._hashes = TreeHashes(store, self._trees)
        self._bases: Bounded[_Pair, tuple[str, ...]] = Bounded(
            _KEPT_BASES, lambda pair: self._find_bases(lineages, pair)
        )
        self._contents_left = 0
        self._tree_of: Bounded[str, str] = Bounded(_KEPT_TREES, self._find_tree)

    def changed_paths(self, commit: str) -> tuple[bytes, ...]:
        """Give the paths that a commit itself changes, sorted: with no parent all of its tree.

        Raises `ObjectFault` where the commit, or anything that the answer needs, cannot be read, is outside the grammar
        or beyond a limit, `EnvironmentFault` where git cannot merge contents.
        """
        tree, parents = self._commit(commit)
        if len(parents) < _TWO:
            return self._against(parents, tree)
        if len(parents) > _MOST_PARENTS:
            raise ObjectFault(f"more than {_MOST_PARENTS} parents to compare", where=commit)
        self._contents_left = _MOST_CONTENTS
        merge = _Merge(tuple(differences(self._trees, self._tree_of.get(parent), tree) for parent in parents), parents)
        return tuple(sorted(path for path in merge.paths() if not self._is_given(merge, path)))

    def brought_paths(self, commit: str) -> tuple[bytes, ...]:
        """Give the paths in which a commit differs from its first parent, sorted; with no parent all of its tree.

        Raises `ObjectFault` as `changed_paths` does.
        """
        tree, parents = self._commit(commit)
        return self._against(parents, tree)

    def is_remade(self, commit: str) -> bool:
        """Whether git, merging the two parents of a merge anew, comes to its very tree, without a conflict.

        Raises `ObjectFault` where the commit, or what the merge needs, cannot be read, `EnvironmentFault` as
        `merged_tree` does.
        """
        tree, parents = self._commit(commit)
        return len(parents) == _TWO and merged_tree(self._store, *parents) == tree

    def tree_sha512(self, commit: str) -> str:
        """Give the Tree-SHA512 of a commit. Raises as `TreeHashes.tree_sha512` does."""
        return self._hashes.tree_sha512(commit)

    def _commit(self, oid: str) -> tuple[str, Sequence[str]]:
        """The tree and the parents, each once."""
        found = parse("commit", read_commit(self._store, oid), oid, self._store.object_format)
        if found.tree is None:
            raise ObjectFault("a commit without a tree", where=oid)
        return found.tree, tuple(dict.fromkeys(found.parents))

    def _against(self, parents: Sequence[str], tree: str) -> tuple[bytes, ...]:
        """The differences to the first parent."""
        before = self._tree_of.get(parents[0]) if parents else None
        return tuple(sorted(differences(self._trees, before, tree)))

    def _find_tree(self, commit: str) -> str:
        # Not the full grammar: what stands behind a commit may be older than the strictness.
        raw = read_commit(self._store, commit)
        parents_of(raw, self._store.object_format)  # raises unless one tree line stands at the start
        return raw[5 : raw.index(b"\n")].decode("ascii")

    def _find_bases(self, lineages: Lineages, pair: _Pair) -> tuple[str, ...]:
        found = merge_bases(lineages, *pair)
        if len(found) > _MOST_BASES:
            raise ObjectFault(f"more than {_MOST_BASES} best common ancestors with {pair[1]}", where=pair[0])
        return tuple(found)

    def _bases_of(self, one: str, other: str) -> tuple[str, ...]:
        return self._bases.get((min(one, other), max(one, other)))

    def _is_given(self, merge: _Merge, path: bytes) -> bool:
        """Whether merging the parents gives what the merge has at `path`."""
        numbers = range(len(merge.parents))
        apart = [number for number in numbers if path in merge.apart[number]]
        for number in numbers:
            if number not in apart and all(self._left_alone(merge, each, number, path) for each in apart):
                return True
        return len(numbers) == _TWO and self._is_merged(merge, path)

    def _left_alone(self, merge: _Merge, number: int, other: int, path: bytes) -> bool:
        """Whether a parent has at `path` what every common ancestor with the other parent has."""
        entry = merge.apart[number][path].one
        bases = self._bases_of(merge.parents[number], merge.parents[other])
        trees = {self._tree_of.get(base) for base in bases}
        return all(self._trees.at(tree, path) == entry for tree in trees) if trees else entry is None

    def _is_merged(self, merge: _Merge, path: bytes) -> bool:
        """Whether both parents have changed a regular file, and the merge has both changes."""
        bases = self._bases_of(*merge.parents)
        if len(bases) != 1:
            return False
        base = self._trees.at(self._tree_of.get(bases[0]), path)
        ours, theirs, result = merge.sides(path)
        if base is None or ours is None or theirs is None or result is None:
            return False
        if not {base.mode, ours.mode, theirs.mode, result.mode} <= REGULAR:
            return False
        if result.mode != (theirs.mode if ours.mode == base.mode else ours.mode):
            return False
        if not self._contents_left:
            return False
        self._contents_left -= 1
        content = merge_file(self._store, base.oid, ours.oid, theirs.oid)
        return content is not None and hash_object("blob", content, self._store.object_format) == result.oid


class _Merge(NamedTuple):
    """A merge beside its parents."""

    apart: tuple[Mapping[bytes, Difference], ...]
    """For each parent, what differs: `one` is the parent's entry, `other` the merge's."""
    parents: Sequence[str]

    def paths(self) -> set[bytes]:
        """Give what differs from any parent."""
        return set().union(*self.apart)

    def sides(self, path: bytes) -> tuple[Entry | None, Entry | None, Entry | None]:
        """Give the entries of the first two parents and of the merge at a path that is in `paths`."""
        first, second = self.apart[0].get(path), self.apart[1].get(path)
        known = first or second
        result = known.other if known is not None else None
        return first.one if first else result, second.one if second else result, result
