"""Where the policy is found, and that a change is never judged by the policy that it brings along."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from gitsig.errors import GitsigError, PolicyFault, UsageFault
from gitsig.loading import DiskFiles, LoadedPolicy, TreeFiles, read_keys
from gitsig.model import LIMITS
from gitsig.policy import parse_policy
from gitsig.policy.adapters.named import KINDS_MEND, Named, parse_named, unknown_kind
from gitsig.sources.detect import detected
from gitsig.sources.named import open_named
from gitsig.store import peel
from gitsig.store.interface import Store

__all__ = ["POLICY_PATH", "absolute_name", "load_policy", "peer_policy", "policy_at", "policy_file"]

POLICY_PATH = ".gitsig/policy.toml"
_MEND = "name one with --policy FILE, or let gitsig init propose .gitsig/policy.toml"


def load_policy(
    store: Store | None, path: str | None = None, *, ref: str | None = None, base: str | Collection[str] | None = None
) -> LoadedPolicy:
    """Find, read and check a policy and the keys that it names.

    In this order: `path`; `ref` (`REF:.gitsig/policy.toml`); GITSIG_POLICY; `git config gitsig.policy` or
    `gitsig.policyRef`; the tree of `base`, the old end of a range (or of several ranges, which must then be one and the
    same); the work tree, or HEAD of a bare repository.
    `path`, GITSIG_POLICY and `gitsig.policy` may name a peer's policy, as `KIND:LOCATION` or by its file name; see
    docs/adapters.md. Raises PolicyFault, or UsageFault for a revision that does not exist.
    """
    if path:
        return policy_file(path, store)
    if ref:
        return _from_tree(_needed(store), ref)
    named = os.environ.get("GITSIG_POLICY")
    if named:
        return policy_file(named, store)
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
        return policy_file(path, store, store.workdir or store.git_dir)
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
        return _own_file(path, str(path))
    _, head = store.head()
    if head is None:
        raise PolicyFault("no policy: the repository is bare and has no commit yet", where=store.path, mend=_MEND)
    return _from_tree(store, head)


def policy_file(path: str, store: Store | None = None, folder: Path | None = None) -> LoadedPolicy:
    """The policy in a file on disk, with the keys beside it, or a peer's policy.

    `store` is the repository at hand, which some peers' policies lie in. Names are relative to `folder`, by default to
    the current one. Raises PolicyFault.
    """
    named = _peer(path, folder)
    if named is None:
        return _own_file(Path(path) if folder is None else _below(folder, path), path)
    return open_named(named, store)


def peer_policy(store: Store | None, path: str | None = None) -> Named | None:
    """The peer's policy that `path`, GITSIG_POLICY or `git config gitsig.policy` names; None where it is our own file.

    Raises PolicyFault as `policy_file`, and where nothing is named.
    """
    named = path or os.environ.get("GITSIG_POLICY")
    if named:
        return _peer(named, None)
    configured = store.config("gitsig.policy") if store is not None else None
    if store is None or not configured:
        raise PolicyFault("no peer's policy is named", mend=f"name it with --policy; {KINDS_MEND}")
    return _peer(configured, store.workdir or store.git_dir)


def absolute_name(path: str) -> str:
    """The name of a policy as it is the same from every folder. Raises PolicyFault as `parse_named` and `spelled`."""
    named = parse_named(path)
    if named is None:
        _check_kind(path, Path(path))
        return str(Path(path).absolute())
    return named.placed(lambda name: str(Path(name).absolute())).spelled()


def _peer(path: str, folder: Path | None) -> Named | None:
    named = parse_named(path)
    if named is None:
        file = Path(path) if folder is None else _below(folder, path)
        _check_kind(path, file)
        return detected(file)
    return named if folder is None else named.placed(lambda name: str(_below(folder, name)))


def _check_kind(name: str, file: Path) -> None:
    """Refuse what is no file and looks like `KIND:LOCATION`."""
    mend = unknown_kind(name)
    if mend and not os.path.lexists(file):
        raise PolicyFault("no such file, and no known kind of policy", where=name, mend=mend)


def _below(folder: Path, name: str) -> Path:
    try:
        return folder / Path(name).expanduser()
    except RuntimeError as error:
        raise PolicyFault(f"{name!r}: nobody's home", mend="write an absolute path") from error


def _own_file(file: Path, name: str) -> LoadedPolicy:
    """Our own policy; `name` is what it is called."""
    try:
        with file.open("rb") as opened:
            data = opened.read(LIMITS.policy_size + 1)
    except OSError as error:
        raise PolicyFault(f"the policy cannot be read ({error.strerror})", where=name, mend="mend the path") from error
    return read_keys(parse_policy(data, name), DiskFiles(file.parent))


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
