"""What the judge is asked: one object with all that is known of it."""

from __future__ import annotations

from typing import NamedTuple

from gitsig.model import Evidence, KeyFacts, KeyOwner, SignedObject
from gitsig.policy.types import Policy, Rule, Signer

__all__ = ["NOT_ASKED", "Arrival", "Case", "Question", "Surroundings"]


class Arrival(NamedTuple):
    """How a commit came to the ref whose rule wants two persons."""

    merge: str | None
    """The first-parent commit of the ref that brought it; None for one that is itself on the first-parent line."""
    signer: str | None = None
    """Who signed `merge`, if its own signature was verified for a signer of the policy."""


class Surroundings(NamedTuple):
    """What rules ask of a commit or tag beyond its own bytes. A fact that nobody asked for is None."""

    changed: tuple[bytes, ...] | None = None
    """Paths that the commit itself changes, sorted: of one with a parent or none every difference; of a merge what
    differs from what merging its parents gives.
    """
    brought: tuple[bytes, ...] | None = None
    """Paths in which the commit differs from its first parent, sorted."""
    arrival: Arrival | None = None
    cosigners: frozenset[str] | None = None
    """Signers, this tag's own among them or not, of accepted tags that lead to the same commit."""
    tree_sha512: bool | None = None
    """Whether the message has the right Tree-SHA512."""
    remade: bool = False
    """Whether git, merging the two parents of a merge anew, comes to its very tree. Looked for only where a rule wants
    a clean merge, whatever its paths, and `changed` speaks against it: git follows renames, which `changed` must not.
    """
    fault: str = ""
    """Why a fact that a rule asks for could not be found, in words; the object is then not accepted."""


NOT_ASKED = Surroundings()


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
    surroundings: Surroundings = NOT_ASKED


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
