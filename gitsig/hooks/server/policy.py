"""The policy of a server: from outside the repository, or from the old tip of a ref, and never from the push (R12).

In this order: GITSIG_POLICY, set by the administrator; `git config gitsig.policy`, an absolute path or a peer's policy
(of Guix and sequoia-git the one in the parents of what is pushed); `git config gitsig.policyRef`, the full name of a
ref. What a pusher can write (the work tree, a tag that is named like a branch) is never taken.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from gitsig.engine.landing import landing
from gitsig.engine.updates import PushReport, UpdateReport
from gitsig.errors import GitsigError, PolicyFault
from gitsig.loading import LoadedPolicy
from gitsig.policy import Policy
from gitsig.policy.adapters.named import parse_named
from gitsig.sources import POLICY_PATH, policy_at, policy_file
from gitsig.store.interface import Store

__all__ = ["ServerPolicy", "server_policy", "with_policy_guarded"]

_MEND = "git config gitsig.policy /etc/gitsig/policy.toml, or git config gitsig.policyRef refs/heads/main"
_GUARD = "the administrator adds it to [defaults] refs"


class ServerPolicy(NamedTuple):
    """A policy that is in force."""

    loaded: LoadedPolicy
    ref: str | None
    """The ref that it was read from."""


def server_policy(store: Store) -> ServerPolicy:
    """The policy that judges a push. Raises PolicyFault, with the mend for the administrator."""
    path = os.environ.get("GITSIG_POLICY") or store.config("gitsig.policy")
    if path:
        return ServerPolicy(policy_file(_outside(store, path), store), None)
    ref = store.config("gitsig.policyRef")
    if ref:
        return ServerPolicy(policy_at(store, _tip(store, ref), ref), ref)
    raise PolicyFault("no policy is configured", where=str(store.git_dir / "config"), mend=_MEND)


def _outside(store: Store, path: str) -> str:
    """The name of a policy all of whose files lie where no push can change them."""
    named = parse_named(path)
    if named is None:
        return str(_outside_file(store, path))
    return path if named.governed else named.placed(lambda name: str(_outside_file(store, name))).spelled()


def _outside_file(store: Store, path: str) -> Path:
    try:
        file = Path(path).expanduser()
    except RuntimeError as error:
        raise PolicyFault(f"{path!r}: nobody's home", mend="write an absolute path") from error
    if not file.is_absolute():
        raise PolicyFault(f"{path!r} is no absolute path", where="gitsig.policy", mend=_MEND)
    inside = store.workdir is not None and file.resolve().is_relative_to(store.workdir.resolve())
    if inside and not file.resolve().is_relative_to(store.git_dir.resolve()):
        mend = "keep it outside, or name the ref that it stands in: git config gitsig.policyRef refs/heads/main"
        raise PolicyFault("the policy lies in the work tree, where a push could change it", where=path, mend=mend)
    return file


def _tip(store: Store, ref: str) -> str:
    """Where the ref stands. By its full name only: a tag `main` must not be taken for the branch."""
    where = "gitsig.policyRef"
    if not ref.startswith("refs/"):
        raise PolicyFault(f"{ref!r} is no full name of a ref", where=where, mend="write refs/heads/NAME")
    try:
        found = store.resolve(ref)
    except GitsigError as error:
        mend = (
            f"push the policy before gitsig.policyRef is set, or make the ref on the server "
            f"(git update-ref {ref} COMMIT, the commit with {POLICY_PATH})"
        )
        raise PolicyFault(f"{ref} does not exist, so no push can be judged", where=where, mend=mend) from error
    if found.ref != ref:
        raise PolicyFault(f"{ref} is symbolic or ambiguous", where=where, mend=f"name the ref itself: {found.ref}")
    return found.oid


def with_policy_guarded(store: Store, policy: ServerPolicy, report: PushReport) -> PushReport:
    """The report with what speaks against updates of the ref that holds the policy.

    The keys of a new policy go through GnuPG, so they are looked at last, when somebody who may has signed them.
    """
    if policy.ref is None:
        return report
    return report._replace(updates=tuple(_guarded(store, policy.loaded.policy, policy.ref, u) for u in report.updates))


def _guarded(store: Store, policy: Policy, ref: str, report: UpdateReport) -> UpdateReport:
    if not report.accepted or landing(store, report.update.ref) != ref:
        return report
    words = _against(store, policy, ref, report.update.new)
    return report.violated(words) if words else report


def _against(store: Store, policy: Policy, ref: str, new: str) -> str:
    if not policy.guards(ref):
        return f"{ref} holds the policy, which does not guard it, so anybody could replace it; {_GUARD}"
    if not new.strip("0"):
        return "the ref holds the policy that judges pushes; leave it where it is"
    try:
        guarded = policy_at(store, new, ref).policy.guards(ref)
    except GitsigError as error:
        return f"with this push no policy could be read any more: {error.diagnostics()}"
    return "" if guarded else f"the new policy does not guard the ref that it stands in; {_GUARD}"
