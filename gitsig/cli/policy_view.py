"""A policy in words, for `gitsig policy check`, `show` and `diff`.

Policies come from repositories and pull requests, so their text is escaped like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gitsig.policy.types import Defaults, Exemption, FidoDemand, Governance, Policy, Rule, Seals, Signer
from gitsig.reports.escape import safe, unicode_fits
from gitsig.reports.text import count
from gitsig.reports.times import iso

if TYPE_CHECKING:
    from gitsig import LoadedPolicy
    from gitsig.upkeep.difference import Difference

__all__ = ["checked", "compared", "shown"]

_VALUE_LIMIT = 72
"""Characters of a key as the policy writes it: an RSA key in OpenSSH's form has 700."""
_LINE_LIMIT = 1000


def checked(loaded: LoadedPolicy, warnings: Sequence[str], beside: str, encoding: str | None = None) -> str:
    """What there is to say of a policy that could be read: the `warnings`, what it is held `beside`, then its size."""
    policy = loaded.policy
    sizes = (
        count(len(policy.signers), "signer"),
        count(len(loaded.keys.owners), "key"),
        count(len(policy.rules), "rule"),
        count(len(policy.exceptions), "exception"),
        count(len(warnings), "warning"),
    )
    lines = [*(f"warning: {warning}" for warning in warnings), beside]
    return _text([*lines, f"usable: {loaded.source}: {', '.join(sizes)}", f"digest: {loaded.digest}"], encoding)


def shown(loaded: LoadedPolicy, encoding: str | None = None) -> str:
    """The whole policy, in the order of its file."""
    policy = loaded.policy
    lines = [f"policy: {loaded.source}", f"digest: {loaded.digest}", "", "signers:"]
    for signer in policy.signers.values():
        lines += _signer(signer, policy)
    files = [("keyring", each) for each in policy.keyrings]
    files += [("allowed signers", policy.allowed_signers)] if policy.allowed_signers else []
    files += [("revoked SSH keys", policy.revoked)] if policy.revoked else []
    if files:
        lines += ["", "files:", *(f"  {name}: {spec.path}  ({spec.where})" for name, spec in files)]
    lines += ["", "defaults:", *_defaults(policy.defaults)]
    if policy.rules:
        lines += ["", "rules:", *(_rule(rule) for rule in policy.rules)]
    if policy.trusted_roots:
        lines += ["", "trusted roots:", *(f"  {oid}" for oid in sorted(policy.trusted_roots))]
    if policy.seals is not None:
        lines += ["", "seals:", *_seals(policy.seals)]
    if policy.governance is not None:
        lines += ["", "governance:", *_governance(policy.governance)]
    if policy.exceptions:
        lines += ["", "exceptions:", *map(_exemption, policy.exceptions.values())]
    return _text(lines, encoding)


def compared(
    found: list[Difference], old: LoadedPolicy, new: LoadedPolicy, encoding: str | None = None, *, as_json: bool = False
) -> str:
    """What is different between two policies, in words or as JSON."""
    from gitsig.upkeep import difference

    if as_json:
        import json

        return json.dumps(difference.as_json(found, old, new), indent=1) + "\n"
    lines = list(difference.as_lines(found)) or ["both judge alike"]
    return _text([f"old: {old.source}", f"new: {new.source}", *lines], encoding)


def _text(lines: list[str], encoding: str | None) -> str:
    ascii_only = not unicode_fits(encoding)
    return "".join(safe(line, _LINE_LIMIT, ascii_only=ascii_only) + "\n" for line in lines)


def _signer(signer: Signer, policy: Policy) -> Iterator[str]:
    facts = [", ".join(signer.emails)] if signer.emails else []
    if signer.roles:
        facts.append("roles " + ", ".join(sorted(signer.roles)))
    if signer.only:
        facts.append("only " + ", ".join(sorted(signer.only)))
    if signer.paths:
        facts.append("paths " + ", ".join(signer.paths))
    facts += _window(signer.valid_from, signer.valid_until)
    yield f"  {signer.name}: {'; '.join(facts)}" if facts else f"  {signer.name}"
    for spec in policy.key_specs:
        if spec.signer == signer.name:
            window = _window(spec.valid_from, spec.valid_until)
            value = safe(spec.value, _VALUE_LIMIT)
            yield f"    {spec.format:<7}  {'; '.join([value, *window])}  ({spec.where})"


def _window(since: int | None, until: int | None) -> list[str]:
    facts = [] if since is None else [f"valid from {iso(since)}"]
    return facts if until is None else [*facts, f"valid until {iso(until)}"]


def _defaults(defaults: Defaults) -> list[str]:
    facts = {
        "refs": ", ".join(defaults.refs),
        "require": defaults.require,
        "tags": defaults.tags,
        "identity": defaults.identity,
        "clock-skew": f"{defaults.clock_skew} s",
        "reject-digests": ", ".join(sorted(defaults.reject_digests)),
        "min-rsa-bits": str(defaults.min_rsa_bits),
        "self-signatures": defaults.self_signatures,
        "fido": defaults.fido,
    }
    if defaults.except_refs:
        facts["except-refs"] = ", ".join(defaults.except_refs)
    if defaults.valid_now:
        facts["valid-now"] = "true"
    return [f"  {name:<15}  {value}" for name, value in facts.items()]


def _rule(rule: Rule) -> str:
    facts = [f"require {rule.require}"]
    facts += [f"paths {', '.join(rule.paths)}"] if rule.paths else []
    facts += [f"kinds {', '.join(sorted(rule.kinds))}"] if rule.kinds else []
    if rule.signers is not None:
        facts.append("signers " + (", ".join(sorted(rule.signers)) or "nobody"))
    if rule.fido is not FidoDemand.ANY:
        facts.append(f"fido {rule.fido}")
    facts += [f"threshold {rule.threshold}"] if rule.threshold > 1 else []
    facts += [f"approvals {', '.join(rule.approvals)}"] if rule.approvals else []
    facts += [name for name, on in _switches(rule).items() if on]
    for name, oids in (("behind", rule.behind), ("exempt", rule.exempt)):
        facts += [f"{name} {', '.join(sorted(oids))}"] if oids else []
    return f"  {rule.number}. {', '.join(rule.refs)}: {'; '.join(facts)}"


def _switches(rule: Rule) -> dict[str, bool]:
    return {
        "two-person": rule.two_person,
        "clean-merges": rule.clean_merges,
        "no-octopus": rule.no_octopus,
        "tree-sha512": rule.tree_sha512,
        "no-rewind": rule.no_rewind,
        "no-delete": rule.no_delete,
        "immutable": rule.immutable,
    }


def _seals(seals: Seals) -> Iterator[str]:
    yield f"  signers: {', '.join(sorted(seals.signers))}"
    yield f"  trailers: {', '.join(seals.trailers) or 'none'}"
    yield f"  tags: {', '.join(seals.tags) or 'none'}"


def _governance(governance: Governance) -> Iterator[str]:
    if governance.root is not None:
        yield f"  root: {governance.root}"
        yield f"  root-signer: {governance.root_signer or 'not asked for'}"
        yield f"  parents: {governance.parents}"
    if governance.root is None or governance.signers:
        yield f"  signers: {', '.join(sorted(governance.signers)) or 'nobody'}"


def _exemption(exemption: Exemption) -> str:
    until = _window(None, exemption.until)
    accepted = "accepts " + ", ".join(sorted(exemption.accept))
    return f"  {exemption.oid}: {'; '.join([accepted, *until, exemption.because])}"
