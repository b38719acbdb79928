"""What `python -m tests.mutation` changes: a mutant that is never made is a check that is never missed."""

from __future__ import annotations

import pytest

from tests.mutation.operators import mutants
from tests.mutation.regexes import edits


def made(source: str) -> set[str]:
    return {mutant.source for mutant in mutants(source)}


@pytest.mark.parametrize(
    ("statement", "mutated"),
    [
        ("return a < b", {"return a <= b", "return a >= b", "pass"}),
        ("return a is b", {"return a is not b", "pass"}),
        ("return a or b", {"return ((a) and (b))", "return ((a))", "return ((b))", "pass"}),
        ("if a: raise E", {"if True: raise E", "if False: raise E", "if a: pass"}),
        ("return a if b else c", {"return a if True else c", "return a if False else c", "pass"}),
        ("return not a", {"return (a)", "pass"}),
        ("return a[1:]", {"return a[2:]", "return a[0:]", "return a[:]", "pass"}),
        ("return a.match(b)", {"return a.search(b)", "pass"}),
        ("return a.lower()", {"return a", "pass"}),
        ("return a in {b, c}", {"return a not in {b, c}", "return a in { c}", "return a in {b, }", "pass"}),
        ("return 'refused: a < b'", {"pass"}),
        ("'What it does: a < b'", set()),
    ],
)
def test_mutants_of_a_statement(statement: str, mutated: set[str]) -> None:
    head = "def f(a, b, c):\n    "
    assert made(f"{head}{statement}\n") == {f"{head}{each}\n" for each in mutated}


def test_a_name_stays_when_lines_move() -> None:
    source = "def f(a):\n    return a + 1\n"
    assert [each.name for each in mutants(source)] == [each.name for each in mutants("\n\n" + source)]


def changed(pattern: str) -> set[str]:
    return {pattern[:start] + new + pattern[end:] for start, end, new in edits(pattern)}


@pytest.mark.parametrize(
    ("pattern", "mutated"),
    [
        ("x*+y", {"x*y", "x++y"}),
        ("x{2}", {"x{1}", "x{3}"}),
        ("x{0,9}", {"x{1,9}", "x{0,8}", "x{0,10}"}),
        ("[^ab]", {"[ab]", "[^b]", "[^a]"}),
        ("(?!a)b", {"b"}),
        ("(?:a|b|c)", {"(?:b|c)", "(?:a|c)", "(?:a|b)"}),
        (r"^a\Z", {r"a\Z", "^a"}),
        (r"%(n)d\n", {"%(n)d"}),
    ],
)
def test_mutants_of_an_expression(pattern: str, mutated: set[str]) -> None:
    assert changed(pattern) == mutated
