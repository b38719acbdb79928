"""What rules ask of an object beyond its own bytes: the paths that it changes, how it came to its refs, who cosigned.

Only what `demands` names is looked for, and nothing at all where no rule and no signer of the policy asks. A fact that
could not be found is told as a fault, which refuses; never as an empty list.

A question has room for one arrival and one set of cosigners, but rules may see different ones: two refs that took in a
commit by different merges, two rules with different approvals. Then each is put as a question of its own, with the
demand only in the rules that it belongs to, and the first that is refused stands for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from gitsig.engine.cosigners import Cosigners, without_threshold
from gitsig.engine.examine import Examined
from gitsig.engine.jobs import Job
from gitsig.engine.lines import Ways
from gitsig.engine.tips import tip_of
from gitsig.errors import EnvironmentFault, GitsigError, ObjectFault
from gitsig.keys.store import KeyStore
from gitsig.model import Outcome, RefUpdate, SignedObject
from gitsig.objects import parse
from gitsig.policy import Arrival, Policy, Question, Rule, Surroundings, judge
from gitsig.policy.demands import Demands, demands, kind_of
from gitsig.store.interface import Store
from gitsig.store.lineages import Lineages

if TYPE_CHECKING:
    from gitsig.store.changes import Changes

__all__ = ["Finder", "asks"]

_REMEMBERED = 4096
"""Signers of merges that are kept in mind."""
_SHA512_LINE = b"Tree-SHA512: "


def asks(policy: Policy) -> bool:
    """Whether anything in the policy asks for more than objects themselves hold."""
    return any(signer.paths for signer in policy.signers.values()) or any(
        rule.paths or rule.two_person or rule.threshold > 1 or rule.clean_merges or rule.tree_sha512
        for rule in policy.rules
    )


class Finder:
    """Finds out what the rules of one policy ask about the objects of one repository."""

    def __init__(
        self,
        store: Store,
        lineages: Lineages,
        policy: Policy,
        keys: KeyStore,
        now: int,
        *,
        examine: Callable[[str], Examined],
        ask: Callable[[Job, bool], Question],
    ) -> None:
        """`examine` gives what is true of any object, `ask` the question that a job is, as new or as history."""
        self._store, self._policy, self._keys, self._now = store, policy, keys, now
        self._examine, self._ask = examine, ask
        self._lineages = lineages
        self._made: Changes | None = None
        self._cosigners = Cosigners(store, policy, now, ask)
        self._merges: dict[str, str | None] = {}

    def expect(self, updates: Sequence[RefUpdate]) -> None:
        """Take the refs as these updates would leave them."""
        self._cosigners = Cosigners(self._store, self._policy, self._now, self._ask, updates)

    def complete(self, question: Question, ways: Iterable[Ways] = ()) -> Question:
        """The question with the facts that its rules and its signer ask for; `ways` are the job's. Never raises."""
        obj = question.obj
        if obj is None:
            return question
        signer = None if question.owner is None else self._policy.signers.get(question.owner.signer)
        require = self._policy.defaults.require
        wanted = demands(question.rules, signer, kind_of(obj), oid=obj.oid, require=require)
        if not any(wanted):
            return question
        try:
            facts = self._facts(obj, wanted)
            views = self._views(question, wanted, facts, ways)
        except GitsigError as fault:
            return question._replace(surroundings=Surroundings(fault=fault.diagnostics()))
        return self._worst(views)

    @property
    def _changes(self) -> Changes:
        if self._made is None:
            from gitsig.store.changes import Changes

            self._made = Changes(self._store, self._lineages)
        return self._made

    def _facts(self, obj: SignedObject, wanted: Demands) -> Surroundings:
        """What is the same for every rule."""
        changed = self._changes.changed_paths(obj.oid) if wanted.changed else None
        return Surroundings(
            changed=changed,
            brought=self._changes.brought_paths(obj.oid) if wanted.brought else None,
            tree_sha512=self._names_its_tree(obj) if wanted.tree_sha512 else None,
            remade=bool(changed) and wanted.remade and self._changes.is_remade(obj.oid),
        )

    def _views(self, question: Question, wanted: Demands, facts: Surroundings, ways: Iterable[Ways]) -> list[Question]:
        """One question for all rules, or one for those that see the same arrival or the same cosigners."""
        if wanted.arrival:
            arrivals: dict[Arrival, set[int]] = {}
            for number, arrival in self._arrivals(question, ways):
                arrivals.setdefault(arrival, set()).add(number)
            return [
                _only(question, facts._replace(arrival=arrival), numbers, _without_two_person)
                for arrival, numbers in arrivals.items()
            ]
        if wanted.cosigners:
            cosigned: dict[frozenset[str], set[int]] = {}
            for number, names in self._cosigned(question):
                cosigned.setdefault(names, set()).add(number)
            return [
                _only(question, facts._replace(cosigners=names), numbers, without_threshold)
                for names, numbers in cosigned.items()
            ]
        return [question._replace(surroundings=facts)]

    def _worst(self, views: Sequence[Question]) -> Question:
        for view in views[:-1]:
            if not judge(self._policy, view, self._now).accepted:
                return view
        return views[-1]

    def _arrivals(self, question: Question, ways: Iterable[Ways]) -> Iterator[tuple[int, Arrival]]:
        oid = question.oid
        lines = {each.rule: each.lines for each in ways}
        for rule in _speaking(question):
            if not rule.two_person:
                continue
            found = {bringer for line in lines.get(rule.number, ()) if (bringer := line.bringer(oid)) is not None}
            if not found:
                what = f"nothing says how this comes to a ref of rule {rule.number}, which wants two persons"
                raise ObjectFault(what, where=oid)
            for bringer in sorted(found):
                yield rule.number, Arrival(None) if bringer == oid else Arrival(bringer, self._merger(bringer))

    def _merger(self, merge: str) -> str | None:
        """Who signed a merge; None where nobody that the policy knows did."""
        if merge not in self._merges:
            if len(self._merges) >= _REMEMBERED:
                self._merges.clear()
            self._merges[merge] = self._signer(merge)
        return self._merges[merge]

    def _signer(self, merge: str) -> str | None:
        evidence = self._examine(merge).evidence
        if evidence.outcome is Outcome.ERROR:
            raise EnvironmentFault(evidence.detail or "the signature could not be checked", where=merge)
        owner = self._keys.owner(evidence) if evidence.outcome is Outcome.VERIFIED else None
        return owner.signer if owner is not None and owner.signer in self._policy.signers else None

    def _cosigned(self, question: Question) -> Iterator[tuple[int, frozenset[str]]]:
        commit = tip_of(self._store, self._policy, question.oid, None).commit
        for rule in _speaking(question):
            if rule.threshold > 1:
                yield rule.number, frozenset() if commit is None else self._cosigners.of(rule, commit)

    def _names_its_tree(self, obj: SignedObject) -> bool:
        """Whether a line of the message is the right Tree-SHA512, as Bitcoin Core's verify-commits.py looks for it."""
        # The message is not among what the evidence cache keeps.
        payload = parse(*self._store.read(obj.oid), obj.oid, obj.object_format).payload
        lines = [line for line in payload.partition(b"\n\n")[2].split(b"\n") if line.startswith(_SHA512_LINE)]
        return bool(lines) and _SHA512_LINE + self._changes.tree_sha512(obj.oid).encode() in lines


def _speaking(question: Question) -> list[Rule]:
    """The rules that may speak of this object, as `demands` counts them."""
    obj = question.obj
    if obj is None:
        return []
    kind = kind_of(obj)
    return [rule for rule in question.rules if (not rule.kinds or kind in rule.kinds) and obj.oid not in rule.exempt]


def _only(question: Question, facts: Surroundings, numbers: set[int], lighten: Callable[[Rule], Rule]) -> Question:
    """The question with the demand taken away from the rules that see other facts."""
    rules = tuple(rule if rule.number in numbers else lighten(rule) for rule in question.rules)
    return question._replace(rules=rules, surroundings=facts)


def _without_two_person(rule: Rule) -> Rule:
    return rule._replace(two_person=False)
