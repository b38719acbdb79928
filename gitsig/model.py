"""The value types that the rooms of gitsig share. Immutable, without behaviour that touches anything.

They are named tuples and not frozen dataclasses: one is made for every object, at a quarter of the price.

Facts (`SignedObject`, `KeyFacts`, `Evidence`) and judgement (`Verdict`) are apart: a stage knows the
types of the stage before it and nothing else. Times are whole Unix seconds (UTC); object ids are
lower-case hex; OpenPGP fingerprints upper-case hex, SSH fingerprints `SHA256:…` as `ssh-keygen -l` prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

__all__ = [
    "LIMITS",
    "Evidence",
    "Explanation",
    "Fido",
    "Ident",
    "KeyFacts",
    "KeyOwner",
    "KeySpec",
    "Limits",
    "ObjectFormat",
    "ObjectType",
    "Outcome",
    "Reason",
    "RefUpdate",
    "Report",
    "Revocation",
    "RunInfo",
    "SignatureFormat",
    "SignedObject",
    "SignerUse",
    "Step",
    "Summary",
    "Verdict",
]


class Limits(NamedTuple):
    """Sizes that are checked before anything is parsed. All in bytes unless the name says otherwise."""

    object_size: int = 32 * 1024 * 1024
    """A commit or tag object. Git itself has no limit; the largest seen in public histories is under 1 MiB."""
    signature_size: int = 64 * 1024
    """One armored signature, an OpenTimestamps block beside it included."""
    packet_size: int = 32 * 1024
    """One binary signature after the armor."""
    header_count: int = 4096
    """Headers of one object (an entry of `mergetag` counts once)."""
    parent_count: int = 4096
    """Parents of one commit."""
    tag_depth: int = 16
    """Tags of tags, step by step."""
    certificate_size: int = 4 * 1024 * 1024
    """One key file (K18: flooded certificates)."""
    certificate_count: int = 4096
    """OpenPGP certificates of one policy."""
    policy_size: int = 4 * 1024 * 1024
    """The policy file."""
    child_seconds: float = 30.0
    """Seconds that a child process (gpg) may take before it is stopped."""
    worker_seconds: float = 600.0
    """Seconds that a worker process may take for one batch: GnuPG may have to judge each signature in it."""


LIMITS = Limits()


class ObjectFormat(StrEnum):
    """The hash that names objects (`git rev-parse --show-object-format`)."""

    SHA1 = "sha1"
    SHA256 = "sha256"

    @property
    def hex_length(self) -> int:
        """Hex digits of an object id: 40 or 64."""
        return 40 if self is ObjectFormat.SHA1 else 64


class ObjectType(StrEnum):
    """Kinds of object that can carry a signature."""

    COMMIT = "commit"
    TAG = "tag"


class SignatureFormat(StrEnum):
    """What the armor says that a signature is."""

    OPENPGP = "openpgp"
    SSH = "ssh"
    X509 = "x509"
    UNKNOWN = "unknown"


class Ident(NamedTuple):
    """An author, committer or tagger line."""

    name: bytes
    email: bytes
    time: int
    """Unix seconds, as claimed by whoever made the object."""
    zone: bytes
    """As written, such as `+0200`."""


class SignedObject(NamedTuple):
    """A commit or tag, split by the strict grammar. `objects.join` gives back the raw bytes."""

    oid: str
    type: ObjectType
    object_format: ObjectFormat
    payload: bytes
    """What the signature covers: the raw object without its signature (and without the other hash's)."""
    signature: bytes | None
    """The armored signature, header folding undone; None when the object has none; may be empty."""
    removed: tuple[tuple[int, bytes], ...] = ()
    """What was cut out of the raw bytes to give `payload`: (offset in `payload`, raw bytes), ascending."""
    parents: tuple[str, ...] = ()
    tree: str | None = None
    author: Ident | None = None
    committer: Ident | None = None
    """The tagger of a tag (None where a tag has none)."""
    tag_name: bytes | None = None
    target: str | None = None
    target_type: str | None = None
    """What the tag says of its target: commit, tag, tree or blob."""
    subject: bytes = b""
    """First line of the message. Attacker-controlled."""
    mergetags: int = 0
    other_headers: tuple[bytes, ...] = ()
    """Names of headers that git does not know."""
    foreign_signature: bool = False
    """A signature for the other object format is present; it never authorises."""


class Revocation(NamedTuple):
    """One verified revocation of a key or of its certificate."""

    at: int
    """When it was made. 0 where nothing says when."""
    hard: bool
    """Compromised, no reason given, or on a revocation list: refuses at any date."""
    reason: str
    """In words: `compromised`, `superseded`, `retired`, `no reason given`, `revocation list` …"""


class KeyFacts(NamedTuple):
    """One signing key and its state, as its format's authority reports it. Facts, no judgement."""

    format: SignatureFormat
    fingerprint: str
    """Of the key that signs (often a subkey)."""
    primary: str
    """Of the certificate's primary key; the same as `fingerprint` for SSH."""
    algorithm: str
    """`rsa`, `dsa`, `ecdsa`, `ed25519`, `ed448`, `elgamal`, `sk-ed25519`, `sk-ecdsa`, or `unknown:N`."""
    bits: int
    """Size of the modulus or of the curve; 0 where unknown."""
    created: int | None = None
    expires: int | None = None
    """The earlier of the key's and its primary key's expiry."""
    revocations: tuple[Revocation, ...] = ()
    """Of the key and of its primary key."""
    can_sign: bool = True
    unbound: str = ""
    """Why the key is no valid signing key of its certificate (missing back-signature …); empty if it is one."""
    weak_self_signatures: tuple[str, ...] = ()
    """Which of the certificate's own signatures use SHA-1 or weaker, in words (K2)."""
    names: tuple[str, ...] = ()
    """User IDs or the key comment. Shown only, never trusted."""


class KeySpec(NamedTuple):
    """One key as the policy writes it, before anything is read from disk."""

    signer: str
    format: SignatureFormat
    value: str
    """A path relative to the policy, a full fingerprint, or an SSH public key line."""
    where: str
    """`file:line` for diagnostics."""
    valid_from: int | None = None
    valid_until: int | None = None


class KeyOwner(NamedTuple):
    """Whom a key belongs to, and the window that the policy gives it."""

    signer: str
    valid_from: int | None = None
    valid_until: int | None = None


class Fido(NamedTuple):
    """What a FIDO authenticator says it asked of its user (PROTOCOL.u2f)."""

    touch: bool
    verified: bool
    """PIN or biometry."""
    counter: int


class Outcome(StrEnum):
    """What is true of an object's signature."""

    VERIFIED = "verified"
    """The arithmetic is right, for a key of the key store."""
    BAD = "bad"
    """A known key, and the arithmetic is wrong."""
    UNSIGNED = "unsigned"
    UNKNOWN_KEY = "unknown_key"
    MALFORMED = "malformed"
    """The signature is outside its grammar."""
    MALFORMED_OBJECT = "malformed_object"
    UNSUPPORTED = "unsupported"
    UNTRUSTED = "untrusted"
    """X.509: the path does not end in a pinned root."""
    ERROR = "error"
    """Could not be checked."""


class Evidence(NamedTuple):
    """Facts about one signature. Independent of policy and clock, so that it can be kept."""

    outcome: Outcome
    format: SignatureFormat | None = None
    fingerprint: str | None = None
    """Primary fingerprint of the certificate; for an unknown key the one that the signature claims, if whole."""
    key_fingerprint: str | None = None
    key_id: str | None = None
    """What an unknown key's signature names where it gives no fingerprint (16 hex digits). Shown only."""
    signed_at: int | None = None
    claimed: bool = False
    """`signed_at` is the committer's or tagger's date (SSH): an attacker may write what he likes."""
    expires_at: int | None = None
    """The signature's own expiry."""
    digest: str | None = None
    """`sha512`, `sha256`, `sha1` …"""
    vouched: bool = True
    """The format's authority confirmed that this key signs for its certificate; False refuses."""
    fido: Fido | None = None
    notes: tuple[str, ...] = ()
    """Harmless oddities worth a mention, such as an OpenTimestamps block."""
    detail: str = ""
    """Why, in words; shown after the reason."""


class Reason(StrEnum):
    """The stable ids of verdicts, in the order in which the first that applies is named."""

    VERIFIER_ERROR = "verifier_error"
    MALFORMED_OBJECT = "malformed_object"
    UNSIGNED = "unsigned"
    MALFORMED_SIGNATURE = "malformed_signature"
    UNSUPPORTED_FORMAT = "unsupported_format"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    WEAK_DIGEST = "weak_digest"
    WEAK_KEY = "weak_key"
    KEY_NOT_SIGNING = "key_not_signing"
    UNTRUSTED_CERTIFICATE = "untrusted_certificate"
    KEY_REVOKED = "key_revoked"
    KEY_PREDATED = "key_predated"
    KEY_EXPIRED = "key_expired"
    SIGNATURE_EXPIRED = "signature_expired"
    FUTURE_DATED = "future_dated"
    IDENTITY_MISMATCH = "identity_mismatch"
    TAG_NAME_MISMATCH = "tag_name_mismatch"
    KEY_NOT_ALLOWED = "key_not_allowed"
    RULE_VIOLATION = "rule_violation"
    GOOD = "good"


class Verdict(NamedTuple):
    """The judgement of one object; one entry of the report."""

    oid: str
    type: str
    """`commit`, `tag`; `tree` or `blob` where a ref points at one."""
    accepted: bool
    reason: Reason
    ref: str | None = None
    format: SignatureFormat | None = None
    signer: str | None = None
    fingerprint: str | None = None
    key_fingerprint: str | None = None
    signed_at: int | None = None
    digest: str | None = None
    new: bool = False
    exception: str | None = None
    """The policy's `because`, where a written exception accepts the object."""
    detail: str = ""
    subject: str = ""
    """First line of the message, decoded leniently, NOT escaped: every output escapes it."""
    parent: str | None = None
    """First parent of a commit; for the mend."""


class RefUpdate(NamedTuple):
    """One line of a pre-receive hook's input. All-zero ids stand for absence."""

    old: str
    new: str
    ref: str


class RunInfo(NamedTuple):
    """What a run is about, known before its first verdict."""

    repository: str
    object_format: ObjectFormat
    policy_source: str
    policy_digest: str
    """`sha256:` and hex."""
    now: int
    remarks: tuple[str, ...] = ()
    """What the reader must know besides the verdicts, such as `first parents only`."""


class SignerUse(NamedTuple):
    """What one signer did in a run, for the table of `audit`."""

    signer: str
    accepted: int
    refused: int
    formats: tuple[str, ...]
    first: int | None
    """Earliest and latest `signed_at`."""
    last: int | None
    keys: tuple[str, ...]
    """Fingerprints of the signing keys used, most used first."""


class Summary(NamedTuple):
    """The counts of a run. `unverifiable` is part of `refused`."""

    checked: int
    accepted: int
    refused: int
    unverifiable: int
    by_reason: Mapping[str, int]
    by_signer: Mapping[str, int]
    """Objects accepted, by signer."""
    seconds: float
    cached: int = 0
    by_type: Mapping[str, int] = MappingProxyType({})
    uses: tuple[SignerUse, ...] = ()
    key_expiry: Mapping[str, int] = MappingProxyType({})
    """Signing key fingerprint to expiry, for keys that signed something here and expire at all."""

    @property
    def exit_code(self) -> int:
        """0 all accepted, 3 something could not be verified, otherwise 1."""
        if self.unverifiable:
            return 3
        return 1 if self.refused else 0


class Step(NamedTuple):
    """One step of an explanation: what was looked at, and what came of it."""

    topic: str
    """`object`, `grammar`, `signature`, `key`, `time`, `identity`, `rules`, `verdict` …"""
    ok: bool | None
    """True passed, False refused here, None told for information."""
    text: str
    """Not escaped: every output escapes it."""


class Explanation(NamedTuple):
    """Why an object got its verdict, step by step."""

    info: RunInfo
    verdict: Verdict
    steps: tuple[Step, ...]
    details: Mapping[str, object] = MappingProxyType({})
    """What rules asked for and what they said, by name, for programs: values that JSON knows. Not escaped."""


class Report(NamedTuple):
    """Everything that one run found; the JSON report (schema `gitsig/report/1`) is made from it."""

    info: RunInfo
    verdicts: tuple[Verdict, ...]
    summary: Summary
