"""Patterns of paths in a tree: whole paths from the top, `*` and `?` within a component, `**` for any number of them.

Rules and signers read the same patterns in opposite ways, so that either errs on the strict side. A rule asks what is
touched: ASCII letters compare without case, since `CI/build.yml` is `ci/build.yml` in a checkout that ignores case, and
a file, link or submodule in the place of a directory above the pattern touches it. A signer's own paths are what is let
pass: they compare exactly, and `deps/**` does not hold `deps` itself.

Paths are bytes, chosen by whoever pushes: every group that could match in several ways is atomic, so that no path makes
a pattern backtrack without end.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

__all__ = ["outside", "path_pattern_fault", "touched"]

_LONGEST = 1024
_SPECIAL = re.compile(r"[\x00-\x1f\x7f\[\]{}\\]")
_WILD = re.compile(rb"[*?]")
_STARS = re.compile(rb"\*+")
_ANY_DEPTH = b"**"
_NO_NAMES = ("", ".", "..")


class _Touching(NamedTuple):
    whole: re.Pattern[bytes]
    directories: list[bytes]
    """What stands before the first wildcard of each pattern, `/` at the end, sorted."""

    def holds(self, path: bytes) -> bool:
        if self.whole.fullmatch(path):
            return True
        inside = path + b"/"
        at = bisect_left(self.directories, inside)
        return at < len(self.directories) and self.directories[at].startswith(inside)


def touched(patterns: tuple[str, ...], paths: Iterable[bytes]) -> Iterator[bytes]:
    """Those of `paths` that a rule for `patterns` speaks of, in their order."""
    touching = _touching(patterns)
    return (path for path in paths if touching.holds(path.lower()))


def outside(patterns: tuple[str, ...], paths: Iterable[bytes]) -> Iterator[bytes]:
    """Those of `paths` that none of `patterns` allows, in their order."""
    allowed = _allowing(patterns)
    return (path for path in paths if allowed.fullmatch(path) is None)


def path_pattern_fault(pattern: str) -> tuple[str, str] | None:
    """Why `pattern` can match no path, or not what it looks like, and the mend; None if it is one."""
    if not pattern:
        return "the path pattern is empty", 'write "**" for every path'
    if len(pattern) > _LONGEST:
        return f"the path pattern is longer than {_LONGEST} characters", "shorten it with * or **"
    if _SPECIAL.search(pattern):
        what = f"{pattern!r} holds what a path pattern cannot have (the wildcards are *, ? and **, nothing else)"
        return what, "write ? for such a character, or one pattern for each alternative"
    if pattern.startswith("!") or pattern != pattern.strip(" "):
        return (
            f"{pattern!r} begins with ! or a space, or ends with one",
            "patterns cannot exclude: write ? if it is a name",
        )
    if pattern.startswith("/"):
        return f"{pattern!r} begins with /", f"paths start at the top of the tree: write {pattern.lstrip('/') or '**'}"
    if pattern.endswith("/"):
        return f"{pattern!r} ends with /, and only files have changes", f"write {pattern.rstrip('/')}/**"
    return _component_fault(pattern)


def _component_fault(pattern: str) -> tuple[str, str] | None:
    for component in pattern.split("/"):
        if component in _NO_NAMES:
            return f"{pattern!r} has an empty component, . or .., and no tree has", "write the path as git ls-tree does"
        if "**" in component and component != "**":
            return f"{pattern!r} has ** within a name", "write * within a name, or ** alone between slashes"
    return None


@lru_cache(maxsize=4096)
def _touching(patterns: tuple[str, ...]) -> _Touching:
    folded = [_bytes(pattern).lower() for pattern in patterns]
    expressions = [_expression(pattern, itself=True) for pattern in folded]
    # below a path in full there is something only where it is a directory, and then the directory is meant
    expressions += [re.escape(pattern) + rb"/.*" for pattern in folded if not _WILD.search(pattern)]
    return _Touching(_any_of(expressions), sorted({_directory(pattern) for pattern in folded} - {b""}))


@lru_cache(maxsize=4096)
def _allowing(patterns: tuple[str, ...]) -> re.Pattern[bytes]:
    return _any_of([_expression(_bytes(pattern), itself=False) for pattern in patterns])


def _bytes(pattern: str) -> bytes:
    return pattern.encode("utf-8", "surrogateescape")


def _any_of(expressions: list[bytes]) -> re.Pattern[bytes]:
    alternatives = b"|".join(b"(?:%s)" % each for each in expressions)
    return re.compile(alternatives if expressions else rb"(?!)", re.DOTALL)


def _directory(pattern: bytes) -> bytes:
    """The directories that a pattern names literally; whatever stands in their place hides what is in them."""
    literal = []
    for component in pattern.split(b"/"):
        if _WILD.search(component):
            break
        literal.append(component + b"/")
    return b"".join(literal)


def _expression(pattern: bytes, *, itself: bool) -> bytes:
    """For `fullmatch`. With `itself`, `x/**` holds `x` as well."""
    components = pattern.split(b"/")
    below = b""
    while components and components[-1] == _ANY_DEPTH:
        components.pop()
        below = rb"(?:/.*)?" if itself else rb"/.+"
    return _body(components) + below if components else rb".+"


def _body(components: list[bytes]) -> bytes:
    segments: list[list[bytes]] = [[]]
    for component in components:
        if component == _ANY_DEPTH:
            segments.append([])
        else:
            segments[-1].append(_component(component))
    first, *rest = (b"/".join(segment) for segment in segments)
    if not rest:
        return first
    *middle, last = rest
    start = first + b"/" if first else b""
    # the nearest place where a middle segment fits leaves most to the rest, so the others need not be tried
    nearest = b"".join(rb"(?>(?:[^/]*/)*?%s/)" % segment for segment in middle if segment)
    return start + nearest + rb"(?:[^/]*/)*" + last


def _component(component: bytes) -> bytes:
    """One name, up to the next `/` or the end."""
    first, *rest = (_literal(piece) for piece in _STARS.split(component))
    if not rest:
        return first
    nearest = b"".join(rb"(?>[^/]*?%s)" % piece for piece in rest[:-1])
    return rb"(?>%s%s[^/]*%s)" % (first, nearest, rest[-1])


def _literal(piece: bytes) -> bytes:
    return b"[^/]".join(re.escape(part) for part in piece.split(b"?"))
