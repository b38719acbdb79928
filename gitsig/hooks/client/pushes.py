"""`gitsig hook pre-push` (git's own hook) and `gitsig hook push` (the pre-commit framework's pre-push stage).

Git's hook is told every ref on standard input. The framework eats that, runs its hooks for the first ref only, and on
a first push passes no range: so `push` judges everything that is not on a remote-tracking ref, never nothing.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence

from gitsig.engine import Verifier
from gitsig.engine.tips import kind_of
from gitsig.engine.updates import PushReport, verify_updates
from gitsig.errors import EnvironmentFault, GitsigError
from gitsig.hooks.client.policies import client_policy
from gitsig.hooks.client.remotes import tracked, tracking_tips
from gitsig.hooks.client.say import counted, refusals, say
from gitsig.hooks.client.settings import Settings, read_settings
from gitsig.model import RefUpdate
from gitsig.store import Store, open_store, peel, walk

__all__ = ["pre_push", "push"]

_LINE = re.compile(r".+ ([0-9a-f]{40}|[0-9a-f]{64}) (refs/[^ ]+) ([0-9a-f]{40}|[0-9a-f]{64})", re.DOTALL)
"""githooks(5), pre-push: `local-ref SP local-oid SP remote-ref SP remote-oid`; the first may hold anything."""
_REFUSED, _UNVERIFIED = 1, 3
_ONLY_FIRST = (
    "the pre-commit framework tells of the first pushed ref only, so all that is unpushed was judged; "
    "git's own hook sees exactly what is pushed: gitsig install pre-push"
)


def pre_push(arguments: Sequence[str]) -> int:
    """Judge what git is about to push; 0, 1 refused, 3 could not be checked. Raises EnvironmentFault for garbage."""
    updates = _read(sys.stdin.buffer.read())
    if not updates:
        return 0
    store, settings = open_store(), read_settings()
    remote = arguments[0] if arguments else ""
    known = dict(tracked(store, settings, remote))
    for update in updates:
        if not int(update.old, 16):
            known.pop(update.ref, None)
        elif kind_of(store, update.old) is not None:
            known[update.ref] = update.old
        else:
            say(f"note: {update.ref} is at {update.old[:12]} there, which is not here: git fetch first")
    report = _judge(store, settings, remote, updates, known, list(known.items()))
    return _close(report, settings)


def push(_arguments: Sequence[str]) -> int:
    """Judge the ref that the framework tells of and all that is unpushed; the exit codes are those of `pre_push`."""
    store, settings = open_store(), read_settings()
    remote = os.environ.get("PRE_COMMIT_REMOTE_NAME", "")
    remotes = [remote] if remote in settings.remotes() else settings.remotes()
    pairs = [pair for each in remotes for pair in tracked(store, settings, each)]
    known = dict(pairs)
    told = _told(store, known)
    updates = [*told, *_unpushed(store, told)]
    if not updates:
        return 0
    report = _judge(store, settings, remote, updates, known, pairs)
    if any(update.refused for update in report.updates[len(told) :]):
        say(_ONLY_FIRST)
    return _close(report, settings)


def _read(told: bytes) -> list[RefUpdate]:
    found = []
    # No splitlines(): it also splits at characters that a ref may hold.
    for line in told.decode("utf-8", "surrogateescape").split("\n"):
        if not line:
            continue
        parts = _LINE.fullmatch(line)
        if parts is None:
            raise EnvironmentFault("standard input holds no lines of a pre-push hook", mend="let git run the hook")
        found.append(RefUpdate(parts[3], parts[1], parts[2]))
    return found


def _judge(
    store: Store,
    settings: Settings,
    remote: str,
    updates: Sequence[RefUpdate],
    known: Mapping[str, str],
    pairs: Sequence[tuple[str, str]],
) -> PushReport:
    verifier = Verifier(store, client_policy(store, settings, _bases(store, remote, updates, known)))
    for remark in verifier.remarks:
        say(f"note: {remark}")
    return verify_updates(verifier, updates, pairs)


def _bases(store: Store, remote: str, updates: Sequence[RefUpdate], known: Mapping[str, str]) -> Iterator[str]:
    """Where the remote's own policy may stand: its default branch, the upstream, the refs that are pushed to."""
    yield f"refs/remotes/{remote}/HEAD"
    upstream = store.upstream()
    if upstream is not None and upstream.startswith("refs/remotes/"):
        yield upstream
    yield from (known[update.ref] for update in updates if update.ref in known)


def _told(store: Store, known: Mapping[str, str]) -> list[RefUpdate]:
    """The ref of which the framework tells (PRE_COMMIT_*); FROM_REF is not used, as it may be no tip of the remote."""
    ref = os.environ.get("PRE_COMMIT_REMOTE_BRANCH", "")
    rev = os.environ.get("PRE_COMMIT_TO_REF") or os.environ.get("PRE_COMMIT_LOCAL_BRANCH", "")
    if ref and rev:
        new = store.resolve(rev).oid
        return [RefUpdate(known.get(ref, "0" * len(new)), new, ref)]
    branch, head = store.head()
    if branch is None and head is not None:
        return [RefUpdate("0" * len(head), head, "refs/heads/HEAD")]
    return []


def _unpushed(store: Store, told: Sequence[RefUpdate]) -> list[RefUpdate]:
    """Local branches and tags with commits that no remote-tracking ref holds, as if each were new there."""
    local = os.environ.get("PRE_COMMIT_LOCAL_BRANCH", "")
    refs = {ref: oid for ref, oid in store.refs() if ref.startswith(("refs/heads/", "refs/tags/")) and ref != local}
    commits = {ref: commit for ref, oid in refs.items() if (commit := _commit(store, oid)) is not None}
    fresh = frozenset(walk(store, list(commits.values()), tracking_tips(store)).commits)
    again = {update.ref for update in told}
    return [
        RefUpdate("0" * len(oid), oid, ref)
        for ref, oid in refs.items()
        if ref not in again and (ref not in commits or commits[ref] in fresh)
    ]


def _commit(store: Store, oid: str) -> str | None:
    """The commit that a ref leads to; one that leads to none is judged as what it is."""
    try:
        return peel(store, oid, "commit").oid
    except GitsigError:
        return None


def _close(report: PushReport, settings: Settings) -> int:
    """Say what came of it, and give the exit code."""
    source = report.info.policy_source
    if report.accepted:
        judged = sum(update.summary.checked for update in report.updates)
        bare = sorted(update.update.ref for update in report.updates if not update.judged)
        unguarded = f"; not guarded: {', '.join(bare[:3])}{', ...' if len(bare) > 3 else ''}" if bare else ""
        say(f"{counted(judged)} judged, all good, by {source}{unguarded}")
        return 0
    refused = [verdict for update in report.updates for verdict in update.refused]
    refusals(refused, sum(update.summary.refused for update in report.updates), source, settings.get("gitsig.docs"))
    return _UNVERIFIED if any(update.summary.unverifiable for update in report.updates) else _REFUSED
