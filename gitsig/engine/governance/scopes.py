"""Which rules of a law speak of a commit, by the refs for which it is judged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from gitsig.engine.jobs import Job
from gitsig.engine.lines import Line, Ways
from gitsig.engine.plan import rules_commits
from gitsig.engine.scope import Selector
from gitsig.policy import Require, Rule

__all__ = ["Aim", "Scopes"]


class Aim(NamedTuple):
    """A commit that is judged, with what is behind it, for a ref."""

    ref: str | None
    """None: no rule holds it."""
    commit: str
    end: str | None = None
    """Where the first-parent line of the ref ends that brings it, if not at `commit`."""


class Scopes:
    """The commits of which rules speak. Laws change, but the refs of their rules hardly do: each set is found once."""

    def __init__(self, selector: Selector, aims: Iterable[Aim]) -> None:
        self._selector = selector
        self._aims = [aim for aim in aims if rules_commits(aim.ref)]
        self._sets: dict[tuple[tuple[str, ...], Require, frozenset[str]], Collection[str]] = {}

    def with_rules(self, job: Job, rules: Iterable[Rule]) -> Job:
        """The job with those among `rules` that speak of its commit, and the ways by which it comes to their refs."""
        held = tuple(rule for rule in rules if self._holds(rule, job.oid)) if self._aims else ()
        ways = tuple(Ways(rule.number, self._lines(rule)) for rule in held if rule.two_person)
        return job._replace(rules=held, place=0, ways=ways)

    def _holds(self, rule: Rule, oid: str) -> bool:
        key = (rule.refs, rule.require, rule.behind)
        if key not in self._sets:
            own = [aim.commit for aim in self._own(rule)]
            self._sets[key] = self._selector.of_rule(rule, own).scope() if own else frozenset()
        return oid in self._sets[key]

    def _own(self, rule: Rule) -> Sequence[Aim]:
        return [aim for aim in self._aims if aim.ref is not None and rule.matches(aim.ref)]

    def _lines(self, rule: Rule) -> tuple[Line, ...]:
        return self._selector.lines([aim.end or aim.commit for aim in self._own(rule)])
