"""What git takes for trailers, ported from C (git 2.39): `trailer.c: find_trailer_start`, `find_separator`,
`commit.c: ignore_non_trailer`, `wt-status.c: wt_status_locate_end`; as `git interpret-trailers --parse --no-divider`
and `%(trailers)` use them, without configuration.
"""

from __future__ import annotations

import re

__all__ = ["trailers"]

_GENERATED = (b"Signed-off-by: ", b"(cherry picked from commit ")
_SCISSORS = b"# ------------------------ >8 ------------------------\n"
_BLANKS = b" \t\n\r"
_SEPARATOR = re.compile(rb"[A-Za-z0-9-]+[ \t]*:")


def trailers(message: bytes) -> list[tuple[bytes, bytes]]:
    """Name and value, unfolded, of each trailer of a message without NUL bytes."""
    message = message[: _end(message)]
    lines = re.findall(rb"[^\n]*\n|[^\n]+", message)
    start = _start(lines)
    found: list[tuple[bytes, bytes]] = []
    seen = False  # a line that another one can continue
    for line in lines[start:]:
        if line[:1] == b"#":
            continue
        if seen and line[:1] in (b" ", b"\t", b"\r", b"\n"):
            if found:
                found[-1] = found[-1][0], found[-1][1] + b" " + line.strip(_BLANKS)
            continue
        seen = _SEPARATOR.match(line) is not None
        if seen:
            name, _, value = line.partition(b":")
            found.append((name.strip(_BLANKS), value.strip(_BLANKS)))
    return [(name, value.strip(_BLANKS)) for name, value in found]


def _end(message: bytes) -> int:
    cutoff = 0 if message.startswith(_SCISSORS) else (message + b"\n").find(b"\n" + _SCISSORS) + 1 or len(message)
    comments: int | None = None
    at, in_conflicts = 0, False
    while at < cutoff:
        following = message.find(b"\n", at) + 1 or len(message)
        if message[at : at + 1] in (b"#", b"\n"):
            comments = at if comments is None else comments
        elif message.startswith(b"Conflicts:\n", at):
            in_conflicts = True
            comments = at if comments is None else comments
        elif not (in_conflicts and message[at : at + 1] == b"\t"):
            comments, in_conflicts = None, False
        at = following
    return comments or cutoff


def _start(lines: list[bytes]) -> int:
    title = next((at for at, line in enumerate(lines) if line[:1] != b"#" and not line.strip(_BLANKS)), len(lines))
    only_spaces, recognised = True, False
    fit = misfit = continuations = 0
    for at in range(len(lines) - 1, title - 1, -1):
        line = lines[at]
        if line[:1] == b"#":
            misfit, continuations = misfit + continuations, 0
        elif not line.strip(_BLANKS):
            if only_spaces:
                continue
            misfit += continuations
            if (recognised and fit * 3 >= misfit) or (fit and not misfit):
                return at + 1
            return len(lines)
        else:
            only_spaces = False
            if line.startswith(_GENERATED):
                fit, continuations, recognised = fit + 1, 0, True
            elif _SEPARATOR.match(line):
                fit, continuations = fit + 1, 0
            elif line[:1] in (b" ", b"\t", b"\r"):
                continuations += 1
            else:
                misfit, continuations = misfit + 1 + continuations, 0
    return len(lines)
