"""HEAD, and what is being merged or was just made: which commits the hooks around a commit have to judge."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from gitsig.engine.scope import Selector
from gitsig.errors import EnvironmentFault
from gitsig.hooks.client.say import say
from gitsig.policy import Policy, Require
from gitsig.store import Store
from gitsig.store.lineages import Lineages

__all__ = ["commits_to_judge", "is_guarded", "merge_heads"]

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_GITHEAD = "GITHEAD_"


def merge_heads(store: Store) -> list[str]:
    """Ids of the commits that are being merged, or were just merged.

    MERGE_HEAD is there for a merge that `git commit` ends; while `git merge` runs the hooks of an automatic one it is
    often not written yet, and only GITHEAD_* in the environment names them. Raises EnvironmentFault for garbage.
    """
    try:
        lines = (store.git_dir / "MERGE_HEAD").read_text("ascii", "replace").split()
    except FileNotFoundError:
        lines = []
    except OSError as error:
        raise EnvironmentFault(f"MERGE_HEAD cannot be read ({error.strerror})", where=str(store.git_dir)) from error
    named = [name.removeprefix(_GITHEAD) for name in os.environ if name.startswith(_GITHEAD)]
    found = list(dict.fromkeys([*lines, *named]))
    wrong = [each for each in found if not _OID.fullmatch(each)]
    if wrong:
        raise EnvironmentFault(
            f"MERGE_HEAD names no commit: {wrong[0]}", where=str(store.git_dir), mend="git merge --abort"
        )
    return found


def is_guarded(store: Store, policy: Policy) -> bool:
    """Whether the current branch is judged at all; a detached HEAD is. Says so if it is not."""
    branch = store.head()[0]
    if branch is None or policy.guards(branch):
        return True
    say(f"note: the policy does not guard {branch}, so its commits are not judged")
    return False


def commits_to_judge(store: Store, policy: Policy, merged: Sequence[str]) -> list[str]:
    """HEAD, if there is one, and `merged`, as far as `require` in [defaults] speaks of them."""
    head = store.head()[1]
    require = policy.defaults.require
    if require is Require.EVERY_COMMIT:
        return [*([head] if head else []), *merged]
    if require is Require.FIRST_PARENT:
        return [head] if head else []
    if require is Require.MERGES:
        selector = Selector(store, Lineages(store), policy)
        return [oid for oid in (*([head] if head else []), *merged) if selector.may_be_merge(oid)]
    return []
