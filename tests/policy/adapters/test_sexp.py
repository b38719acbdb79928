"""S-expressions: what Guix writes is read, and nothing that two readers could see differently."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import PolicyFault
from gitsig.policy.adapters.sexp import Symbol, parse_sexp

READ = [
    (b"()", []),
    (b"; comment\n(a) ; more\n", [Symbol("a")]),
    (b'(a "b" (c 1 -2) ())', [Symbol("a"), "b", [Symbol("c"), 1, -2], []]),
    (b'"a\\"b\\\\c\\n\nd"', 'a"b\\c\n\nd'),
    (b'("; no comment")', ["; no comment"]),
    ("(å é)".encode(), [Symbol("å"), Symbol("é")]),
    (b"a->b?!*", Symbol("a->b?!*")),
    (b"(a.b ...)", [Symbol("a.b"), Symbol("...")]),
]


@pytest.mark.parametrize(("data", "found"), READ)
def test_what_is_read(data, found) -> None:
    assert parse_sexp(data, "f") == found


def test_names_are_told_from_strings() -> None:
    assert parse_sexp(b'(a "a")', "f") == [Symbol("a"), "a"]
    assert parse_sexp(b"a", "f") != parse_sexp(b'"a"', "f")


REFUSED = [
    (b"", "f:1", "empty"),
    (b"; only\n", "f:1", "empty"),
    (b"\n(a", "f:2", "not closed"),
    (b"a\n)", "f:2", "behind"),
    (b")", "f:1", "without an opening"),
    (b"(a)\n(b)", "f:2", "behind"),
    (b'("a', "f:1", "a string is not closed"),
    (b'("\\x41;")', "f:1", "unknown escape"),
    (b"(a 'b)", "f:1", "cannot stand"),
    (b"(a\n . (b))", "f:2", "dotted pair"),
    (b"(a . b)", "f:1", "dotted pair"),
    (b".", "f:1", "dotted pair"),
    (b"(a #;b c)", "f:1", "cannot stand"),
    (b"#| a |# (b)", "f:1", "cannot stand"),
    (b"[a]", "f:1", "cannot stand"),
    (b"(a\0b)", "f:1", "cannot stand"),
    (b"\n\xff", "f:2", "not UTF-8"),
    (b"(" * 40, "f:1", "deeper than"),
    (b"(" * 200_000, "f:1", "deeper than"),
]


@pytest.mark.parametrize(("data", "where", "words"), REFUSED)
def test_what_is_refused(data, where, words) -> None:
    with pytest.raises(PolicyFault) as caught:
        parse_sexp(data, "f")
    assert caught.value.where == where
    assert words in caught.value.what
    assert caught.value.mend


@given(st.text(alphabet='()"\\; \na1#', max_size=40).map(str.encode) | st.binary(max_size=40))
def test_every_text_is_read_or_refused(data) -> None:
    with contextlib.suppress(PolicyFault):
        assert parse_sexp(data, "f") == parse_sexp(b"; first\n" + data + b"\n;", "f")
