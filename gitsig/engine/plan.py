"""What is to be judged: targets and refs become jobs, each with the rules whose scope holds it.

`[defaults]` speak of every object; a rule of the objects that its refs and its `require` select. Nothing that a target
names is left out: what is missing is a job too, and ends as `verifier_error`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeGuard

from gitsig.engine.arrivals import beyond, range_scope, ways_of
from gitsig.engine.jobs import Job, Plan
from gitsig.engine.scope import Scope, Selection, Selector, commit_jobs
from gitsig.engine.seals import Seal, Sealer
from gitsig.engine.tips import TAGS, Tip, all_tips, tip_of
from gitsig.errors import UsageFault
from gitsig.policy import Policy, Require, Rule
from gitsig.store.interface import Resolved, Store
from gitsig.store.lineages import Lineages
from gitsig.store.walk import Missing

__all__ = [
    "add_commits",
    "add_tips",
    "check_ref",
    "commit_of",
    "missing_words",
    "plan_audit",
    "plan_verify",
    "ref_of",
    "rules_commits",
    "split_range",
]

_REQUIRE_WORDS = {
    Require.FIRST_PARENT: "first parents only, as the policy says",
    Require.MERGES: "merges only, as the policy says",
    Require.TIP: "tips only, as the policy says",
}
_NOT_GUARDED = "the policy guards no {}, so only [defaults] were applied; --ref REF applies the rules of a ref"
_NO_RULES = "no branch is named, so only [defaults] were applied and no rule; --ref REF applies the rules of a ref"


def plan_verify(
    store: Store,
    lineages: Lineages,
    policy: Policy,
    targets: Sequence[str],
    ref: str | None,
    sealer: Sealer | None = None,
) -> Plan:
    """One commit each (REV), a tag (its tag objects, outermost first), or every commit of a range (A..B, A...B).

    `ref` is the full name of the ref to judge for; without it the rules of the ref that a target names. `sealer` finds
    the seals, where the policy has any. Raises UsageFault for what cannot be resolved.
    """
    plan = Plan()
    selector = Selector(store, lineages, policy)
    for target in targets:
        if ".." in target:
            _plan_range(plan, store, policy, selector, target, ref, sealer)
        else:
            _plan_revision(plan, store, policy, selector, target, ref, sealer)
    return plan


def plan_audit(
    store: Store,
    lineages: Lineages,
    policy: Policy,
    revs: Sequence[str],
    tips: Sequence[Tip] | None = None,
    sealer: Sealer | None = None,
) -> Plan:
    """Everything reachable from `revs`, by default from every ref that the policy guards; tags after commits.

    `tips` are `all_tips`, if they are at hand; `sealer` is as for `plan_verify`. Raises UsageFault for an unknown
    revision, or where there is nothing to audit.
    """
    plan = Plan()
    selector = Selector(store, lineages, policy)
    if tips is None:
        tips = [_tip(store, policy, rev) for rev in revs] if revs else all_tips(store, policy)
    commits = [tip.commit for tip in tips if tip.commit is not None]
    selection, scopes = _unsealed(partial(_audited, policy, tips, commits), selector, sealer, commits)
    add_commits(plan, policy, selection, [scope for scope in scopes if scope.commits is None or scope.commits])
    add_tips(plan, tips)
    return plan


_Chosen = tuple[Selection, list[Scope]]


def _audited(policy: Policy, tips: Sequence[Tip], commits: Sequence[str], selector: Selector) -> _Chosen:
    selection = selector.select(policy.defaults.require, commits)
    whole = frozenset(commits) if policy.defaults.require is Require.EVERY_COMMIT else None
    return selection, [_audit_scope(selector, rule, tips, whole) for rule in policy.rules]


def _unsealed(
    choose: Callable[[Selector], _Chosen],
    selector: Selector,
    sealer: Sealer | None,
    include: Sequence[str],
    exclude: Sequence[str] = (),
) -> _Chosen:
    """What is chosen, less what is sealed. Seals are judged by the rules as they hold without any seal."""
    chosen = choose(selector)
    if sealer is None:
        return chosen
    extended = sealer.extend(selector, include, exclude, chosen[1])
    return chosen if extended is selector else choose(extended)


def add_tips(plan: Plan, tips: Sequence[Tip]) -> None:
    """Plan the tag objects, and whatever else refs lead to that is no commit."""
    for tip in tips:
        jobs = tip.jobs if tip.lost is None else (*tip.jobs, tip.lost)
        plan.add(jobs, len(jobs))


def _tip(store: Store, policy: Policy, rev: str) -> Tip:
    found = store.resolve(rev)
    return tip_of(store, policy, found.oid, ref_of(store, rev, found))


def _audit_scope(
    selector: Selector, rule: Rule, tips: Sequence[Tip], whole: frozenset[str] | None, exclude: Sequence[str] = ()
) -> Scope:
    """The commits that a rule speaks of, less what `exclude` reaches; `whole` are the tips of all that is judged, if
    every commit is.

    A rule for refs under `refs/tags/` speaks of the tag objects alone: the release manager answers for the release,
    not for each commit in it.
    """
    own = [tip.commit for tip in tips if tip.commit is not None and rules_commits(tip.ref) and rule.matches(tip.ref)]
    lines = selector.lines(own) if rule.two_person else ()
    if rule.require is Require.EVERY_COMMIT and frozenset(own) == whole and not rule.behind:
        return Scope(rule, None, lines)
    return Scope(rule, selector.of_rule(rule, own, exclude).scope() if own else frozenset(), lines)


def rules_commits(ref: str | None) -> TypeGuard[str]:
    """Whether rules for a ref speak of the commits that it reaches."""
    return ref is not None and not ref.startswith(TAGS)


def _plan_range(
    plan: Plan,
    store: Store,
    policy: Policy,
    selector: Selector,
    target: str,
    ref: str | None,
    sealer: Sealer | None,
) -> None:
    left, right, symmetric = split_range(target)
    old, new = commit_of(store, left), commit_of(store, right)
    ref = ref or ref_of(store, right, store.resolve(right))
    ref = ref if rules_commits(ref) else None
    include, exclude = ([new, old], selector.common(old, new)) if symmetric else ([new], [old])
    rules = _rules(plan, policy, ref)
    ends = [(new, old), (old, new)] if symmetric else [(new, old)]
    choose = partial(_ranged, policy, rules, include, exclude, ends)
    selection, scopes = _unsealed(choose, selector, sealer, include, exclude)
    if not add_commits(plan, policy, selection, scopes, more=beyond(selection, scopes)):
        plan.remark(f"{target} holds no commit that is judged")


def _ranged(
    policy: Policy,
    rules: Sequence[Rule],
    include: Sequence[str],
    exclude: Sequence[str],
    ends: Sequence[tuple[str, str]],
    selector: Selector,
) -> _Chosen:
    scopes = [
        range_scope(selector, rule, ends)
        if rule.two_person
        else Scope(rule, selector.of_rule(rule, include, exclude).scope())
        for rule in rules
    ]
    return selector.select(policy.defaults.require, include, exclude), scopes


def split_range(target: str) -> tuple[str, str, bool]:
    """The ends of `A..B` or `A...B`, HEAD where one is left out, and whether it is symmetric. Raises UsageFault."""
    symmetric = "..." in target
    left, _, right = target.partition("..." if symmetric else "..")
    if ".." in right or right.startswith("."):
        raise UsageFault(f"{target!r} is no range", mend="write A..B")
    return left or "HEAD", right or "HEAD", symmetric


def commit_of(store: Store, rev: str) -> str:
    """The commit that a revision leads to. Raises UsageFault, ObjectFault."""
    return store.resolve(f"{rev}^{{commit}}").oid


def _plan_revision(
    plan: Plan,
    store: Store,
    policy: Policy,
    selector: Selector,
    target: str,
    ref: str | None,
    sealer: Sealer | None,
) -> None:
    found = store.resolve(target)
    ref = ref or ref_of(store, target, found)
    if found.oid in policy.trusted_roots or (found.type == "commit" and selector.is_behind_root(found.oid)):
        plan.remark(f"{target} is a trusted root or behind one, so it is not judged")
        return
    if sealer is not None and found.type == "commit":
        seal = _seal_over(store, policy, selector, sealer, Job(found.oid, "commit", policy.rules_for(ref or "")))
        if seal is not None:
            plan.remark(f"{target} is {seal.words}; so it is not judged")
            return
    rules = _rules(plan, policy, ref)
    if found.type == "commit" and not (ref or "").startswith(TAGS):
        merge = not rules or selector.may_be_merge(found.oid)
        held = tuple(rule for rule in rules if merge or rule.require is not Require.MERGES)
        held = tuple(rule for rule in held if not rule.behind or selector.of_rule(rule, [found.oid]).commits)
        plan.unheld += [rule for rule in rules if rule not in held]
        plan.add([Job(found.oid, "commit", held, ways=ways_of(plan, selector, found.oid, ref, held))], 1)
        return
    tip = tip_of(store, policy, found.oid, ref)
    plan.add(tip.jobs, len(tip.jobs))


def _seal_over(store: Store, policy: Policy, selector: Selector, sealer: Sealer, job: Job) -> Seal | None:
    """A seal that a commit is behind, if it needs one, among all that the guarded refs reach."""
    if not sealer.curious and sealer.accepts(job):
        return None
    tips = [tip_of(store, policy, oid, ref) for ref, oid in store.refs() if policy.guards(ref)]
    include, exclude = [tip.commit for tip in tips if tip.commit is not None], selector.parents(job.oid)
    scopes = [_audit_scope(selector, rule, tips, None, exclude) for rule in policy.rules]
    sealer.extend(selector, include, exclude, scopes)
    return sealer.over(job.oid)


def ref_of(store: Store, rev: str, found: Resolved) -> str | None:
    """The ref that a revision names; HEAD stands for its branch."""
    if rev in ("HEAD", "@"):
        return store.head()[0]
    return found.ref


def check_ref(ref: str | None) -> None:
    """Raise UsageFault unless `ref` is a full name, or None: no rule would match any other, and all would be silent."""
    if ref is not None and not ref.startswith("refs/"):
        raise UsageFault(f"{ref!r} is no full name of a ref", mend=f"write refs/heads/{ref or 'main'}")


def _rules(plan: Plan, policy: Policy, ref: str | None) -> tuple[Rule, ...]:
    if ref is None:
        if policy.rules:
            plan.remark(_NO_RULES)
        return ()
    if policy.rules and not policy.guards(ref):
        plan.remark(_NOT_GUARDED.format(ref))
    return policy.rules_for(ref)


def add_commits(
    plan: Plan, policy: Policy, selection: Selection, scopes: Sequence[Scope], *, more: bool = False
) -> int:
    """Plan a selection and what rules select besides; how many objects that makes.

    `more` tells that a rule selects more than `[defaults]` although these look at every commit.
    """
    if policy.defaults.require in _REQUIRE_WORDS:
        plan.remark(_REQUIRE_WORDS[policy.defaults.require])
    if policy.trusted_roots:
        count = len(policy.trusted_roots)
        roots = "1 trusted root and what is behind it" if count == 1 else f"{count} trusted roots and all behind them"
        plan.remark(f"not judged: {roots}")
    whole = policy.defaults.require is Require.EVERY_COMMIT
    commits = selection.commits if whole and not more else _with_scopes(selection.commits, scopes)
    plan.add(commit_jobs(commits, scopes), len(commits))
    missing = [Job(each.oid, "commit", missing=missing_words(each)) for each in selection.missing]
    plan.add(missing, len(missing))
    return len(commits) + len(missing)


def _with_scopes(commits: Sequence[str], scopes: Iterable[Scope]) -> Sequence[str]:
    """The selection, and after it what only rules speak of: `[defaults]` may look at less than a rule does."""
    chosen = frozenset(commits)
    extra = {oid for scope in scopes for oid in scope.commits or () if oid not in chosen}
    return [*commits, *sorted(extra)] if extra else commits


def missing_words(missing: Missing) -> str:
    """Why a parent could not be read, and the mend."""
    if missing.shallow:
        return f"the history is cut off here, behind {missing.child} (shallow clone); git fetch --unshallow"
    return f"the repository lacks this parent of {missing.child}; fetch it again, or see git fsck"
