"""Edits of a policy's text that leave every other byte alone: comments, order and layout are its author's.

tomlkit edits arrays and values, and is given the lines of that one statement only: it takes minutes for a few hundred
tables. Whole tables and new keys are lines put in or taken out. Whichever way, the result must say exactly what was
meant (tomllib reads it again), or nothing is changed: an edit that slips into the next table would give the key to
somebody else.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

from gitsig.errors import PolicyFault
from gitsig.policy.locate import Path, locate_lines, nearest_line
from gitsig.upkeep.rendering import rendered, toml_key, written
from gitsig.upkeep.spans import Layout, Span

__all__ = ["Document"]

_Finder = Callable[[Path], Any]
_STATEMENT = 3
"""Steps that lead to a line of its own: ("signers", "ada", "ssh") or ("rules", 0, "signers")."""


class Document:
    """A policy's text while it is edited. Every method raises PolicyFault where the edit cannot be made cleanly."""

    def __init__(self, data: bytes, source: str) -> None:
        """`data` is a policy that `parse_policy` takes."""
        self._source = source
        self.text = data.decode("utf-8")
        self._newline = "\r" if "\r\n" in self.text else ""

    @property
    def data(self) -> bytes:
        """The file's bytes as they are now."""
        return self.text.encode("utf-8")

    @property
    def plain(self) -> dict[str, Any]:
        """What the text says, freshly read."""
        return tomllib.loads(self.text)

    def add_signer(self, name: str, values: dict[str, Any]) -> None:
        """Put the table of a new signer behind the last one, or at the end."""
        expected = self.plain
        signers = expected.setdefault("signers", {})
        last = Layout(self.text).last_table([("signers", each) for each in signers]) or self._end()
        signers[name] = values
        pairs = [f"{toml_key(key)} = {rendered(value)}" for key, value in values.items()]
        self._put_in(expected, ("signers", name), last, ["", f"[signers.{toml_key(name)}]", *pairs])

    def remove_signer(self, name: str) -> None:
        """Take out a signer's table, with the comment lines that stand directly above its header."""
        expected = self.plain
        del expected["signers"][name]
        path, layout = ("signers", name), Layout(self.text)
        span = layout.table(path)
        if span is None:
            self._give_up(path)
        lines = self.text.split("\n")
        first, last = span
        while first > 0 and lines[first - 1].lstrip().startswith("#"):
            first -= 1
        if last + 1 < len(lines) - 1 and not lines[last + 1].strip():
            last += 1
        if not expected["signers"] and layout.statement(("signers",)) == layout.statement(path):
            del expected["signers"]  # the header of the last one made the table of all
        self._settle(expected, path, lines[:first] + lines[last + 1 :])

    def set(self, path: Path, value: Any) -> None:
        """Give the key, or the array's item, at `path` a value; the key is made if need be."""
        expected = self.plain
        holder, key = _at(expected, path[:-1]), path[-1]
        there = isinstance(key, int) or key in holder
        holder[key] = value
        if there or len(path) > _STATEMENT:
            self._with_tomlkit(expected, path, lambda at: _assign(at(path[:-1]), key, value))
            return
        span = Layout(self.text).table(path[:-1])
        if span is None:
            self._give_up(path[:-1])
        self._put_in(expected, path, span, [f"{toml_key(str(key))} = {rendered(value)}"])

    def extend(self, path: Path, values: Sequence[Any]) -> None:
        """Append to the array at `path`, which is made if need be."""
        expected = self.plain
        array = _at(expected, path[:-1]).get(path[-1])
        if array is None:
            self.set(path, list(values))
            return
        array.extend(values)
        self._with_tomlkit(expected, path, lambda at: _append(at(path), values))

    def remove_item(self, path: Path) -> None:
        """Take the item at `path` out of its array; with its last item the array goes too."""
        expected = self.plain
        array = _at(expected, path[:-1])
        if len(array) > 1:
            del array[path[-1]]
            self._with_tomlkit(expected, path, lambda at: at(path[:-1]).pop(path[-1]))
            return
        del _at(expected, path[:-2])[path[-2]]
        layout = Layout(self.text)
        span = layout.statement(path[:-1])
        if span is None or layout.is_header(span):
            self._give_up(path)
        lines = self.text.split("\n")
        self._settle(expected, path, lines[: span.first] + lines[span.last + 1 :])

    def _with_tomlkit(self, expected: dict[str, Any], path: Path, edit: Callable[[_Finder], object]) -> None:
        """`edit` is given what finds a path of the whole text in the one statement."""
        import tomlkit
        from tomlkit.exceptions import TOMLKitError

        layout = Layout(self.text)
        span = layout.statement(path[:_STATEMENT]) or layout.statement(path[: _STATEMENT - 1])
        if span is None or layout.is_header(span):
            self._give_up(path)
        lines = self.text.split("\n")
        try:
            statement = tomlkit.parse("\n".join(lines[span.first : span.last + 1]) + "\n")
            edit(partial(_at_end_of, statement))
            edited = tomlkit.dumps(statement).removesuffix("\n")
        except (TOMLKitError, LookupError, TypeError):
            self._give_up(path)
        self._settle(expected, path, [*lines[: span.first], *edited.split("\n"), *lines[span.last + 1 :]])

    def _put_in(self, expected: dict[str, Any], path: Path, behind: Span, new: Sequence[str]) -> None:
        lines = self.text.split("\n")
        kept, rest = lines[: behind.last + 1], lines[behind.last + 1 :]
        if not rest:
            # The file's last line had no end; it gets one, and the new lines too.
            kept, rest = [*kept[:-1], kept[-1] + self._newline], [""]
        self._settle(expected, path, [*kept, *(line + self._newline for line in new), *rest])

    def _settle(self, expected: dict[str, Any], path: Path, lines: Sequence[str]) -> None:
        text = "\n".join(lines)
        try:
            said = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            said = {}
        if said != expected:
            self._give_up(path)
        self.text = text

    def _give_up(self, path: Path) -> NoReturn:
        name = ".".join(str(step) for step in path)
        line = nearest_line(locate_lines(self.text.replace("\r\n", "\n")), path)
        raise PolicyFault(
            f"{name} cannot be edited here without disturbing what stands around it",
            where=f"{self._source}:{line}",
            mend="write the signer as a table of its own, [signers.NAME], or edit it by hand",
        )

    def _end(self) -> Span:
        last = len(self.text.rstrip("\r\n").split("\n")) - 1
        return Span(last, last)


def _at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def _at_end_of(statement: Any, path: Path) -> Any:
    """What is at `path` of the whole text: the statement may begin anywhere on it, `signers.ada.ssh = […]` or `ssh`."""
    for begin in range(len(path)):
        try:
            return _at(statement, path[begin:])
        except (LookupError, TypeError):
            continue
    return statement


def _assign(holder: Any, key: str | int, value: Any) -> None:
    holder[key] = written(value)


def _append(array: Any, values: Sequence[Any]) -> None:
    for value in values:
        array.append(written(value))
