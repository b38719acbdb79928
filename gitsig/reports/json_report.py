"""The JSON report, schema `gitsig/report/1`: one document, one object per line, the summary last.

The document is only well-formed once the run has ended: a report that broke off is never taken for a whole one.
"""

from __future__ import annotations

from typing import TextIO

from gitsig.model import RunInfo, Summary, Verdict
from gitsig.reports import fields

__all__ = ["JsonReporter"]


class JsonReporter:
    """Writes each object as it comes; holds none."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._separator = "\n  "

    def begin(self, info: RunInfo) -> None:
        """Write everything that stands before the objects."""
        members = (
            f"{fields.encode_json(name)}: {fields.encode_json(value)}" for name, value in fields.header(info).items()
        )
        self._stream.write("{" + ",\n ".join(members) + ',\n "objects": [')

    def verdict(self, verdict: Verdict) -> None:
        """Write one object."""
        self._stream.write(f"{self._separator}{{{fields.verdict_line(verdict)}}}")
        self._separator = ",\n  "

    def end(self, summary: Summary) -> None:
        """Write the summary and close the document."""
        self._stream.write(f'],\n "summary": {fields.encode_json(fields.summary(summary))}}}\n')
        self._stream.flush()
