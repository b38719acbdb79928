"""Which policy a client hook judges by.

GITSIG_POLICY, `git config gitsig.policy` and `gitsig.policyRef` come first. Otherwise it is the repository's own: for a
push or a merge the one that stood before it, because a change must not be judged by the policy that it brings along
(R12); else the work tree's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from gitsig.errors import PolicyFault, UsageFault
from gitsig.hooks.client.settings import Settings
from gitsig.loading import LoadedPolicy
from gitsig.sources import POLICY_PATH, load_policy, policy_file
from gitsig.store import PathMissing, Store

__all__ = ["client_policy"]

_MEND = "git config gitsig.policy FILE, or let gitsig init propose .gitsig/policy.toml"


def client_policy(
    store: Store, settings: Settings, bases: Iterable[str] = (), *, fall_back: bool = True
) -> LoadedPolicy:
    """The configured policy; else that of the first revision of `bases` which has one; else the work tree's.

    `fall_back=False` leaves the last step out: in CI the work tree holds what is being judged. Raises PolicyFault
    where there is none or it is broken, ObjectFault where a base cannot be read.
    """
    named = os.environ.get("GITSIG_POLICY")
    if named:
        return load_policy(store, named)
    path = settings.get("gitsig.policy")
    if path:
        return policy_file(path, store, store.workdir or store.git_dir)
    ref = settings.get("gitsig.policyref")
    if ref:
        return load_policy(store, ref=ref)
    tried = []
    for base in bases:
        if _has_policy(store, base):
            return load_policy(store, ref=base)
        tried.append(base)
    if not fall_back:
        raise PolicyFault(f"no policy in {' or '.join(tried)}, which the change builds on", mend=_MEND)
    return _own(store)


def _has_policy(store: Store, rev: str) -> bool:
    """Whether the commit is there and holds a policy; what is there and cannot be read is an error, and not a no."""
    try:
        store.read_path(store.resolve(f"{rev}^{{commit}}").oid, POLICY_PATH)
    except (UsageFault, PathMissing):
        return False
    return True


def _own(store: Store) -> LoadedPolicy:
    if store.workdir is None:
        return load_policy(store, ref="HEAD")
    path: Path = store.workdir / POLICY_PATH
    if not path.is_file():
        raise PolicyFault(f"no policy: {path} does not exist", mend=_MEND)
    return load_policy(store, str(path))
