"""What an editor shows for each key of the policy file; `docs/policy.md` says it at length."""

from __future__ import annotations

__all__ = ["MEANING"]

MEANING = {
    "version": "The version of this format: 1.",
    "keyring": "OpenPGP keyring files from which full fingerprints pick.",
    "ssh": "A signer's SSH public keys: lines, or files that end in .pub. At the top: OpenSSH's own files.",
    "allowed-signers": "OpenSSH's allowed_signers file, relative to the policy.",
    "revoked": "OpenSSH's revocation list, plain or KRL. One that cannot be read refuses everything.",
    "signers": "At the top: the contributors. In a rule: names and role:NAME that may sign there.",
    "emails": "Addresses that the signer commits under, compared whole. Without any the signer is bound to none.",
    "roles": "Names that rules can use as role:NAME.",
    "openpgp": "Certificate files relative to the policy, or full fingerprints where there is a keyring.",
    "only": "Kinds of object that the signer may sign; by default every kind.",
    "valid-from": "From this moment on, included.",
    "valid-until": "Until this moment, not included. Old signatures stay good, new ones are refused.",
    "defaults": "What every guarded object must satisfy.",
    "refs": "Patterns of full ref names; * is any run of characters, ? is one.",
    "require": "Which commits are judged.",
    "tags": "Whether tags must be signed.",
    "identity": "Whose e-mail address must be one of the signer's.",
    "clock-skew": "How far in the future a signature may lie, at most 1d.",
    "reject-digests": "Digests that make a signature worthless; replaces the default.",
    "min-rsa-bits": "The shortest RSA key.",
    "self-signatures": "strong refuses certificates whose own signatures use SHA-1 or weaker.",
    "fido": "What a FIDO key must attest.",
    "rules": "Further demands on some refs; every rule that matches must accept.",
    "no-rewind": "The ref only moves forward.",
    "no-delete": "The ref is not deleted.",
    "immutable": "The ref, once there, is neither moved nor deleted.",
    "history": "Where judging begins.",
    "trusted-roots": "Full ids of commits that are not judged, nor anything behind them.",
    "exceptions": "Objects that are accepted all the same.",
    "object": "Full id of the one object that is meant.",
    "accept": "All reasons that apply to the object must be among these.",
    "because": "Why; shown in the report.",
    "until": "From this moment on the exception is void.",
}
