"""The judge, by way of the properties in `tests.fuzz.test_judge_order`: coverage leads where hypothesis only draws."""

from __future__ import annotations

from random import Random

from tests.fuzz.test_judge_order import test_not_even_with_an_exception, test_worse_is_never_better
from tests.policy.test_judge_properties import test_total_and_accepting_only_for_cause

__all__ = ["TOKENS", "one", "seeds"]

TOKENS = (b"\0", b"\1", b"\xff", b"\0\0\0\0")
_PROPERTIES = [
    each.hypothesis.fuzz_one_input  # type: ignore[attr-defined]  # hypothesis adds it
    for each in (test_worse_is_never_better, test_not_even_with_an_exception, test_total_and_accepting_only_for_cause)
]


def seeds() -> list[bytes]:
    """Choices that hypothesis can make something of."""
    random = Random(1)  # noqa: S311 - choices, not secrets
    return [bytes(600), *(random.randbytes(size) for size in (100, 300, 600, 900, 900, 1200))]


def one(data: bytes) -> None:
    """Draw policy, question and worsenings from `data`, and hold them against the properties."""
    for fuzz_one_input in _PROPERTIES:
        fuzz_one_input(data)
