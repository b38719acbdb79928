"""The hook files of a repository: there, executable, ours, up to date, and the program that they run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from gitsig.doctor.check import Check, Status
from gitsig.install import BEFORE, HOOKS, HookKind, Installed, Repository, read_script, render

__all__ = ["Found", "find_hooks", "hooks"]

Found = tuple[HookKind, Installed]


def find_hooks(repository: Repository) -> list[Found]:
    """Every hook that runs gitsig, wherever a server may look for it. Raises EnvironmentFault."""
    seen: dict[Path, Found] = {}
    for hook in HOOKS.values():
        for path in _paths(repository, hook):
            script = read_script(path)
            if script is not None:
                seen.setdefault(path, (hook, script))
    return list(seen.values())


def _paths(repository: Repository, hook: HookKind) -> Iterator[Path]:
    folder = repository.hooks_folder(hook)
    yield folder / hook.name
    # What other names run there is the server's affair: Gitea, Forgejo and GitLab run all files of such a folder.
    several = (folder / f"{hook.name}.d", repository.git_dir / "custom_hooks" / f"{hook.name}.d")
    yield from sorted(chain.from_iterable(each.iterdir() for each in several if each.is_dir()))
    yield repository.git_dir / "custom_hooks" / hook.name


def hooks(repository: Repository, found: Sequence[Found]) -> Iterator[Check]:
    """What is to be said of them; that there is none fails where pushes arrive."""
    for hook, script in found:
        yield _hook(hook, script)
    yield from _bypassed(repository)
    server = [hook.name for hook, _ in found if hook.server]
    if not found and repository.bare:
        yield Check("hook", Status.FAIL, "no hook runs gitsig: nothing guards this repository", _INSTALL)
    elif not found:
        yield Check("hook", Status.WARN, "no hook runs gitsig", "gitsig install client")
    elif repository.bare and not server:
        yield Check("hook", Status.FAIL, "no server hook runs gitsig: pushes are not judged", _INSTALL)
    if "update" in server and "pre-receive" not in server and repository.bare:
        yield Check(
            "hook", Status.WARN, "update judges ref by ref: one may pass while another is refused", "prefer pre-receive"
        )


_INSTALL = "gitsig install pre-receive"


def _hook(hook: HookKind, script: Installed) -> Check:
    path = script.path
    again = f"gitsig install {hook.name}"
    if not os.access(path, os.X_OK):
        return Check("hook", Status.FAIL, f"{path} is not executable, so it never runs", f"chmod 755 {path}")
    if path.stat().st_mode & 0o002:
        return Check("hook", Status.FAIL, f"{path} can be written by everybody", f"chmod 755 {path}")
    if not script.origin.hook:
        return Check("hook", Status.OK, f"{path} calls gitsig; it was not written by gitsig install")
    if script.origin.hook != hook.name:
        text = f"{path} was written for {script.origin.hook}"
        return Check("hook", Status.FAIL, text, f"remove it; {again}")
    if not (script.program and os.access(script.program, os.X_OK)):
        return Check("hook", Status.FAIL, f"{path} runs {script.program or 'nothing'}, which is gone", again)
    return _text(hook, script, again)


def _text(hook: HookKind, script: Installed, again: str) -> Check:
    path = script.path
    before = path.with_name(path.name + BEFORE)
    chained = "$before" in script.text
    if chained and not os.access(before, os.X_OK):
        return Check("hook", Status.FAIL, f"{before} is gone or not executable, so all is refused", again)
    words = (script.program,) if f"{script.program} hook" in script.text else None
    if words is not None and script.text != render(hook, words, chained=chained):
        return Check("hook", Status.WARN, f"{path} was written by another version, or changed", again)
    return Check("hook", Status.OK, f"{path}{' and the hook from before' if chained else ''}")


def _bypassed(repository: Repository) -> Iterator[Check]:
    """Our hook where git does not look."""
    if repository.hooks_path is None:
        return
    for hook in HOOKS.values():
        path = repository.git_dir / "hooks" / hook.name
        if read_script(path) is not None and path.parent.resolve() != repository.hooks_folder(hook).resolve():
            text = f"{path} never runs: core.hooksPath is {repository.hooks_path}"
            yield Check("hook", Status.FAIL if hook.server else Status.WARN, text, "install the hook there")
