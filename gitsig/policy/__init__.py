"""Who may sign what, and the judgement of one object: pure, without disk, clock or process."""

from __future__ import annotations

from gitsig.policy.judge import Check, Question, examine_checks, judge
from gitsig.policy.patterns import REPLACE_REFS, is_replace_ref, matches_principals
from gitsig.policy.question import Arrival, Surroundings
from gitsig.policy.schema import parse_policy
from gitsig.policy.types import (
    KNOWN_DIGESTS,
    WEAK_DIGESTS,
    Defaults,
    Exemption,
    FidoDemand,
    FileSpec,
    Governance,
    Identity,
    ObjectKind,
    Parents,
    Policy,
    Require,
    Rule,
    Seals,
    SelfSignatures,
    Signer,
    Tags,
)

__all__ = [
    "KNOWN_DIGESTS",
    "REPLACE_REFS",
    "WEAK_DIGESTS",
    "Arrival",
    "Check",
    "Defaults",
    "Exemption",
    "FidoDemand",
    "FileSpec",
    "Governance",
    "Identity",
    "ObjectKind",
    "Parents",
    "Policy",
    "Question",
    "Require",
    "Rule",
    "Seals",
    "SelfSignatures",
    "Signer",
    "Surroundings",
    "Tags",
    "examine_checks",
    "is_replace_ref",
    "judge",
    "matches_principals",
    "parse_policy",
]
