"""The policy file, version 1: TOML bytes in, `Policy` out, or a PolicyFault that names the line and the mend.

Strict on purpose: an unknown key, a role nobody has or a pattern that matches nothing is an error, because each would
otherwise be a demand that silently does not hold. Nothing is read from disk here: files that the policy names come out
as `KeySpec` and `FileSpec`.
"""

from __future__ import annotations

import hashlib
import re

from gitsig.model import Reason
from gitsig.policy.fields import Table, toml_table
from gitsig.policy.governing import is_anchor, parse_governance, parse_seals
from gitsig.policy.keyentries import KeyEntries, file_spec
from gitsig.policy.lists import listed_oids, listed_paths, object_id
from gitsig.policy.review import review
from gitsig.policy.rulesets import parse_defaults, parse_rules
from gitsig.policy.types import Exemption, FileSpec, ObjectKind, Policy, Signer

__all__ = ["ADDRESS", "NEVER_EXCEPTED", "VERSION", "parse_policy"]

VERSION = 1
ADDRESS = re.compile(r"[^\s<>*\x00-\x1f\x7f]+")
NEVER_EXCEPTED = (Reason.GOOD, Reason.VERIFIER_ERROR)


def parse_policy(data: bytes, source: str) -> Policy:
    """The policy that `data` says; `source` is its name in messages and in the report.

    Raises PolicyFault (`where` is `source:line`) for everything that is not exactly version 1.
    """
    top = toml_table(data, source, "mend the syntax (https://toml.io)")
    top.only("version", "keyring", "ssh", "signers", "defaults", "rules", "history", "exceptions", "governance")
    _check_version(top)
    keyrings = _keyrings(top)
    keys = KeyEntries(bool(keyrings))
    ssh = top.table("ssh")
    ssh.only("allowed-signers", "revoked")
    allowed_signers = _file(ssh, "allowed-signers")
    needed = allowed_signers is None and not is_anchor(top)
    signers = _signers(top, keys, needed=needed, keys_needed=allowed_signers is None)
    history = top.table("history")
    history.only("trusted-roots", "seals", "seal-trailers", "seal-tags")
    policy = Policy(
        signers=signers,
        key_specs=keys.specs,
        defaults=parse_defaults(top.table("defaults")),
        rules=parse_rules(top, signers, closed=needed),
        trusted_roots=listed_oids(history, "trusted-roots"),
        exceptions=_exceptions(top),
        keyrings=keyrings,
        allowed_signers=allowed_signers,
        revoked=_file(ssh, "revoked"),
        source=source,
        digest="sha256:" + hashlib.sha256(data).hexdigest(),
        seals=parse_seals(history, signers),
        governance=parse_governance(top, signers),
    )
    return review(policy)


def _check_version(top: Table) -> None:
    version = top.integer("version")
    if version is None:
        top.fault("version", "the policy has no version", f"write version = {VERSION} at the top")
    if version != VERSION:
        top.fault("version", f"unknown version {version}", f"this gitsig reads version {VERSION}: upgrade it")


def _keyrings(top: Table) -> tuple[FileSpec, ...]:
    if isinstance(top.value("keyring"), list):
        names = top.filled("keyring")
        return tuple(file_spec(name, top.place, ("keyring", index)) for index, name in enumerate(names))
    one = _file(top, "keyring")
    return (one,) if one else ()


def _file(table: Table, key: str) -> FileSpec | None:
    name = table.text(key)
    return None if name is None else file_spec(name, table.place, (*table.path, key))


def _signers(top: Table, keys: KeyEntries, *, needed: bool, keys_needed: bool) -> dict[str, Signer]:
    tables = top.table("signers")
    signers = {name: _signer(name, tables.table(name), keys, needed=keys_needed) for name in tables}
    if needed and not signers:
        top.fault("signers", "the policy names no signer, so nothing could be accepted", "add [signers.NAME]")
    return signers


def _signer(name: str, table: Table, keys: KeyEntries, *, needed: bool) -> Signer:
    """One signer; only an allowed_signers file, whose lines are found by e-mail, can make up for a lack of keys."""
    table.only("emails", "roles", "openpgp", "ssh", "only", "paths", "valid-from", "valid-until")
    if not name or not name.isprintable() or name.startswith("role:"):
        table.refuse(f"{name!r} cannot name a signer", "take a printable name that does not begin with role:")
    emails = _emails(table)
    if not keys.collect(name, table) and (needed or not emails):
        table.refuse(f"signer {name!r} has no key", 'add openpgp = ["…"] or ssh = ["…"]')
    begin, end = table.window()
    return Signer(
        name=name,
        emails=emails,
        roles=frozenset(table.texts("roles")),
        only=table.members("only", ObjectKind),
        valid_from=begin,
        valid_until=end,
        paths=listed_paths(table, "paths"),
    )


def _emails(table: Table) -> tuple[str, ...]:
    emails = table.texts("emails")
    for index, email in enumerate(emails):
        if not ADDRESS.fullmatch(email):
            what = f"{email!r} is no e-mail address as git writes it; addresses are compared whole"
            table.place.fault((*table.path, "emails", index), what, "write the address alone, without name or wildcard")
    return emails


def _exceptions(top: Table) -> dict[str, Exemption]:
    found: dict[str, Exemption] = {}
    for table in top.tables("exceptions"):
        exemption = _exemption(table)
        if exemption.oid in found:
            table.fault("object", f"{exemption.oid} is excepted twice", "make one entry of the two")
        found[exemption.oid] = exemption
    return found


def _exemption(table: Table) -> Exemption:
    table.only("object", "accept", "because", "until")
    oid = object_id(table.value("object"), table.place, (*table.path, "object"))
    accept = table.members("accept", Reason)
    for reason in NEVER_EXCEPTED:
        if reason in accept:
            table.fault("accept", f"{reason!s} can never be excepted", "leave it out")
    if not accept:
        table.refuse("an exception that accepts nothing", 'write accept = ["REASON"]')
    because = (table.text("because") or "").strip()
    if not because:
        table.refuse("an exception without its grounds", 'write because = "…"')
    return Exemption(oid, accept, because, table.moment("until"))
