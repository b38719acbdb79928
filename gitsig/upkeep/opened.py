"""A policy as it is kept: its text, where it stands, and the files beside it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import GitsigError, PolicyFault, UsageFault
from gitsig.loading import DiskFiles, Files, LoadedPolicy, TreeFiles, read_keys
from gitsig.model import LIMITS
from gitsig.policy import Policy, parse_policy
from gitsig.policy.adapters.named import parse_named
from gitsig.sources import POLICY_PATH
from gitsig.sources.detect import detected
from gitsig.store.interface import Store

__all__ = ["Opened", "Overlay", "open_at", "open_file", "policy_path"]


class Opened(NamedTuple):
    """One policy file, read but not yet parsed."""

    data: bytes
    source: str
    """Its name in messages."""
    files: Files
    path: Path | None = None
    """Where it lies on disk; None for one in a tree, which cannot be edited."""

    def policy(self) -> Policy:
        """What the file says. Raises PolicyFault."""
        return parse_policy(self.data, self.source)

    def load(self, changed: Mapping[str, bytes] | None = None) -> LoadedPolicy:
        """The policy with its keys; `changed` are files (as the policy names them) that are not written yet.

        Raises PolicyFault.
        """
        return read_keys(self.policy(), Overlay(self.files, changed or {}))

    def editable(self) -> Opened:
        """Itself. Raises UsageFault for an anchor, whose signers judge nothing, unless it is a law as well."""
        if _names_a_root(self.data) and self.path is not None and not _is_law(self.path):
            mend = f"edit the policy in the work tree, and commit it: --policy {POLICY_PATH}"
            what = "this policy names the governance root, so its signers judge nothing: the policies in the trees do"
            raise UsageFault(what, where=self.source, mend=mend)
        return self

    @property
    def folder(self) -> Path:
        """Where the policy's key files are relative to. Raises PolicyFault for a policy in a tree."""
        if self.path is None:
            raise PolicyFault("a policy in a commit cannot be edited", where=self.source, mend="edit it in a work tree")
        return self.path.parent


def _names_a_root(data: bytes) -> bool:
    """Whether a policy is an anchor; of one that cannot be parsed, others say what is wrong."""
    try:
        governance = tomllib.loads(data.decode()).get("governance")
    except (ValueError, RecursionError):
        return False
    return isinstance(governance, dict) and "root" in governance


def _is_law(path: Path) -> bool:
    """Whether the file lies where the policies in the trees do."""
    return str(path.absolute()).endswith(f"/{POLICY_PATH}")


class Overlay:
    """Other `Files`, some of them with content that is still to be written."""

    def __init__(self, files: Files, changed: Mapping[str, bytes]) -> None:
        self._files = files
        self._changed = changed

    def read(self, path: str, where: str) -> bytes:
        """As `Files.read`."""
        found = self._changed.get(path)
        return self._files.read(path, where) if found is None else found


def policy_path(store: Store | None, path: str | None) -> Path:
    """The policy file to edit: `path`, GITSIG_POLICY, `git config gitsig.policy`, or the work tree's own.

    A policy that doorways take from a ref is edited in the work tree and comes into force when it is committed there.
    Raises PolicyFault where there is no such file, UsageFault where it is a peer's policy.
    """
    named = path or os.environ.get("GITSIG_POLICY")
    if named:
        return _own(named)
    if store is None:
        raise PolicyFault("no policy is named", mend="name one with --policy FILE")
    configured = store.config("gitsig.policy")
    if configured:
        return _own(configured, store.workdir or store.git_dir)
    if store.workdir is None:
        raise PolicyFault(
            "a bare repository has no policy file to edit",
            where=store.path,
            mend="edit it in a clone, or name --policy",
        )
    return store.workdir / POLICY_PATH


def _own(name: str, folder: Path | None = None) -> Path:
    """The file that `name` means; in git's configuration `~` is the user's home."""
    if parse_named(name) is not None:
        raise _foreign(name)
    if folder is None:
        return Path(name)
    try:
        return folder / Path(name).expanduser()
    except RuntimeError as error:
        raise PolicyFault(f"{name!r}: nobody's home", where="gitsig.policy", mend="write an absolute path") from error


def _foreign(name: str) -> UsageFault:
    mend = "edit it by hand or with its own tools; gitsig policy convert writes the same as our own file"
    return UsageFault(f"{name} is a policy of another kind, which is only read", mend=mend)


def open_file(path: Path) -> Opened:
    """Read the policy file at `path`. Raises PolicyFault where it cannot be read, UsageFault for a peer's policy."""
    if detected(path) is not None:
        raise _foreign(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(LIMITS.policy_size + 1)
    except OSError as error:
        mend = "name one with --policy FILE, or propose one with gitsig init"
        raise PolicyFault(f"the policy cannot be read ({error.strerror})", where=str(path), mend=mend) from error
    return Opened(data, str(path), DiskFiles(path.parent), path)


def open_at(store: Store, rev: str) -> Opened:
    """Read the policy in the tree of the commit that `rev` names. Raises PolicyFault, UsageFault for an unknown one."""
    commit = store.resolve(f"{rev}^{{commit}}").oid
    source = f"{rev}:{POLICY_PATH}"
    try:
        data = store.read_path(commit, POLICY_PATH)
    except GitsigError as error:
        raise PolicyFault(f"no policy: {error.what}", where=source, mend=error.mend) from error
    return Opened(data, source, TreeFiles(store, commit, POLICY_PATH.rpartition("/")[0]))
