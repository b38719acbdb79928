"""Patterns of refs and principals: three matchers that were written apart must agree, and none may take for ever."""

from __future__ import annotations

from gitsig.keys.allowed_signers import match_principals
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
)


def seeds() -> list[bytes]:
    """Pattern, LF, text."""
    return [
        b"refs/heads/*\nrefs/heads/main",
        b"refs/tags/v?.*\nrefs/tags/v1.0",
        b"*@example.org,!eve@*\neve@example.org",
        b"*a*b*c*\naxbyczabc",
        b"refs/heads/release-*\nrefs/heads/rele*",
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
