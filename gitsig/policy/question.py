"""What the judge is asked: one object with all that is known of it."""

from __future__ import annotations

from typing import NamedTuple

from gitsig.model import Evidence, KeyFacts, KeyOwner, SignedObject
from gitsig.policy.types import Policy, Rule, Signer

__all__ = ["Case", "Question"]


class Question(NamedTuple):
    """One object, its evidence, and the circumstances under which it is met."""

    oid: str
    type: str
    """`commit` or `tag`; `tree` or `blob` where a ref points at one."""
    obj: SignedObject | None
    """None if it could not be read or is outside the grammar."""
    evidence: Evidence
    key: KeyFacts | None = None
    """Of the key that `evidence.key_fingerprint` names."""
    owner: KeyOwner | None = None
    """None: the key is in no allowlist entry."""
    ref: str | None = None
    rules: tuple[Rule, ...] = ()
    """The rules whose scope holds this object."""
    new: bool = False
    """Whether the object is only now coming in, so that its key must be valid now as well."""
    target_lies: str = ""
    """In words, if the tag's target is not of the type that the tag says."""
    ref_tag_name: bytes | None = None
    """The name that the ref under `refs/tags/` gives; None where no such ref is at hand."""


class Case:
    """A question with the law and the time to judge it by; what every check is given. Not changed once made."""

    __slots__ = ("evidence", "key", "now", "owner", "policy", "question", "signer")

    def __init__(self, policy: Policy, question: Question, signer: Signer | None, now: int) -> None:
        self.policy = policy
        self.question = question
        self.evidence: Evidence = question.evidence
        self.key: KeyFacts | None = question.key
        self.owner: KeyOwner | None = question.owner
        self.signer = signer
        """The owner's entry in the policy."""
        self.now = now
        """Unix seconds."""
