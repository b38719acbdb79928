"""Finds the line of a key or value in a TOML text that tomllib has already accepted.

tomllib gives values without their places. This second, lenient reader knows just enough of TOML 1.0 to follow keys,
tables, arrays of tables, inline tables and arrays; whatever it cannot place falls back to the nearest table above.
"""

from __future__ import annotations

import re
import tomllib
from typing import NamedTuple

__all__ = ["Path", "locate_lines", "nearest_line"]

Path = tuple[str | int, ...]
"""`("rules", 0, "refs", 1)`: the second pattern of the first rule."""

_TOKEN = re.compile(
    r"(?P<skip>(?:[ \t\r\n]+|\#[^\n]*)+)"
    r'|(?P<string>"""(?:\\.|[^\\])*?"{3,5}(?!")|\'\'\'.*?\'{3,5}(?!\')|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<mark>[\[\]{}=,.])"
    r"|(?P<bare>[^\s\[\]{}=,.#\"']+)",
    re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def locate_lines(text: str) -> dict[Path, int]:
    """Line, from 1, of each table header, key and array item of a valid TOML text."""
    return _Locator(text).document()


def nearest_line(lines: dict[Path, int], path: Path) -> int:
    """Line of `path`, or of the nearest thing around it; 1 where nothing is known."""
    for length in range(len(path), 0, -1):
        found = lines.get(path[:length])
        if found is not None:
            return found
    return 1


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    line = 1
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        piece = found[0]
        if kind != "skip":
            tokens.append(_Token(kind, piece, line))
        if kind in ("skip", "string"):
            line += piece.count("\n")
    tokens.append(_Token("end", "", line))
    return tokens


class _Locator:
    """One walk over the tokens."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._lines: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}

    def document(self) -> dict[Path, int]:
        table: Path = ()
        while self._here.kind != "end":
            if self._here.text == "[" and self._here.kind == "mark":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    @property
    def _here(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _skip(self, mark: str) -> bool:
        if self._here.kind == "mark" and self._here.text == mark:
            self._next()
            return True
        return False

    def _note(self, path: Path, line: int) -> None:
        self._lines.setdefault(path, line)

    def _header(self) -> Path:
        line = self._next().line
        several = self._skip("[")
        *above, last = self._dotted()
        path = (*self._resolve(tuple(above)), last)
        if several:
            index = self._arrays.get(path, 0)
            self._arrays[path] = index + 1
            path += (index,)
        else:
            path = self._resolve((*above, last))
        for length in range(1, len(path) + 1):
            self._note(path[:length], line)
        while self._skip("]"):
            pass
        return path

    def _resolve(self, keys: tuple[str, ...]) -> Path:
        path: Path = ()
        for key in keys:
            path += (key,)
            if path in self._arrays:
                path += (self._arrays[path] - 1,)
        return path

    def _dotted(self) -> list[str]:
        keys = [_unquoted(self._next())]
        while self._skip("."):
            keys.append(_unquoted(self._next()))
        return keys

    def _pair(self, table: Path) -> None:
        line = self._here.line
        path = table
        for key in self._dotted():
            path += (key,)
            self._note(path, line)
        self._skip("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._skip("["):
            self._array(path)
        elif self._skip("{"):
            while not self._skip("}") and self._here.kind != "end":
                self._pair(path)
                self._skip(",")
        elif self._next().kind == "bare":
            self._rest_of_scalar()

    def _array(self, path: Path) -> None:
        index = 0
        while not self._skip("]") and self._here.kind != "end":
            self._note((*path, index), self._here.line)
            self._value((*path, index))
            self._skip(",")
            index += 1

    def _rest_of_scalar(self) -> None:
        """Numbers and date-times fall into several tokens: `1.5`, `2027-01-01 00:00:00Z`."""
        line = self._tokens[self._at - 1].line
        while self._here.line == line and (self._here.kind == "bare" or self._here.text == "."):
            self._next()


def _unquoted(token: _Token) -> str:
    if token.kind != "string":
        return token.text
    return str(tomllib.loads(f"key = {token.text}")["key"])
