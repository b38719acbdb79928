"""What an edit comes to: the files to write, once gitsig's own parser has taken the new policy, and what to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gitsig.loading import LoadedPolicy
from gitsig.upkeep.document import Document
from gitsig.upkeep.opened import Opened
from gitsig.upkeep.writing import Change, write_all

__all__ = ["Outcome", "settle"]


class Outcome(NamedTuple):
    """An edit that is ready to be written."""

    changes: tuple[Change, ...]
    """Key files first, the policy last; empty where there is nothing to change."""
    told: tuple[str, ...]
    """What was done, one line each. Not escaped."""
    warnings: tuple[str, ...] = ()

    def write(self) -> None:
        """Write the files, all or none. Raises EnvironmentFault."""
        write_all(self.changes)


def settle(
    opened: Opened,
    document: Document,
    files: Mapping[str, tuple[bytes | None, bytes]],
    told: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> tuple[Outcome, LoadedPolicy]:
    """Read the edited policy as a doorway would, and make it ready to be written.

    `files` are key files by the name that the policy gives them: their content before (None: a new file) and after.
    Raises PolicyFault where the result is no usable policy; nothing has been written then.
    """
    loaded = opened._replace(data=document.data).load({name: after for name, (_, after) in files.items()})
    changes = [Change(opened.folder / name, before, after) for name, (before, after) in files.items()]
    if opened.path is not None and document.data != opened.data:
        changes.append(Change(opened.path, opened.data, document.data))
    return Outcome(tuple(changes), tuple(told), tuple(warnings)), loaded
