"""S-expressions, as much of Scheme's as Guix's files hold: lists, strings, symbols, integers and `;` comments.

Guile reads far more (vectors, quotation, dotted pairs, `#;`, blocks of comments …). What is not one of these is
refused, since two readers could see different things in it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gitsig.errors import PolicyFault

__all__ = ["Sexp", "Symbol", "parse_sexp"]


class Symbol(NamedTuple):
    """A name, which is no string."""

    name: str


Sexp = list["Sexp"] | Symbol | str | int
"""A list, a symbol, a string or an integer."""

_DEPTH = 32
_TOKEN = re.compile(
    r"(?P<skip>(?:[ \t\r\n\f]+|;[^\n]*)+)"
    r"|(?P<mark>[()])"
    r'|(?P<string>"(?:[^"\\]|\\.)*")'
    r'|(?P<atom>[^\s()";\'`,#|\[\]{}\x00-\x1f]+)',
    re.DOTALL,
)
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"\\": "\\", '"': '"', "n": "\n", "t": "\t", "r": "\r"}
_MEND = "write lists, strings, names and numbers, and comments after ;"


def parse_sexp(data: bytes, source: str) -> Sexp:
    """The one expression that `data` holds. Raises PolicyFault, `where` being `source:line`, for anything else."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyFault("the file is not UTF-8", where=f"{source}:{line}", mend="save it as UTF-8") from error
    return _Reader(text, source).only()


class _Reader:
    """One pass over the text."""

    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source

    def only(self) -> Sexp:
        """The whole text's one expression."""
        stack: list[list[Sexp]] = [[]]
        at = 0
        while at < len(self._text):
            found = _TOKEN.match(self._text, at)
            if found is None or (stack[0] and found.lastgroup != "skip" and len(stack) == 1):
                raise self._fault(at, "something stands behind the expression" if found else self._odd(at))
            kind, piece = found.lastgroup, found[0]
            if piece == "(":
                if len(stack) > _DEPTH:
                    raise self._fault(at, f"lists are nested deeper than {_DEPTH}")
                inner: list[Sexp] = []
                stack[-1].append(inner)
                stack.append(inner)
            elif piece == ")":
                if len(stack) == 1:
                    raise self._fault(at, "a closing parenthesis without an opening one")
                stack.pop()
            elif kind == "string":
                stack[-1].append(self._string(at, piece))
            elif piece == ".":
                raise self._fault(at, "a dotted pair is no list")
            elif kind == "atom":
                stack[-1].append(int(piece) if _INTEGER.fullmatch(piece) else Symbol(piece))
            at = found.end()
        if len(stack) > 1:
            raise self._fault(len(self._text), "a parenthesis is not closed")
        if not stack[0]:
            raise self._fault(0, "the file is empty")
        return stack[0][0]

    def _string(self, at: int, piece: str) -> str:
        def plain(found: re.Match[str]) -> str:
            if found[1] not in _ESCAPES:
                raise self._fault(at + found.start(), f"unknown escape {found[0]!a} in a string")
            return _ESCAPES[found[1]]

        return _ESCAPE.sub(plain, piece[1:-1])

    def _odd(self, at: int) -> str:
        char = self._text[at]
        return "a string is not closed" if char == '"' else f"{char!a} cannot stand here"

    def _fault(self, at: int, what: str) -> PolicyFault:
        line = self._text.count("\n", 0, at) + 1
        return PolicyFault(what, where=f"{self._source}:{line}", mend=_MEND)
