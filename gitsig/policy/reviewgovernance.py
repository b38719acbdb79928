"""`[governance]` that does less than it seems: what judges nobody beside a root, and who may change it without one."""

from __future__ import annotations

from collections.abc import Iterator

from gitsig.policy.paths import touched
from gitsig.policy.types import Policy, Rule

__all__ = ["review_alone", "review_anchor"]

_OWN = (b".gitsig/policy.toml", b".gitsig/keys/anybody.asc")
"""Whoever changes a key file decides who may sign as well."""


def review_anchor(policy: Policy) -> Iterator[str]:
    """A warning where the policy that names the root says who may sign: the policies in the trees do."""
    governance = policy.governance
    if governance is None or governance.root is None or not _asks_of_commits(policy):
        return
    yield (
        "an anchor's signers, and what its rules ask of commits, judge no commit: the policies in the trees do; "
        "only how its rules let refs move counts"
    )


def review_alone(policy: Policy) -> Iterator[str]:
    """A warning about a policy that judges by itself. One in a tree under governance needs no root."""
    governance = policy.governance
    if governance is None or governance.root is not None or any(_guards_itself(rule) for rule in policy.rules):
        return
    yield (
        "the policy names who may change it, but judges alone without a root, and then anybody whom it lists may: "
        "guard .gitsig/** by a path rule, or name a root in a policy outside the repository"
    )


def _guards_itself(rule: Rule) -> bool:
    return rule.signers is not None and list(touched(rule.paths, _OWN)) == list(_OWN)


def _asks_of_commits(policy: Policy) -> bool:
    asks = any(_without_moves(rule) != Rule(0, ()) for rule in policy.rules)
    return asks or bool(policy.signers) or policy.allowed_signers is not None


def _without_moves(rule: Rule) -> Rule:
    return rule._replace(number=0, refs=(), no_rewind=False, no_delete=False, immutable=False)
