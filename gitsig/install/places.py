"""Where a repository's hooks live: githooks(5), `core.hooksPath`, linked work trees, and what forges made of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import EnvironmentFault
from gitsig.install.git import ask_git, config, run_program
from gitsig.install.hooknames import HookKind

__all__ = ["Layout", "Place", "Repository", "find_repositories", "open_repository", "place"]

_DELEGATES = ("gitea", "forgejo")
"""The file in `hooks/NAME.d` that says that Gitea or Forgejo runs that folder."""
_OWN = "gitsig"
"""Our file's name in a folder of hooks that are all run."""


class Layout(StrEnum):
    """How a server arranges its hooks."""

    AUTO = "auto"
    """`gitea` where its files are found, else `git`."""
    GIT = "git"
    """`hooks/NAME`, one file."""
    GITEA = "gitea"
    """`hooks/NAME.d/*`, all of which Gitea and Forgejo run."""
    GITLAB = "gitlab"
    """`custom_hooks/NAME.d/*`, all of which Gitaly runs."""


class Place(NamedTuple):
    """Where one hook belongs."""

    path: Path
    alone: bool
    """Git runs this file only, so that a hook which is there already must be chained."""
    within: tuple[Path, ...] = ()
    """The folders, one of which must hold the place, symbolic links followed; none where it was asked for by name."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as far as hooks are concerned. Linked work trees share one."""

    git_dir: Path
    """Holds refs, objects and hooks; the common one of linked work trees. Symbolic links resolved."""
    work_tree: Path | None
    hooks_path: str | None = None
    """The value of core.hooksPath, `~` replaced, whoever set it."""

    @property
    def bare(self) -> bool:
        """Whether it has no work tree."""
        return self.work_tree is None

    def hooks_folder(self, hook: HookKind) -> Path:
        """Where git looks for that hook. A relative core.hooksPath counts from where the hook runs (githooks(5))."""
        if self.hooks_path is None:
            return self.git_dir / "hooks"
        base = self.git_dir if hook.server else self.work_tree or self.git_dir
        return base / self.hooks_path


def open_repository(path: str | Path | None = None) -> Repository:
    """The repository at `path` or above it, by default that of GIT_DIR or the current folder.

    Raises EnvironmentFault where there is none, where it belongs to another user, or where git is missing.
    """
    start = Path(path if path is not None else os.environ.get("GIT_DIR") or ".")
    if not start.is_dir():
        raise EnvironmentFault("no such folder", where=str(start), mend="name a repository with --repo PATH")
    common, bare = ask_git(start, "rev-parse", "--git-common-dir", "--is-bare-repository").splitlines()
    git_dir = (start / common).resolve()
    work_tree = None if bare == "true" else _work_tree(start, git_dir)
    return Repository(git_dir, work_tree, config(work_tree or git_dir, "core.hooksPath"))


def _work_tree(start: Path, git_dir: Path) -> Path:
    # Inside the git directory, or where core.worktree names a folder that is gone, git knows of no top level.
    done = run_program("git", "rev-parse", "--show-toplevel", cwd=start)
    return Path(done.stdout.removesuffix("\n")) if not done.returncode else git_dir.parent


def place(repository: Repository, hook: HookKind, layout: Layout = Layout.AUTO) -> Place:
    """Where `hook` belongs in `repository`. Whether that is inside the repository is looked at when it is written."""
    within = tuple(base for base in (repository.git_dir, repository.work_tree) if base is not None)
    if layout is Layout.GITLAB:
        return Place(repository.git_dir / "custom_hooks" / f"{hook.name}.d" / _OWN, False, within)
    folder = repository.hooks_folder(hook)
    several = folder / f"{hook.name}.d"
    if layout is Layout.GITEA or (layout is Layout.AUTO and any((several / each).exists() for each in _DELEGATES)):
        return Place(several / _OWN, False, within)
    return Place(folder / hook.name, True, within)


def find_repositories(folder: Path) -> Iterator[Path]:
    """Give every repository at or below `folder`, in order; does not look into repositories, nor follow links.

    Raises EnvironmentFault for a folder that is not there or cannot be read: an unread one is an unguarded one.
    """
    if not folder.is_dir():
        raise EnvironmentFault("no such folder", where=str(folder))
    for current, folders, files in os.walk(folder, onerror=_unread):
        here = Path(current)
        if ".git" in folders or ".git" in files or {"objects", "refs"} <= set(folders):
            folders.clear()
            yield here
        folders.sort()


def _unread(error: OSError) -> None:
    raise EnvironmentFault(f"cannot be read ({error.strerror})", where=str(error.filename)) from error
