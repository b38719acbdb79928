"""Which commits a pushed tip brings to a ref, rule by rule: what no ref that the same rule guards has had before.

A commit counts as known for a rule, or for `[defaults]`, only if a ref that this rule guards reaches it. Commits parked
on an unguarded ref, or on one with laxer rules, are new when a guarded ref comes to them (R4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gitsig.engine.firstparents import new_first_parents
from gitsig.engine.jobs import Job
from gitsig.engine.landing import read_symbolic
from gitsig.engine.lines import Line
from gitsig.engine.plan import missing_words
from gitsig.engine.scope import Scope, Selection, Selector, commit_jobs
from gitsig.engine.seals import Sealer
from gitsig.engine.tips import TAGS
from gitsig.errors import ObjectFault
from gitsig.policy import Policy, Require, Rule
from gitsig.policy.types import FidoDemand
from gitsig.store import peel
from gitsig.store.directories import common_dir
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineages

__all__ = ["Known", "Novelty"]


class Known:
    """What the refs vouch for."""

    def __init__(self, store: Store, policy: Policy, refs: Iterable[tuple[str, str]]) -> None:
        self._store = store
        self._top = common_dir(store.git_dir)
        self._refs = {ref: oid for ref, oid in refs if policy.guards(ref)}
        self._head = store.head()[0]
        self._all: dict[int, frozenset[str]] = {}
        self._peeled: dict[str, str | None] = {}

    def near(self, ref: str, rule: Rule | None) -> frozenset[str]:
        """Where `ref` itself and the default branch stand, as far as `rule` guards them (None: `[defaults]`)."""
        return self._commits(rule, (ref, self._head or ""))

    def all(self, rule: Rule | None) -> frozenset[str]:
        """Where all refs stand that `rule` guards."""
        index = rule.number if rule is not None else 0
        if index not in self._all:
            self._all[index] = self._commits(rule, self._refs)
        return self._all[index]

    def commit(self, oid: str) -> str | None:
        """The commit at the end of `oid`; None where there is none that can be read."""
        if oid not in self._peeled:
            try:
                self._peeled[oid] = peel(self._store, oid, "commit").oid
            except ObjectFault:
                self._peeled[oid] = None
        return self._peeled[oid]

    def _commits(self, rule: Rule | None, names: Iterable[str]) -> frozenset[str]:
        # A symbolic ref is moved under another name, to which other rules may apply: it vouches for nothing itself.
        tips = (
            self.commit(self._refs[ref])
            for ref in names
            if ref in self._refs
            and (rule is None or (not ref.startswith(TAGS) and rule.matches(ref)))
            and read_symbolic(self._top, ref) is None
        )
        return frozenset(tip for tip in tips if tip is not None)


class Novelty:
    """What one tip brings to one ref, first in a quick view and then exactly.

    The quick view asks two refs only, and may hold commits that others vouch for; it never holds too few. Reading where
    ten thousand tags stand costs more than judging one commit, so the exact view is for what the quick one refuses.
    """

    def __init__(self, store: Store, lineages: Lineages, policy: Policy, known: Known, ref: str, commit: str) -> None:
        self._store, self._lineages, self._policy, self._known = store, lineages, policy, known
        self._ref, self._commit = ref, commit
        self._rules = tuple(rule for rule in policy.rules_for(ref) if self._speaks(rule))

    def quick(self) -> list[Job]:
        """Every commit that must be judged, and perhaps more."""
        known = {rule: self._known.near(self._ref, rule) for rule in (None, *self._rules)}
        return list(self._jobs(self._policy._replace(trusted_roots=frozenset()), known))

    def exact(self, sealer: Sealer | None = None) -> list[Job] | None:
        """Every commit that must be judged and no other; None if the quick view is as exact.

        `sealer` finds the seals, where the policy has any.
        """
        known = {rule: self._known.all(rule) for rule in (None, *self._rules)}
        hiding = sealer is not None or bool(self._policy.trusted_roots)
        if not hiding and all(self._known.near(self._ref, rule) == known[rule] for rule in known):
            return None
        return list(self._jobs(self._policy, known, sealer))

    def _speaks(self, rule: Rule) -> bool:
        """Whether a rule can change what is judged here, or how."""
        if self._ref.startswith(TAGS):
            return False
        whole = self._policy.defaults.require is Require.EVERY_COMMIT
        changes_more = rule.two_person or rule.clean_merges or rule.tree_sha512 or rule.no_octopus
        return not whole or rule.signers is not None or rule.fido is not FidoDemand.ANY or changes_more

    def _jobs(
        self, policy: Policy, known: Mapping[Rule | None, frozenset[str]], sealer: Sealer | None = None
    ) -> Iterator[Job]:
        selector = Selector(self._store, self._lineages, policy)
        selections, scopes = self._views(selector, policy, known)
        if sealer is not None:
            extended = self._extended(selector, sealer, policy, known, selections, scopes)
            selections, scopes = self._views(extended, policy, known)
        chosen: Iterable[str] = selections[0].commits
        several = any(each is not selections[0] for each in selections)
        if policy.defaults.require is not Require.EVERY_COMMIT or several:
            chosen = dict.fromkeys(oid for selection in selections for oid in selection.commits)
        yield from commit_jobs(chosen, scopes)
        lost = {each.oid: each for selection in selections for each in selection.missing}
        for each in lost.values():
            yield Job(each.oid, "commit", missing=missing_words(each))

    def _extended(
        self,
        selector: Selector,
        sealer: Sealer,
        policy: Policy,
        known: Mapping[Rule | None, frozenset[str]],
        selections: Sequence[Selection],
        scopes: Sequence[Scope],
    ) -> Selector:
        """`selector`, to which what is sealed is hidden as well."""
        searched = set()
        for rule, selection in zip((None, *self._rules), selections, strict=True):
            exclude = tuple(sorted(known[rule]))
            require = policy.defaults.require if rule is None else rule.require
            if require is Require.FIRST_PARENT and selection.commits:
                # What is new to the line may be known besides, and so may the seals over it.
                exclude = selector.parents(selection.commits[0])
            if exclude not in searched:
                searched.add(exclude)
                selector = sealer.extend(selector, [self._commit], exclude, scopes)
        return selector

    def _views(
        self, selector: Selector, policy: Policy, known: Mapping[Rule | None, frozenset[str]]
    ) -> tuple[list[Selection], list[Scope]]:
        """What is new for [defaults], and for each rule; and what the rules speak of."""
        views: dict[tuple[Require | None, frozenset[str], frozenset[str]], tuple[Selection, tuple[Line, ...]]] = {}
        selections, lines = [], []
        for rule in (None, *self._rules):
            require = policy.defaults.require if rule is None else rule.require
            lined = rule is not None and rule.two_person
            behind = frozenset[str]() if rule is None else rule.behind
            view = (None if lined else require, known[rule], behind)
            if view not in views:
                tips = sorted(known[rule])
                whole, way = (
                    selector.since(self._commit, tips) if lined else (self._select(selector, require, tips), ())
                )
                views[view] = selector.not_behind(whole, self._commit, behind), way
            selections.append(views[view][0])
            lines.append(views[view][1])
        found = zip(self._rules, selections[1:], lines[1:], strict=True)
        return selections, [Scope(rule, selection.scope(), own) for rule, selection, own in found]

    def _select(self, selector: Selector, require: Require, known: Sequence[str]) -> Selection:
        if require is Require.TIP:
            # Being reached by a known tip is not enough: as a tip it was not judged.
            wanted = [] if self._commit in known or selector.is_behind_root(self._commit) else [self._commit]
            return Selection(wanted, ())
        if require is not Require.FIRST_PARENT:
            return selector.select(require, [self._commit], known)
        commits, missing = new_first_parents(self._store, self._commit, known)
        if not commits or not selector.roots:
            return Selection(commits, missing)
        judged = selector.select(require, [self._commit]).scope()
        return Selection([oid for oid in commits if oid in judged], missing)
