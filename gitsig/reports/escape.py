r"""Text that an attacker may have written, made fit to be shown.

Subjects, names, refs, paths and even fingerprints claimed by a signature come from whoever made the object
(S8). Shown raw they move the cursor, recolour a refusal into an acceptance, reorder a line (CVE-2021-42574),
or give orders to the CI runner that reads the log. Whatever is invisible or acts becomes a visible escape such
as `\x1b` or `\u202e`. A backslash itself stays as it is: the result is for eyes, it is never read back.
"""

from __future__ import annotations

import re

__all__ = ["LIMIT", "safe", "unicode_fits", "wrapped"]

LIMIT = 240
"""Characters that `safe` shows unless it is told otherwise."""

_LEAST_ROOM = 20

# Python's `isprintable` is false for controls, format characters (bidi, zero width, tags), surrogates, private and
# unassigned characters, and separators. These count as letters, marks or symbols and are invisible all the same:
# the grapheme joiner, Hangul fillers, Khmer inherent vowels, Mongolian and other variation selectors, blank Braille.
_HIDDEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_SPACES = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_SUSPECT = re.compile(f"[{_HIDDEN}]|(?<=[{_MARKS}]{{3}})[{_MARKS}]")
_SPACE = re.compile(f"[{_SPACES}]")
# Runners look for `##[command]` (GitHub, old form), `##vso[` (Azure) and `##teamcity[` anywhere in a line, for
# `::command::` (GitHub) at its beginning, white space skipped. GitLab's `section_start:` acts only together with
# a carriage return and an escape character, which never get through.
_RUNNER = re.compile(r"##(?=[A-Za-z]*\[)")
_FIRST = re.compile(r"\A(\s*):(?=:)")


def safe(text: str, limit: int = LIMIT, *, ascii_only: bool = False) -> str:
    """`text` as one harmless line of at most `limit` characters.

    `ascii_only` escapes everything beyond ASCII too: for hooks, whose output passes through the
    pusher's terminal of unknown encoding. What is too long ends in `…` (`...` in ASCII).
    """
    short = len(text) <= limit
    if short and text.isascii() and text.isprintable() and "##" not in text and text[:1] not in " :":
        return text
    if not short:
        # An escape is never shorter than what it stands for, so nothing visible is lost by cutting first.
        text = text[: limit + 1]
    text = _calm(_visible(text))
    if ascii_only:
        text = text.encode("ascii", "backslashreplace").decode("ascii")
    if len(text) <= limit:
        return text
    dots = "..." if ascii_only else "…"
    return text[: max(limit - len(dots), 0)] + dots[:limit]


def _visible(text: str) -> str:
    if not text.isprintable():
        text = "".join(c if c.isprintable() or _SPACE.match(c) else _escape(c) for c in text)
    return text if text.isascii() else _SUSPECT.sub(lambda hit: _escape(hit[0]), text)


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _calm(text: str) -> str:
    """No order that a CI runner would carry out, wherever in a line of ours the text comes to stand."""
    return _FIRST.sub(r"\1\\x3a", _RUNNER.sub(r"#\\x23", text))


def wrapped(text: str, room: int, *, ascii_only: bool = False) -> list[str]:
    """`text`, already safe, in lines of about `room` columns; in one line where that is too few to be of use.

    Each line is made safe again: a wrap may put `::` to a line's beginning.
    """
    if room < _LEAST_ROOM or len(text) <= room:
        return [text]
    import textwrap

    lines = textwrap.wrap(text, room, break_on_hyphens=False)
    return [safe(line, len(text), ascii_only=ascii_only) for line in lines]


def unicode_fits(encoding: str | None) -> bool:
    """Whether a stream of that encoding takes every character, so that symbols and names need no ASCII form.

    None is what streams in memory give; those take everything.
    """
    return (encoding or "utf-8").lower().replace("_", "-").startswith("utf")
