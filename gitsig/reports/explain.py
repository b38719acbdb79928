"""One verdict step by step, for people and for programs (schema `gitsig/explanation/1`)."""

from __future__ import annotations

from typing import TextIO

from gitsig.model import Explanation, Step
from gitsig.reports import fields
from gitsig.reports.escape import safe, unicode_fits, wrapped
from gitsig.reports.reasons import anchor, hint, sentence

__all__ = ["SCHEMA", "explain_json", "explain_text"]

SCHEMA = "gitsig/explanation/1"

_GREEN, _RED, _PLAIN = "\x1b[32m", "\x1b[1;31m", "\x1b[0m"
_MARKS = {True: "ok", False: "NO", None: "--"}
_TOPIC_WIDTH = 10
_TEXT_LIMIT = 1000


def explain_text(explanation: Explanation, stream: TextIO, *, color: bool = False, width: int | None = None) -> None:
    """Write the object, a line per step (wrapped at `width` columns), the verdict, its mend and where to read on."""
    ascii_only = not unicode_fits(stream.encoding)
    verdict = explanation.verdict
    subject = safe(verdict.subject, 72, ascii_only=ascii_only)
    lines = [f"{safe(verdict.type)} {safe(verdict.oid)}  {subject}".rstrip()]
    if verdict.ref:
        lines.append(f"as pushed to {safe(verdict.ref, ascii_only=ascii_only)}")
    source = safe(explanation.info.policy_source, _TEXT_LIMIT, ascii_only=ascii_only)
    lines.append(f"judged by {source} ({safe(explanation.info.policy_digest)})")
    remarks = (safe(remark, _TEXT_LIMIT, ascii_only=ascii_only) for remark in explanation.info.remarks)
    lines += [*(f"note: {remark}" for remark in remarks), ""]
    for step in explanation.steps:
        lines += _step(step, ascii_only=ascii_only, color=color, width=width)
    stream.write("\n".join([*lines, "", *_outcome(explanation, ascii_only=ascii_only, color=color)]) + "\n")
    stream.flush()


def explain_json(explanation: Explanation, stream: TextIO) -> None:
    """Write one JSON document; `object` is the same as in the report, `hint` is empty where nothing needs mending."""
    verdict = explanation.verdict
    document = {
        **fields.header(explanation.info, SCHEMA),
        "object": fields.verdict(verdict),
        "steps": [step._asdict() for step in explanation.steps],
        "details": dict(explanation.details),
        "meaning": sentence(verdict.reason),
        "hint": hint(verdict, explained=True),
        "documentation": anchor(verdict.reason),
    }
    stream.write(fields.encode_json(document) + "\n")
    stream.flush()


def _step(step: Step, *, ascii_only: bool, color: bool, width: int | None) -> list[str]:
    mark = _MARKS[step.ok]
    topic = safe(step.topic, _TOPIC_WIDTH, ascii_only=ascii_only)
    text = safe(step.text, _TEXT_LIMIT, ascii_only=ascii_only)
    indent = len(f"  {mark} {topic:<{_TOPIC_WIDTH}}  ")
    room = (width or 0) - indent - 1
    first, *rest = wrapped(text, room, ascii_only=ascii_only)
    if color and step.ok is not None:
        mark = f"{_GREEN if step.ok else _RED}{mark}{_PLAIN}"
    return [f"  {mark} {topic:<{_TOPIC_WIDTH}}  {first}".rstrip(), *(" " * indent + line for line in rest)]


def _outcome(explanation: Explanation, *, ascii_only: bool, color: bool) -> list[str]:
    verdict = explanation.verdict
    word, paint = ("accepted", _GREEN) if verdict.accepted else ("REFUSED", _RED)
    lines = [f"{paint}{word}{_PLAIN}: {verdict.reason}" if color else f"{word}: {verdict.reason}"]
    lines.append(f"  {sentence(verdict.reason)}")
    if verdict.detail:
        lines.append(f"  why: {safe(verdict.detail, _TEXT_LIMIT, ascii_only=ascii_only)}")
    if verdict.exception is not None:
        lines.append(f"  exception: {safe(verdict.exception, _TEXT_LIMIT, ascii_only=ascii_only)}")
    if mend := hint(verdict, explained=True):
        lines.append(f"  mend: {mend}")
    return [*lines, f"  more: {anchor(verdict.reason)}"]
