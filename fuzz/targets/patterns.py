"""Patterns of refs, paths, principals: matchers that were written apart must agree, and none may take for ever."""

from __future__ import annotations

from gitsig.keys.allowed_signers import match_principals
from gitsig.policy.paths import outside, path_pattern_fault, touched
from gitsig.policy.patterns import matches_principals, overlap, ref_matcher, ref_pattern_fault

__all__ = ["TOKENS", "one", "seeds"]

TOKENS = (
    b"refs/heads/",
    b"refs/tags/v*",
    b"refs/*",
    b"*",
    b"?",
    b"**",
    b"!",
    b",",
    b"\n",
    b"main",
    b"refs/replace/",
    b"REFS/",
    b"*a*a*a*a",
    b"aaaaaaaa",
    b"@example.org",
    b"/**",
    b"**/",
    b"/*/",
    b"ci/",
)


def seeds() -> list[bytes]:
    """Pattern, LF, text."""
    return [
        b"refs/heads/*\nrefs/heads/main",
        b"refs/tags/v?.*\nrefs/tags/v1.0",
        b"*@example.org,!eve@*\neve@example.org",
        b"*a*b*c*\naxbyczabc",
        b"refs/heads/release-*\nrefs/heads/rele*",
        b"ci/**\nCI/build.yml",
        b"a/**/b/*/c?\na/x/b/y/cz",
        b"**/Makefile\nsrc/Makefile",
    ]


def one(data: bytes) -> None:
    """The first line is the pattern, the rest the text."""
    pattern, _, text = data[:600].decode("utf-8", "replace").partition("\n")
    assert overlap(pattern, text) == overlap(text, pattern), "overlapping is mutual"
    assert isinstance(ref_pattern_fault(pattern), str)
    found = ref_matcher((pattern,)).fullmatch(text) is not None
    assert found == _matches(pattern, text)
    if "*" not in text and "?" not in text:
        assert overlap(pattern, text) == found, "a text without wildcards overlaps where it matches"
    _principals(pattern, text)
    _paths(pattern, text)


def _paths(pattern: str, text: str) -> None:
    """What a confined signer may change, each rule with that pattern must take for touched."""
    fault = path_pattern_fault(pattern)
    if fault is not None:
        assert all(fault)
        return
    path = text.encode("utf-8", "surrogateescape")
    if not path:
        return  # no tree has it
    allowed = not list(outside((pattern,), [path]))
    assert allowed == _reaches(pattern.split("/"), text.split("/"))
    assert list(touched((pattern,), [path])) or not allowed


def _reaches(pattern: list[str], path: list[str]) -> bool:
    """By the set of components that each component of the pattern can have reached."""
    places = {0}
    for at, component in enumerate(pattern):
        if component == "**":
            least = min(places, default=len(path)) + (at == len(pattern) - 1)
            places = set(range(least, len(path) + 1)) if places else places
        else:
            places = {place + 1 for place in places if place < len(path) and _matches(component, path[place])}
    return len(path) in places


def _principals(patterns: str, text: str) -> None:
    """As OpenSSH's own rules have them, but for case and for characters beyond ASCII."""
    if not (patterns.isascii() and text.isascii() and text):
        return
    entries = [each for each in patterns.lower().split(",") if each]
    ours = matches_principals(text.encode(), [patterns])
    assert ours == match_principals(entries, text.lower())


def _matches(pattern: str, text: str) -> bool:
    """Glob by the set of places that each character of the pattern can have reached."""
    places = {0}
    for char in pattern:
        if char == "*":
            places = set(range(min(places), len(text) + 1)) if places else places
        else:
            places = {at + 1 for at in places if at < len(text) and char in ("?", text[at])}
    return len(text) in places
