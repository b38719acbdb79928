"""`gitsig policy check` beside a repository: what a policy names and the repository does not have.

Nothing is judged. A pattern that matches nothing, or a root that is not there, is as a rule a slip of the pen, and a
demand that silently does not hold; what will exist tomorrow is no error, so all of this is warnings. What cannot be
read is said to be so, and nothing is guessed about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from gitsig.errors import GitsigError
from gitsig.policy import Policy
from gitsig.policy.patterns import ref_matcher
from gitsig.policy.types import Defaults, Seals
from gitsig.store.interface import Store
from gitsig.upkeep.anchors import review_anchors
from gitsig.upkeep.treepaths import review_paths

__all__ = ["review_against"]

_TOLD = 20
"""So many warnings of one kind are given; the rest is counted."""
_HEADS, _REMOTES = "refs/heads/", "refs/remotes/"


def review_against(store: Store, policy: Policy) -> tuple[str, ...]:
    """Warnings about what `policy` names and `store` has not: refs, paths in the tree of HEAD, objects, ancestors."""
    try:
        refs = dict(store.refs())
    except GitsigError as error:
        return (f"the refs cannot be read ({error.diagnostics()}): nothing is compared with them",)
    if not refs:
        return ("the repository has no ref yet: nothing is compared with it",)
    kinds = (_refs(policy, refs), review_paths(store, policy), review_anchors(store, policy))
    return tuple(warning for kind in kinds for warning in _bounded(kind))


def _bounded(warnings: Iterable[str]) -> Iterator[str]:
    rest = iter(warnings)
    try:
        yield from islice(rest, _TOLD)
        more = sum(1 for _ in rest)
    except GitsigError as error:
        yield f"the repository cannot be read ({error.diagnostics()}): not everything is compared with it"
        return
    if more:
        yield f"{more} more warnings of this kind"


def _refs(policy: Policy, refs: Iterable[str]) -> Iterator[str]:
    """Patterns that match no ref. What nobody wrote, the defaults, need not match."""
    here = {*refs, *(local for ref in refs if (local := _as_branch(ref)))}
    for where, patterns in _patterns(policy):
        for pattern in patterns:
            matches = ref_matcher((pattern,)).fullmatch
            if not any(matches(ref) for ref in here):
                yield f"{where}: {pattern!r} matches no ref of the repository"


def _patterns(policy: Policy) -> Iterator[tuple[str, tuple[str, ...]]]:
    if policy.defaults.refs != Defaults().refs:
        yield "[defaults] refs", policy.defaults.refs
    yield "[defaults] except-refs", policy.defaults.except_refs
    for rule in policy.rules:
        yield f"rule {rule.number}", rule.refs
        yield f"rule {rule.number}, approvals", rule.approvals
    if policy.seals is not None and policy.seals.tags != Seals(frozenset()).tags:
        yield "[history] seal-tags", policy.seals.tags


def _as_branch(ref: str) -> str:
    """The branch that a remote-tracking ref stands for: a clone has few branches of its own."""
    if not ref.startswith(_REMOTES):
        return ""
    _, slash, branch = ref.removeprefix(_REMOTES).partition("/")
    return f"{_HEADS}{branch}" if slash and branch != "HEAD" else ""
