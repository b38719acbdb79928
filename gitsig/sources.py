"""Where the policy is found, and that a change is never judged by the policy that it brings along."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection
from pathlib import Path

from gitsig.errors import GitsigError, PolicyFault, UsageFault
from gitsig.loading import DiskFiles, LoadedPolicy, TreeFiles, read_keys
from gitsig.model import LIMITS
from gitsig.policy import Policy, parse_policy
from gitsig.policy.types import FileSpec
from gitsig.store import peel
from gitsig.store.interface import Store

__all__ = ["POLICY_PATH", "load_policy", "policy_at", "policy_file"]

POLICY_PATH = ".gitsig/policy.toml"
_ALLOWED_SIGNERS = "allowed-signers:"
_MEND = "name one with --policy FILE, or let gitsig init propose .gitsig/policy.toml"


def load_policy(
    store: Store | None, path: str | None = None, *, ref: str | None = None, base: str | Collection[str] | None = None
) -> LoadedPolicy:
    """Find, read and check a policy and the keys that it names.

    In this order: `path`; `ref` (`REF:.gitsig/policy.toml`); GITSIG_POLICY; `git config gitsig.policy` or
    `gitsig.policyRef`; the tree of `base`, the old end of a range (or of several ranges, which must then be one and the
    same); the work tree, or HEAD of a bare repository.
    `path` may be an OpenSSH allowed_signers file, written `allowed-signers:FILE` or recognised by its name.
    Raises PolicyFault, or UsageFault for a revision that does not exist.
    """
    if path:
        return policy_file(path)
    if ref:
        return _from_tree(_needed(store), ref)
    named = os.environ.get("GITSIG_POLICY")
    if named:
        return policy_file(named)
    if store is None:
        raise PolicyFault("no policy is named", mend=_MEND)
    return _configured(store) or _in_repository(store, base)


def _needed(store: Store | None) -> Store:
    if store is None:
        raise PolicyFault("a policy in a ref needs a repository", mend="run in one, or name it with --repo")
    return store


def _configured(store: Store) -> LoadedPolicy | None:
    path = store.config("gitsig.policy")
    if path:
        return policy_file(str((store.workdir or store.git_dir) / Path(path).expanduser()))
    ref = store.config("gitsig.policyRef")
    if ref and not ref.startswith("refs/"):
        # A tag `main` would win over the branch.
        mend = f"git config gitsig.policyRef refs/heads/{ref}"
        raise PolicyFault(f"{ref!r} is no full name of a ref", where="gitsig.policyRef", mend=mend)
    return _from_tree(store, ref) if ref else None


def _in_repository(store: Store, base: str | Collection[str] | None) -> LoadedPolicy:
    bases = {base} if isinstance(base, str) else set(base or ())
    if len({store.resolve(f"{each}^{{commit}}").oid for each in bases}) > 1:
        raise UsageFault(
            "ranges that begin at different places have no policy in common", mend="name one: --policy FILE"
        )
    if bases:
        return _from_tree(store, bases.pop())
    if store.workdir is not None:
        path = store.workdir / POLICY_PATH
        if not path.is_file():
            raise PolicyFault(f"no policy: {path} does not exist", mend=_MEND)
        return policy_file(str(path))
    _, head = store.head()
    if head is None:
        raise PolicyFault("no policy: the repository is bare and has no commit yet", where=store.path, mend=_MEND)
    return _from_tree(store, head)


def policy_file(path: str) -> LoadedPolicy:
    """The policy in a file on disk, with the keys beside it. Raises PolicyFault."""
    if path.startswith(_ALLOWED_SIGNERS):
        return _bare_allowed_signers(Path(path.removeprefix(_ALLOWED_SIGNERS)))
    file = Path(path)
    if file.name.lower().replace("-", "_").endswith("allowed_signers"):
        return _bare_allowed_signers(file)
    try:
        with file.open("rb") as opened:
            data = opened.read(LIMITS.policy_size + 1)
    except OSError as error:
        raise PolicyFault(f"the policy cannot be read ({error.strerror})", where=path, mend="mend the path") from error
    return read_keys(parse_policy(data, path), DiskFiles(file.parent))


def _bare_allowed_signers(file: Path) -> LoadedPolicy:
    """A policy of nothing but the defaults and an allowed_signers file."""
    files = DiskFiles(file.parent)
    digest = hashlib.sha256(files.read(file.name, str(file))).hexdigest()
    spec = FileSpec(file.name, str(file))
    return read_keys(Policy(signers={}, allowed_signers=spec, source=str(file), digest=f"sha256:{digest}"), files)


def policy_at(store: Store, oid: str, name: str) -> LoadedPolicy:
    """The policy in the tree of a commit, or of a tag of one; `name` is how the report calls it.

    Raises PolicyFault, and ObjectFault for what is no commit.
    """
    return _in_tree(store, peel(store, oid, "commit").oid, name)


def _from_tree(store: Store, rev: str) -> LoadedPolicy:
    return _in_tree(store, store.resolve(f"{rev}^{{commit}}").oid, rev)


def _in_tree(store: Store, commit: str, rev: str) -> LoadedPolicy:
    source = f"{rev}:{POLICY_PATH}" if rev.startswith(commit[:12]) else f"{rev} ({commit[:12]}):{POLICY_PATH}"
    try:
        data = store.read_path(commit, POLICY_PATH)
    except GitsigError as error:
        raise PolicyFault(f"no policy: {error.what}", where=source, mend=_MEND) from error
    return read_keys(parse_policy(data, source), TreeFiles(store, commit, POLICY_PATH.rpartition("/")[0]))
