"""One loop over all stories: each step must come to what the story says, of gitsig and of plain git."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.support.story import Story
from tests.vectors.stories.keyrings import Keyrings
from tests.vectors.stories.scene import Scene, ServedScene
from tests.vectors.stories.table import STORIES, rows
from tests.vectors.stories.telling import AttackStory

FAMILIES = ("S7", *(f"R{number}" for number in (*range(1, 9), *range(11, 16))), "K5", "K7", "K11", "K12", "K18", "K19")


@pytest.mark.parametrize("told", STORIES, ids=lambda each: each.id)
def test_a_story(
    told: AttackStory, story: Callable[..., Story], keyrings: Keyrings, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = ServedScene if told.served else Scene
    told.tell(kind(story(), keyrings, monkeypatch))


def test_every_family_has_variants() -> None:
    counts = Counter(each.attack for each in STORIES)
    assert {family: counts[family] for family in FAMILIES if counts[family] < 2} == {}


def test_stories_have_names_of_their_own_and_say_what_they_are_about() -> None:
    assert len({each.id for each in STORIES}) == len(STORIES)
    for each in STORIES:
        assert each.id.startswith(f"{each.attack.lower()}-"), each.id
        assert each.why.endswith("."), each.id
        assert each.reference, each.id
        assert any(step.expect and not step.of_git for step in each.steps), each.id


def test_the_table_is_that_of_the_stories() -> None:
    assert [row[0] for row in rows()] == [each.id for each in STORIES]
    assert {row[4] for row in rows()} <= {"accepts", "refuses", "does not look"}
