"""The policy as a hook finds it, and its keys."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from gitsig.doctor.check import Check, Status
from gitsig.errors import EnvironmentFault, GitsigError
from gitsig.hooks.inforce import Standing, standing
from gitsig.hooks.server.policy import server_policy
from gitsig.keyreview import review_keys
from gitsig.loading import LoadedPolicy
from gitsig.sources import load_policy
from gitsig.store.interface import Store

__all__ = ["keys", "load", "look_up", "policy"]


def load(store: Store, *, server: bool) -> tuple[LoadedPolicy | None, list[Check]]:
    """The policy that a hook would judge by, read as the hook reads it, or why there is none."""
    try:
        if not server:
            return load_policy(store), []
        loaded, ref = server_policy(store)
    except GitsigError as error:
        where = f"{error.where}: " if error.where else ""
        return None, [Check("policy", Status.FAIL, f"{where}{error.what}", error.mend)]
    if ref is None or loaded.policy.guards(ref):
        return loaded, []
    text = f"{ref} holds the policy, which does not guard it: no push can change it"
    return loaded, [Check("policy", Status.WARN, text, "add it to refs of [defaults]")]


def look_up(store: Store, loaded: LoadedPolicy) -> tuple[Standing | None, list[Check]]:
    """Whose keys count in the repository, or why nobody can tell: then every push and every commit is refused."""
    try:
        return standing(store, loaded), []
    except GitsigError as error:
        where = f"{error.where}: " if error.where else ""
        return None, [Check("keys", Status.FAIL, f"{where}{error.what}", error.mend)]


def policy(loaded: LoadedPolicy, found: Standing | None) -> Iterator[Check]:
    """Where it came from, who else could change it, and its own warnings."""
    count = f"{len(loaded.policy.signers)} signers"
    who = "names the governance root; who may sign is said in the trees" if found and found.governed else count
    yield Check("policy", Status.OK, f"{loaded.source} ({loaded.digest[:19]}), {who}")
    file = Path(loaded.source)
    if file.is_file():
        yield from _writable(file)
    for warning in (*loaded.warnings, *(found.remarks if found else ())):
        yield Check("policy", Status.WARN, warning)


def _writable(file: Path) -> Iterator[Check]:
    """Whoever can write the policy, or put another in its place, decides who may sign."""
    for path in (file, file.resolve().parent):
        mode = path.stat().st_mode
        if mode & stat.S_IWOTH and not (path.is_dir() and mode & stat.S_ISVTX):
            yield Check("policy", Status.FAIL, f"{path} can be written by everybody", f"chmod o-w {path}")
        elif mode & stat.S_IWGRP:
            yield Check("policy", Status.WARN, f"{path} can be written by its group", f"chmod g-w {path}")


def keys(store: Store, loaded: LoadedPolicy, found: Standing, now: int) -> Iterator[Check]:
    """Keys that are expired, revoked or weak, or expire soon: under governance those of the policies after HEAD."""
    if found.policies:
        for each in found.policies:
            yield from _keys(each, now, f" ({each.source})" if found.governed else "")
        return
    root = loaded.policy.governance.root if loaded.policy.governance else None
    if store.head()[1] is None:
        yield Check("keys", Status.OK, "in the trees of commits, of which there is none yet")
    else:
        text = f"no policy is in force at HEAD, which does not descend from the governance root {root}, or is refused"
        yield Check("keys", Status.FAIL, text, "gitsig explain HEAD")


def _keys(loaded: LoadedPolicy, now: int, source: str) -> Iterator[Check]:
    count = len(loaded.keys.owners)
    try:
        warnings = review_keys(loaded, now)
    except EnvironmentFault as error:
        # GnuPG is missing or does not work: the hook would find the same.
        yield Check("keys", Status.FAIL, f"cannot be judged: {error.what}", error.mend)
        return
    if not count:
        yield Check("keys", Status.FAIL, "the policy has no keys: everything is refused", "add a signer")
    elif not warnings:
        yield Check("keys", Status.OK, f"{count}, all good for more than 30 days{source}")
    for warning in warnings:
        yield Check("keys", Status.WARN, warning)
