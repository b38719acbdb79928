"""Rules, seals and governance that are valid and doubtful: what nobody can pass, or what passes more than it seems."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from gitsig.policy.patterns import overlap, ref_matcher
from gitsig.policy.rulefaults import may_sign, possible_kinds, says_nothing_in_common
from gitsig.policy.types import FidoDemand, ObjectKind, Policy, Require, Rule, Seals

__all__ = ["review_governance", "review_refs", "review_rules", "review_signers"]

_COMPARED = 200
"""Rules that are compared with each other: pairs grow with the square."""
_CHANGING = frozenset({ObjectKind.COMMIT, ObjectKind.MERGE})
_BLIND = (Require.MERGES, Require.TIP)
"""What leaves commits of a first-parent line unjudged."""
_FORGE = frozenset({ObjectKind.MERGE})
_USUAL_SEAL_TAGS = Seals(frozenset()).tags


def review_rules(policy: Policy) -> Iterator[str]:
    """Warnings about single rules, and about pairs of them."""
    for rule in policy.rules:
        for pattern in (*rule.refs, *rule.approvals):
            if _unguarded(pattern, policy):
                yield f"rule {rule.number}: {pattern!r} lies outside the refs of [defaults], so nothing there is judged"
        if not _demands(rule):
            yield (
                f"rule {rule.number} demands nothing: give it signers, fido, two-person, a threshold, clean-merges, "
                "tree-sha512, no-rewind, no-delete or immutable"
            )
        yield from _signers_of(rule, policy)
    if len(policy.rules) > _COMPARED:
        yield f"only the first {_COMPARED} rules were compared with each other"
    for one, other in combinations(policy.rules[:_COMPARED], 2):
        if _at_odds(one, other):
            yield f"rules {one.number} and {other.number} share no signer: nobody passes where both speak of one object"


def review_refs(policy: Policy) -> Iterator[str]:
    """Warnings about refs that are let pass."""
    for pattern in policy.defaults.except_refs:
        if _unguarded(pattern, policy):
            yield f"except-refs: {pattern!r} lies outside refs, so it changes nothing"


def review_signers(policy: Policy) -> Iterator[str]:
    """Warnings about signers who can never pass, and about confined ones who can do more than it seems."""
    unneeded = _named_nowhere(policy)
    for name, signer in policy.signers.items():
        if name in unneeded:
            yield f"signer {name!r} can never pass: rules name signers for every guarded ref, and nowhere this one"
        if signer.paths and (not signer.only or ObjectKind.TAG in signer.only):
            yield f"signer {name!r} is confined to paths, which says nothing of tags: write only as well"
        if signer.paths and policy.defaults.require in _BLIND:
            yield (
                f'signer {name!r} is confined to paths, but [defaults] require = "{policy.defaults.require}" lets '
                "commits pass unjudged, whatever they change"
            )


def review_governance(policy: Policy) -> Iterator[str]:
    """Warnings about `[history] seals` and `[governance]`."""
    if policy.seals is not None:
        for pattern in policy.seals.tags:
            if pattern not in _USUAL_SEAL_TAGS and _unguarded(pattern, policy):
                yield f"seal-tags: {pattern!r} lies outside the refs of [defaults], so nothing there is judged"
    governance = policy.governance
    if governance is not None and governance.root is None and not governance.signers:
        yield "[governance] names no signers, so nobody may change the policy"


def _unguarded(pattern: str, policy: Policy) -> bool:
    return not any(overlap(pattern, default) for default in policy.defaults.refs)


def _demands(rule: Rule) -> bool:
    flags = rule.no_rewind or rule.no_delete or rule.immutable
    objects = rule.two_person or rule.clean_merges or rule.no_octopus or rule.tree_sha512 or rule.threshold > 1
    return flags or objects or rule.signers is not None or rule.fido is not FidoDemand.ANY


def _signers_of(rule: Rule, policy: Policy) -> Iterator[str]:
    kinds = possible_kinds(rule)
    if rule.signers and not may_sign(rule.signers, policy.signers, kinds):
        yield f"rule {rule.number}: none of its signers may sign a {' or a '.join(sorted(kinds))}, by their only"
    unseen = _CHANGING - kinds if rule.paths else ()
    if unseen:
        other, why = " or ".join(sorted(unseen)), "kinds" if rule.kinds else "require"
        yield f"rule {rule.number}: by its {why}, it does not see what a {other} does to its paths"
    mergers = policy.signers if rule.signers is None or rule.paths else rule.signers
    forges = sorted(name for name in mergers if policy.signers[name].only == _FORGE)
    if rule.two_person and forges:
        yield (
            f"rule {rule.number}: a merge that {', '.join(forges)} signed counts as the second person's, "
            "also where the forge merged for the author himself"
        )


def _at_odds(one: Rule, other: Rule) -> bool:
    """Whether some object may be spoken of by both, and no signer is named by both."""
    if not says_nothing_in_common(one, other) or not possible_kinds(one) & possible_kinds(other):
        return False
    if not any(overlap(pattern, second) for pattern in one.refs for second in other.refs):
        return False
    if one.paths and other.paths:
        return bool(set(one.paths) & set(other.paths))
    # what one asks of the line's commits, another may ask of those that clean merges bring to it
    by_merges = (one.paths and one.require is Require.EVERY_COMMIT) or (
        other.paths and other.require is Require.EVERY_COMMIT
    )
    return one.require is other.require or not by_merges


def _named_nowhere(policy: Policy) -> frozenset[str]:
    """Signers whom no rule, seal or governance names although rules that name signers guard everything."""
    whole = [rule for rule in policy.rules if _on_everything(rule)]
    if not whole or not all(_covered(pattern, whole) for pattern in policy.defaults.refs):
        return frozenset()
    named = frozenset[str]().union(*(rule.signers for rule in policy.rules if rule.signers is not None))
    named |= policy.seals.signers if policy.seals is not None else frozenset()
    named |= policy.governance.signers if policy.governance is not None else frozenset()
    return frozenset(policy.signers) - named


def _on_everything(rule: Rule) -> bool:
    """Whether the rule names signers for every object of its refs."""
    whole = rule.require is Require.EVERY_COMMIT and not rule.paths and not rule.kinds
    return whole and rule.signers is not None


def _covered(pattern: str, rules: list[Rule]) -> bool:
    """Whether everything that `pattern` matches is matched by one pattern of `rules`: only what is certain."""
    refs = [ref for rule in rules for ref in rule.refs if "?" not in ref]
    return any(ref_matcher((ref,)).fullmatch(pattern) is not None for ref in refs)
