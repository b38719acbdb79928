"""Rules that cannot mean what they say: demands on what their refs never hold, or that nobody could meet.

Each is an error with its line. What is only doubtful is a warning, in `gitsig.policy.review`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gitsig.policy.fields import Table
from gitsig.policy.lists import TAGS
from gitsig.policy.types import ObjectKind, Require, Rule, Signer

__all__ = ["may_sign", "possible_kinds", "refuse_contradictions", "refuse_faults", "says_nothing_in_common"]

_HEADS = "refs/heads/"
_COMMITS = frozenset({ObjectKind.COMMIT, ObjectKind.MERGE})
_TAG = frozenset({ObjectKind.TAG})
_MERGE = frozenset({ObjectKind.MERGE})
_ANY = frozenset(ObjectKind)


def possible_kinds(rule: Rule) -> frozenset[ObjectKind]:
    """Kinds of object that the rule can speak of at all."""
    kinds = rule.kinds or _ANY
    if all(pattern.startswith(TAGS) for pattern in rule.refs):
        return kinds & _TAG
    if rule.paths or all(pattern.startswith(_HEADS) for pattern in rule.refs):
        kinds &= _COMMITS
    return kinds - {ObjectKind.COMMIT} if rule.require is Require.MERGES else kinds


def may_sign(names: Collection[str], signers: Mapping[str, Signer], kinds: frozenset[ObjectKind]) -> list[str]:
    """Those of `names` who may sign an object of one of `kinds`."""
    return sorted(name for name in names if not signers[name].only or signers[name].only & kinds)


def says_nothing_in_common(one: Rule, other: Rule) -> bool:
    """Whether both name signers and no signer is named by both."""
    return one.signers is not None and other.signers is not None and not one.signers & other.signers


def refuse_contradictions(tables: Sequence[Table], rules: Sequence[Rule]) -> None:
    """Raise PolicyFault for two rules on the very same objects that no signer can satisfy both."""
    alike: dict[object, dict[frozenset[str] | None, Rule]] = {}
    for table, rule in zip(tables, rules, strict=True):
        if rule.require is not Require.EVERY_COMMIT or rule.paths:
            continue
        earlier = alike.setdefault((frozenset(rule.refs), rule.kinds), {})
        for one in earlier.values():
            if says_nothing_in_common(one, rule):
                what = f"rules {one.number} and {rule.number} speak of the same objects and have no signer in common"
                table.fault("signers", what, "nobody could pass both: join them, or let them share a signer")
        earlier.setdefault(rule.signers, rule)


def refuse_faults(table: Table, rule: Rule, signers: Mapping[str, Signer], *, closed: bool) -> None:
    """Raise PolicyFault for a demand of one rule that its refs, kinds or signers make void or impossible."""
    _refuse_misplaced(table, rule)
    _refuse_kinds(table, rule)
    if rule.paths and rule.require is Require.TIP:
        what = "paths ask each commit what it changes, and this require asks none but the last of a push"
        table.fault("require", what, 'with paths leave require out, or write "first-parent"')
    everybody = signers.keys() if closed else None
    if rule.two_person:
        _refuse_lonely(table, rule, signers, everybody)
    allowed = everybody if rule.signers is None else rule.signers
    if rule.threshold > 1 and allowed is not None:
        able = may_sign(allowed, signers, _TAG)
        if len(able) < rule.threshold:
            what = (
                f"threshold {rule.threshold}, and only {len(able)} may sign tags there ({', '.join(able) or 'nobody'})"
            )
            table.fault("threshold", what, "lower it, or name more signers")


def _refuse_misplaced(table: Table, rule: Rule) -> None:
    on_tags = [pattern for pattern in rule.refs if pattern.startswith(TAGS)]
    if rule.threshold > 1 and len(on_tags) < len(rule.refs):
        what = "threshold counts signed tags, and not all refs of the rule are under refs/tags/"
        table.fault("threshold", what, "write a rule for the tags alone")
    if rule.approvals and rule.threshold == 1:
        table.fault("approvals", "approvals count towards a threshold, and there is none", "write threshold = 2")
    for key in ("paths", "two-person", "clean-merges", "no-octopus", "tree-sha512", "behind", "exempt"):
        if table.value(key) and len(on_tags) == len(rule.refs):
            what = f"{key!r} speaks of commits, and rules for refs/tags/ speak of tag objects"
            table.fault(key, what, "write it into a rule for branches")
    for key in ("no-rewind", "no-delete", "immutable"):
        if table.value(key) and (rule.paths or rule.kinds):
            what = f"{key!r} speaks of pushes, and a rule with paths or kinds of single objects"
            table.fault(key, what, "write it into a rule of its own")


def _refuse_kinds(table: Table, rule: Rule) -> None:
    """`kinds` that leave a rule, or one of its demands, with nothing to speak of."""
    words = " or ".join(sorted(rule.kinds))
    kinds = possible_kinds(rule)
    if not kinds:
        table.fault("kinds", f"the rule can never meet a {words}", "mend kinds, or the rule's refs, paths or require")
    needs = {
        "clean-merges": (rule.clean_merges, _MERGE),
        "no-octopus": (rule.no_octopus, _MERGE),
        "tree-sha512": (rule.tree_sha512, _COMMITS),
        "threshold": (rule.threshold > 1, _TAG),
    }
    for key, (demanded, wanted) in needs.items():
        if demanded and not kinds & wanted:
            what = f"{key!r} demands something of a {' or '.join(sorted(wanted))}, and kinds has only {words}"
            table.fault("kinds", what, "name that kind too, or leave kinds out")


def _refuse_lonely(table: Table, rule: Rule, signers: Mapping[str, Signer], everybody: Collection[str] | None) -> None:
    if rule.require is not Require.EVERY_COMMIT:
        what = "two-person asks how each commit came to the ref, and require leaves some out"
        table.fault("require", what, 'write require = "every-commit", or leave it out')
    if rule.kinds and not rule.kinds >= _COMMITS:
        what = "two-person speaks of commits and merges alike: a change could pass as the kind that is left out"
        table.fault("kinds", what, "leave kinds out")
    authors = everybody if rule.signers is None else rule.signers
    # a clean merge changes no path itself, so a rule with paths does not speak of it and anybody may sign it
    mergers = everybody if rule.paths else authors
    if authors is None or mergers is None:
        return
    merging = may_sign(mergers, signers, _MERGE)
    making = may_sign(authors, signers, _COMMITS)
    able = sorted({*merging, *making})
    if not merging or not making or len(able) == 1:
        two = "one who may sign commits and another who may sign merges"
        what = f"two-person needs {two}, and there is {', '.join(able) or 'nobody'}"
        table.fault("two-person", what, "name more signers")
