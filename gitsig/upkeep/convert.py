"""`gitsig policy convert`: a peer's policy as our own file, with its keys beside it, that judges the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import EnvironmentFault, UsageFault
from gitsig.loading import LoadedPolicy, read_keys
from gitsig.policy import parse_policy
from gitsig.policy.adapters.named import Kind, Named
from gitsig.sources import peer_policy
from gitsig.sources.disk import GivenFiles
from gitsig.sources.named import material_of, open_named
from gitsig.store.interface import Store
from gitsig.upkeep.convertgoverned import law_at_head
from gitsig.upkeep.convertkeys import Collected, collect
from gitsig.upkeep.converttext import policy_text
from gitsig.upkeep.writing import Change, write_all

__all__ = ["Conversion", "convert", "write"]


class Conversion(NamedTuple):
    """A policy of our own, ready to be written."""

    text: str
    files: dict[str, bytes]
    """Key files by the name that the policy gives them."""
    notes: tuple[str, ...]
    """What could not be carried over, or means something else now. Not escaped."""
    loaded: LoadedPolicy


def convert(store: Store | None, path: str | None = None) -> Conversion:
    """Read the peer's policy that `path`, GITSIG_POLICY or `gitsig.policy` names.

    Raises UsageFault where it is our own already, PolicyFault, EnvironmentFault.
    """
    named = peer_policy(store, path)
    if named is None:
        raise UsageFault(f"{path or 'the policy'} is gitsig's own file already", mend="name a peer's policy: --policy")
    collected, notes = _collected(named, store)
    text = policy_text(collected.policy, collected.keys, list(_head(named)))
    files = dict(collected.files)
    loaded = read_keys(parse_policy(text.encode(), "the converted policy"), GivenFiles(files))
    return Conversion(text, files, (*notes, *collected.notes), loaded)


def _collected(named: Named, store: Store | None) -> tuple[Collected, list[str]]:
    if not named.governed:
        return collect(*material_of(named)), []
    law = law_at_head(open_named(named, store))
    return collect(law.policy, law.files), law.notes


def _head(named: Named) -> Iterator[str]:
    yield f"Converted from {named.text} by `gitsig policy convert`."
    if named.governed:
        parents = "all" if named.kind is Kind.GUIX else "any"
        yield "This is the law of HEAD. It belongs into the repository as .gitsig/policy.toml, with keys/ beside it."
        yield "Who judges names the commit that brings it, and its signer, in a file outside the repository:"
        yield "  version = 1"
        yield "  [governance]"
        yield '  root = "<full id of that commit>"'
        yield '  root-signer = "<full fingerprint>"'
        yield f'  parents = "{parents}"'


def write(conversion: Conversion, output: Path, *, force: bool = False) -> tuple[Path, ...]:
    """Write the policy to `output` and its files beside it, all or none; give what was written.

    Raises EnvironmentFault where one cannot be written, or is there already and not `force`.
    """
    changes = [_change(output.parent / name, data, force=force) for name, data in conversion.files.items()]
    changes.append(_change(output, conversion.text.encode(), force=force))
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(f"cannot be made ({error.strerror})", where=str(output.parent)) from error
    write_all(changes)
    return tuple(change.path for change in changes)


def _change(path: Path, data: bytes, *, force: bool) -> Change:
    if not os.path.lexists(path):
        return Change(path, None, data)
    if not force:
        raise EnvironmentFault("the file is there already", where=str(path), mend="look at it; --force overwrites it")
    try:
        return Change(path, path.read_bytes(), data)
    except OSError as error:
        raise EnvironmentFault(f"cannot be read ({error.strerror})", where=str(path)) from error
