"""What the administrator has set with `git config`: mode, log and where the refused read on."""

from __future__ import annotations

from typing import NamedTuple

from gitsig.errors import PolicyFault
from gitsig.store.interface import Store

__all__ = ["ENFORCE", "WARN", "Log", "certificate_required", "mode_of", "read_log"]

ENFORCE = "enforce"
WARN = "warn"

_YES = frozenset(("", "true", "yes", "on", "1"))  # without a value a key of git's configuration is true
_NO = frozenset(("false", "no", "off", "0"))


class Log(NamedTuple):
    """Where decisions are written."""

    target: str
    """A file's absolute path, `syslog`, `syslog:FACILITY`, or nothing."""
    required: bool
    """Whether a push is refused if its decision cannot be written."""


def read_log(store: Store) -> Log:
    """`gitsig.log` and `gitsig.logRequired`. Raises PolicyFault for a value that means nothing."""
    return Log(store.config("gitsig.log") or "", _flag(store, "logRequired"))


def certificate_required(store: Store) -> bool:
    """`gitsig.requireCertificate`. Raises PolicyFault for a value that means nothing."""
    return _flag(store, "requireCertificate")


def mode_of(store: Store) -> str:
    """`gitsig.mode`, `enforce` where it is not set. Raises PolicyFault for another word: a slip must not warn."""
    mode = store.config("gitsig.mode")
    if mode not in (None, ENFORCE, WARN):
        raise _fault(store, "mode", mode or "", f"{ENFORCE} or {WARN}")
    return mode or ENFORCE


def _flag(store: Store, key: str) -> bool:
    value = store.config(f"gitsig.{key}")
    word = "false" if value is None else value.lower()
    if word not in _YES | _NO:
        raise _fault(store, key, word, "true or false")
    return word in _YES


def _fault(store: Store, key: str, value: str, known: str) -> PolicyFault:
    mend = f"git config gitsig.{key} takes {known}"
    return PolicyFault(f"gitsig.{key} is {value!r}", where=str(store.git_dir / "config"), mend=mend)
