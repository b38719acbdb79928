"""Which paths a commit changes itself, the slow way: whole trees as tables of paths, ancestors as whole sets.

What docs/policy.md says under "What a commit changes", word by word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

__all__ = ["Files", "History", "history_of", "own_paths"]

Files = Mapping[bytes, tuple[bytes, bytes]]
"""Mode and content by path."""
Blend = Callable[[bytes, bytes, bytes], bytes | None]
"""Content of the base, ours and theirs, merged; None for a conflict."""
_REGULAR = (b"100644", b"100755")


class History(NamedTuple):
    """Commits by their number; parents come before their children."""

    files: Sequence[Files]
    parents: Sequence[Sequence[int]]
    behind: Sequence[frozenset[int]]
    """Each commit and all that it descends from."""

    def bases(self, one: int, other: int) -> list[int]:
        """The best common ancestors."""
        common = self.behind[one] & self.behind[other]
        return [each for each in common if not any(each in self.behind[it] for it in common if it != each)]


def history_of(files: Sequence[Files], parents: Sequence[Sequence[int]]) -> History:
    """The history of these commits."""
    behind: list[frozenset[int]] = []
    for number, found in enumerate(parents):
        behind.append(frozenset({number}).union(*(behind[parent] for parent in found)))
    return History(files, parents, behind)


def own_paths(history: History, commit: int, blend: Blend) -> list[bytes]:
    """The paths that a commit changes itself, sorted."""
    result, parents = history.files[commit], list(dict.fromkeys(history.parents[commit]))
    if not parents:
        return sorted(result)
    paths = set(result).union(*(history.files[parent] for parent in parents))
    if len(parents) == 1:
        before = history.files[parents[0]]
        return sorted(path for path in paths if before.get(path) != result.get(path))
    return sorted(path for path in paths if not _given(history, result, parents, path, blend))


def _given(history: History, result: Files, parents: Sequence[int], path: bytes, blend: Blend) -> bool:
    """By some parent that has it so and that no other parent contradicts, or by both sides' lines together."""
    entry = result.get(path)
    for parent in parents:
        others = [each for each in parents if history.files[each].get(path) != entry]
        if parent not in others and all(_untouched(history, each, parent, path) for each in others):
            return True
    if len(parents) != 2:
        return False
    bases = history.bases(*parents)
    sides = [history.files[each].get(path) for each in (*bases, *parents)]
    if len(bases) != 1 or entry is None or any(side is None or side[0] not in _REGULAR for side in sides):
        return False
    (base_mode, base), (our_mode, ours), (their_mode, theirs) = (side for side in sides if side is not None)
    mode = their_mode if our_mode == base_mode else our_mode
    content = theirs if ours == base else ours if theirs in (base, ours) else blend(base, ours, theirs)
    return content is not None and entry == (mode, content)


def _untouched(history: History, side: int, other: int, path: bytes) -> bool:
    """Whether a side has left a path as it was wherever it parted from the other one."""
    now = history.files[side].get(path)
    bases = history.bases(side, other)
    return all(history.files[base].get(path) == now for base in bases) if bases else now is None
