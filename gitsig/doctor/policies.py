"""The policy as a hook finds it, and its keys."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from gitsig.doctor.check import Check, Status
from gitsig.errors import EnvironmentFault, GitsigError
from gitsig.hooks.server.policy import server_policy
from gitsig.keyreview import review_keys
from gitsig.loading import LoadedPolicy
from gitsig.sources import load_policy
from gitsig.store.interface import Store

__all__ = ["keys", "load", "policy"]


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


def policy(loaded: LoadedPolicy) -> Iterator[Check]:
    """Where it came from, who else could change it, and its own warnings."""
    yield Check("policy", Status.OK, f"{loaded.source} ({loaded.digest[:19]}), {len(loaded.policy.signers)} signers")
    file = Path(loaded.source)
    if file.is_file():
        yield from _writable(file)
    for warning in loaded.warnings:
        yield Check("policy", Status.WARN, warning)


def _writable(file: Path) -> Iterator[Check]:
    """Whoever can write the policy, or put another in its place, decides who may sign."""
    for path in (file, file.resolve().parent):
        mode = path.stat().st_mode
        if mode & stat.S_IWOTH and not (path.is_dir() and mode & stat.S_ISVTX):
            yield Check("policy", Status.FAIL, f"{path} can be written by everybody", f"chmod o-w {path}")
        elif mode & stat.S_IWGRP:
            yield Check("policy", Status.WARN, f"{path} can be written by its group", f"chmod g-w {path}")


def keys(loaded: LoadedPolicy, now: int) -> Iterator[Check]:
    """Keys that are expired, revoked or weak, or expire soon."""
    count = len(loaded.keys.owners)
    try:
        found = review_keys(loaded, now)
    except EnvironmentFault as error:
        # GnuPG is missing or does not work: the hook would find the same.
        yield Check("keys", Status.FAIL, f"cannot be judged: {error.what}", error.mend)
        return
    if not count:
        yield Check("keys", Status.FAIL, "the policy has no keys: everything is refused", "add a signer")
    elif not found:
        yield Check("keys", Status.OK, f"{count}, all good for more than 30 days")
    for warning in found:
        yield Check("keys", Status.WARN, warning)
