"""The policy as the next commit is going to hold it: read from the index."""

from __future__ import annotations

import posixpath

from gitsig.errors import PolicyFault
from gitsig.hooks.client.process import git
from gitsig.loading import LoadedPolicy, read_keys
from gitsig.model import LIMITS
from gitsig.policy import parse_policy
from gitsig.sources import POLICY_PATH
from gitsig.store import Store

__all__ = ["staged_policy"]

_FOLDER = posixpath.dirname(POLICY_PATH)
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_REGULAR = frozenset((b"100644", b"100755"))


def staged_policy(store: Store) -> LoadedPolicy | None:
    """The index's policy with its keys, if anything beside it is staged; None if not.

    GIT_INDEX_FILE counts, so that `git commit FILE` is seen as what it commits. Raises PolicyFault for a policy that
    does not parse, lacks a key file, or is deleted.
    """
    before = store.head()[1] or _EMPTY_TREE
    changed = git("diff-index", "--cached", "--name-only", "-z", before, "--", f":/{_FOLDER}").split(b"\0")
    if not any(changed):
        return None
    index = _Index()
    # A policy that is deleted is a change to it, and one that does not parse.
    if POLICY_PATH not in index and POLICY_PATH.encode() not in changed:
        return None
    source = f"the staged {POLICY_PATH}"
    return read_keys(parse_policy(index.read(posixpath.basename(POLICY_PATH), source), source), index)


class _Index:
    """Files of the index, relative to the policy's folder; a `gitsig.loading.Files`."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}
        for entry in git("ls-files", "--stage", "-z", "--full-name", ":/").split(b"\0"):
            about, _, name = entry.partition(b"\t")
            mode, _, rest = about.partition(b" ")
            if mode in _REGULAR and rest.endswith(b" 0"):
                self._blobs[name.decode("utf-8", "surrogateescape")] = rest.partition(b" ")[0]

    def __contains__(self, path: str) -> bool:
        return path in self._blobs

    def read(self, path: str, where: str) -> bytes:
        """The bytes of a regular file of the index. Raises PolicyFault."""
        full = posixpath.normpath(posixpath.join(_FOLDER, path))
        blob = self._blobs.get(full)
        if blob is None:
            raise PolicyFault(f"{full} is no regular file of the index", where=where, mend=f"git add {full}")
        data = git("cat-file", "blob", blob.decode("ascii"))
        if len(data) > LIMITS.policy_size:
            raise PolicyFault(f"{full} is larger than {LIMITS.policy_size} bytes", where=where)
        return data
