"""The second reader must agree with tomllib about what is where."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.policy.locate import locate_lines, nearest_line

TEXT = '''# a comment = [not a table]
version = 1
[signers.ada]
emails = ["ada@example.org", # trailing ] comment
  "ada@example.com",
]
openpgp = [
  {key = "keys/ada.asc", valid-until = 2027-01-01 00:00:00.5Z},
  { key = "b" },
]
note = """
[signers.false]
a = 1 \\"""
"""
literal = \'\'\'
[[rules]]\'\'\'\'
[signers."web.flow"]
only = ["merge"]
'bare'.key = 1.5
[[rules]]
refs = ["a", [1, 2], {x = [3]}]
[[rules]]
[rules.sub]
refs = [
]
["esc\\u0061ped"]
x = -1e5
'''


def test_lines():
    tomllib.loads(TEXT)
    lines = locate_lines(TEXT)
    expected = {
        ("version",): 2,
        ("signers",): 3,
        ("signers", "ada"): 3,
        ("signers", "ada", "emails", 0): 4,
        ("signers", "ada", "emails", 1): 5,
        ("signers", "ada", "openpgp"): 7,
        ("signers", "ada", "openpgp", 0, "valid-until"): 8,
        ("signers", "ada", "openpgp", 1, "key"): 9,
        ("signers", "ada", "note"): 11,
        ("signers", "ada", "literal"): 15,
        ("signers", "web.flow", "only", 0): 18,
        ("signers", "web.flow", "bare", "key"): 19,
        ("rules",): 20,
        ("rules", 0): 20,
        ("rules", 0, "refs", 2, "x", 0): 21,
        ("rules", 1): 22,
        ("rules", 1, "sub", "refs"): 24,
        ("escaped", "x"): 27,
    }
    assert {path: lines.get(path) for path in expected} == expected
    assert ("signers", "false") not in lines


def test_nearest_line():
    lines = locate_lines("a = 1\n[b]\nc = [\n1]\n")
    assert nearest_line(lines, ("b", "c", 0)) == 4
    assert nearest_line(lines, ("b", "c", 7)) == 3
    assert nearest_line(lines, ("b", "missing")) == 2
    assert nearest_line(lines, ("missing",)) == 1


def _paths(value, path=()):
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _paths(inner, (*path, index))


SCALARS = ["1", "1.5", "true", '"x"', "'y#'", '"""\nz = [\n"""', "1979-05-27 07:32:00Z", "'''''q'''"]
VALUES = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + "\n,".join(items) + "]"),
        st.lists(inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"k{index} = {item}" for index, item in enumerate(items)) + "}"
        ),
    ),
    max_leaves=5,
)
TABLES = st.lists(
    st.tuples(st.sampled_from(["[[a]]", "[[a.b]]", '[ t."x.{}" ]', "[t.y{}]"]), st.lists(VALUES, max_size=3)),
    max_size=5,
)


@given(TABLES)
def test_every_path_that_tomllib_sees_has_a_line(tables):
    text = "[[a]]\n"
    for number, (header, values) in enumerate(tables):
        text += header.replace("{}", str(number)) + " # [c]\n"
        text += "".join(f"key{index} = {value}\n" for index, value in enumerate(values))
    lines = locate_lines(text)
    assert set(_paths(tomllib.loads(text))) == set(lines)


@pytest.mark.parametrize("text", ["", "=", "[", "[[", "a = {", "a = [", '"""', "a = {b", "]", "a = \x00"])
def test_text_that_is_no_toml_ends_too(text):
    assert isinstance(locate_lines(text), dict)
