"""What a policy says, as frozen values without behaviour that touches anything.

The same types are filled by the policy file (`schema`) and by the adapters of peers' policy files. Times are Unix
seconds; a window holds `t` if `valid_from <= t < valid_until`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from gitsig.model import KeySpec, Reason
from gitsig.policy.patterns import is_replace_ref, ref_matcher

__all__ = [
    "KNOWN_DIGESTS",
    "WEAK_DIGESTS",
    "Defaults",
    "Exemption",
    "FidoDemand",
    "FileSpec",
    "Governance",
    "Identity",
    "ObjectKind",
    "Parents",
    "Policy",
    "Require",
    "Rule",
    "Seals",
    "SelfSignatures",
    "Signer",
    "Tags",
]

WEAK_DIGESTS = frozenset({"md5", "sha1", "ripemd160"})
"""Collisions can be made, or soon could (K1)."""
KNOWN_DIGESTS = WEAK_DIGESTS | {"sha224", "sha256", "sha384", "sha512", "sha3-256", "sha3-512"}
"""Digests that a policy can speak of. Any other is refused: nothing is known of its strength."""


class Require(StrEnum):
    """Which objects of an update are judged."""

    EVERY_COMMIT = "every-commit"
    FIRST_PARENT = "first-parent"
    MERGES = "merges"
    TIP = "tip"


class Tags(StrEnum):
    """Whether tags must be signed."""

    SIGNED = "signed"
    ANY = "any"


class Identity(StrEnum):
    """Whose e-mail address must be one of the signer's."""

    COMMITTER = "committer"
    """The committer's; a tag's tagger's."""
    AUTHOR = "author"
    """A commit's author's; a tag's tagger's."""
    OFF = "off"


class SelfSignatures(StrEnum):
    """What a certificate's own signatures may be made with (K2)."""

    ANY = "any"
    STRONG = "strong"


class FidoDemand(StrEnum):
    """What a FIDO authenticator must attest (K14), in OpenSSH's words."""

    ANY = "any"
    TOUCH = "touch-required"
    VERIFY = "verify-required"
    """Touch and PIN or biometry."""


class ObjectKind(StrEnum):
    """What `only` counts. The kinds are disjoint: a merge is no `commit`."""

    COMMIT = "commit"
    """A commit with no parent or one."""
    MERGE = "merge"
    """A commit with two parents or more."""
    TAG = "tag"


class Parents(StrEnum):
    """Whose policies must accept a commit, where policies are taken from its parents."""

    ALL = "all"
    """Every parent's, as Guix has it."""
    ANY = "any"
    """One accepted parent's: a path of accepted commits leads to the root, as sequoia-git has it."""


class FileSpec(NamedTuple):
    """A file that the policy names, before it is read."""

    path: str
    """Absolute, or relative to the policy."""
    where: str
    """`file:line` for diagnostics."""


class Signer(NamedTuple):
    """One contributor, or a forge's own key."""

    name: str
    emails: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    only: frozenset[ObjectKind] = frozenset()
    """Kinds of object that the signer may sign; empty: every kind."""
    valid_from: int | None = None
    valid_until: int | None = None
    patterns: tuple[str, ...] = ()
    """OpenSSH pattern lists, one an allowed_signers line, that serve as e-mail addresses too."""
    paths: tuple[str, ...] = ()
    """Patterns of the only paths that the signer's commits may change; empty: every path. For bots."""

    @property
    def addresses(self) -> frozenset[bytes]:
        """`emails` as bytes, ASCII letters in lower case."""
        return _folded(self.emails)

    @property
    def bound(self) -> bool:
        """Whether an e-mail demand can concern this signer at all."""
        return bool(self.addresses or self.patterns)


@lru_cache(maxsize=4096)
def _folded(emails: tuple[str, ...]) -> frozenset[bytes]:
    return frozenset(email.encode("utf-8", "surrogateescape").lower() for email in emails)


class Defaults(NamedTuple):
    """`[defaults]`: what every guarded object must satisfy."""

    refs: tuple[str, ...] = ("refs/heads/*", "refs/tags/*")
    require: Require = Require.EVERY_COMMIT
    tags: Tags = Tags.SIGNED
    identity: Identity = Identity.COMMITTER
    clock_skew: int = 600
    """Seconds that a signature may lie in the future."""
    reject_digests: frozenset[str] = WEAK_DIGESTS
    min_rsa_bits: int = 2048
    self_signatures: SelfSignatures = SelfSignatures.ANY
    fido: FidoDemand = FidoDemand.ANY
    except_refs: tuple[str, ...] = ()
    """Patterns of refs that pass unjudged although `refs` matches, such as a branch that holds the keyring."""
    valid_now: bool = False
    """Keys must be valid at the moment of judging too: history is judged as if it came in now."""


class Rule(NamedTuple):
    """One of `[[rules]]`: a further demand on some refs."""

    number: int
    """Place in the file, from 1; how messages name the rule."""
    refs: tuple[str, ...]
    signers: frozenset[str] | None = None
    """Names, roles resolved. None: no demand. Empty: nobody."""
    roles: frozenset[str] = frozenset()
    """Roles that `signers` was resolved from; for messages."""
    require: Require = Require.EVERY_COMMIT
    no_rewind: bool = False
    no_delete: bool = False
    immutable: bool = False
    fido: FidoDemand = FidoDemand.ANY
    paths: tuple[str, ...] = ()
    """Patterns: the rule speaks only of commits that change a path matching one. Empty: whatever they change."""
    kinds: frozenset[ObjectKind] = frozenset()
    """Kinds of object that the rule speaks of. Empty: every kind."""
    two_person: bool = False
    """Each commit reaches the ref through a merge, clean, that somebody else signed."""
    threshold: int = 1
    """For refs under `refs/tags/`: so many distinct signers must have tagged the commit."""
    approvals: tuple[str, ...] = ()
    """Patterns of further tags that count towards the threshold, besides those that `refs` match."""
    clean_merges: bool = False
    """A merge changes nothing beyond what merging its parents gives."""
    tree_sha512: bool = False
    """The message ends in the Tree-SHA512 of the commit's files, as Bitcoin Core's merge script writes it."""
    no_octopus: bool = False
    """A merge has two parents and no more."""
    behind: frozenset[str] = frozenset()
    """Full ids of commits: of these and what is behind them the rule does not speak."""
    exempt: frozenset[str] = frozenset()
    """Full ids of single commits that the rule does not speak of."""

    def matches(self, ref: str) -> bool:
        """Whether the rule speaks of the full ref name `ref`."""
        return ref_matcher(self.refs).fullmatch(ref) is not None


class Exemption(NamedTuple):
    """One of `[[exceptions]]`: an object that is accepted although reasons speak against it."""

    oid: str
    accept: frozenset[Reason]
    """All reasons that apply to the object must be among these."""
    because: str
    until: int | None = None
    """From this moment on the exemption is void."""


class Seals(NamedTuple):
    """Who may vouch for everything behind a commit, and how."""

    signers: frozenset[str]
    """Names, roles resolved."""
    roles: frozenset[str] = frozenset()
    """Roles that `signers` was resolved from; for messages."""
    trailers: tuple[str, ...] = ("Gitsig-Seal",)
    """Trailers of a commit's message that make it a seal; their value is the grounds, and must not be empty."""
    tags: tuple[str, ...] = ("refs/tags/seal/*",)
    """Patterns of refs whose signed tags seal the commit that they lead to."""


class Governance(NamedTuple):
    """`[governance]`: commits are judged by the policy in their parents."""

    root: str | None = None
    """Full id of the commit from which on; None in a policy that lies in a tree and relies on whoever names the root.
    """
    root_signer: str | None = None
    """Full fingerprint of the key that signed the root."""
    parents: Parents = Parents.ALL
    signers: frozenset[str] = frozenset()
    """Who may change the policy itself: names, roles resolved. Empty: nobody."""
    roles: frozenset[str] = frozenset()
    """Roles that `signers` was resolved from; for messages."""


class Policy(NamedTuple):
    """Who may sign what. Immutable; picklable, so that worker processes can be handed one."""

    signers: Mapping[str, Signer]
    key_specs: tuple[KeySpec, ...] = ()
    defaults: Defaults = Defaults()
    rules: tuple[Rule, ...] = ()
    trusted_roots: frozenset[str] = frozenset()
    exceptions: Mapping[str, Exemption] = MappingProxyType({})
    """By full object id (K19)."""
    keyrings: tuple[FileSpec, ...] = ()
    """OpenPGP keyrings from which the fingerprints in `key_specs` pick."""
    allowed_signers: FileSpec | None = None
    revoked: FileSpec | None = None
    """OpenSSH revocation list. One that cannot be read refuses everything (K12)."""
    source: str = ""
    digest: str = ""
    """`sha256:` and hex, of the file's bytes."""
    warnings: tuple[str, ...] = ()
    seals: Seals | None = None
    governance: Governance | None = None

    def guards(self, ref: str) -> bool:
        """Whether pushes to `ref` are judged. `refs/replace/*` never is: see `is_replace_ref`."""
        if is_replace_ref(ref) or ref_matcher(self.defaults.refs).fullmatch(ref) is None:
            return False
        return ref_matcher(self.defaults.except_refs).fullmatch(ref) is None

    def rules_for(self, ref: str) -> tuple[Rule, ...]:
        """The rules that speak of `ref`, in the file's order."""
        return tuple(rule for rule in self.rules if rule.matches(ref))
