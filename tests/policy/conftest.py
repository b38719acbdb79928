"""A scene that is good in every respect, and the means to spoil it one fact at a time."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from gitsig.model import (
    Evidence,
    Ident,
    KeyFacts,
    KeyOwner,
    ObjectFormat,
    ObjectType,
    Outcome,
    SignatureFormat,
    SignedObject,
    Verdict,
)
from gitsig.policy import Check, Defaults, Policy, Question, Signer, examine_checks, judge

NOW = 1_800_000_000
SIGNED = NOW - 1000
OID = "a1" * 20
KEY = "B" * 40
PRIMARY = "A" * 40


@dataclasses.dataclass(frozen=True)
class Scene:
    policy: Policy
    question: Question
    now: int = NOW

    def judge(self) -> Verdict:
        return judge(self.policy, self.question, self.now)

    def checks(self) -> tuple[Check, ...]:
        return examine_checks(self.policy, self.question, self.now)

    def having(self, **changes: Any) -> Scene:
        """A dict changes fields of that part, anything else replaces the part (or sets the question's field)."""
        policy, question = self.policy, self.question
        for part, change in changes.items():
            if part == "defaults":
                policy = policy._replace(defaults=policy.defaults._replace(**change))
            elif part == "signer":
                policy = policy._replace(signers={"ada": policy.signers["ada"]._replace(**change)})
            elif part == "policy":
                policy = policy._replace(**change)
            elif isinstance(change, dict):
                value = getattr(question, part)
                question = question._replace(**{part: value._replace(**change)})
            elif part != "now":
                question = question._replace(**{part: change})
        return Scene(policy, question, changes.get("now", self.now))


ADA = Ident(b"Ada", b"ada@example.org", SIGNED, b"+0000")
COMMIT = SignedObject(
    oid=OID,
    type=ObjectType.COMMIT,
    object_format=ObjectFormat.SHA1,
    payload=b"",
    signature=b"",
    parents=("c3" * 20,),
    tree="d4" * 20,
    author=ADA,
    committer=ADA,
    subject=b"Fix the parser",
)
TAG = COMMIT._replace(type=ObjectType.TAG, parents=(), tree=None, author=None, tag_name=b"v1.0", target="c3" * 20)


def _scene(obj: SignedObject) -> Scene:
    policy = Policy(signers={"ada": Signer("ada", emails=("ada@example.org",))}, defaults=Defaults())
    evidence = Evidence(
        Outcome.VERIFIED,
        SignatureFormat.OPENPGP,
        fingerprint=PRIMARY,
        key_fingerprint=KEY,
        signed_at=SIGNED,
        digest="sha512",
    )
    key = KeyFacts(SignatureFormat.OPENPGP, KEY, PRIMARY, "ed25519", 255, created=SIGNED - 1000, expires=NOW + 1000)
    return Scene(policy, Question(OID, str(obj.type), obj, evidence, key, KeyOwner("ada")))


@pytest.fixture(scope="session")
def commit() -> Scene:
    return _scene(COMMIT)


@pytest.fixture(scope="session")
def tag() -> Scene:
    return _scene(TAG).having(ref_tag_name=b"v1.0", ref="refs/tags/v1.0")
