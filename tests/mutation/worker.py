"""Runs in the copied tree: collects the tests once, then forks for each mutant, puts it in force and runs them.

Arguments: the file descriptors of tasks and answers, then pytest's own. One line of JSON in: `{"module", "source",
"also"}`; one word out: `survived`, `killed`, `timeout` or `broken` (the changed module cannot be imported).

To put a mutant in force, its source is executed in the module's own namespace, and functions that others have imported
by name get the new code. `also` are modules that use values of this one when they are imported; they run again.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

_SECONDS = 25
"""Of processor time, so that a busy machine does not decide."""
_BROKEN = 77


class Loop:
    """In place of pytest's own loop over the collected tests."""

    def __init__(self, tasks: int, answers: int) -> None:
        self.tasks = os.fdopen(tasks)
        self.answers = os.fdopen(answers, "w")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for line in self.tasks:
            task = json.loads(line)
            child = os.fork()
            if child == 0:
                _run(session, task)
            _, status = os.waitpid(child, 0)
            code = os.waitstatus_to_exitcode(status)
            word = {0: "survived", _BROKEN: "broken"}.get(code, "timeout" if code < 0 else "killed")
            print(word, file=self.answers, flush=True)
        return True


def _run(session: pytest.Session, task: dict[str, Any]) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    code = 1
    try:
        try:
            _put_in_force(task["module"], task["source"])
            for module in task["also"]:
                _put_in_force(module, Path(module).read_text())
        except Exception:  # noqa: BLE001
            code = _BROKEN
            return
        items = _chosen(session.items, task["tests"], task["but"])
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                session._setupstate.teardown_exact(None)
                return
        code = 0
    finally:
        os._exit(code)


def _chosen(items: list[pytest.Item], wanted: list[str], but: list[str]) -> list[pytest.Item]:
    """The tests whose ids begin with one of `wanted`, in its order."""
    ranked = [
        (next((rank for rank, each in enumerate(wanted) if item.nodeid.startswith(each)), None), item) for item in items
    ]
    kept = [(rank, item) for rank, item in ranked if rank is not None and not item.nodeid.startswith(tuple(but))]
    return [item for _, item in sorted(kept, key=lambda each: each[0])]


def _put_in_force(path: str, source: str) -> None:
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    before = dict(vars(module))
    exec(compile(source, path, "exec"), vars(module))  # noqa: S102
    for name, old in before.items():
        _replace(old, getattr(module, name), module)


def _replace(old: Any, new: Any, module: ModuleType) -> None:
    if getattr(old, "__module__", None) != module.__name__:
        return
    if hasattr(old, "cache_clear"):
        old.cache_clear()
    old, new = getattr(old, "__wrapped__", old), getattr(new, "__wrapped__", new)
    if isinstance(old, FunctionType):
        old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__
    elif isinstance(old, type):
        if issubclass(old, tuple):
            old.__new__.__defaults__ = new.__new__.__defaults__
        for name, value in vars(new).items():
            if isinstance(value, property) or getattr(value, "__module__", None) == module.__name__:
                setattr(old, name, value)


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())
    loop = Loop(int(sys.argv[1]), int(sys.argv[2]))
    sys.exit(pytest.main(sys.argv[3:], plugins=[loop]))
