"""Single demands of the pattern matchers that no other test makes."""

from __future__ import annotations

import pytest

from gitsig.policy import matches_principals
from gitsig.policy.patterns import overlap, ref_matcher, ref_pattern_fault


@pytest.mark.parametrize(
    ("identity", "lists", "good"),
    [
        (b"ada@example.org.evil.example", ["ada@example.org"], False),
        (b"eve,ada@example.org", ["ada@example.org"], False),
        (b"ada@example.org\n", ["ada@example.org"], False),
        (b"ada@example.org", ["*,!ada"], True),
        (b"ada@example.org", ["*,!example.org"], True),
        (b"", ["", ",", "ada,", "!ada"], False),
        (b"ada", ["ada,!,"], True),
        (b"", ["*,!,"], False),
        (b"!bob", ["!bob"], False),
        (b"bob!", ["bob!"], True),
        (b"bob!", ["*,!bob!"], False),
        (b"ob!", ["*,bob!"], True),
        ("ünal@example.org".encode(), ["ünal@EXAMPLE.org"], True),
        (b"a\nb", ["a?b"], True),
        (b"a\nb", ["a*b"], True),
        (b"\xff", ["\udcff"], True),
    ],
)
def test_principals_match_as_a_whole(identity: bytes, lists: list[str], good: bool) -> None:
    assert matches_principals(identity, lists) is good


@pytest.mark.parametrize("char", "[]")
def test_a_single_bracket_is_no_pattern(char: str) -> None:
    assert "cannot have" in ref_pattern_fault(f"refs/heads/{char}a")


def test_the_length_of_a_pattern() -> None:
    assert ref_pattern_fault("refs/" + "a" * 1019) == ""
    assert "longer than 1024" in ref_pattern_fault("refs/" + "a" * 1020)


def test_an_empty_pattern_is_called_empty() -> None:
    assert ref_pattern_fault("") == "the ref pattern is empty"


def test_each_of_several_patterns_is_matched_as_a_whole() -> None:
    matcher = ref_matcher(("refs/a", "refs/b*c"))
    assert [bool(matcher.fullmatch(ref)) for ref in ("refs/a", "refs/bxc", "refs/ac", "refs/abc", "refs/bxcx")] == [
        *(True, True, False, False, False)
    ]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("**", "a", True),
        ("a**b", "a*c*b", True),
        ("a***", "***b", True),
        ("a**", "b**", False),
        ("", "**", True),
        ("", "", True),
        ("?", "", False),
        ("?*", "*?", True),
    ],
)
def test_overlap(one: str, other: str, both: bool) -> None:
    assert overlap(one, other) is both
    assert overlap(other, one) is both


@pytest.mark.parametrize(
    ("pattern", "text", "good"),
    [
        ("a*b*c", "abc", True),
        ("a*b*c", "axbyc", True),
        ("*b*c*", "bcb", True),
        ("a*b*c", "ac", False),
        ("a*b*c", "ab", False),
        ("a*b*c", "acb", False),
        ("a*b*c*d", "abcd", True),
        ("a*b*c*d", "abd", False),
        ("a*b*c*d", "acd", False),
        ("a*b*c*d", "acbd", False),
        ("a*b*a", "abba", True),
        ("a*b*b", "ab", False),
        ("a*bc*c", "abcbc", True),
        ("*ab*", "xabyab", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
    ],
)
def test_every_piece_of_a_pattern_must_be_there_in_order(pattern: str, text: str, good: bool) -> None:
    assert bool(ref_matcher((pattern,)).fullmatch(text)) is good
    assert matches_principals(text.encode(), [pattern]) is good
