"""The hooks that can be installed, and which `gitsig hook NAME` each of them runs. Source: githooks(5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gitsig.errors import UsageFault

__all__ = ["GROUPS", "HOOKS", "HookKind", "hook_kinds"]


class HookKind(NamedTuple):
    """One hook of git's, or of Gerrit's."""

    name: str
    """The file's name."""
    runs: str
    """The NAME of `gitsig hook NAME`."""
    server: bool = False
    """Runs where a push arrives, always in the git directory; the others run in the work tree."""
    stdin: bool = False
    """Git writes to its standard input, so that two hooks in a chain need a copy each."""
    after: bool = False
    """Runs when all is done: its exit code stops nothing."""


HOOKS: Mapping[str, HookKind] = {
    kind.name: kind
    for kind in (
        HookKind("pre-receive", "pre-receive", server=True, stdin=True),
        HookKind("update", "update", server=True),
        HookKind("ref-update", "ref-update", server=True),
        HookKind("pre-push", "pre-push", stdin=True),
        HookKind("pre-commit", "preflight"),
        HookKind("pre-merge-commit", "preflight"),
        HookKind("post-commit", "head", after=True),
        HookKind("post-merge", "head", after=True),
        HookKind("post-rewrite", "head", stdin=True, after=True),
    )
}
"""By the file's name."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "preflight": ("pre-commit", "pre-merge-commit"),
    "head": ("post-commit", "post-merge", "post-rewrite"),
    "client": ("pre-push", "pre-commit", "pre-merge-commit", "post-commit", "post-merge", "post-rewrite"),
}
"""Names that stand for several hooks."""


def hook_kinds(names: Iterable[str]) -> tuple[HookKind, ...]:
    """Give the hooks that `names` stand for, each once. Raises UsageFault for an unknown name, or for none."""
    found: dict[HookKind, None] = {}
    for name in names:
        each = GROUPS.get(name, (name,))
        if each[0] not in HOOKS:
            raise UsageFault(f"no hook '{name}'", mend=f"known are {', '.join((*HOOKS, *GROUPS))}")
        found.update(dict.fromkeys(HOOKS[one] for one in each))
    if not found:
        raise UsageFault("which hook?", mend=f"name one or more of {', '.join((*HOOKS, *GROUPS))}")
    return tuple(found)
