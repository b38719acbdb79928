"""Times on the command line."""

import pytest

from gitsig.cli.moments import parse_moment
from gitsig.errors import UsageFault

TEN = 1795341600


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-22", TEN - 36_000),
        ("2026-11-22T10:00:00", TEN),
        ("2026-11-22T10:00:00Z", TEN),
        ("2026-11-22 10:00+00:00", TEN),
        ("2026-11-22T11:00:00+01:00", TEN),
        ("2026-11-22T10:00:00.999Z", TEN),
        ("1795341600", TEN),
        ("0", 0),
        ("-1", -1),
        ("1969-12-31T23:59:59.5Z", -1),
        ("9999-12-31", 253_402_214_400),
    ],
)
def test_times_are_utc_unless_they_say_otherwise(text: str, seconds: int) -> None:
    assert parse_moment(text) == seconds


@pytest.mark.parametrize("text", ["", "now", "yesterday", "2026-13-01", "10000-01-01", "1e9", " 5", "٣", "9" * 12])
def test_anything_else_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageFault):
        parse_moment(text)
