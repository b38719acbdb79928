"""Where a repository is, what it is, and whether its owner may be trusted: git is asked, as it knows all the rules.

Git minds the owner (`safe.directory`) only of a repository that it has found by itself, and not of one that `GIT_DIR`
names, so it is let find the one that is already known, from its work tree or from inside it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import EnvironmentFault
from gitsig.model import ObjectFormat
from gitsig.store.directories import common_dir
from gitsig.store.gitprogram import cannot_open, run_git, settings_environment

__all__ = ["Place", "find_place"]

_QUESTIONS = ("--is-bare-repository", "--show-object-format", "--absolute-git-dir")
"""The last answer may hold a line feed."""


class Place(NamedTuple):
    """A repository that git has found and agrees to open."""

    git_dir: Path
    workdir: Path | None
    bare: bool
    object_format: ObjectFormat


def find_place(git_dir: Path, start: Path, environ: Mapping[str, str]) -> Place:
    """Let git find the repository `git_dir` from `start`, a path in it.

    `environ` may name a work tree (`GIT_WORK_TREE`). Raises EnvironmentFault: an owner that is not trusted, an unknown
    extension, refs that are no files.
    """
    if (common_dir(git_dir) / "reftable").exists():
        raise EnvironmentFault(
            "the repository keeps its refs as reftables, which gitsig does not read",
            where=str(git_dir),
            mend="git refs migrate --ref-format=files",
        )
    said = ""
    for top in _tops(git_dir, start):
        answer = run_git(settings_environment(), "rev-parse", *_QUESTIONS, cwd=top)
        if answer.code:
            said = answer.err
            if "dubious ownership" in said:
                break
            continue
        bare, name, path = answer.out.split(b"\n", 2)
        if Path(os.fsdecode(path.removesuffix(b"\n"))).resolve() == git_dir:
            return _place(git_dir, top, environ, bare == b"true", name.decode("ascii"))
    raise cannot_open(git_dir, said)


def _tops(git_dir: Path, start: Path) -> list[Path]:
    """Directories to find the repository from: its work tree first, as that is what `safe.directory` names."""
    start = start.resolve()
    start = start if start.is_dir() else start.parent
    known = git_dir.parent if git_dir.name == ".git" else git_dir
    with contextlib.suppress(OSError):  # only a linked work tree has the file
        known = Path((git_dir / "gitdir").read_text("utf-8", "surrogateescape").removesuffix("\n")).parent
    tops = (known, git_dir) if start.is_relative_to(git_dir) else (start, known, git_dir)
    return [top for top in dict.fromkeys(tops) if top.is_dir()]


def _place(git_dir: Path, top: Path, environ: Mapping[str, str], bare: bool, name: str) -> Place:
    if name not in set(ObjectFormat):
        raise EnvironmentFault(f"the object format {name!r} is unknown", where=str(git_dir))
    given = environ.get("GIT_WORK_TREE")
    if given:
        return Place(git_dir, Path(given).resolve(), False, ObjectFormat(name))
    workdir = None
    if not bare:
        answer = run_git(settings_environment(), "rev-parse", "--show-toplevel", cwd=top)
        # It has none where it is asked from inside a git directory that does not say where its work tree is.
        workdir = Path(os.fsdecode(answer.out.removesuffix(b"\n"))) if answer.code == 0 else None
    return Place(git_dir, workdir, bare, ObjectFormat(name))
