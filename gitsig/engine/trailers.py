"""Trailers of a commit's message: the `Name: value` lines of its last paragraph.

Stricter than git-interpret-trailers(1), which takes a paragraph for trailers if a quarter of its lines are some: here
every line must be one, since text that somebody else wrote (a pull request's, a quoted message's) easily gets into the
paragraph above. The first paragraph is the subject and never holds any, and a message with a line of scissors has none,
as git has it: it reads no further than there, so that `git log --format='%(trailers)'` would not show the seal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["Marks", "grounds_of"]

_TRAILER = re.compile(rb"([A-Za-z0-9-]+)[ \t]*:(.*)", re.DOTALL)
_ENCODING = re.compile(rb"\nencoding ([^\n]*)")
_UTF8 = (b"utf-8", b"utf8")
_SCISSORS = b"\n# ------------------------ >8 ------------------------\n"
_BLANK = b" \t\r"
"""White space as git has it: with it alone a line separates paragraphs."""


class Marks:
    """Finds the commits that may be seals, by a quick look at the bytes of each commit that is read."""

    def __init__(self, trailers: Iterable[str]) -> None:
        """`trailers` are the names that make a seal; ASCII letters compare without case."""
        self.names = frozenset(each.encode("utf-8", "surrogateescape").lower() for each in trailers)
        self._needles = tuple(b"\n" + name for name in sorted(self.names))
        self._line = re.compile(rb"\n(?:%s)[ \t]*:" % b"|".join(map(re.escape, sorted(self.names))))
        self.oids: dict[str, None] = {}
        """Commits seen that hold a line with one of the trailers, wherever it stands."""

    def see(self, oid: str, raw: bytes) -> None:
        """Look at a raw commit."""
        lowered = raw.lower()
        if any(needle in lowered for needle in self._needles) and self._line.search(lowered):
            self.oids[oid] = None


def grounds_of(raw: bytes, names: frozenset[bytes]) -> tuple[str, str]:
    """What a raw commit within the grammar gives as the value of a trailer among `names` (lower case).

    Gives (grounds, ""), or ("", why there are none) in words. The grounds are one line, not escaped.
    """
    head, _, message = raw.partition(b"\n\n")
    encoding = _ENCODING.search(head)
    if encoding is not None and encoding[1].lower() not in _UTF8:
        # Bytes that are ASCII letters to us may be other characters to whoever read the message before signing it.
        return "", "its message is in another encoding than UTF-8"
    if _SCISSORS in b"\n%b\n" % message:
        return "", "its message has a line of scissors (# --- >8 ---), behind which git sees no trailer"
    found = [value for name, value in _last_paragraph(message) if name in names]
    if not found:
        return "", "the trailer does not stand in the message's last paragraph, below the subject, among trailers alone"
    try:
        grounds = "; ".join(value.decode("utf-8") for value in found if value)
    except UnicodeDecodeError:
        return "", "the trailer is not UTF-8"
    return (grounds, "") if grounds else ("", "the trailer gives no grounds: write them behind the colon")


def _last_paragraph(message: bytes) -> list[tuple[bytes, bytes]]:
    """(name in lower case, value unfolded) of each trailer; empty where the last paragraph is no block of trailers."""
    lines = message.rstrip(_BLANK + b"\n").split(b"\n")
    start = len(lines)
    while start and lines[start - 1].strip(_BLANK):
        start -= 1
    if not any(line.strip(_BLANK) for line in lines[:start]):
        return []
    found: list[tuple[bytes, bytes]] = []
    for line in lines[start:]:
        trailer = _TRAILER.fullmatch(line)
        if trailer is not None:
            found.append((trailer[1].lower(), trailer[2].strip()))
        elif found and line[:1] in (b" ", b"\t"):
            name, value = found[-1]
            found[-1] = (name, b" ".join((value, line.strip())).strip())
        else:
            return []
    return found
