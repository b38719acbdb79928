"""The lists that a policy file is made of: signers by name or `role:NAME`, patterns of refs, patterns of paths."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gitsig.policy.fields import Place, Table, suggest
from gitsig.policy.locate import Path
from gitsig.policy.paths import path_pattern_fault
from gitsig.policy.patterns import is_replace_ref, ref_pattern_fault
from gitsig.policy.types import Signer

__all__ = [
    "OBJECT_ID",
    "TAGS",
    "listed_oids",
    "listed_paths",
    "listed_refs",
    "listed_signers",
    "listed_tags",
    "object_id",
]

OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
TAGS = "refs/tags/"
_ROLE = "role:"


def object_id(text: object, place: Place, path: Path) -> str:
    """`text` as a full object id, in lower case. Raises PolicyFault."""
    oid = text.lower() if isinstance(text, str) else ""
    if not OBJECT_ID.fullmatch(oid):
        place.fault(path, f"{text!r} is no full object id", "write all 40 or 64 hex digits: git rev-parse REV")
    return oid


def listed_oids(table: Table, key: str) -> frozenset[str]:
    """Full object ids. Raises PolicyFault."""
    return frozenset(object_id(item, table.place, path) for item, path in table.items(key))


def listed_refs(table: Table, key: str) -> tuple[str, ...]:
    """Patterns of refs; empty where `key` is left out. Raises PolicyFault."""
    refs = table.filled(key)
    for at, pattern in enumerate(refs):
        wrong = ref_pattern_fault(pattern)
        if wrong:
            table.place.fault((*table.path, key, at), wrong, "write a full name, such as refs/heads/main")
        if is_replace_ref(pattern):
            what = "refs/replace/* cannot be guarded: pushes to it are always refused"
            table.place.fault((*table.path, key, at), what, "leave it out")
    return refs


def listed_tags(table: Table, key: str) -> tuple[str, ...]:
    """Patterns of refs under `refs/tags/` alone. Raises PolicyFault."""
    refs = listed_refs(table, key)
    for at, pattern in enumerate(refs):
        if not pattern.startswith(TAGS):
            what = f"{pattern!r} in {key!r} may match what is no tag"
            table.place.fault((*table.path, key, at), what, "write a pattern that begins with refs/tags/")
    return refs


def listed_paths(table: Table, key: str) -> tuple[str, ...]:
    """Patterns of paths; empty where `key` is left out. Raises PolicyFault."""
    paths = table.filled(key)
    for at, pattern in enumerate(paths):
        wrong = path_pattern_fault(pattern)
        if wrong is not None:
            table.place.fault((*table.path, key, at), *wrong)
    return paths


def listed_signers(table: Table, key: str, signers: Mapping[str, Signer]) -> tuple[frozenset[str], frozenset[str]]:
    """The names that the list `key` stands for, and the roles in it. Raises PolicyFault; the list is not empty."""
    names: set[str] = set()
    roles: set[str] = set()
    for at, entry in enumerate(table.filled(key)):
        path = (*table.path, key, at)
        if not signers:
            mend = "add [signers.NAME]; a policy that leaves the signers to the trees leaves such demands there as well"
            table.place.fault(path, f"{entry!r} is named in a policy without [signers]", mend)
        if entry.startswith(_ROLE):
            roles.add(entry.removeprefix(_ROLE))
            names |= _with_role(entry.removeprefix(_ROLE), signers, table.place, path)
        elif entry in signers:
            names.add(entry)
        else:
            table.place.fault(path, f"unknown signer {entry!r}", _mend_signer(entry, signers))
    return frozenset(names), frozenset(roles)


def _with_role(role: str, signers: Mapping[str, Signer], place: Place, path: Path) -> set[str]:
    names = {signer.name for signer in signers.values() if role in signer.roles}
    if not names:
        roles = sorted({role for signer in signers.values() for role in signer.roles})
        place.fault(path, f"nobody has the role {role!r}", suggest(role, tuple(roles)))
    return names


def _mend_signer(entry: str, signers: Mapping[str, Signer]) -> str:
    if any(entry in signer.roles for signer in signers.values()):
        return f'it is a role: write "{_ROLE}{entry}"'
    return suggest(entry, tuple(signers))
