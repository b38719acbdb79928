from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.policy import Policy, Rule, is_replace_ref, matches_principals
from gitsig.policy.patterns import overlap, ref_matcher, ref_pattern_fault

PIECES = st.lists(st.sampled_from(["*", "?", "a", "b", "/", "."]), max_size=6).map("".join)
TEXTS = st.text("ab/.\n", max_size=8)


@given(PIECES, TEXTS)
def test_matches_as_shell_patterns_do(pattern, text):
    assert bool(ref_matcher((pattern,)).fullmatch(text)) is fnmatchcase(text, pattern)


@given(PIECES, PIECES, TEXTS)
def test_patterns_that_match_the_same_text_overlap(one, other, text):
    if fnmatchcase(text, one) and fnmatchcase(text, other):
        assert overlap(one, other)
        assert overlap(other, one)


@given(PIECES, st.text("ab/.", max_size=8))
def test_overlap_with_a_text_is_a_match(pattern, text):
    assert overlap(pattern, text) is fnmatchcase(text, pattern)


@given(PIECES, PIECES)
def test_overlap_is_symmetric(one, other):
    assert overlap(one, other) is overlap(other, one)


def test_classes_and_expressions_are_plain_text():
    assert not ref_matcher(("refs/heads/[ab]",)).fullmatch("refs/heads/a")
    assert not ref_matcher(("refs/heads/.+",)).fullmatch("refs/heads/a")


def test_several_patterns_and_none():
    matcher = ref_matcher(("refs/heads/main", "refs/tags/v*"))
    assert matcher.fullmatch("refs/tags/v1/rc\n")
    assert not matcher.fullmatch("refs/heads/main2")
    assert not ref_matcher(()).fullmatch("")


@pytest.mark.parametrize("pattern", ["refs/heads/main", "refs/*", "*", "*/main", "refs/heads/?", "r*main"])
def test_possible_ref_patterns(pattern):
    assert ref_pattern_fault(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    ["", "main", "heads/main", "ref", "refs/heads/[ab]", "refs/heads/a b", "refs//x", "refs/a..b", "refs/" + "a" * 2000]
    + [f"refs/{char}" for char in "~^:\\{}\x00\n\x7f"],
)
def test_impossible_ref_patterns(pattern):
    assert ref_pattern_fault(pattern)


def test_guarded_refs():
    policy = Policy(signers={}, rules=(Rule(1, ("refs/heads/main",)), Rule(2, ("refs/*",))))
    assert policy.guards("refs/heads/deep/er")
    assert policy.guards("refs/tags/v1")
    assert not policy.guards("refs/notes/commits")
    assert [rule.number for rule in policy.rules_for("refs/heads/main")] == [1, 2]
    assert [rule.number for rule in policy.rules_for("refs/heads/main2")] == [2]


@pytest.mark.parametrize("ref", ["refs/replace/" + "a" * 40, "refs/Replace/x", "REFS/REPLACE/x"])
def test_replace_refs_are_never_guarded(ref):

    policy = Policy(signers={})
    everything = policy._replace(defaults=policy.defaults._replace(refs=("*",)))
    assert is_replace_ref(ref)
    assert not everything.guards(ref)
    assert not is_replace_ref("refs/heads/replace/x")


@pytest.mark.parametrize(
    ("identity", "lists", "good"),
    [
        (b"ada@example.org", ["ada@example.org"], True),
        (b"ADA@example.org", ["ada@EXAMPLE.org"], True),
        (b"ada@example.org", ["bob@example.org,*@example.org"], True),
        (b"ada@example.org", ["*@example.org,!ada@*"], False),
        (b"ada@example.org", ["!ada@*,*@example.org"], False),
        (b"ada@example.org", ["!ada@*", "ada@example.org"], True),
        (b"ada@example.org", ["!bob@*"], False),
        (b"ada@example.org", ["a?a@example.org"], True),
        (b"ada@example.org", ["a?@example.org"], False),
        (b"ada@example.org", ["ada.example.org", "", ",", "!"], False),
        (b"anything\xff", ["*"], True),
        (b"", ["*"], True),
        (b"ada@example.org", [], False),
    ],
)
def test_principals(identity, lists, good):
    assert matches_principals(identity, lists) is good


@given(st.lists(st.text("a*?!,", max_size=8), max_size=3), st.binary(max_size=8))
def test_principals_never_raise(lists, identity):
    assert matches_principals(identity, lists) in (True, False)


def test_expressions_do_not_backtrack_without_end():
    """With backtracking groups this match takes longer than anybody waits."""
    hostile = "refs/" + "*a" * 40
    assert not ref_matcher((hostile,)).fullmatch("refs/" + "a" * 60_000 + "b")
    assert isinstance(ref_matcher((hostile,)), re.Pattern)
