"""sequoia-git's `openpgp-policy.toml`, version 0: who may do what, with the certificates in the file itself.

Its reader leaves out what it does not know; this one refuses it, since a demand could stand there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import NamedTuple

from gitsig.errors import PolicyFault
from gitsig.keys.openpgp.certificate import Certificate, read_certificates
from gitsig.model import LIMITS, KeySpec, SignatureFormat
from gitsig.policy.adapters.certificates import file_of, joined
from gitsig.policy.adapters.keyring import Adapted
from gitsig.policy.fields import Table, toml_table
from gitsig.policy.types import Defaults, Governance, Identity, ObjectKind, Parents, Policy, SelfSignatures, Signer

__all__ = ["Authorization", "Right", "SqGitPolicy", "anchor", "certificates_in", "law", "parse_sq_git"]

_OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BEGIN, _END = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
_PLAIN = re.compile(r"(?!role:)(?!.*\([0-9A-F]+\)$)[ -~]+")
_DEFAULTS = Defaults(identity=Identity.OFF, self_signatures=SelfSignatures.STRONG)
"""Sequoia takes no self-signature over SHA-1 of our days."""


class Right(StrEnum):
    """What an authorization may allow, as the file calls it."""

    SIGN_COMMIT = "sign_commit"
    SIGN_TAG = "sign_tag"
    SIGN_ARCHIVE = "sign_archive"
    ADD_USER = "add_user"
    RETIRE_USER = "retire_user"
    AUDIT = "audit"


class Authorization(NamedTuple):
    """One `[authorization.NAME]`."""

    rights: frozenset[Right]
    certificates: Mapping[str, Certificate]
    """By primary fingerprint."""


class SqGitPolicy(NamedTuple):
    """One policy file."""

    authorizations: Mapping[str, Authorization]
    goodlist: frozenset[str] = frozenset()
    """Full ids of commits."""

    def holders(self, fingerprint: str) -> tuple[str, ...]:
        """The names of the authorizations that hold the certificate with this primary fingerprint, sorted."""
        return tuple(name for name, each in sorted(self.authorizations.items()) if fingerprint in each.certificates)


def parse_sq_git(data: bytes, source: str) -> SqGitPolicy:
    """What the file says. Raises PolicyFault, `where` being `source:line`, for everything outside version 0."""
    top = toml_table(data, source, "see sq-git policy describe")
    top.only("version", "commit_goodlist", "authorization")
    if top.integer("version") not in (None, 0):
        top.fault("version", "unknown version of a sequoia-git policy", "this gitsig reads version 0: upgrade it")
    goodlist = top.texts("commit_goodlist")
    for at, oid in enumerate(goodlist):
        if not _OBJECT_ID.fullmatch(oid):
            top.place.fault(("commit_goodlist", at), f"{oid[:80]!r} is no full object id", "write all 40 hex digits")
    entries = top.table("authorization")
    return SqGitPolicy({name: _authorization(entries.table(name)) for name in entries}, frozenset(goodlist))


def _authorization(table: Table) -> Authorization:
    table.only(*Right, "keyring")
    keyring = table.text("keyring")
    if keyring is None:
        table.refuse("an authorization without its keyring", 'write keyring = """…""", or take it out')
    where = table.place.where((*table.path, "keyring"))
    certificates = joined(read_certificates(keyring.encode(), where)) if keyring.strip() else []
    rights = frozenset(right for right in Right if table.flag(right))
    return Authorization(rights, {each.primary.fingerprint: each for each in certificates})


def certificates_in(data: bytes) -> list[Certificate]:
    """Every certificate that can be found in a policy, whatever else is wrong with that: it may revoke something."""
    try:
        entries = tomllib.loads(data.decode("utf-8")).get("authorization")
    except (ValueError, RecursionError):
        return []
    found: list[Certificate] = []
    for entry in entries.values() if isinstance(entries, dict) else ():
        keyring = entry.get("keyring") if isinstance(entry, dict) else None
        if isinstance(keyring, str):
            for block in list(_blocks(keyring)) or [keyring]:
                with suppress(PolicyFault):
                    found += read_certificates(block.encode(), "", LIMITS._replace(certificate_size=len(data)))
    return found


def _blocks(text: str) -> Iterator[str]:
    """The armored blocks in a text, in time linear in its size: a commit may bring it that nobody has judged."""
    start = text.find(_BEGIN)
    while start >= 0 and (end := text.find(_END, start)) >= 0:
        end += len(_END)
        yield text[start:end]
        start = text.find(_BEGIN, end)


def law(found: SqGitPolicy, source: str, digest: str) -> Adapted:
    """The file as the policy that judges commits and tags.

    A certificate that several authorizations hold belongs to all of them together: for a commit it is enough that one
    allows it, for a tag each must.
    """
    copies = [each for entry in found.authorizations.values() for each in entry.certificates.values()]
    specs: list[KeySpec] = []
    signers: dict[str, Signer] = {}
    files: dict[str, bytes] = {}
    for certificate in joined(copies):
        fingerprint = certificate.primary.fingerprint
        only = _kinds(found, fingerprint)
        if not only:
            continue
        name = _name(found, fingerprint)
        signers[name] = Signer(name, only=only)
        specs.append(KeySpec(name, SignatureFormat.OPENPGP, file_of(certificate), source))
        files[file_of(certificate)] = certificate.packets
    return Adapted(Policy(signers, tuple(specs), _DEFAULTS, source=source, digest=digest), files)


def _kinds(found: SqGitPolicy, fingerprint: str) -> frozenset[ObjectKind]:
    held = [found.authorizations[name].rights for name in found.holders(fingerprint)]
    kinds: set[ObjectKind] = set()
    if any(Right.SIGN_COMMIT in rights for rights in held):
        kinds |= {ObjectKind.COMMIT, ObjectKind.MERGE}
    if all(Right.SIGN_TAG in rights for rights in held):
        kinds.add(ObjectKind.TAG)
    return frozenset(kinds)


def _name(found: SqGitPolicy, fingerprint: str) -> str:
    """The authorization's, where it is the only one; else all of them, made unmistakable by the fingerprint.

    Only that where they could not stand in a policy of ours.
    """
    names = found.holders(fingerprint)
    if len(names) == 1 and _PLAIN.fullmatch(names[0]):
        return names[0]
    shown = " + ".join(names)
    return f"{shown} ({fingerprint})" if shown.isprintable() and not shown.startswith("role:") else f"({fingerprint})"


def anchor(root: str, source: str, digest: str) -> Policy:
    """Where sequoia-git begins: a commit (full id) that is trusted as such."""
    governance = Governance(root=root, parents=Parents.ANY)
    return Policy({}, defaults=_DEFAULTS, governance=governance, source=source, digest=digest)
