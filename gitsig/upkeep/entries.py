"""Which keys stand where in a policy file: each entry of a signer with the fingerprints that it gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from gitsig.errors import UsageFault
from gitsig.keys.ssh import parse_public_key
from gitsig.keys.ssh.line import looks_like_key_type
from gitsig.loading import Files, LoadedPolicy, key_lines
from gitsig.model import KeySpec, SignatureFormat
from gitsig.policy import Policy
from gitsig.policy.locate import Path

__all__ = ["Entry", "find_entries", "known_signer", "list_entries", "moment", "with_window"]


class Entry(NamedTuple):
    """One item of a signer's `openpgp` or `ssh` list."""

    spec: KeySpec
    path: Path
    """Where it stands: `("signers", "ada", "ssh", 0)`."""
    fingerprints: tuple[str, ...]
    """Primary fingerprints: a file may hold several keys."""


def list_entries(loaded: LoadedPolicy, files: Files) -> list[Entry]:
    """Every key entry of the `[signers]` tables, in the file's order. Raises PolicyFault."""
    primaries: dict[int, list[str]] = {}
    for fingerprint, index in loaded.keys.openpgp.owners:
        primaries.setdefault(index, []).append(fingerprint)
    found: list[Entry] = []
    openpgp = 0
    seen: dict[tuple[str, str], int] = {}
    for spec in loaded.policy.key_specs:
        place = (spec.signer, str(spec.format))
        path = ("signers", *place, seen.setdefault(place, 0))
        seen[place] += 1
        if spec.format is SignatureFormat.OPENPGP:
            fingerprints = primaries.get(openpgp, [])
            openpgp += 1
        else:
            fingerprints = [parse_public_key(line, spec.where).fingerprint for line in key_lines(spec, files)]
        found.append(Entry(spec, path, tuple(fingerprints)))
    return found


def find_entries(entries: Sequence[Entry], signer: str, key: str) -> list[Entry]:
    """The entry of `signer` that gives the key: a full fingerprint, a file as the policy names it, or a key line.

    Raises UsageFault where there is none, or where its file holds other keys too.
    """
    own = [each for each in entries if each.spec.signer == signer]
    name = re.sub(r"\s+", "", key).upper().removeprefix("0X") if ":" not in key and "/" not in key else key
    is_line = " " in key and looks_like_key_type(key.split(" ")[0])
    line = parse_public_key(key, "the command line").fingerprint if is_line else ""
    wanted = {key, name, line}
    for entry in own:
        if entry.spec.value == key:
            return [entry]
        if wanted & set(entry.fingerprints):
            if len(entry.fingerprints) > 1:
                raise UsageFault(
                    f"{entry.spec.value} holds {len(entry.fingerprints)} keys of {signer!r}",
                    where=entry.spec.where,
                    mend="take the one out of that file, or name the file to mean all of them",
                )
            return [entry]
    known = ", ".join(each for entry in own for each in entry.fingerprints) or "none in [signers]"
    raise UsageFault(f"signer {signer!r} has no key {key!r}", mend=f"keys are named by full fingerprint: {known}")


def known_signer(policy: Policy, signer: str, plain: dict[str, Any]) -> None:
    """Raise UsageFault unless the policy file has a table of that signer."""
    if signer in plain.get("signers", {}):
        return
    from gitsig.policy.fields import suggest

    if signer in policy.signers and policy.allowed_signers is not None:
        spec = policy.allowed_signers
        raise UsageFault(f"{signer!r} comes from {spec.path}", where=spec.where, mend="edit that file")
    raise UsageFault(f"no signer {signer!r}", mend=suggest(signer, tuple(policy.signers)))


def with_window(value: str, begin: int | None, end: int | None) -> str | dict[str, Any]:
    """A key entry: the key alone, or a table where it has a window of its own."""
    window = {"valid-from": begin, "valid-until": end}
    held = {name: moment(at) for name, at in window.items() if at is not None}
    return {"key": value, **held} if held else value


def moment(at: int) -> datetime:
    """Unix seconds as a policy writes them. Raises UsageFault for a year that TOML cannot write."""
    try:
        return datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageFault("a policy cannot name a time before the year 1", mend="leave the bound out") from error
