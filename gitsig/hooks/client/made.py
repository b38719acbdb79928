"""`gitsig hook head` (post-commit, post-merge, post-rewrite): is what was just made acceptable?

Git ignores how these hooks end, so nothing is undone: the developer reads it while the mend is still easy.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from gitsig.engine import Verifier
from gitsig.engine.scope import Selector
from gitsig.errors import EnvironmentFault, UsageFault
from gitsig.hooks.client.heads import is_guarded, merge_heads
from gitsig.hooks.client.policies import client_policy
from gitsig.hooks.client.remotes import tracking_tips
from gitsig.hooks.client.say import refusals, say
from gitsig.hooks.client.settings import read_settings
from gitsig.policy import Policy, Require
from gitsig.store import Store, is_ancestor, open_store, walk
from gitsig.store.lineages import Lineages

__all__ = ["head"]

_REWRITES = ("amend", "rebase")
_PAIR = re.compile(r"[0-9a-f]{40,64} ([0-9a-f]{40}|[0-9a-f]{64})(?: .*)?")


class _Made(NamedTuple):
    """What is to be judged."""

    targets: Sequence[str]
    new: bool
    """Made here and now; not what a fast-forward or a squash brought in."""
    bases: Sequence[str] = ()
    """Where the policy is looked for before the work tree."""


def head(arguments: Sequence[str]) -> int:
    """Judge the commit just made (HEAD), or all new ones of a rewrite; 0, 1 refused, 3 could not be checked."""
    store = open_store()
    if store.head()[1] is None:
        raise EnvironmentFault(
            "there is no commit yet", mend="run it as a post-commit, post-merge or post-rewrite hook"
        )
    made = _made(store, arguments)
    settings = read_settings()
    loaded = client_policy(store, settings, made.bases)
    if not is_guarded(store, loaded.policy):
        return 0
    verifier = Verifier(store, loaded)
    targets = _demanded(store, loaded.policy, made.targets)
    run = verifier.verify(targets, new=made.new) if targets else None
    refused = [verdict for verdict in run or () if not verdict.accepted]
    if run is None or not refused:
        return 0
    say("THIS IS DONE, BUT IT WOULD BE REFUSED; mend it before you push")
    refusals(refused, run.summary().refused, loaded.source, settings.get("gitsig.docs"))
    return run.summary().exit_code


def _made(store: Store, arguments: Sequence[str]) -> _Made:
    """What happened: git tells by arguments, the pre-commit framework by its environment."""
    word = arguments[0] if arguments else ""
    rewrite = word if word in _REWRITES else os.environ.get("PRE_COMMIT_REWRITE_COMMAND", "")
    if rewrite:
        own = store.head()[1]
        return _Made(["HEAD", *(oid for oid in _rewritten(store, word, rewrite) if oid != own)], True)
    squash = word if word in ("0", "1") else os.environ.get("PRE_COMMIT_IS_SQUASH_MERGE", "")
    return _merged(store, squash) if squash else _Made(["HEAD"], True)


def _merged(store: Store, squash: str) -> _Made:
    """A merge commit was made here; a fast-forward or a squash only brought others' commits in, which are history."""
    before = _before(store)
    bases = [before] if before else []
    if squash == "1" or store.head()[1] not in merge_heads(store):
        return _Made(["HEAD"], squash != "1", bases)
    return _Made([f"{before}..HEAD"] if before else ["HEAD"], False, bases)


def _before(store: Store) -> str | None:
    """Where HEAD was before the merge: ORIG_HEAD, unless that is a leftover of something else."""
    try:
        before = store.resolve("ORIG_HEAD").oid
        head_oid = store.head()[1]
        return before if head_oid and is_ancestor(store, before, head_oid) else None
    except UsageFault:
        return None


def _rewritten(store: Store, word: str, command: str) -> list[str]:
    """The new ids of a rewrite, from standard input; the framework passes none, so all that is new and unpushed."""
    if word in _REWRITES:
        return _pairs(sys.stdin.buffer.read())
    if command == "amend":
        return []
    known = tracking_tips(store)
    with suppress(UsageFault):
        known.append(store.resolve("ORIG_HEAD").oid)
    return list(walk(store, [store.head()[1] or ""], known).commits)


def _pairs(told: bytes) -> list[str]:
    """New ids of `old SP new [SP extra]` lines (githooks(5), post-rewrite)."""
    found: dict[str, None] = {}
    for line in told.decode("utf-8", "replace").splitlines():
        pair = _PAIR.fullmatch(line)
        if pair is None:
            raise EnvironmentFault("standard input holds no lines of a post-rewrite hook", mend="let git run it")
        found[pair[1]] = None
    return list(found)


def _demanded(store: Store, policy: Policy, targets: Sequence[str]) -> list[str]:
    """The targets of which `require` in [defaults] speaks; HEAD, as the tip, always but where only merges count."""
    require = policy.defaults.require
    selector = Selector(store, Lineages(store), policy)
    if require is Require.TIP:
        return list(targets[:1])
    if require is Require.MERGES:
        return [each for each in targets if ".." in each or selector.may_be_merge(store.resolve(each).oid)]
    return list(targets)
