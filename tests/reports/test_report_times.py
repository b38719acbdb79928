"""Dates as objects claim them, hostile ones included."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.reports.times import day, iso


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1795165200, "2026-11-20T09:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (2**32, "2106-02-07T06:28:16Z"),
        (253402300799, "9999-12-31T23:59:59Z"),
        (253402300800, "+010000-01-01T00:00:00Z"),
        (2**63 - 1, "+292277026596-12-04T15:30:07Z"),
        (-62135596800, "0001-01-01T00:00:00Z"),
        (-62135596801, "0000-12-31T23:59:59Z"),
        (-62167219201, "-000001-12-31T23:59:59Z"),
        (-(2**63), "-292277022657-01-27T08:29:52Z"),
    ],
)
def test_any_number_of_seconds_has_a_date(seconds: int, text: str) -> None:
    assert iso(seconds) == text
    assert day(seconds) == text.split("T")[0]


@given(st.integers(-62135596800, 253402300799))
def test_within_the_calendar_it_is_the_standard_library(seconds: int) -> None:
    expected = datetime.fromtimestamp(seconds, UTC) if 0 <= seconds < 2**31 else None
    text = iso(seconds)
    assert datetime.fromisoformat(text).timestamp() == seconds
    assert expected is None or text == expected.strftime("%Y-%m-%dT%H:%M:%SZ")


@given(st.integers(-(2**80), 2**80))
def test_no_number_stops_a_report(seconds: int) -> None:
    assert iso(seconds).endswith("Z")
