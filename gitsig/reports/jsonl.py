"""The JSON Lines report: a header, a line per object, a summary, each told apart by its `record`.

Without a summary line the run broke off.
"""

from __future__ import annotations

from typing import TextIO

from gitsig.model import RunInfo, Summary, Verdict
from gitsig.reports import fields

__all__ = ["JsonLinesReporter"]


class JsonLinesReporter:
    """Writes the same facts as the JSON report, line by line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def begin(self, info: RunInfo) -> None:
        """Write the header line."""
        self._line("header", fields.header(info))

    def verdict(self, verdict: Verdict) -> None:
        """Write one object's line."""
        self._stream.write(f'{{"record": "object", {fields.verdict_line(verdict)}}}\n')

    def end(self, summary: Summary) -> None:
        """Write the summary line."""
        self._line("summary", fields.summary(summary))
        self._stream.flush()

    def _line(self, record: str, members: dict[str, object]) -> None:
        self._stream.write(fields.encode_json({"record": record, **members}) + "\n")
