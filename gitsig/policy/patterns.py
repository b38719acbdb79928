"""Patterns of refs and of OpenSSH principals: `*` is any run of characters, `?` is one, nothing else is special.

Refs and e-mail addresses are chosen by whoever pushes, so a pattern must not be made to backtrack without end: each
`*` becomes an atomic group that takes the nearest match and never reconsiders, as `fnmatch.translate` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["REPLACE_REFS", "is_replace_ref", "matches_principals", "overlap", "ref_matcher", "ref_pattern_fault"]

REPLACE_REFS = "refs/replace/"
"""Refs that put one object in the place of another: never judged, always refused in a push (R1)."""

_LONGEST = 1024
_STARS = re.compile(r"\*+")
_PIECE = re.compile(r"\*+|\?|[^*?]+")
_NOT_IN_REFS = re.compile(r"[\x00-\x20\x7f~^:\\\[\]{}]|\.\.|//")


def is_replace_ref(ref: str) -> bool:
    """Whether `ref` is under `refs/replace/`, also as a file system that ignores case would see it."""
    return ref.lower().startswith(REPLACE_REFS)


@lru_cache(maxsize=4096)
def ref_matcher(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for several ref patterns; to be used with `fullmatch`. No pattern matches nothing."""
    if not patterns:
        return re.compile(r"(?!)")
    return re.compile("|".join(f"(?:{_translate(pattern)})" for pattern in patterns), re.DOTALL)


def ref_pattern_fault(pattern: str) -> str:
    """Why `pattern` can match no ref's full name, in words; empty if it can.

    A pattern such as `main` would match nothing and leave the branch unguarded without a word.
    """
    if not pattern:
        return "the ref pattern is empty"
    if len(pattern) > _LONGEST:
        return f"the ref pattern is longer than {_LONGEST} characters"
    if _NOT_IN_REFS.search(pattern):
        return f"{pattern!r} holds what a ref pattern cannot have (the wildcards are * and ?, nothing else)"
    if not overlap(pattern, "refs/*"):
        return f"{pattern!r} matches no full ref name"
    return ""


def overlap(one: str, other: str) -> bool:
    """Whether some text matches both patterns."""
    # Stars in a row mean one star, and would cost the cube of their number.
    one, other = _STARS.sub("*", one), _STARS.sub("*", other)
    reachable = {0}
    for char in (*one, ""):
        reachable = _spread(reachable, other) if char != "*" else set(range(min(reachable), len(other) + 1))
        if char in ("", "*"):
            continue
        reachable = {end for at in reachable if at < len(other) for end in _step(char, other, at)}
        if not reachable:
            return False
    return len(other) in reachable


def matches_principals(identity: bytes, lists: Iterable[str]) -> bool:
    """Whether `identity` matches one of several OpenSSH pattern lists (ssh_config(5), PATTERNS).

    Each list is one line's principals, comma-separated; a matching `!pattern` vetoes its own list only.
    ASCII letters compare without case, as e-mail addresses do elsewhere in a policy.
    """
    folded = identity.lower()
    for patterns in lists:
        wanted, vetoed = _principal_matchers(patterns)
        if wanted.fullmatch(folded) and not vetoed.fullmatch(folded):
            return True
    return False


@lru_cache(maxsize=4096)
def _principal_matchers(patterns: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    entries = [entry for entry in patterns.split(",") if entry]
    wanted = [entry for entry in entries if not entry.startswith("!")]
    vetoed = [entry[1:] for entry in entries if entry.startswith("!")]
    return _principal_matcher(wanted), _principal_matcher(vetoed)


def _principal_matcher(entries: list[str]) -> re.Pattern[bytes]:
    parts = [b"(?:%s)" % _translate(entry).encode("utf-8", "surrogateescape").lower() for entry in entries]
    return re.compile(b"|".join(parts) if parts else rb"(?!)", re.DOTALL)


def _translate(pattern: str) -> str:
    pieces: list[str] = _PIECE.findall(pattern)
    segments: list[list[str]] = [[]]
    for piece in pieces:
        if piece.startswith("*"):
            segments.append([])
        else:
            segments[-1].append("." if piece == "?" else re.escape(piece))
    first, *rest = ("".join(segment) for segment in segments)
    if not rest:
        return first
    return first + "".join(f"(?>.*?{segment})" for segment in rest[:-1]) + ".*" + rest[-1]


def _spread(reachable: set[int], other: str) -> set[int]:
    spread = set(reachable)
    for at in sorted(reachable):
        end = at
        while end < len(other) and other[end] == "*":
            end += 1
            spread.add(end)
    return spread


def _step(char: str, other: str, at: int) -> tuple[int, ...]:
    if other[at] == "*":
        return (at,)
    return (at + 1,) if char == "?" or other[at] in ("?", char) else ()
