"""Mutants of a module: each differs from it in one check, bound, constant, table row or piece of an expression.

Wording is left alone: the texts of refusals, f-strings, docstrings and `__all__` are no checks.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tests.mutation.regexes import Edit, edits
from tests.mutation.statements import Statements

__all__ = ["Mutant", "mutants"]

_COMPARED: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<=", ">="), ast.LtE: ("<", ">"), ast.Gt: (">=", "<="), ast.GtE: (">", "<"),
    ast.Eq: ("!=",), ast.NotEq: ("==",), ast.Is: ("is not",), ast.IsNot: ("is",),
    ast.In: ("not in",), ast.NotIn: ("in",),
}  # fmt: skip
_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "//", ast.BitOr: "&", ast.BitAnd: "|", ast.LShift: ">>", ast.RShift: "<<",
    ast.BitXor: "|",
}  # fmt: skip
_METHODS = {"fullmatch": "match", "match": "search", "startswith": "endswith", "min": "max", "max": "min"}
_TRANSPARENT = {"lower", "strip", "sorted", "set", "frozenset", "reversed"}


class Mutant(NamedTuple):
    """One changed module."""

    name: str
    """The function and the change: stays the same when lines move."""
    line: int
    source: str


def mutants(source: str) -> list[Mutant]:
    """All mutants of a module, in the order of its text."""
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    seen: Counter[str] = Counter()
    found = []
    for (start, end, new), where, line in sorted(set(finder.found)):
        before, after = _words(source, start, end), " ".join(new.split())
        name = f"{where}: {before} -> {after}"
        seen[name] += 1
        if seen[name] > 1:
            name += f" #{seen[name]}"
        found.append(Mutant(name, line, source[:start] + new + source[end:]))
    return found


def _words(source: str, start: int, end: int) -> str:
    """The changed text; with a little of what stands around it where it says too little alone."""
    if end - start < 12:
        begin, stop = source.rfind("\n", 0, start) + 1, source.find("\n", end)
        left, right = source[max(begin, start - 25) : start], source[end : min(stop, end + 25)]
        return f"{left}⟦{source[start:end]}⟧{right}".strip()
    return " ".join(source[start:end].split())


class _Finder(Statements):
    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._decide(node.test)
        self.visit(node.test)
        for branch in (node.body, node.orelse):
            if not (isinstance(branch, ast.Constant) and isinstance(branch.value, str)):
                self.visit(branch)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._decide(test)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word = " and " if isinstance(node.op, ast.Or) else " or "
        parts = [f"({self._text(value)})" for value in node.values]
        self._put(node, f"({word.join(parts)})")
        own = " or " if isinstance(node.op, ast.Or) else " and "
        for index in range(len(parts)):
            self._put(node, f"({own.join(parts[:index] + parts[index + 1 :])})")
        for value in node.values:
            if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
                self.visit(value)

    def visit_Compare(self, node: ast.Compare) -> None:
        left, middle = self._text(node.left), node.comparators[0]
        if len(node.ops) == 1:
            for word in _COMPARED[type(node.ops[0])]:
                self._put(node, f"{left} {word} {self._text(middle)}")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._put(node, f"({self._text(node.operand)})")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        word = _SIGNS.get(type(node.op))
        if word is not None and not isinstance(node.left, ast.Constant | ast.JoinedStr):
            self._put(node, f"({self._text(node.left)} {word} {self._text(node.right)})")
        self.generic_visit(node)

    def visit_Slice(self, node: ast.Slice) -> None:
        for bound in (node.lower, node.upper):
            if bound is not None:
                self._put(bound, "")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in {"malformed", "MalformedObject"} or name.endswith("Error"):
            return
        if isinstance(function, ast.Attribute):
            if name in _METHODS:
                self._put(node, self._text(node).replace(f".{name}(", f".{_METHODS[name]}(", 1))
            if name in _TRANSPARENT and not node.args:
                self._put(node, self._text(function.value))
        elif name in _METHODS:
            self._put(node, _METHODS[name] + self._text(node)[len(name) :])
        elif (
            name in _TRANSPARENT and node.args and not isinstance(node.args[0], ast.GeneratorExp | ast.Tuple | ast.Set)
        ):
            self._put(node, self._text(node.args[0]))
        for keyword in node.keywords:
            if keyword.arg == "key":
                self._put(keyword.value, "None")
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in {"DOTALL", "MULTILINE", "ASCII"}:
            self._put(node, "0")
        self.generic_visit(node)

    def _rows(self, node: ast.Tuple | ast.Set | ast.List) -> None:
        """Take each member out of a table."""
        where = ".".join(self.where[1:]) or "module"
        for member in node.elts if len(node.elts) > 1 else ():
            start, end = self._span(member)
            edit = Edit(start, end + (self.source[end] == ","), "")
            self.found.append((edit, where, member.lineno))

    def visit_Tuple(self, node: ast.Tuple) -> None:
        if isinstance(node.ctx, ast.Load) and (len(self.where) == 1 and not self._is_row(node)):
            self._rows(node)
        self.generic_visit(node)

    def _is_row(self, node: ast.Tuple) -> bool:
        return any(
            isinstance(each, ast.Constant) and isinstance(each.value, str) and " " in each.value for each in node.elts
        )

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if not isinstance(node.slice, ast.Tuple):
            self.visit(node.slice)

    def visit_Set(self, node: ast.Set) -> None:
        self._rows(node)
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Wording."""

    def visit_Constant(self, node: ast.Constant) -> None:
        value, text = node.value, self._text(node)
        if value is True or value is False:
            self._put(node, str(not value))
        elif isinstance(value, int):
            shifts = (value + 1, value - 1)
            for shifted in shifts:
                self._put(node, str(shifted))
        elif isinstance(value, str | bytes) and len(value) > 0:
            if "r" in text[:2]:
                start, _ = self._span(node)
                where, line = ".".join(self.where[1:]) or "module", node.lineno
                body = self._bodies(text)
                self.found += [(Edit(start + a, start + b, new), where, line) for a, b, new in body]
            elif " " not in text.strip():
                self._put(node, text[:-1] + "\\x00" + text[-1])

    @staticmethod
    def _bodies(text: str) -> Iterator[Edit]:
        """Edits of a raw literal that may be written in several pieces."""
        pieces = list(re.finditer(r"r?b?r?\"((?:[^\"\\]|\\.)*)\"", text))
        places = [place for piece in pieces for place in range(*piece.span(1))]
        for start, end, new in edits("".join(piece[1] for piece in pieces)):
            yield Edit(places[start], places[end - 1] + 1, new)
