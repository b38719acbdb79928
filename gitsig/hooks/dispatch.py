"""`gitsig hook NAME …`: the outermost frame of every hook. Whatever goes wrong refuses, in one line.

It stands beside the command line and not in it, because Typer alone would cost a hook 100 ms.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from gitsig.errors import GitsigError, UsageFault
from gitsig.reports.escape import safe

__all__ = ["HOOKS", "Hook", "run_hook"]

Hook = Callable[[Sequence[str]], int]
"""Takes the hook's arguments, reads standard input itself, and gives the exit code: 0 lets pass, all else refuses."""

HOOKS: Mapping[str, str] = {
    "pre-receive": "gitsig.hooks.server:pre_receive",
    "update": "gitsig.hooks.server:update",
    "ref-update": "gitsig.hooks.server:ref_update",
    "pre-push": "gitsig.hooks.client:pre_push",
    "preflight": "gitsig.hooks.client:preflight",
    "head": "gitsig.hooks.client:head",
    "push": "gitsig.hooks.client:push",
    "range": "gitsig.hooks.client:range_",
    "policy": "gitsig.hooks.client:policy",
}
"""Name to `module:function`."""

_REFUSED = 3
_INTERRUPTED = 130


def run_hook(name: str, arguments: Sequence[str]) -> int:
    """Run one hook and give its exit code. Never raises, and never lets pass what it could not judge."""
    try:
        return _hook(name)(arguments)
    except GitsigError as error:
        _say(f"error: {error.diagnostics()}")
        return error.exit_code
    except KeyboardInterrupt:
        _say("interrupted")
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort: a bug of ours must refuse, in one line
        if os.environ.get("GITSIG_DEBUG") == "1":
            import traceback

            traceback.print_exception(error)
        _say(f"internal error: {type(error).__name__}: {error}; nothing is accepted; GITSIG_DEBUG=1 shows where")
        return _REFUSED


def _hook(name: str) -> Hook:
    place = HOOKS.get(name)
    if place is None:
        raise UsageFault(f"no hook {name!r}", mend=f"known are {', '.join(HOOKS)}")
    module, _, function = place.partition(":")
    hook: Hook = getattr(import_module(module), function)
    return hook


def _say(text: str) -> None:
    try:
        sys.stderr.write(f"gitsig: {safe(text, 2000, ascii_only=True)}\n")
        sys.stderr.flush()
    except OSError:
        return
