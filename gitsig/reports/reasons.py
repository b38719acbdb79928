"""For each reason one sentence, the mend for whoever made the object, and where the documentation tells more.

A mend may be copied into a shell, so nothing that an attacker wrote goes into one: object ids and fingerprints
only in their own alphabets, names of tags only if a shell takes them as they are, otherwise a word in capitals.
"""

from __future__ import annotations

import re

from gitsig.model import Reason, Verdict

__all__ = ["anchor", "hint", "sentence"]

_SHOWN = 12
"""Hex digits of an object id in a command. Too few is safe (git calls it ambiguous), too many is hard to read."""

_HEX = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{32,64}|SHA256:[A-Za-z0-9+/]{43}")
_TAG = re.compile(r"refs/tags/([A-Za-z0-9][A-Za-z0-9._/+-]{0,99})")
_SIGNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")

_SENTENCES = {
    Reason.GOOD: "The signature verifies, its key is allowed here and was valid in time, and the identity matches.",
    Reason.UNSIGNED: "The object carries no signature.",
    Reason.BAD_SIGNATURE: "The signature names a known key, but does not match the object.",
    Reason.UNKNOWN_KEY: "The key that signed belongs to nobody whom the policy lists.",
    Reason.KEY_NOT_ALLOWED: "The signer is known, but not allowed for this ref, path or kind of object.",
    Reason.IDENTITY_MISMATCH: "The key and the e-mail address in the object do not belong together.",
    Reason.KEY_EXPIRED: "The key had expired when it signed, or has expired and the object is new.",
    Reason.KEY_REVOKED: "The key was revoked as compromised, or was retired before it signed.",
    Reason.KEY_NOT_SIGNING: "The key has no signing capability or no valid back-signature.",
    Reason.KEY_PREDATED: "The signature is older than its key, or than the time from which the policy admits the key.",
    Reason.SIGNATURE_EXPIRED: "The signature carries an expiry of its own, which has passed.",
    Reason.FUTURE_DATED: "The signature is dated later than now.",
    Reason.WEAK_DIGEST: "The signature uses a digest that the policy rejects, such as SHA-1.",
    Reason.WEAK_KEY: "The key is weaker than the policy demands.",
    Reason.MALFORMED_OBJECT: "The object is outside git's format for commits and tags.",
    Reason.MALFORMED_SIGNATURE: "The signature is outside its format, or there is more than one.",
    Reason.UNSUPPORTED_FORMAT: "The kind of signature or its algorithm is not supported.",
    Reason.UNTRUSTED_CERTIFICATE: "The certificate does not lead to a root that the policy pins.",
    Reason.TAG_NAME_MISMATCH: "The tag object names another tag than its ref does, or lies about its target.",
    Reason.RULE_VIOLATION: "The signature is in order, but a rule of the policy forbids the change.",
    Reason.VERIFIER_ERROR: "The object could not be checked, and what cannot be checked is refused.",
}

_MENDS = {
    Reason.GOOD: "",
    Reason.UNSIGNED: "sign it: {sign}",
    Reason.BAD_SIGNATURE: "it was changed after signing; sign it anew: {sign}",
    Reason.UNKNOWN_KEY: "sign with a key that the policy lists, or have a maintainer add {key} to it",
    Reason.KEY_NOT_ALLOWED: "have someone who is allowed here make the change; who that is: gitsig policy show",
    Reason.IDENTITY_MISMATCH: "set user.email to an address that the policy lists for {signer}, then sign anew: {sign}",
    Reason.KEY_EXPIRED: "extend {key} and have its copy in the policy renewed, or sign anew with a valid key: {sign}",
    Reason.KEY_REVOKED: "sign anew with a key that is not revoked: {sign}",
    Reason.KEY_NOT_SIGNING: "sign with a signing subkey, or repair {key} (gpg --edit-key, cross-certify) "
    "and have its copy in the policy renewed",
    Reason.KEY_PREDATED: "check this machine's clock and sign anew: {sign}",
    Reason.SIGNATURE_EXPIRED: "take default-sig-expire out of gpg.conf and sign anew: {sign}",
    Reason.FUTURE_DATED: "set this machine's clock and sign anew: {sign}",
    Reason.WEAK_DIGEST: "put 'personal-digest-preferences SHA512' into gpg.conf and sign anew: {sign}",
    Reason.WEAK_KEY: "make a stronger key, such as Ed25519, have it added to the policy and sign anew: {sign}",
    Reason.MALFORMED_OBJECT: "make it again with git itself: {sign}",
    Reason.MALFORMED_SIGNATURE: "sign anew with git itself, with one key: {sign}",
    Reason.UNSUPPORTED_FORMAT: "sign anew with OpenPGP or SSH (git config gpg.format): {sign}",
    Reason.UNTRUSTED_CERTIFICATE: "sign with a certificate under a pinned root, or have a maintainer pin its root",
    Reason.TAG_NAME_MISMATCH: "make a tag of this name: {sign}",
    Reason.VERIFIER_ERROR: "repair what is named above, then check again: gitsig explain {oid}",
}

_RULES = (
    ("wants two persons", "let somebody else merge your branch, its conflicts resolved on the branch"),
    ("; still needed: ", "have those who are named tag the same commit, then push their tags and yours"),
    ("wants clean merges", "merge again without changes of your own, and make those in a commit"),
    ("wants merges of two parents", "merge one branch at a time"),
    ("wants the Tree-SHA512", "write the Tree-SHA512 of the files at the end of the message, then sign anew: {sign}"),
    ("demands ", "sign with your security key, touched or unlocked as the rule demands: {sign}"),
    ("this commit ", "have it signed by somebody who may change the policy, or take the change out"),
    ("not governed: ", "make it anew on top of a commit that is accepted"),
    ("the governance root ", "have a root named that holds a policy, with the key that signed it"),
)
"""What `detail` says, and the mend for it. It chooses among these words only, and nothing of it is repeated."""
_REF = "do not force: make a new commit or a new tag"
_OTHERWISE = "make it as the rule asks, or have somebody make it who may"
_WHY = "; see which rule and why: gitsig explain {oid}"


def sentence(reason: Reason) -> str:
    """What the reason means, in one sentence."""
    return _SENTENCES[reason]


def anchor(reason: Reason) -> str:
    """Where the documentation tells more, relative to the project's root: `docs/verdicts.md#unsigned`."""
    return f"docs/verdicts.md#{reason}"


def hint(verdict: Verdict, *, explained: bool = False) -> str:
    """How to mend a refused object, as seen by whoever made it; empty where it was accepted.

    One line of ASCII in which the verdict's own text appears only where its alphabet is harmless. `explained`: it
    stands below the explanation, to which nobody need be sent.
    """
    if verdict.accepted:
        return ""
    if verdict.type in {"tree", "blob"}:
        return "let the ref point at a commit or at a signed tag"
    fingerprint = verdict.key_fingerprint or ""
    signer = verdict.signer or ""
    words = _rule(verdict, explained=explained) if verdict.reason is Reason.RULE_VIOLATION else _MENDS[verdict.reason]
    return words.format(
        sign=_sign(verdict),
        oid=_short(verdict.oid, "OBJECT"),
        key=f"key {fingerprint}" if _FINGERPRINT.fullmatch(fingerprint) else "your key",
        signer=signer if _SIGNER.fullmatch(signer) else "you",
    )


def _rule(verdict: Verdict, *, explained: bool) -> str:
    if verdict.type == "ref":
        return _REF
    mend = next((mend for phrase, mend in _RULES if phrase in verdict.detail), _OTHERWISE)
    return mend if explained else mend + _WHY


def _short(oid: str | None, otherwise: str) -> str:
    return oid[:_SHOWN] if oid and _HEX.fullmatch(oid) else otherwise


def _sign(verdict: Verdict) -> str:
    ref = verdict.ref or ""
    if verdict.type == "tag" or ref.startswith("refs/tags/"):
        plain = _TAG.fullmatch(ref)
        target = _short(verdict.oid, "TARGET")
        # A lightweight tag is judged as the commit that it names; a tag object must be peeled.
        target = f"'{target}^{{}}'" if verdict.type == "tag" else target
        return f"git tag -s -f {plain[1] if plain else 'NAME'} {target}"
    base = "--root" if verdict.parent is None else _short(verdict.parent, "PARENT")
    return f"git rebase --exec 'git commit --amend --no-edit -S' {base}"
