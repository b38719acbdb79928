"""What git tells a hook about a push: `old SP new SP ref LF`, one line for each ref (githooks(5), pre-receive).

Read strictly. Git writes these lines, but the names in them come from whoever pushes.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from gitsig.errors import UsageFault
from gitsig.model import ObjectFormat, RefUpdate

__all__ = ["parse_lines", "parse_update", "read_lines"]

_LONGEST = 16 * 1024 * 1024
"""Bytes of input, for some 100,000 refs."""
_LONGEST_REF = 4096
_MEND = "this hook is run by git; see docs/hooks/"

# git check-ref-format(1); a ref that is pushed begins with `refs/`, or git calls it funny and refuses as well.
_REF = re.compile(r"refs(?:/(?!\.)(?:(?!\.\.|@\{)[^\x00-\x20\x7f~^:?*\[\\/])+(?<!\.lock))+(?<!\.)")


def read_lines(stream: BinaryIO) -> bytes:
    """All of standard input. Raises UsageFault beyond 16 MiB."""
    data = stream.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        raise UsageFault(f"more than {_LONGEST} bytes on standard input", mend="push fewer refs at a time")
    return data


def parse_lines(data: bytes, object_format: ObjectFormat) -> list[RefUpdate]:
    """The updates of a push. Raises UsageFault for anything but lines as git writes them, and for none."""
    if not data:
        raise UsageFault("nothing on standard input", mend=_MEND)
    if not data.endswith(b"\n"):
        raise UsageFault("standard input breaks off in the middle of a line", mend=_MEND)
    updates: dict[str, RefUpdate] = {}
    for number, line in enumerate(data[:-1].split(b"\n"), start=1):
        fields = line.decode("utf-8", "surrogateescape").split(" ")
        if len(fields) != 3:
            raise UsageFault(f"line {number} of standard input is not 'old new ref'", mend=_MEND)
        update = parse_update(fields[0], fields[1], fields[2], object_format)
        if updates.setdefault(update.ref, update) is not update:
            raise UsageFault(f"two updates of {update.ref!r} in one push", mend="push it once")
    return list(updates.values())


def parse_update(old: str, new: str, ref: str, object_format: ObjectFormat) -> RefUpdate:
    """One update. Raises UsageFault for what is no whole object id, or no name that git gives to a ref."""
    for oid in (old, new):
        if not re.fullmatch(f"[0-9a-f]{{{object_format.hex_length}}}", oid):
            raise UsageFault(f"{oid[:80]!r} is no whole object id", mend=_MEND)
    if len(ref) > _LONGEST_REF or not _REF.fullmatch(ref):
        raise UsageFault(f"{ref[:80]!r} is no name of a ref", mend="git check-ref-format tells what is wrong with it")
    if any("\udc80" <= char <= "\udcff" for char in ref):
        # The store cannot list such a ref: once there, it would stop every later push.
        raise UsageFault(f"{ref[:80]!r} is not UTF-8", mend="give the ref a name in UTF-8")
    return RefUpdate(old, new, ref)
