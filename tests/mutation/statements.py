"""Mutations of statements: taken away, their conditions decided, a decorator lost. Expressions are in `operators`."""

from __future__ import annotations

import ast

from tests.mutation.regexes import Edit

__all__ = ["Statements"]


class Statements(ast.NodeVisitor):
    """Goes through a module; `found` are edits of its text, with the function and the line."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.lines = source.splitlines(keepends=True)
        self.found: list[tuple[Edit, str, int]] = []
        self.where = ["module"]
        self.assigned: set[str] = set()

    def _at(self, line: int, column: int) -> int:
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno or 0, node.end_col_offset or 0)

    def _text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self._span(node)
        return self.source[start:end]

    def _put(self, node: ast.expr | ast.stmt, new: str) -> None:
        self.found.append((Edit(*self._span(node), new), ".".join(self.where[1:]) or "module", node.lineno))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.where.append(node.name)
        outer, self.assigned = self.assigned, {arg.arg for arg in node.args.args}
        for decorator in node.decorator_list:
            start, end = self._span(decorator)
            self.found.append((Edit(start - 1, end, ""), ".".join(self.where[1:]), node.lineno))
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        self._body(node.body)
        self.assigned = outer
        self.where.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.where.append(node.name)
        self._body(node.body)
        self.where.pop()

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node.body)

    def _body(self, body: list[ast.stmt]) -> None:
        for statement in body:
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                self.visit(statement)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._put(node, "pass")

    def visit_Continue(self, node: ast.Continue) -> None:
        self._put(node, "pass")

    def visit_Break(self, node: ast.Break) -> None:
        self._put(node, "pass")

    def visit_Expr(self, node: ast.Expr) -> None:
        self._put(node, "pass")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._put(node, "pass")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
        if names & {"__all__", "__slots__"}:
            return
        if (names and names <= self.assigned) or any(isinstance(each, ast.Subscript) for each in node.targets):
            self._put(node, "pass")
        self.assigned |= names
        self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.assigned.add(node.target.id)
        if node.value is not None:
            self.visit(node.value)

    def visit_Return(self, node: ast.Return) -> None:
        self._put(node, "pass")
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return
        if node.value is not None:
            self.visit(node.value)

    def visit_If(self, node: ast.If) -> None:
        self._decide(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._put(node.test, "False")
        self.generic_visit(node)

    def _decide(self, test: ast.expr) -> None:
        self._put(test, "True")
        self._put(test, "False")
