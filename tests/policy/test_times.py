from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gitsig.policy.times import iso, parse_duration, unix_seconds


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("10m", 600), ("1h", 3600), ("1d", 86400), ("0s", 0)])
def test_durations(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "m", "10 m", "-1s", "1.5h", "10M", "1w", "10m ", "٣s", "99999999d"])
def test_no_durations(text):
    with pytest.raises(ValueError):
        parse_duration(text)


def test_unix_seconds():
    assert unix_seconds(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert unix_seconds(datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == 0
    assert unix_seconds(datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)) == -1
    assert unix_seconds(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)) == 253402300799
    with pytest.raises(ValueError):
        unix_seconds(datetime(2027, 1, 1))


def test_iso():
    assert iso(0) == "1970-01-01T00:00:00Z"
    assert iso(-1) == "1969-12-31T23:59:59Z"
    assert iso(-62135596800) == "0001-01-01T00:00:00Z"
    assert iso(10**12) == "@1000000000000"
    assert iso(-(10**30)) == "@-1000000000000000000000000000000"
