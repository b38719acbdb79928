"""The hooks on the developer's own machine: they spare honest people a refused push, the server's decide.

`pre_push` is git's own hook; the others are the entries of `.pre-commit-hooks.yaml`, and serve as git's hooks too.
Each is imported when it is asked for: linting a policy needs no engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitsig.hooks.client.lint import policy
    from gitsig.hooks.client.made import head
    from gitsig.hooks.client.pushes import pre_push, push
    from gitsig.hooks.client.ranges import range_
    from gitsig.hooks.client.readiness import preflight

__all__ = ["head", "policy", "pre_push", "preflight", "push", "range_"]

_HOMES = {
    "head": "made",
    "policy": "lint",
    "pre_push": "pushes",
    "preflight": "readiness",
    "push": "pushes",
    "range_": "ranges",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'gitsig.hooks.client' has no attribute {name!r}")
    return getattr(import_module(f"gitsig.hooks.client.{_HOMES[name]}"), name)
