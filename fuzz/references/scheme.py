"""As much of Scheme's reader as a list of authorizations needs, one character after the other (R7RS §7.1; Guile's
`read.scm`), and who is listed, as Guix matches it (`guix/git-authenticate.scm: read-authorizations`).

A dotted pair is none of it: Guile would join it to the list, and other readers take the dot for a name.
"""

from __future__ import annotations

__all__ = ["Datum", "listed", "read"]

Datum = list["Datum"] | tuple[str, str] | int
"""A list, ("text", …) or ("name", …), an integer."""
_BLANK = " \t\n\r\f"
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"'}
_OTHERWISE = "'`,#|[]{}"
"""Syntax that nobody needs here."""
_HEX = frozenset("0123456789abcdefABCDEF")
_DEEPEST = 32


def read(text: str) -> Datum:
    """The one datum that a text holds; ValueError for none, two, or anything else."""
    datum, at = _datum(text, _skip(text, 0), 0)
    if _skip(text, at) != len(text):
        raise ValueError("something behind it")
    return datum


def _skip(text: str, at: int) -> int:
    while at < len(text) and (text[at] in _BLANK or text[at] == ";"):
        if text[at] == ";":
            while at < len(text) and text[at] != "\n":
                at += 1
        else:
            at += 1
    return at


def _datum(text: str, at: int, depth: int) -> tuple[Datum, int]:
    if at >= len(text):
        raise ValueError("the end")
    if text[at] == "(":
        return _list(text, at + 1, depth + 1)
    if text[at] == '"':
        return _string(text, at + 1)
    return _atom(text, at)


def _list(text: str, at: int, depth: int) -> tuple[Datum, int]:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    found: list[Datum] = []
    while (at := _skip(text, at)) < len(text) and text[at] != ")":
        datum, at = _datum(text, at, depth)
        found.append(datum)
    if at >= len(text):
        raise ValueError("not closed")
    return found, at + 1


def _string(text: str, at: int) -> tuple[Datum, int]:
    found = ""
    while at < len(text) and text[at] != '"':
        if text[at] == "\\":
            at += 1
            if text[at : at + 1] not in _ESCAPED:
                raise ValueError("escape")
            found += _ESCAPED[text[at]]
        else:
            found += text[at]
        at += 1
    if at >= len(text):
        raise ValueError("not closed")
    return ("text", found), at + 1


def _atom(text: str, at: int) -> tuple[Datum, int]:
    start = at
    while at < len(text) and not (text[at] in '()";' or text[at].isspace()):
        if text[at] in _OTHERWISE or text[at] < " ":
            raise ValueError("syntax")
        at += 1
    word = text[start:at]
    if word in ("", ".") or (at < len(text) and text[at] not in _BLANK + '()";'):
        raise ValueError("no name")
    digits = word[1:] if word[0] in "+-" else word
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:
        return int(word), at
    return ("name", word), at


def listed(datum: Datum) -> list[str]:
    """The fingerprints of `(authorizations (version 0) (("FINGERPRINT" …) …) …)`, in capitals; ValueError otherwise."""
    match datum:
        case [("name", "authorizations"), [("name", "version"), 0], [*entries], *_]:
            return [_fingerprint(entry) for entry in entries]
    raise ValueError("no authorizations")


def _fingerprint(entry: object) -> str:
    match entry:
        case [("text", str(text)), *_]:
            digits = [char for char in text if not char.isspace()]
            if len(digits) in (40, 64) and _HEX.issuperset(digits):
                return "".join(digits).upper()
    raise ValueError("no fingerprint")
