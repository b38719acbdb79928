"""What surrounds the hooks: whose the repository is, the cache, the log, and settings of git's and of ours."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from gitsig.doctor.check import Check, Status
from gitsig.errors import PolicyFault
from gitsig.hooks.server.settings import WARN, mode_of, read_log
from gitsig.install import Repository
from gitsig.install.git import ask_git, config
from gitsig.keys.private import cache_root, is_private
from gitsig.store import Store

__all__ = ["cache", "git_settings", "objects", "own_settings", "owner"]


def owner(repository: Repository) -> Iterator[Check]:
    """What another user can read and write says little about the hooks."""
    uid = repository.git_dir.stat().st_uid
    if uid == os.geteuid():
        yield Check("repository", Status.OK, str(repository.git_dir))
        return
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = f"#{uid}"
    text = f"{repository.git_dir} belongs to {name}, and this runs as another user"
    yield Check("repository", Status.WARN, text, f"sudo -u {name} gitsig doctor")


def cache() -> Iterator[Check]:
    """Without a private cache each push builds the OpenPGP key store anew: slow, never wrong."""
    root = cache_root()
    near = root
    while not os.path.lexists(near) and near != near.parent:
        near = near.parent
    if not os.access(near, os.W_OK | os.X_OK):
        yield Check("cache", Status.WARN, f"{root} cannot be written: every push pays for that", _ELSEWHERE)
    elif near != root:
        yield Check("cache", Status.OK, f"{root}, not made yet")
    elif not root.is_dir():
        yield Check("cache", Status.WARN, f"{root} is no folder", _ELSEWHERE)
    elif not is_private(root / "keyrings") and os.path.lexists(root / "keyrings"):
        yield Check("cache", Status.WARN, f"{root}/keyrings is not private, so it is not used", f"chmod 700 {root}/*")
    else:
        yield Check("cache", Status.OK, str(root))


_ELSEWHERE = "mend its permissions, or name another in GITSIG_CACHE_DIR"


def git_settings(repository: Repository, *, server: bool) -> Iterator[Check]:
    """`receive.fsckObjects`, which keeps broken objects out before gitsig sees them."""
    folder = repository.git_dir
    value = config(folder, "receive.fsckObjects", "bool") or config(folder, "transfer.fsckObjects", "bool")
    if value == "true":
        yield Check("fsck", Status.OK, "git checks the objects that are pushed")
    elif server:
        mend = "git config receive.fsckObjects true"
        yield Check("fsck", Status.WARN, "git does not check the objects that are pushed", mend)


def own_settings(store: Store, *, server: bool) -> Iterator[Check]:
    """`gitsig.mode` and `gitsig.log`, as the server's hooks read them."""
    if not server:
        return
    try:
        mode, log = mode_of(store), read_log(store)
    except PolicyFault as error:
        yield Check("mode", Status.FAIL, f"{error.what}: every push is refused", error.mend)
        return
    if mode == WARN:
        text = "warn: what is wrong is reported, and nothing is refused"
        yield Check("mode", Status.WARN, text, "git config gitsig.mode enforce")
    else:
        yield Check("mode", Status.OK, mode)
    if log.target and log.target.partition(":")[0] != "syslog":
        yield _log(Path(log.target), required=log.required)


def _log(path: Path, *, required: bool) -> Check:
    if not path.is_dir() and os.access(path if path.exists() else path.parent, os.W_OK):
        return Check("log", Status.OK, str(path))
    mend = f"let the hooks' user write {path}"
    return Check("log", Status.FAIL if required else Status.WARN, f"{path} cannot be written", mend)


def objects(repository: Repository, *, server: bool) -> Iterator[Check]:
    """Replace refs, and a shallow history. Raises EnvironmentFault."""
    replaced = ask_git(repository.git_dir, "for-each-ref", "--format=%(refname)", "refs/replace/").split()
    if replaced:
        text = f"{len(replaced)} refs under refs/replace/: gitsig ignores them, and git shows readers other objects"
        yield Check("replace", Status.WARN, text, "git replace -l; git replace -d OBJECT")
    if ask_git(repository.git_dir, "rev-parse", "--is-shallow-repository") == "true":
        status = Status.FAIL if server else Status.WARN
        yield Check("shallow", status, "the history is cut off: what is behind cannot be judged", _UNSHALLOW)


_UNSHALLOW = "git fetch --unshallow"
