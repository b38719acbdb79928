"""The program as a user runs it, in this process, and what must hold however it ends."""

from __future__ import annotations

import functools
import io
import json
import re
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from gitsig.cli import main

__all__ = ["Ended", "audit", "ended"]

_USAGE = 2
_command = functools.cache(main.get_command)
"""Typer takes far longer to make the command than the audit takes to judge these few objects."""
_LINE = re.compile(r"gitsig: (error|could not be checked|note|warning): .+|gitsig: interrupted")


class Ended(NamedTuple):
    """How a run ended."""

    code: int
    accepted: Mapping[str, str]
    """Object id to signer."""
    reasons: Mapping[str, str]
    """Object id to reason, of every object in the report; empty where there is no report."""
    said: str
    """Standard error."""
    cached: int = 0
    """Objects whose evidence came from an earlier run."""

    def holds(self, clean: Ended, why: str = "") -> None:
        """Nothing accepted that a clean run refuses or never saw, no traceback, and an exit code that tells."""
        told = f"{why}: {self}"
        assert self.accepted.items() <= clean.accepted.items(), told
        assert self.code in (0, 1, 3) or (self.code == _USAGE and "nothing to audit" in self.said), told
        assert "Traceback" not in self.said, told
        assert "internal error" not in self.said, told
        assert all(_LINE.fullmatch(line) for line in self.said.splitlines()), told
        assert (self.code == 0) == bool(self.reasons and len(self.accepted) == len(self.reasons)), told
        if self.code == 3 and "verifier_error" not in self.reasons.values():
            assert self.said, told

    def same_as(self, clean: Ended) -> bool:
        """Whether the verdicts are those of a clean run."""
        return (self.code, self.reasons, self.accepted) == (clean.code, clean.reasons, clean.accepted)


def ended(code: int, out: str, said: str) -> Ended:
    """Read a JSON report; one that breaks off counts as none."""
    try:
        report = json.loads(out)
    except ValueError:
        report = {"objects": [], "summary": {"cached": 0}}
    objects: list[dict[str, Any]] = report["objects"]
    accepted = {each["oid"]: each["signer"] for each in objects if each["accepted"]}
    return Ended(code, accepted, {each["oid"]: each["reason"] for each in objects}, said, report["summary"]["cached"])


def audit(repository: Path, policy: Path, *options: str, cache: bool = False) -> Ended:
    """`gitsig audit` in this process; without `cache` every object is examined."""
    out, said = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(said), patch.object(main, "get_command", _command):
        command = ["audit", "--repo", str(repository), "--policy", str(policy), "--format", "json", *options]
        code = main.run(command if cache else [*command, "--no-cache"])
    return ended(code, out.getvalue(), said.getvalue())
