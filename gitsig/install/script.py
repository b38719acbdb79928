"""The text of an installed hook, and telling our own hooks from others'.

A server runs hooks with a poor PATH and as another user, so the file names the program by its absolute path; where
that is gone, or the hook's input cannot be copied, it refuses.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import EnvironmentFault
from gitsig.install.hooknames import HookKind

__all__ = ["BEFORE", "Installed", "Origin", "program_words", "read_script", "render"]

BEFORE = ".before-gitsig"
"""What the hook that was there before is called, after its own name."""

_LIMIT = 64 * 1024
"""Bytes of a hook that are looked at."""
_HEAD = re.compile(rb"#!/bin/sh\n# gitsig:([a-z-]+) ")
_PROGRAM = re.compile(r"^run\(\) \{ exec (.+) hook [a-z-]+ \"\$@\"; \}$", re.MULTILINE)
_CALL = re.compile(rb"\bhook [a-z-]+(?:\s|$)")
_COMMENT = re.compile(rb"^\s*#[^\n]*", re.MULTILINE)

_TOP = """#!/bin/sh
# gitsig:{name} Written by `gitsig install {name}`, taken away by `gitsig install --uninstall {name}`.
# Exit code 0 lets pass, any other refuses. See docs/hooks in gitsig's source.

run() {{ exec {program} hook {runs} "$@"; }}
refuse() {{ echo "gitsig: refused: $1; the administrator can run: gitsig doctor" >&2; exit 3; }}

[ -x {first} ] || refuse {gone}
"""
_ALONE = 'run "$@"\n'
_CHAINED = f"""before="${{{{0%/*}}}}/{{name}}{BEFORE}"
[ -x "$before" ] || refuse "{{name}}{BEFORE} is missing or not executable"
"""
# Both read the whole input: it is copied to a file that has two readers and, soon, no name.
_COPIED = """input=$(mktemp) || refuse "no temporary file for the hook's input"
exec 3<"$input" 4<"$input"
cat >"$input" || { rm -f "$input"; refuse "the hook's input cannot be copied"; }
rm -f "$input"
"""
# Gitsig goes first: what is not verified should not reach a hook that may act on it.
_BOTH = """(run "$@") {first}|| exit
exec "$before" "$@"{second}
"""
_BOTH_AFTER = """(run "$@") {first}; code=$?
"$before" "$@"{second} || exit
exit "$code"
"""


class Origin(NamedTuple):
    """Which kind of gitsig hook a file is."""

    hook: str
    """Name of the hook that it was written for; empty where `gitsig install` did not write it."""
    copied: bool
    """Not written there by `gitsig install`: a link, a copy of a file under `hooks/`, or somebody's own call."""


class Installed(NamedTuple):
    """One hook file that runs gitsig."""

    path: Path
    origin: Origin
    text: str
    program: str
    """Absolute path of the program that it runs; empty where that is not known."""


def program_words() -> tuple[str, ...]:
    """The command that starts this gitsig: an absolute path, and options where there is no script for it.

    Raises EnvironmentFault where none is known.
    """
    if not sys.executable:
        raise EnvironmentFault("Python does not know its own path", mend="run the gitsig of a virtual environment")
    script = Path(sys.executable).absolute().with_name("gitsig")
    if script.is_file() and os.access(script, os.X_OK):
        return (str(script),)
    # -I: a hook of a developer's runs in the work tree, where a folder `gitsig` could stand in for us.
    return (str(Path(sys.executable).absolute()), "-I", "-m", "gitsig")


def render(hook: HookKind, program: tuple[str, ...], *, chained: bool) -> str:
    """The hook's text: POSIX sh, ASCII but for the program's path."""
    if any("\n" in word for word in program):
        raise EnvironmentFault("the program's path holds a line feed", where=program[0].replace("\n", " "))
    top = _TOP.format(
        name=hook.name,
        runs=hook.runs,
        program=shlex.join(program),
        first=shlex.quote(program[0]),
        gone=shlex.quote(f"{program[0]} is gone"),
    )
    if not chained:
        return top + _ALONE
    both = (_BOTH_AFTER if hook.after else _BOTH).format(
        first="<&3 3<&- 4<&- " if hook.stdin else "", second=" <&4 3<&- 4<&-" if hook.stdin else ""
    )
    return top + _CHAINED.format(name=hook.name) + (_COPIED if hook.stdin else "") + both


def read_script(path: Path) -> Installed | None:
    """What the hook file at `path` is, or None where it has nothing to do with gitsig or is not there.

    Raises EnvironmentFault for a file that is there and cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EnvironmentFault(f"the hook cannot be read ({error.strerror})", where=str(path)) from error
    text = os.fsdecode(data)
    head = _HEAD.match(data)
    if head is None:
        return Installed(path, Origin("", True), text, "") if _calls_gitsig(data) else None
    found = _PROGRAM.search(text)
    program = shlex.split(found[1])[0] if found else ""
    # A link to one of ours (gitolite makes them) stands for a copy: it is not ours to replace.
    return Installed(path, Origin(head[1].decode(), path.is_symlink()), text, program)


def _calls_gitsig(data: bytes) -> bool:
    code = _COMMENT.sub(b"", data)
    return b"gitsig" in code and _CALL.search(code) is not None
