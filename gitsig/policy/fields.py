"""Typed access to the tables of a policy file, with a line number in every complaint."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NoReturn, TypeVar

from gitsig.errors import PolicyFault
from gitsig.model import LIMITS
from gitsig.policy.locate import Path, locate_lines, nearest_line
from gitsig.policy.times import parse_duration, unix_seconds

__all__ = ["Place", "Table", "suggest", "toml_table"]

_Choice = TypeVar("_Choice", bound=StrEnum)
_SHOWN = 25
_LINE_OF_ERROR = re.compile(r"\(at line ([0-9]+), column [0-9]+\)")
_TYPES = {bool: "a boolean", int: "an integer", float: "a number", str: "a string", list: "a list", dict: "a table"}
_WRITE = {**_TYPES, bool: "true or false, without quotes"}


class Place:
    """One policy text and where things stand in it."""

    def __init__(self, text: str, source: str) -> None:
        self._source = source
        self._lines = locate_lines(text)

    def where(self, path: Path) -> str:
        """`file:line` of `path` or of what stands around it."""
        return f"{self._source}:{nearest_line(self._lines, path)}"

    def fault(self, path: Path, what: str, mend: str) -> NoReturn:
        """Raise PolicyFault at the line of `path`."""
        raise PolicyFault(what, where=self.where(path), mend=mend)


class Table:
    """One TOML table. Every accessor raises PolicyFault for a value of another type."""

    def __init__(self, values: Mapping[str, object], path: Path, place: Place) -> None:
        self._values = values
        self.path = path
        self.place = place

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def fault(self, key: str, what: str, mend: str) -> NoReturn:
        """Raise PolicyFault at the line of `key`."""
        self.place.fault((*self.path, key), what, mend)

    def refuse(self, what: str, mend: str) -> NoReturn:
        """Raise PolicyFault at the table's own line."""
        self.place.fault(self.path, what, mend)

    def only(self, *known: str) -> None:
        """Refuse every key that is not `known`: a misspelt demand must not be dropped in silence."""
        for key in self._values:
            if key not in known:
                self.fault(key, f"unknown key {key!r}{_inside(self.path)}", suggest(key, known))

    def table(self, key: str) -> Table:
        """The sub-table `key`; an empty one where it is left out."""
        return Table(self._get(key, dict) or {}, (*self.path, key), self.place)

    def tables(self, key: str) -> list[Table]:
        """The array of tables `key`."""
        if isinstance(self._values.get(key), dict):
            self.fault(key, f"{key!r} is a table, not a list", f"write [[{key}]]")
        found = self._get(key, list) or []
        return [self._as_table(item, (*self.path, key, index)) for index, item in enumerate(found)]

    def items(self, key: str) -> list[tuple[object, Path]]:
        """The list `key` with the place of each item, types unchecked."""
        found = self._get(key, list) or []
        return [(item, (*self.path, key, index)) for index, item in enumerate(found)]

    def value(self, key: str) -> object:
        """The value `key` as it is; None where it is left out."""
        return self._values.get(key)

    def text(self, key: str) -> str | None:
        """The string `key`."""
        return self._get(key, str)

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of strings `key`."""
        found: list[str] = []
        for item, path in self.items(key):
            if not isinstance(item, str):
                self.place.fault(path, f"{key!r} holds {_name(item)} where a string belongs", "write it in quotes")
            found.append(item)
        return tuple(found)

    def filled(self, key: str) -> tuple[str, ...]:
        """As `texts`, but a list that is there must not be empty."""
        found = self.texts(key)
        if not found and key in self:
            self.fault(key, f"{key!r} is empty", f"name what it holds, or leave {key!r} out")
        return found

    def flag(self, key: str) -> bool:
        """The boolean `key`; False where it is left out."""
        return bool(self._get(key, bool))

    def integer(self, key: str) -> int | None:
        """The integer `key`."""
        return self._get(key, int)

    def choice(self, key: str, default: _Choice) -> _Choice:
        """One of the words of `default`'s type."""
        word = self.text(key)
        return default if word is None else self.member(word, type(default), (*self.path, key))

    def member(self, word: str, kind: type[_Choice], path: Path) -> _Choice:
        """`word` as a member of `kind`."""
        if word not in list(kind):
            self.place.fault(path, f"unknown word {word!r}", suggest(word, tuple(member.value for member in kind)))
        return kind(word)

    def members(self, key: str, kind: type[_Choice]) -> frozenset[_Choice]:
        """The list `key` of words of `kind`; a list that is there must not be empty."""
        words = enumerate(self.filled(key))
        return frozenset(self.member(word, kind, (*self.path, key, index)) for index, word in words)

    def duration(self, key: str, default: int) -> int:
        """Seconds of the duration `key`."""
        word = self.text(key)
        if word is None:
            return default
        try:
            return parse_duration(word)
        except ValueError:
            self.fault(key, f"{word!r} is no duration", 'write a number and s, m, h or d, such as "10m"')

    def moment(self, key: str) -> int | None:
        """Unix seconds of the offset date-time `key`."""
        value = self._values.get(key)
        if value is None:
            return None
        mend = f"write {key} = 2027-01-01T00:00:00Z, without quotes and with Z or an offset"
        if not isinstance(value, datetime):
            kind = "a date without a time" if isinstance(value, date) else _name(value)
            self.fault(key, f"{key!r} is {kind}, not a date-time", mend)
        if value.tzinfo is None:
            self.fault(key, f"{key!r} names no time zone, so it would be another moment on every machine", mend)
        return unix_seconds(value)

    def window(self) -> tuple[int | None, int | None]:
        """`valid-from` and `valid-until`."""
        begin, end = self.moment("valid-from"), self.moment("valid-until")
        if begin is not None and end is not None and begin >= end:
            self.fault(
                "valid-from", "'valid-from' is not before 'valid-until'", "no moment lies between them: swap them"
            )
        return begin, end

    def _as_table(self, item: object, path: Path) -> Table:
        if not isinstance(item, dict):
            self.place.fault(path, f"{_name(item)} stands where a table belongs", "write [[...]] headers")
        return Table(item, path, self.place)

    def _get(self, key: str, kind: type[_Value]) -> _Value | None:
        value = self._values.get(key)
        # bool is a kind of int in Python, and `version = true` is not version 1
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            self.fault(key, f"{key!r} is {_name(value)}, not {_TYPES[kind]}", f"write {_WRITE[kind]}")
        return value


_Value = TypeVar("_Value", bool, int, str, list[object], dict[str, object])


def suggest(word: str, known: tuple[str, ...]) -> str:
    """The mend for a word that is not among the `known` ones."""
    # imported here since only an error needs it, and a hook's start-up counts
    from difflib import get_close_matches

    close = get_close_matches(word, known, n=1) or get_close_matches(word.replace("_", "-"), known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(known[:_SHOWN]) + (" …" if len(known) > _SHOWN else "")
    return f"known are {shown}" if known else "there are none"


def _inside(path: Path) -> str:
    """The table as its header writes it; the line tells which of several `[[rules]]` it is."""
    names = ".".join(step for step in path if isinstance(step, str))
    if not names:
        return ""
    return f" in [[{names}]]" if isinstance(path[-1], int) else f" in [{names}]"


def _name(value: object) -> str:
    if isinstance(value, date):
        return "a date-time" if isinstance(value, datetime) else "a date"
    return _TYPES.get(type(value), "a time of day")


def toml_table(data: bytes, source: str, mend: str) -> Table:
    """The top of a TOML file. Raises PolicyFault; `mend` is for what is no TOML."""
    if len(data) > LIMITS.policy_size:
        raise PolicyFault(f"the policy is larger than {LIMITS.policy_size} bytes", where=source, mend="shorten it")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyFault("the policy is not UTF-8", where=f"{source}:{line}", mend="save it as UTF-8") from error
    text = text.replace("\r\n", "\n")
    try:
        return Table(tomllib.loads(text), (), Place(text, source))
    except RecursionError as error:
        raise PolicyFault("the policy is nested too deeply", where=source, mend="write it flat") from error
    except ValueError as error:
        # besides TOMLDecodeError: an integer with thousands of digits
        found = _LINE_OF_ERROR.search(str(error))
        where = f"{source}:{found[1]}" if found else source
        what = _LINE_OF_ERROR.sub("", str(error)).strip()
        raise PolicyFault(f"not TOML: {what}", where=where, mend=mend) from error
