"""What a story is: data, and a loop over its steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.vectors.stories.scene import ACCEPTED, Scene

__all__ = ["AttackStory", "Step"]


class Step(NamedTuple):
    """Something that somebody does."""

    words: str
    """Who does what, for a failed test's message."""
    act: Callable[[Any], str]
    """Do it, and say what it came to; an empty text where nothing is judged."""
    expect: str = ""
    """`accepted`; the reasons of what is refused, sorted, with ` + ` between them; `error` where nothing could be
    judged (a doorway ends with exit code 2 or 3). Of git: `accepts`, `refuses`, `does not look`."""
    of_git: bool = False
    """Plain git is asked, for comparison."""


class AttackStory(NamedTuple):
    """One attack, told step by step."""

    id: str
    """Begins with the attack's id in lower case."""
    attack: str
    title: str
    why: str
    """One sentence: what is gained if it works, or why it does not."""
    reference: str
    """A manual page, an RFC's section, an advisory, or what another tool got wrong."""
    steps: tuple[Step, ...]
    served: bool = False
    """The pushes are real ones, to a server with gitsig's pre-receive hook; otherwise the library judges them."""

    @property
    def verdict(self) -> str:
        """What the attack gets: the last refusal of the story; `accepted` where honest work must pass."""
        ours = [step.expect for step in self.steps if step.expect and not step.of_git]
        return next((expect for expect in reversed(ours) if expect != ACCEPTED), ACCEPTED)

    @property
    def git(self) -> str:
        """What plain git does, as the last step that asks it says."""
        return next((step.expect for step in reversed(self.steps) if step.of_git), "")

    def tell(self, scene: Scene) -> None:
        """Let it happen. Raises AssertionError at the first step that comes to something else."""
        for number, step in enumerate(self.steps, 1):
            came = step.act(scene)
            assert came == step.expect, f"{self.id}, step {number}, {step.words}: {came}, not {step.expect}"
