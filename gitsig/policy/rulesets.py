"""`[defaults]` and `[[rules]]` of the policy file: what is demanded, and of whom."""

from __future__ import annotations

from collections.abc import Mapping

from gitsig.policy.fields import Table
from gitsig.policy.lists import listed_oids, listed_paths, listed_refs, listed_signers, listed_tags
from gitsig.policy.rulefaults import refuse_contradictions, refuse_faults
from gitsig.policy.types import KNOWN_DIGESTS, Defaults, FidoDemand, ObjectKind, Require, Rule, Signer

__all__ = ["RSA_BITS", "parse_defaults", "parse_rules"]

RSA_BITS = range(1024, 16385)
_LONGEST_SKEW = 86400
_RULE_KEYS = (
    *("refs", "signers", "require", "no-rewind", "no-delete", "immutable", "fido"),
    *("paths", "kinds", "two-person", "threshold", "approvals", "clean-merges", "no-octopus"),
    *("tree-sha512", "behind", "exempt"),
)


def parse_defaults(table: Table) -> Defaults:
    """`[defaults]`. Raises PolicyFault."""
    known = ("refs", "require", "tags", "identity", "clock-skew", "reject-digests", "min-rsa-bits", "self-signatures")
    table.only(*known, "fido", "except-refs", "valid-now")
    usual = Defaults()
    return Defaults(
        refs=listed_refs(table, "refs") or usual.refs,
        require=table.choice("require", usual.require),
        tags=table.choice("tags", usual.tags),
        identity=table.choice("identity", usual.identity),
        clock_skew=_skew(table, usual.clock_skew),
        reject_digests=_digests(table) if "reject-digests" in table else usual.reject_digests,
        min_rsa_bits=_rsa_bits(table, usual.min_rsa_bits),
        self_signatures=table.choice("self-signatures", usual.self_signatures),
        fido=table.choice("fido", usual.fido),
        except_refs=listed_refs(table, "except-refs"),
        valid_now=table.flag("valid-now"),
    )


def parse_rules(top: Table, signers: Mapping[str, Signer], *, closed: bool) -> tuple[Rule, ...]:
    """`[[rules]]`, roles resolved to the names of `signers`. Raises PolicyFault.

    `closed` says that nobody else can sign: neither a file nor the trees add to `signers`.
    """
    tables = top.tables("rules")
    rules = tuple(_rule(table, index, signers) for index, table in enumerate(tables, start=1))
    for table, rule in zip(tables, rules, strict=True):
        refuse_faults(table, rule, signers, closed=closed)
    refuse_contradictions(tables, rules)
    return rules


def _rule(table: Table, index: int, signers: Mapping[str, Signer]) -> Rule:
    table.only(*_RULE_KEYS)
    refs = listed_refs(table, "refs")
    if not refs:
        table.refuse("a rule without refs", 'write refs = ["refs/heads/main"]')
    allowed, roles = listed_signers(table, "signers", signers)
    return Rule(
        number=index,
        refs=refs,
        signers=allowed if "signers" in table else None,
        roles=roles,
        require=table.choice("require", Require.EVERY_COMMIT),
        no_rewind=table.flag("no-rewind"),
        no_delete=table.flag("no-delete"),
        immutable=table.flag("immutable"),
        fido=table.choice("fido", FidoDemand.ANY),
        paths=listed_paths(table, "paths"),
        kinds=table.members("kinds", ObjectKind),
        two_person=table.flag("two-person"),
        threshold=_threshold(table),
        approvals=listed_tags(table, "approvals"),
        clean_merges=table.flag("clean-merges"),
        tree_sha512=table.flag("tree-sha512"),
        no_octopus=table.flag("no-octopus"),
        behind=listed_oids(table, "behind"),
        exempt=listed_oids(table, "exempt"),
    )


def _threshold(table: Table) -> int:
    threshold = table.integer("threshold")
    if threshold is not None and threshold < 1:
        table.fault("threshold", f"a threshold of {threshold} demands no signer", "write 2 or more, or leave it out")
    return 1 if threshold is None else threshold


def _skew(table: Table, usual: int) -> int:
    skew = table.duration("clock-skew", usual)
    if skew > _LONGEST_SKEW:
        table.fault("clock-skew", "clocks that differ by more than a day are broken", "write 1d or less")
    return skew


def _rsa_bits(table: Table, usual: int) -> int:
    bits = table.integer("min-rsa-bits")
    if bits is None:
        return usual
    if bits not in RSA_BITS:
        table.fault("min-rsa-bits", f"{bits} is no sensible size of an RSA key", "write 2048, 3072 or 4096")
    return bits


def _digests(table: Table) -> frozenset[str]:
    digests = table.texts("reject-digests")
    for at, digest in enumerate(digests):
        if digest not in KNOWN_DIGESTS:
            path = (*table.path, "reject-digests", at)
            table.place.fault(path, f"unknown digest {digest!r}", "known are " + ", ".join(sorted(KNOWN_DIGESTS)))
    return frozenset(digests)
