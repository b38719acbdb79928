"""Objects are examined in batches; which objects share one must never matter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import gitsig
from gitsig.engine import ahead
from gitsig.engine.examine import PENDING
from gitsig.model import Outcome
from tests.support.story import START, Story


@pytest.fixture
def mixed(story: Callable[..., Story]) -> Story:
    """Formats, faults and missing signatures in turn, forty commits and two tags."""
    told = story()
    turns: list[dict[str, object]] = [
        {"by": "ada"},
        {"by": "bob", "sign": "ssh"},
        {"by": "ada", "sign": False},
        {"by": "mallory"},
        {"by": "carol", "mutate": lambda raw: raw.replace(b"Change", b"Chance")},
        {"by": "ada", "sign": b"text before\n-----BEGIN PGP SIGNATURE-----\n"},
        {"by": "ada", "sign": b"-----BEGIN NOTHING KNOWN-----\nx\n-----END NOTHING KNOWN-----\n"},
        {"by": "bob", "edit": lambda raw: raw.replace(b"\ncommitter ", b"\ncommitter  \0", 1)},
    ]
    for number in range(40):
        told.commit(**turns[number % len(turns)])  # type: ignore[arg-type]
    told.tag("v1", by="ada")
    told.tag("v2", by="bob", sign="ssh")
    return told


def _verdicts(story: Story, jobs: int = 1) -> list[gitsig.Verdict]:
    store = gitsig.open_repository(str(story.path))
    policy = gitsig.load_policy(store, str(story.policy()))
    return list(gitsig.Verifier(store, policy, now=START + 86400, jobs=jobs).audit())


@pytest.fixture
def expected(mixed: Story) -> list[gitsig.Verdict]:
    verdicts = _verdicts(mixed)
    assert len(verdicts) == 42
    assert {str(each.reason) for each in verdicts} >= {
        "good",
        "unsigned",
        "unknown_key",
        "bad_signature",
        "malformed_signature",
        "unsupported_format",
        "malformed_object",
    }
    return verdicts


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    "limits",
    [
        {"_BATCH": 1},
        {"_BATCH": 3},
        {"_BATCH": 41},
        {"_BATCH": 7, "_READY": 1},
        {"_BATCH": 5, "_WAITING": 1},
        {"_BATCH": 5, "_WAITING": 6000, "_READY": 2, "_KEPT": 100},
        {"_BATCH_SIZE": 1},
    ],
    ids=str,
)
def test_the_size_of_a_batch_changes_nothing(
    mixed: Story,
    expected: list[gitsig.Verdict],
    limits: dict[str, int],
    jobs: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor do worker processes, nor what is put aside and read again."""
    for name, value in {"_WORTH": 2, **limits}.items():
        monkeypatch.setattr(ahead, name, value)
    assert _verdicts(mixed, jobs) == expected


def test_what_was_not_examined_refuses() -> None:
    assert PENDING.outcome is Outcome.ERROR
