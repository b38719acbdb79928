"""The hooks of git itself: `pre-receive` for a whole push, `update` for one ref (githooks(5)), and gitolite's VREF."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gitsig.errors import UsageFault
from gitsig.hooks.server.doorway import judge_push, need_push
from gitsig.hooks.server.lines import parse_lines, parse_update, read_lines
from gitsig.hooks.server.surroundings import surroundings

__all__ = ["pre_receive", "update"]

_UPDATE = 3
_VREF = 7
"""gitolite: ref, old, new, both trees, the kind of access, the virtual ref, and what the rule adds."""


def pre_receive(arguments: Sequence[str]) -> int:
    """Judge a whole push, read from standard input; give the exit code.

    Also for `pre-receive.d` of Gitea and Forgejo, `custom_hooks` of GitLab, GitHub Enterprise Server and Bitbucket.
    Raises UsageFault where git did not start it.
    """
    if arguments:
        raise UsageFault("pre-receive takes no arguments", mend="the updates come on standard input")
    need_push("pre-receive")
    if sys.stdin.isatty():
        raise UsageFault("pre-receive reads the updates of a push, not a terminal", mend="gitsig install pre-receive")
    data = read_lines(sys.stdin.buffer)
    return judge_push("pre-receive", surroundings(), lambda object_format: parse_lines(data, object_format))


def update(arguments: Sequence[str]) -> int:
    """Judge one ref, `REF OLD NEW`; give the exit code.

    Git moves each ref before it asks for the next one: a push that brings a new policy and uses it is judged by both,
    one after the other, as two pushes would be. Raises UsageFault where git did not start it.
    """
    if len(arguments) != _UPDATE and len(arguments) < _VREF:
        raise UsageFault("update takes REF OLD NEW", mend="it is run by git; see docs/hooks/")
    need_push("update")
    ref, old, new = arguments[:_UPDATE]
    return judge_push("update", surroundings(), lambda object_format: [parse_update(old, new, ref, object_format)])
