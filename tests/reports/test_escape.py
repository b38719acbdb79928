"""Nothing that an attacker writes acts on a terminal or on a CI runner (S8)."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.reports.escape import safe, unicode_fits, wrapped
from gitsig.reports.fields import encode_json

ACTS = ("\x1b", "\r", "\n", "\x07", "\x08", "\x7f", "\x9b", "\u202e", "\u2028")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Fix the parser", "Fix the parser"),
        ("", ""),
        ("Größe für Zoë, 日本語", "Größe für Zoë, 日本語"),
        ("std::vector and a: b", "std::vector and a: b"),
        ("see ##42 and C## [draft]", "see ##42 and C## [draft]"),
        ("\x1b[2K\x1b[1Aok", "\\x1b[2K\\x1b[1Aok"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("line\r\nok      deadbeef", "line\\x0d\\x0aok      deadbeef"),
        ("tab\there", "tab\\x09here"),
        ("nul\x00del\x7f", "nul\\x00del\\x7f"),
        ("admin\u202e gnp.exe\u2066", "admin\\u202e gnp.exe\\u2066"),
        ("a\u200bd\u200da\ufeff", "a\\u200bd\\u200da\\ufeff"),
        ("soft\xadhyphen", "soft\\xadhyphen"),
        ("one\u2028two\u2029three\x85four", "one\\u2028two\\u2029three\\x85four"),
        ("filler\u3164 \u115f\u034f\ufe0f\u2800", "filler\\u3164 \\u115f\\u034f\\ufe0f\\u2800"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("selector \U000e0100", "selector \\U000e0100"),
        ("private \ue000", "private \\ue000"),
        ("lone \udcff\ud800", "lone \\udcff\\ud800"),
        ("no-break\xa0space\u3000wide", "no-break\xa0space\u3000wide"),
        ("a" + "\u0301" * 5, "a" + "\u0301" * 3 + "\\u0301\\u0301"),
        ("::error::you lost", "\\x3a:error::you lost"),
        ("  ::set-output name=x::y", "  \\x3a:set-output name=x::y"),
        ("\u3000::add-mask::x", "\u3000\\x3a:add-mask::x"),
        ("Fix ##[error]x", "Fix #\\x23[error]x"),
        ("###[group]x", "##\\x23[group]x"),
        ("x ##vso[task.setvariable variable=a]b", "x #\\x23vso[task.setvariable variable=a]b"),
        ("##teamcity[blockOpened]", "#\\x23teamcity[blockOpened]"),
        ("section_start:1:x\r\x1b[0Kpwned", "section_start:1:x\\x0d\\x1b[0Kpwned"),
    ],
)
def test_attacks_become_visible_and_honest_text_stays(text: str, shown: str) -> None:
    assert safe(text) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("\x1b\x1b", 6, "\\x1b\\…"),
        ("x" * 10**6, 3, "xx…"),
        ("ab", 1, "…"),
    ],
)
def test_long_text_is_cut(text: str, limit: int, shown: str) -> None:
    assert safe(text, limit) == shown


def test_ascii_mode_leaves_nothing_beyond_ascii() -> None:
    assert safe("Zoë 日 \U0001f600", ascii_only=True) == "Zo\\xeb \\u65e5 \\U0001f600"
    assert safe("日" * 9, 10, ascii_only=True) == "\\u65e5\\..."


@given(st.text(alphabet=st.characters(), max_size=60), st.integers(1, 80), st.booleans())
def test_whatever_comes_in_is_one_harmless_line(text: str, limit: int, ascii_only: bool) -> None:
    shown = safe(text, limit, ascii_only=ascii_only)
    assert len(shown) <= limit
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for char in shown)
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown
    assert shown.isascii() or not ascii_only
    shown.encode("utf-8")


@given(st.text(max_size=60))
def test_escaping_twice_changes_nothing(text: str) -> None:
    assert safe(safe(text, 10_000), 10_000) == safe(text, 10_000)


def test_a_wrapped_line_never_begins_with_a_command() -> None:
    lines = wrapped("why: " + "x" * 20 + " ::error::y " + "z" * 20, 26)
    assert lines == ["why: " + "x" * 20, "\\x3a:error::y", "z" * 20]
    assert wrapped("a b c", 3) == ["a b c"]
    assert wrapped("a " * 20, 80) == ["a " * 20]


@given(st.recursive(st.text(max_size=20), lambda inner: st.dictionaries(st.text(max_size=5), inner, max_size=3)))
def test_json_is_printable_ascii_and_says_the_same(value: object) -> None:
    encoded = encode_json(value)
    assert encoded.isascii()
    assert encoded.isprintable()
    assert "##" not in encoded
    assert json.loads(encoded) == value


def test_json_keeps_lone_surrogates_and_runner_commands_apart_from_the_log() -> None:
    assert encode_json({"a": "##[error]\udcff\x7f"}) == '{"a": "#\\u0023[error]\\udcff\\u007f"}'


@pytest.mark.parametrize(
    ("encoding", "fits"),
    [
        ("utf-8", True),
        ("UTF_8", True),
        (None, True),
        ("utf-16-le", True),
        ("ascii", False),
        ("latin-1", False),
        ("cp1252", False),
    ],
)
def test_only_unicode_encodings_take_everything(encoding: str | None, fits: bool) -> None:
    assert unicode_fits(encoding) is fits
