"""Whether a commit that the developer is about to sign would be accepted: the policy's own judge is asked beforehand.

The commit does not exist yet, so a stand-in for it is judged: signed now, by the key that git is going to use, with the
idents that git is going to write. No rule of the policy is written a second time here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gitsig.hooks.client.signingkey import OwnKey
from gitsig.loading import LoadedPolicy
from gitsig.model import (
    Evidence,
    Fido,
    Ident,
    KeyFacts,
    ObjectFormat,
    ObjectType,
    Outcome,
    Reason,
    SignatureFormat,
    SignedObject,
    Verdict,
)
from gitsig.policy import Question, Rule, judge
from gitsig.policy.demands import foreseeable

__all__ = ["SOON", "Prospect", "prospect"]

SOON = 14 * 86400
"""Seconds: how early an expiry is announced."""

_OID = "0" * 40
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")


class Prospect(NamedTuple):
    """The commit that is going to be made."""

    author: Ident
    committer: Ident
    parents: tuple[str, ...]


def prospect(
    loaded: LoadedPolicy, own: OwnKey, made: Prospect, now: int, rules: tuple[Rule, ...]
) -> tuple[tuple[str, str] | None, list[str]]:
    """What would be refused now, as (what, mend) or None; and warnings: what the rules of this branch or time say.

    Raises EnvironmentFault where the policy's OpenPGP keys cannot be read.
    """
    verdict, key = _judged(loaded, own, made, now)
    if not verdict.accepted:
        return (_what(verdict, own, key), _mend(loaded, verdict, own, key, made)), []
    warnings = []
    later, _ = _judged(loaded, own, made, now + SOON)
    if not later.accepted:
        warnings.append(f"in 14 days commits by key {own.fingerprint} will be refused: {later.detail}")
    here, _ = _judged(loaded, own, made, now, rules)
    if not here.accepted:
        warnings.append(f"fit for another branch only: {here.detail}")
    return None, warnings


def _judged(
    loaded: LoadedPolicy, own: OwnKey, made: Prospect, at: int, rules: tuple[Rule, ...] = ()
) -> tuple[Verdict, KeyFacts | None]:
    evidence = Evidence(
        Outcome.VERIFIED,
        own.format,
        own.primary,
        own.fingerprint,
        signed_at=at,
        digest="sha512",
        # whether a FIDO key is going to be touched shows only afterwards
        fido=Fido(True, True, 0),
    )
    key = loaded.keys.facts(evidence)
    if key is None or not key.algorithm.startswith("sk-"):
        evidence = evidence._replace(fido=None)
    commit = SignedObject(
        _OID,
        ObjectType.COMMIT,
        ObjectFormat.SHA1,
        b"",
        b"",
        parents=made.parents,
        author=made.author,
        committer=made.committer,
    )
    owner = loaded.keys.owner(evidence)
    policy, rules = foreseeable(loaded.policy, rules)
    question = Question(_OID, ObjectType.COMMIT, commit, evidence, key, owner, rules=rules, new=True)
    return judge(policy, question, at), key


def _what(verdict: Verdict, own: OwnKey, key: KeyFacts | None) -> str:
    if verdict.signer is not None and key is None:
        return f"the policy's copy of certificate {own.primary} lacks the signing key {own.fingerprint}"
    return f"{verdict.reason}: the commit would be refused: {verdict.detail}"


def _mend(loaded: LoadedPolicy, verdict: Verdict, own: OwnKey, key: KeyFacts | None, made: Prospect) -> str:
    if verdict.signer is not None and key is None:
        return f"gpg --armor --export {own.primary}, and have a maintainer put it into the policy"
    if verdict.reason is Reason.IDENTITY_MISMATCH:
        signer = loaded.policy.signers.get(verdict.signer or "")
        return f"git config user.email {_plain(signer.emails if signer else ())}"
    use = f"git config user.signingKey {_plain(_keys_of(loaded, made.committer.email, own))}"
    if verdict.reason is Reason.UNKNOWN_KEY:
        return f"{use}, or have a maintainer add {own.fingerprint} to the policy"
    if verdict.reason is Reason.KEY_EXPIRED and own.format is SignatureFormat.OPENPGP:
        return f"{use}, or gpg --quick-set-expire {own.primary} 1y and have the policy's copy renewed"
    if verdict.reason in (Reason.KEY_NOT_ALLOWED, Reason.RULE_VIOLATION):
        return "gitsig policy show (who may sign this)"
    return use


def _keys_of(loaded: LoadedPolicy, email: bytes, own: OwnKey) -> Sequence[str]:
    """OpenPGP certificates that the policy lists under this address; an SSH key's file cannot be told from it."""
    names = {signer.name for signer in loaded.policy.signers.values() if email.lower() in signer.addresses}
    return [
        fingerprint
        for fingerprint, owner in loaded.keys.owners.items()
        if owner.signer in names and not fingerprint.startswith("SHA256:") and fingerprint != own.primary
    ]


def _plain(words: Sequence[str]) -> str:
    """The first word that a shell takes as it is."""
    return next((word for word in words if _WORD.fullmatch(word)), "ONE-THAT-THE-POLICY-LISTS")
