"""Gerrit's hooks plugin: `ref-update --project P --refname R --uploader U --uploader-username N --oldrev O --newrev N`.

Source: the plugin's documentation, hooks.md. It runs before a ref is updated by a direct push, a forced one or a
deletion, and has 30 seconds (`hooks.syncHookTimeout`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from gitsig.errors import UsageFault
from gitsig.hooks.server.doorway import judge_push, need_push
from gitsig.hooks.server.lines import parse_update
from gitsig.hooks.server.surroundings import Surroundings

__all__ = ["ref_update"]

_KNOWN = frozenset(("project", "refname", "uploader", "uploader-username", "oldrev", "newrev"))


def ref_update(arguments: Sequence[str]) -> int:
    """Judge one ref; give the exit code. Options that a later plugin adds are passed over.

    Raises UsageFault for missing or repeated options, or where Gerrit did not start it.
    """
    options = _options(arguments)
    need_push("ref-update")
    ref, old, new = (_needed(options, name) for name in ("refname", "oldrev", "newrev"))
    user = options.get("uploader-username") or options.get("uploader", "")
    around = Surroundings("gerrit", user, options.get("project", ""), os.environ.get("REMOTE_ADDR", ""))
    return judge_push("ref-update", around, lambda object_format: [parse_update(old, new, ref, object_format)])


def _options(arguments: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    given = iter(arguments)
    for argument in given:
        if not argument.startswith("--"):
            raise UsageFault(f"{argument[:80]!r} is no option", mend="it is run by Gerrit; see docs/hooks/")
        # A value is whatever follows, also where it looks like an option: names come from whoever pushes.
        name, value = argument.removeprefix("--"), next(given, None)
        if value is None:
            raise UsageFault(f"--{name[:80]} has no value")
        if name in _KNOWN and found.setdefault(name, value) is not value:
            raise UsageFault(f"--{name} stands twice")
    return found


def _needed(options: dict[str, str], name: str) -> str:
    if name not in options:
        raise UsageFault(f"--{name} is missing", mend="it is run by Gerrit; see docs/hooks/")
    return options[name]
