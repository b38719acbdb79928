"""Git's configuration and identities as `git commit` is going to see them: asked of git itself.

libgit2 knows neither `git -c` nor GIT_CONFIG_COUNT nor every kind of conditional include, and a verdict on settings
that are not the ones in force is worth nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

from gitsig.errors import EnvironmentFault
from gitsig.hooks.client.process import git
from gitsig.model import Ident

__all__ = ["Settings", "read_ident", "read_settings"]

_TRUE = frozenset(("true", "yes", "on"))
_FALSE = frozenset(("false", "no", "off", ""))
_IDENT = re.compile(rb"(?P<name>.*) <(?P<email>[^<>\n]*)> (?P<time>-?[0-9]+) (?P<zone>[+-][0-9]+)\n?", re.DOTALL)


class Settings:
    """All configuration in force. Keys are in lower case but for the part between the first and the last dot."""

    def __init__(self, listed: bytes) -> None:
        """`listed` is what `git config --null --list` prints: `key LF value NUL`, without LF where there is no `=`."""
        self._values: dict[str, list[str | None]] = {}
        for entry in listed.decode("utf-8", "surrogateescape").split("\0"):
            key, has_value, value = entry.partition("\n")
            if key:
                self._values.setdefault(key, []).append(value if has_value else None)

    def get(self, key: str) -> str:
        """The last value of `key`; empty where there is none."""
        return (self._values.get(key) or [""])[-1] or ""

    def every(self, key: str) -> list[str]:
        """All values of `key`, in order."""
        return [value or "" for value in self._values.get(key, ())]

    def flag(self, key: str) -> bool:
        """A boolean as git reads it (git-config(1), "Values"); False where unset, EnvironmentFault for anything else.

        A key without `=` is true, one with an empty value is false.
        """
        if key not in self._values:
            return False
        value = self._values[key][-1]
        if value is None or value.lower() in _TRUE:
            return True
        if value.lower() in _FALSE:
            return False
        if re.fullmatch(r"[+-]?[0-9]+[kmg]?", value.lower()):
            return bool(int(value.rstrip("kKmMgG")))
        raise EnvironmentFault(f"{key} is {value!r}, which is neither true nor false", mend=f"git config {key} true")

    def remotes(self) -> list[str]:
        """Names of the remotes that are fetched from."""
        found = (key for key in self._values if key.startswith("remote.") and key.endswith(".fetch"))
        return [key.removeprefix("remote.").removesuffix(".fetch") for key in found]

    def path(self, key: str) -> Path | None:
        """A file name with `~` expanded; None where there is none."""
        value = self.get(key)
        return Path(value).expanduser() if value else None


def read_settings() -> Settings:
    """The configuration in force in the current directory. Raises EnvironmentFault as `process.git` does."""
    return Settings(git("config", "--null", "--list"))


def read_ident(role: str) -> Ident:
    """Who is going to be `role` (`AUTHOR`, `COMMITTER`) of the next commit, as git determines it (git-var(1)).

    Raises EnvironmentFault where git knows nobody, or the name is outside the grammar.
    """
    told = _IDENT.fullmatch(git("var", f"GIT_{role}_IDENT"))
    if told is None:
        raise EnvironmentFault(
            f"git gives no usable {role.lower()}", mend='git config user.name "..." and git config user.email ADDRESS'
        )
    return Ident(told["name"], told["email"], int(told["time"]), told["zone"])
