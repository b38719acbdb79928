"""`[defaults]` and `[[rules]]` of the policy file: what is demanded, and of whom."""

from __future__ import annotations

from collections.abc import Mapping

from gitsig.policy.fields import Place, Table, suggest
from gitsig.policy.locate import Path
from gitsig.policy.patterns import is_replace_ref, ref_pattern_fault
from gitsig.policy.types import KNOWN_DIGESTS, Defaults, FidoDemand, Require, Rule, Signer

__all__ = ["parse_defaults", "parse_rules"]

_RSA_BITS = range(1024, 16385)
_LONGEST_SKEW = 86400
_ROLE = "role:"


def parse_defaults(table: Table) -> Defaults:
    """`[defaults]`. Raises PolicyFault."""
    known = ("refs", "require", "tags", "identity", "clock-skew", "reject-digests", "min-rsa-bits", "self-signatures")
    table.only(*known, "fido")
    usual = Defaults()
    return Defaults(
        refs=_refs(table) or usual.refs,
        require=table.choice("require", usual.require),
        tags=table.choice("tags", usual.tags),
        identity=table.choice("identity", usual.identity),
        clock_skew=_skew(table, usual.clock_skew),
        reject_digests=_digests(table) if "reject-digests" in table else usual.reject_digests,
        min_rsa_bits=_rsa_bits(table, usual.min_rsa_bits),
        self_signatures=table.choice("self-signatures", usual.self_signatures),
        fido=table.choice("fido", usual.fido),
    )


def parse_rules(top: Table, signers: Mapping[str, Signer]) -> tuple[Rule, ...]:
    """`[[rules]]`, roles resolved to the names of `signers`. Raises PolicyFault."""
    return tuple(_rule(table, index, signers) for index, table in enumerate(top.tables("rules"), start=1))


def _rule(table: Table, index: int, signers: Mapping[str, Signer]) -> Rule:
    table.only("refs", "signers", "require", "no-rewind", "no-delete", "immutable", "fido")
    refs = _refs(table)
    if not refs:
        table.refuse("a rule without refs", 'write refs = ["refs/heads/main"]')
    allowed, roles = _allowed(table, signers)
    return Rule(
        number=index,
        refs=refs,
        signers=allowed,
        roles=roles,
        require=table.choice("require", Require.EVERY_COMMIT),
        no_rewind=table.flag("no-rewind"),
        no_delete=table.flag("no-delete"),
        immutable=table.flag("immutable"),
        fido=table.choice("fido", FidoDemand.ANY),
    )


def _refs(table: Table) -> tuple[str, ...]:
    refs = table.filled("refs")
    for at, pattern in enumerate(refs):
        wrong = ref_pattern_fault(pattern)
        if wrong:
            table.place.fault((*table.path, "refs", at), wrong, "write a full name, such as refs/heads/main")
        if is_replace_ref(pattern):
            what = "refs/replace/* cannot be guarded: pushes to it are always refused"
            table.place.fault((*table.path, "refs", at), what, "leave it out")
    return refs


def _allowed(table: Table, signers: Mapping[str, Signer]) -> tuple[frozenset[str] | None, frozenset[str]]:
    """Names that may sign, or None for no demand; and the roles that were resolved for it."""
    if "signers" not in table:
        return None, frozenset()
    names: set[str] = set()
    roles: set[str] = set()
    for at, entry in enumerate(table.filled("signers")):
        path = (*table.path, "signers", at)
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


def _skew(table: Table, usual: int) -> int:
    skew = table.duration("clock-skew", usual)
    if skew > _LONGEST_SKEW:
        table.fault("clock-skew", "clocks that differ by more than a day are broken", "write 1d or less")
    return skew


def _rsa_bits(table: Table, usual: int) -> int:
    bits = table.integer("min-rsa-bits")
    if bits is None:
        return usual
    if bits not in _RSA_BITS:
        table.fault("min-rsa-bits", f"{bits} is no sensible size of an RSA key", "write 2048, 3072 or 4096")
    return bits


def _digests(table: Table) -> frozenset[str]:
    digests = table.texts("reject-digests")
    for at, digest in enumerate(digests):
        if digest not in KNOWN_DIGESTS:
            path = (*table.path, "reject-digests", at)
            table.place.fault(path, f"unknown digest {digest!r}", "known are " + ", ".join(sorted(KNOWN_DIGESTS)))
    return frozenset(digests)
