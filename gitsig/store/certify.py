"""When the excluded side may stop: an exact test that asks dates for nothing but the order of reading.

The included side has ended: each parent of a commit in the range is in the range, excluded, or missing. Excluded
commits that are still waiting (the *frontier*) might lead to a commit c of the range by a way not yet read; with dates
out of order they do. Behind c there is a *bottom* of the range, a commit b without parents in the range, and behind b,
unless it is a root, an excluded commit x. If x is known to reach every commit of the frontier, none of these reaches c:
frontier -> c -> b -> x -> frontier would be a circle, and hashes allow none. So one x for each bottom is chosen, what
each x reaches is noted as a bit in a mask, and the frontier is read on, newest first, until all of it has all bits.

For `A..B` with B ahead of A, x is A itself, and nothing more is read. Where a bottom is a root, or the choice is too
large, the excluded side is read to its end, which is exact as well.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from gitsig.store.graph import DONE, EXCLUDED, Graph

__all__ = ["certify"]

_MASK_BITS = 1024


def certify(graph: Graph) -> None:
    """Read on, on the excluded side, until no commit of the range can be reached from it."""
    if not graph.queue:
        return
    chosen = _below_bottoms(graph)
    if chosen is None or len(chosen) > _MASK_BITS:
        while graph.queue:
            graph.step()
    elif chosen:
        _spread(graph, chosen)


def _below_bottoms(graph: Graph) -> set[int] | None:
    """One excluded parent for each bottom; None where a bottom has none."""
    chosen: set[int] = set()
    rows = set(graph.interesting())
    for row in rows:
        if not any(parent in rows for parent in graph.followed(row)):
            below = [parent for parent in graph.parents(row) if graph.state[parent] & EXCLUDED]
            if not below:
                return None
            chosen.add(below[0])
    return chosen


def _spread(graph: Graph, chosen: set[int]) -> None:
    """Spread the masks until the whole frontier has all bits.

    A commit that turns out to be excluded meanwhile leaves the range; what was said of the others still holds, since
    the x behind them are the same.
    """
    full = (1 << len(chosen)) - 1
    masks = {row: 1 << bit for bit, row in enumerate(sorted(chosen))}
    frontier = {row for _, row in graph.queue}
    uncertified = {row for row in frontier if masks.get(row) != full}
    waiting = [(-graph.times[row], row) for row in frontier.union(masks)]
    heapify(waiting)
    while uncertified:
        row = heappop(waiting)[1]
        if not graph.state[row] & DONE:
            uncertified.discard(row)
            for fresh in graph.expand(row):
                uncertified.add(fresh)
                heappush(waiting, (-graph.times[fresh], fresh))
        mask = masks.get(row, 0)
        for parent in graph.parents(row):
            before = masks.get(parent, 0)
            if mask | before != before:
                masks[parent] = mask | before
                heappush(waiting, (-graph.times[parent], parent))
                if mask | before == full:
                    uncertified.discard(parent)
