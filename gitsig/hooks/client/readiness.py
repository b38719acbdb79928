"""`gitsig hook preflight` (pre-commit, pre-merge-commit): would the commit that is about to be made be accepted?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitsig.engine import Verifier
from gitsig.hooks.client.heads import commits_to_judge, is_guarded, merge_heads
from gitsig.hooks.client.ownkey import Prospect, prospect
from gitsig.hooks.client.policies import client_policy
from gitsig.hooks.client.say import refusals, say
from gitsig.hooks.client.settings import Settings, read_ident, read_settings
from gitsig.hooks.client.signingkey import NoKey, OwnKey, find_own_key
from gitsig.hooks.client.staged import staged_policy
from gitsig.hooks.inforce import in_force
from gitsig.model import Verdict
from gitsig.policy import Parents
from gitsig.store import Store, open_store

__all__ = ["preflight"]

_REFUSED = 1


def preflight(_arguments: Sequence[str]) -> int:
    """0 if nothing speaks against the commit, 1 if something does, 3 if something could not be checked."""
    store = open_store()
    settings = read_settings()
    merged = merge_heads(store)
    # During a merge the work tree already holds the policy that is being merged (R12).
    loaded = client_policy(store, settings, ["HEAD"] if merged else [])
    verifier = Verifier(store, loaded)
    faults = list(_own_faults(store, settings, verifier, merged))
    for what, mend in faults:
        say(f"REFUSED: {mend} ({what})")
    code = _judge_parents(store, settings, verifier, merged)
    staged_policy(store)
    return code or (_REFUSED if faults else 0)


def _own_faults(
    store: Store, settings: Settings, verifier: Verifier, merged: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """What is wrong with the developer's own settings and key, as (what, mend)."""
    if not settings.flag("commit.gpgsign"):
        yield "commit.gpgSign is not true, so commits are not signed", "git config commit.gpgSign true"
    branch, head = store.head()
    parents = (head, *merged) if head else ()
    made = Prospect(read_ident("AUTHOR"), read_ident("COMMITTER"), parents)
    try:
        own = find_own_key(settings, made.committer)
    except NoKey as error:
        yield error.what, error.mend
        return
    if own is None:
        say("warning: gpg.ssh.defaultKeyCommand is not run here, so the key it gives is checked only after the commit")
        return
    yield from _refusals(verifier, own, made, branch)


def _refusals(verifier: Verifier, own: OwnKey, made: Prospect, branch: str | None) -> Iterator[tuple[str, str]]:
    """What the policies that are going to judge the commit would refuse now; warnings are said."""
    law = in_force(verifier, made.parents)
    if verifier.governed is not None and not made.parents:
        yield "a commit without parents does not descend from the governance root", "commit on a branch that does"
        return
    found, warnings = [], dict[str, None]()
    for loaded in law.policies:
        rules = loaded.policy.rules_for(branch) if branch else ()
        fault, more = prospect(loaded, own, made, verifier.now, rules)
        found.append(fault)
        warnings.update(dict.fromkeys(more))
    for warning in warnings:
        say(f"warning: {warning}")
    if law.parents is Parents.ALL or None not in found:
        yield from dict.fromkeys(fault for fault in found if fault is not None)


def _judge_parents(store: Store, settings: Settings, verifier: Verifier, merged: Sequence[str]) -> int:
    """HEAD and what is merged, by [defaults]: a local branch's name need not be the one that it is pushed to."""
    if not is_guarded(store, verifier.loaded.policy):
        return 0
    targets = commits_to_judge(store, verifier.loaded.policy, merged)
    run = verifier.verify(targets) if targets else None
    refused: list[Verdict] = [verdict for verdict in run or () if not verdict.accepted]
    if run is None or not refused:
        return 0
    refusals(refused, len(refused), verifier.loaded.source, settings.get("gitsig.docs"))
    return run.summary().exit_code
