"""Our own laws: the folder `.gitsig` of a commit's tree, with `policy.toml` and every file that it names inside it.

The folder as a whole is the law: its id covers the policy and the keys, so that a key file cannot change unseen.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from gitsig.engine.governance.laws import RootProof
from gitsig.errors import GitsigError, ObjectFault, ObjectMissing, PolicyFault
from gitsig.loading import LoadedPolicy, read_keys
from gitsig.policy import parse_policy
from gitsig.store.interface import PathMissing, Store
from gitsig.store.trees import DIRECTORY, LINK, SUBMODULE, parse_tree

__all__ = ["FOLDER", "NativeLaws"]

FOLDER = ".gitsig"
_FILE = "policy.toml"
_NAME = FOLDER.encode()
_ENTRY = re.compile(rb" \.gitsig\0", re.IGNORECASE)
_ORDINARY = b" .gitsig\0"
_KINDS = {LINK: "a symbolic link", SUBMODULE: "a submodule"}


class NativeLaws:
    """The `Laws` of repositories that keep a policy of version 1 in `.gitsig/policy.toml`."""

    root_proof: RootProof = "law"
    three_way = True

    def __init__(self, store: Store) -> None:
        self._store = store

    def identity(self, tree: str) -> str | None:
        """See `Laws.identity`: the id of the folder, or `KIND ID` of what stands in its place."""
        kind, raw = self._store.read(tree)
        if kind != "tree":
            raise ObjectFault(f"a {kind} stands where a tree should", where=tree)
        quick = _only_folder(raw, self._store.object_format.hex_length // 2)
        return quick if quick is not None else self._exactly(tree, raw)

    def _exactly(self, tree: str, raw: bytes) -> str | None:
        # A disk that ignores case would lay `.GitSig` over `.gitsig`.
        entries = parse_tree(tree, raw, self._store.object_format)
        found = [(name, entry) for name, entry in entries.items() if name.lower() == _NAME]
        if len(found) > 1:
            raise PolicyFault(f"several entries are called {FOLDER} but for upper and lower case", where=tree)
        if not found:
            return None
        name, entry = found[0]
        if name != _NAME:
            return f"{name.decode()} {entry.oid}"
        return entry.oid if entry.mode == DIRECTORY else f"{_KINDS.get(entry.mode, 'a file')} {entry.oid}"

    def load(self, commit: str, identity: str) -> LoadedPolicy:
        """See `Laws.load`."""
        source = f"{commit[:12]}:{FOLDER}/{_FILE}"
        kind, _, folder = identity.rpartition(" ")
        if kind:
            raise PolicyFault(f"{kind} stands where the folder {FOLDER} should", where=commit[:12])
        files = _LawFiles(self._store, commit, folder)
        return read_keys(parse_policy(files.read(_FILE, source), source), files)

    def amendment_fault(self, before: LoadedPolicy, after: LoadedPolicy | None, signer: str) -> str:
        """See `Laws.amendment_fault`: `[governance] signers` of the law before may, and must leave somebody who may."""
        if after is None:
            return f"removes the policy, which nobody may; put it back: git checkout COMMIT^ -- {FOLDER}"
        governance = before.policy.governance
        owners = governance.signers if governance is not None else frozenset()
        if not owners:
            return "changes the policy, which names nobody who may ([governance] signers); take the change out"
        if signer not in owners:
            return f"changes the policy, which {signer or 'its signer'} may not; have it signed by {_names(owners)}"
        heirs = after.policy.governance
        if heirs is None or not heirs.signers:
            return "brings a policy that nobody could ever change; name somebody in [governance] signers"
        return ""


class _LawFiles:
    """The files in one folder that is a law; nothing outside it is covered by its id, so nothing outside is read."""

    def __init__(self, store: Store, commit: str, folder: str) -> None:
        self._store, self._commit, self._folder = store, commit, folder

    def read(self, path: str, where: str) -> bytes:
        """See `loading.Files`. Raises `ObjectMissing` for what is not here, which says nothing of the law."""
        inside = posixpath.normpath(path)
        if inside.startswith(("/", "../")) or inside in (".", ".."):
            mend = f"move it into {FOLDER}"
            raise PolicyFault(f"{path!r} lies outside {FOLDER}, and the law with it", where=where, mend=mend)
        try:
            return self._store.read_path(self._folder, inside)
        except PathMissing as error:
            raise PolicyFault(f"there is no {inside} in {FOLDER}", where=where) from error
        except ObjectMissing:
            raise
        except GitsigError as error:
            raise PolicyFault(f"{FOLDER}/{inside}: {error.what}", where=where, mend=error.mend) from error


def _only_folder(raw: bytes, width: int) -> str | None:
    """The id of the folder in the ordinary case: its name stands in the tree once, behind entries in order.

    None for anything else, which has to be looked at closely. What follows the entry cannot make another law of it.
    Asked for every commit, and trees may be long.
    """
    hits = _ENTRY.findall(raw)
    if hits != [_ORDINARY]:
        return None
    end, last, at = raw.index(_ORDINARY) + len(_ORDINARY), b"", 0
    while at < end:
        nul = raw.find(b"\0", at)
        mode, _, name = raw[at:nul].partition(b" ")
        key = name + b"/" if mode.lstrip(b"0") == DIRECTORY else name  # as git sorts
        if nul < 0 or key <= last:
            return None
        if nul + 1 == end:
            found = raw[end : end + width]
            return found.hex() if mode == DIRECTORY and name == _NAME and len(found) == width else None
        last, at = key, nul + 1 + width
    return None


def _names(signers: frozenset[str]) -> str:
    names: Sequence[str] = sorted(signers)
    return " or ".join(names) if len(names) < 4 else f"{', '.join(names[:3])} or {len(names) - 3} others"
