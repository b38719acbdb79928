"""A policy's values as the text of our own file: what differs from the defaults, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from gitsig.policy import Policy
from gitsig.policy.types import Defaults, Exemption, FileSpec, Governance, Rule, Signer
from gitsig.reports.escape import safe
from gitsig.upkeep.rendering import rendered, toml_key

__all__ = ["Entry", "policy_text"]

_COMMENT = 1000
"""Characters of one comment line."""


class Entry(NamedTuple):
    """One key as the file will name it."""

    value: str
    """A file, or the line of an SSH key."""
    valid_from: int | None = None
    valid_until: int | None = None


def policy_text(
    policy: Policy, keys: Mapping[str, tuple[Sequence[Entry], Sequence[Entry]]], head: Sequence[str]
) -> str:
    """The file. `keys` are each signer's OpenPGP and SSH entries; `head` the comment lines at its top."""
    blocks: list[Iterator[str]] = [_head(head)]
    files = {"allowed-signers": policy.allowed_signers, "revoked": policy.revoked}
    if any(files.values()):
        blocks.append(_table("[ssh]", {key: spec.path for key, spec in files.items() if isinstance(spec, FileSpec)}))
    blocks += [_signer(each, *keys[name]) for name, each in policy.signers.items() if name in keys]
    defaults = _defaults(policy.defaults)
    if defaults:
        blocks.append(_table("[defaults]", defaults))
    blocks += [_table("[[rules]]", _rule(rule)) for rule in policy.rules]
    if policy.governance is not None:
        blocks.append(_table("[governance]", _governance(policy.governance)))
    if policy.trusted_roots:
        blocks.append(_table("[history]", {"trusted-roots": sorted(policy.trusted_roots)}))
    blocks += [_table("[[exceptions]]", _exemption(each)) for each in policy.exceptions.values()]
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks)


def _head(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"# {safe(line, _COMMENT)}" for line in lines)
    yield "version = 1"


def _table(heading: str, values: Mapping[str, Any]) -> Iterator[str]:
    yield heading
    for key, value in values.items():
        if isinstance(value, list) and len(value) > 4:
            yield f"{key} = ["
            yield from (f"  {rendered(each)}," for each in value)
            yield "]"
        else:
            yield f"{key} = {rendered(value)}"


def _signer(signer: Signer, openpgp: Sequence[Entry], ssh: Sequence[Entry]) -> Iterator[str]:
    values: dict[str, Any] = {}
    for key, found in (("emails", signer.emails), ("roles", signer.roles), ("only", signer.only)):
        if found:
            values[key] = sorted(map(str, found))
    for key, entries in (("openpgp", openpgp), ("ssh", ssh)):
        if entries:
            values[key] = [_entry(each) for each in entries]
    return _table(f"[signers.{toml_key(signer.name)}]", values)


def _entry(entry: Entry) -> str | dict[str, Any]:
    times = {"valid-from": entry.valid_from, "valid-until": entry.valid_until}
    window = {key: _moment(at) for key, at in times.items() if at is not None}
    return {"key": entry.value, **window} if window else entry.value


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _defaults(defaults: Defaults) -> dict[str, Any]:
    """By the field's name, which is the key's."""
    usual = Defaults()
    found = {key: value for key, value in defaults._asdict().items() if value != getattr(usual, key)}
    values = {key.replace("_", "-"): _plain(value) for key, value in found.items()}
    if "clock-skew" in values:
        values["clock-skew"] = f"{values['clock-skew']}s"
    return values


def _rule(rule: Rule) -> dict[str, Any]:
    usual = Rule(0, ())
    left_out = ("number", "roles")
    found = {
        key: value for key, value in rule._asdict().items() if key not in left_out and value != getattr(usual, key)
    }
    return {key.replace("_", "-"): _plain(value) for key, value in found.items()}


def _governance(governance: Governance) -> dict[str, Any]:
    return {"signers": sorted(governance.signers)}


def _exemption(exemption: Exemption) -> dict[str, Any]:
    values: dict[str, Any] = {"object": exemption.oid, "accept": sorted(map(str, exemption.accept))}
    values["because"] = exemption.because
    if exemption.until is not None:
        values["until"] = _moment(exemption.until)
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, Collection) and not isinstance(value, str):
        return sorted(map(str, value)) if isinstance(value, frozenset) else [str(each) for each in value]
    return value if isinstance(value, bool | int) else str(value)
