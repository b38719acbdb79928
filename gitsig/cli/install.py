"""`gitsig install`: put hooks in their places, or take them away, for one repository or many."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gitsig.cli import options
from gitsig.cli.guard import UNVERIFIED, leave, say
from gitsig.errors import EnvironmentFault, GitsigError, UsageFault
from gitsig.reports.escape import safe, unicode_fits

if TYPE_CHECKING:
    from gitsig.install import Done, HookKind, Place, Repository, Settings

__all__ = ["EXIT_CODES", "HELP", "install"]

HELP = """Install hooks, for one repository, for all below a folder, or in a folder of hooks.

A HOOK is pre-receive, update or ref-update (Gerrit) on a server, and pre-push, pre-commit, pre-merge-commit,
post-commit, post-merge or post-rewrite on a developer's machine; preflight, head and client stand for several.
A hook that is there already is kept and runs after gitsig: both must accept.

\b
Examples:
  gitsig install pre-receive --repo /srv/git/web.git --policy /etc/gitsig/web.toml
  gitsig install pre-receive --all /srv/git --policy /etc/gitsig/policy.toml --mode warn
  gitsig install client                     what a developer wants in the repository here
  gitsig install client --hooks-path ~/.githooks
  gitsig install --uninstall pre-receive    the hook from before comes back
"""

EXIT_CODES = """\b
Exit codes:
  0    done, or there was nothing to do
  2    wrong usage
  3    something could not be installed
  130  interrupted
"""
_LINE = 2000
"""Characters of a line: a path and a remark."""


class LayoutName(StrEnum):
    """How a server arranges its hooks."""

    AUTO = "auto"
    GIT = "git"
    GITEA = "gitea"
    GITLAB = "gitlab"


class ModeName(StrEnum):
    """What a server hook does with its verdict."""

    ENFORCE = "enforce"
    WARN = "warn"


def install(
    hooks: Annotated[
        list[str] | None, typer.Argument(metavar="HOOK...", help="Hooks to install.", show_default=False)
    ] = None,
    repo: options.Repo = None,
    all_: Annotated[
        str | None, typer.Option("--all", metavar="FOLDER", help="Every repository at or below this folder.")
    ] = None,
    hooks_path: Annotated[
        str | None, typer.Option("--hooks-path", metavar="DIR", help="A folder of hooks, as core.hooksPath names one.")
    ] = None,
    uninstall: Annotated[bool, typer.Option("--uninstall", help="Take the hooks away again.")] = False,
    layout: Annotated[
        LayoutName,
        typer.Option(
            "--layout",
            metavar="auto|git|gitea|gitlab",
            help="hooks/NAME, hooks/NAME.d/gitsig or custom_hooks/NAME.d/gitsig; auto knows Gitea and Forgejo.",
        ),
    ] = LayoutName.AUTO,
    policy: Annotated[
        str | None,
        typer.Option("--policy", metavar="FILE", help="Set gitsig.policy: a policy outside the repository."),
    ] = None,
    policy_ref: Annotated[
        str | None,
        typer.Option("--policy-ref", metavar="REF", help="Set gitsig.policyRef: the policy in this ref's old tip."),
    ] = None,
    mode: Annotated[
        ModeName | None,
        typer.Option("--mode", metavar="enforce|warn", help="Set gitsig.mode; warn reports and refuses nothing."),
    ] = None,
    log: Annotated[
        str | None,
        typer.Option("--log", metavar="FILE|syslog", help="Set gitsig.log: where a line for each decision goes."),
    ] = None,
) -> None:
    """Install hooks."""

    def work() -> int:
        from gitsig.install import Settings, hook_kinds

        kinds = hook_kinds(hooks or ())
        wanted = Settings(policy, policy_ref, mode, log)
        if sum(each is not None for each in (repo, all_, hooks_path)) > 1:
            raise UsageFault("--repo, --all and --hooks-path exclude each other", mend="give one of them")
        if wanted != Settings() and (uninstall or hooks_path is not None):
            raise UsageFault(
                "settings belong to a repository",
                mend="leave them out, or set them with git config [--global|--system]",
            )
        settings = wanted.checked()
        if hooks_path is not None:
            return _folder(Path(hooks_path).absolute(), kinds, layout, uninstall)
        below = None if all_ is None else Path(all_).resolve()
        return _repositories(_found(repo, below), below, kinds, layout, None if uninstall else settings)

    leave(work)


def _found(repo: str | None, below: Path | None) -> Iterator[str | None]:
    if below is None:
        yield repo
        return
    from gitsig.install import find_repositories

    several = 0
    for path in find_repositories(below):
        several += 1
        yield str(path)
    if not several:
        raise UsageFault(f"no repository at or below {below}")


def _repositories(
    paths: Iterator[str | None],
    below: Path | None,
    kinds: Sequence[HookKind],
    layout: LayoutName,
    settings: Settings | None,
) -> int:
    """Go through all of them: one that fails leaves the others guarded, and shows in the exit code.

    A linked work tree below a folder may belong to a repository elsewhere, which nobody asked for.
    """
    from gitsig.install import open_repository

    code = 0
    seen = set()
    for path in paths:
        try:
            repository = open_repository(path)
            if repository.git_dir in seen:
                continue
            seen.add(repository.git_dir)
            if below is not None and not repository.git_dir.is_relative_to(below):
                raise EnvironmentFault(f"its repository is elsewhere: {repository.git_dir}", where=str(path))
            code = max(code, _repository(repository, kinds, layout, settings))
        except GitsigError as error:
            say(f"error: {error.diagnostics()}")
            code = UNVERIFIED
    return code


def _repository(
    repository: Repository, kinds: Sequence[HookKind], layout: LayoutName, settings: Settings | None
) -> int:
    from gitsig.install import Layout, advice, apply_settings, place

    for line in apply_settings(repository, settings, kinds) if settings else ():
        _tell("set", f"{line}  ({repository.git_dir})")
    code = 0
    for kind in kinds:
        try:
            _change(kind, place(repository, kind, Layout(layout)), uninstall=settings is None)
        except GitsigError as error:
            say(f"error: {error.diagnostics()}")
            code = UNVERIFIED
    for line in advice(repository, kinds) if settings else ():
        _tell("advice", line)
    return code


def _folder(folder: Path, kinds: Sequence[HookKind], layout: LayoutName, uninstall: bool) -> int:
    from gitsig.install import Place

    for kind in kinds:
        alone = layout in (LayoutName.AUTO, LayoutName.GIT)
        path = folder / kind.name if alone else folder / f"{kind.name}.d" / "gitsig"
        _change(kind, Place(path, alone), uninstall=uninstall)
    if not uninstall and layout is not LayoutName.GITLAB:
        words = "unless something else runs this folder; git then no longer looks into hooks/ itself"
        _tell("advice", f"git config --global core.hooksPath '{folder}'  ({words})")
    return 0


def _change(kind: HookKind, place: Place, *, uninstall: bool) -> None:
    from gitsig.install import install_hook, program_words, uninstall_hook

    _report(uninstall_hook(place) if uninstall else install_hook(kind, place, program_words()))


def _report(done: Done) -> None:
    _tell(done.what, str(done.path))
    if done.note:
        _tell("", done.note)


def _tell(what: str, text: str) -> None:
    ascii_only = not unicode_fits(sys.stdout.encoding)
    sys.stdout.write(f"{what:<10}  {safe(text, _LINE, ascii_only=ascii_only)}\n")
