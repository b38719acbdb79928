from __future__ import annotations

import pytest

from gitsig.errors import MalformedObject
from gitsig.model import ObjectFormat
from gitsig.objects import parents_and_time, parents_of

A, B, C = "a" * 40, "b" * 40, "c" * 40
PEOPLE = "author A <a> 1 +0000\ncommitter C <c> 7 +0000\n"


def test_parents_and_time() -> None:
    assert parents_and_time(f"tree {A}\n{PEOPLE}\nm".encode(), ObjectFormat.SHA1) == ((), 7)
    raw = f"tree {A}\nparent {B}\nparent {C}\n{PEOPLE}\nm".encode()
    assert parents_and_time(raw, ObjectFormat.SHA1) == ((B, C), 7)
    assert parents_of(raw, ObjectFormat.SHA1) == (B, C)
    wide = f"tree {A:0<64}\nparent {B:0<64}\n{PEOPLE}".encode()
    assert parents_of(wide, ObjectFormat.SHA256) == (f"{B:0<64}",)


@pytest.mark.parametrize(
    "rest", ["", "\n", "x y\n\n", "author nobody\ncommitter C 7\n", "author A <a> 1 +0000\ncommitter C <c> -7 +0000\n"]
)
def test_a_commit_without_a_readable_date_still_has_parents(rest: str) -> None:
    assert parents_and_time(f"tree {A}\nparent {B}\n{rest}".encode(), ObjectFormat.SHA1) == ((B,), 0)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        f"parent {B}\ntree {A}\n{PEOPLE}",
        f"tree {A}",
        f"tree {A}\ntree {B}\n{PEOPLE}",
        f"tree {A}\nparent {B}\ntree {B}\n{PEOPLE}",
        f"tree {A}\nparent {B.upper()}\n{PEOPLE}",
        f"tree {A}\nparent {B} \n{PEOPLE}",
        f"tree {A}\nparent {B}\nparent {C[:39]}\n{PEOPLE}",
        f"tree {A}\nparent  {B}\n{PEOPLE}",
        f"tree {A:0<64}\nparent {B:0<64}\n{PEOPLE}",
    ],
)
def test_a_start_that_two_readers_could_follow_differently(raw: str) -> None:
    with pytest.raises(MalformedObject):
        parents_of(raw.encode(), ObjectFormat.SHA1)
