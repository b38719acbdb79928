"""The parents of a raw commit, for the walk: no more of the commit is judged here.

The walk meets every commit, also those that the full grammar refuses; it needs the parents of both.
"""

from __future__ import annotations

import re

from gitsig.errors import MalformedObject
from gitsig.model import ObjectFormat

__all__ = ["parents_and_time", "parents_of"]


def _lineage(digits: int) -> re.Pattern[bytes]:
    # A further line that begins like a tree or a parent is one that another reader may follow: refused.
    # 18 digits fit into 64 bits, and are beyond every date that git can show.
    return re.compile(
        rb"tree [0-9a-f]{%(n)d}\n((?:parent [0-9a-f]{%(n)d}\n)*+)(?!tree|parent)"
        rb"(?:author [^\n]*+\ncommitter [^\n]*> ([0-9]{1,18})[ \n])?" % {b"n": digits}
    )


_LINEAGE = {fmt: _lineage(fmt.hex_length) for fmt in ObjectFormat}


def parents_and_time(raw: bytes, object_format: ObjectFormat) -> tuple[tuple[str, ...], int]:
    """Give the parents of a raw commit, in order, and its committer's date in Unix seconds (0 where it has none).

    Raises `MalformedObject` if the commit does not begin with one tree line and well-formed parent lines.
    """
    found = _LINEAGE[object_format].match(raw)
    if found is None:
        raise MalformedObject("the commit does not begin with a tree line and well-formed parent lines")
    lines, time = found.groups()
    return tuple(lines[7:-1].decode("ascii").split("\nparent ")) if lines else (), int(time or 0)


def parents_of(raw: bytes, object_format: ObjectFormat) -> tuple[str, ...]:
    """Give the parents of a raw commit, in order.

    Raises `MalformedObject` as `parents_and_time` does.
    """
    return parents_and_time(raw, object_format)[0]
