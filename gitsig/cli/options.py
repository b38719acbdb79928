"""The options that commands share: their types for Typer, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer

__all__ = [
    "EXIT_CODES",
    "CrossCheck",
    "Engine",
    "EngineName",
    "ExplainFormat",
    "Format",
    "FormatName",
    "Jobs",
    "New",
    "NoCache",
    "Now",
    "Output",
    "PolicyFile",
    "PolicyRef",
    "Quiet",
    "Ref",
    "Repo",
    "Settings",
    "Verbose",
]

EXIT_CODES = """\b
Exit codes:
  0    everything was accepted
  1    something was refused
  2    wrong usage
  3    something could not be verified, or the report not be written
  130  interrupted
"""


class FormatName(StrEnum):
    """Formats of a report."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


class ExplainFormat(StrEnum):
    """Formats of an explanation."""

    TEXT = "text"
    JSON = "json"


class EngineName(StrEnum):
    """Who verifies."""

    AUTO = "auto"
    GNUPG = "gnupg"


Repo = Annotated[str | None, typer.Option("--repo", metavar="PATH", help="The repository; by default the one here.")]
PolicyFile = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="The policy, or a peer's: allowed-signers:FILE, gnupg-home:DIR, keyring:FILE, keys:DIR, bitcoin:DIR, "
        "guix:?introduction=COMMIT&signer=FINGERPRINT, sq-git:?root=COMMIT. By default: GITSIG_POLICY, then git config "
        "gitsig.policy or gitsig.policyRef, then .gitsig/policy.toml (for a range A..B the one in A).",
    ),
]
PolicyRef = Annotated[
    str | None,
    typer.Option("--policy-ref", metavar="REF", help="Take the policy from .gitsig/policy.toml in this ref."),
]
Format = Annotated[FormatName, typer.Option("--format", metavar="text|json|jsonl", help="Format of the report.")]
Output = Annotated[
    str | None,
    typer.Option("--output", metavar="FILE", help="Write the report to FILE, which appears only when it is complete."),
]
Engine = Annotated[
    EngineName,
    typer.Option(
        "--engine",
        metavar="auto|gnupg",
        help="auto: GnuPG vouches for each key, signatures are checked in process. "
        "gnupg: every OpenPGP signature goes to GnuPG.",
    ),
]
CrossCheck = Annotated[
    bool,
    typer.Option("--cross-check", help="Check OpenPGP signatures both ways; a disagreement is a verifier_error."),
]
Now = Annotated[
    str | None,
    typer.Option(
        "--now",
        metavar="TIME",
        help="Judge as of this time: 2026-11-22, 2026-11-22T10:00:00Z or Unix seconds; UTC where no zone is given.",
    ),
]
Ref = Annotated[
    str | None,
    typer.Option("--ref", metavar="REF", help="Judge as if pushed to this full ref, such as refs/heads/main."),
]
New = Annotated[
    bool, typer.Option("--new", help="Judge as new objects: a key must be valid now too, not only when it signed.")
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        min=1,
        help="Worker processes for long ranges; by default as many as there are cores. 1: none.",
        show_default=False,
    ),
]
NoCache = Annotated[
    bool,
    typer.Option("--no-cache", help="Neither use nor keep evidence from earlier runs (see gitsig cache)."),
]
Quiet = Annotated[
    int,
    typer.Option(
        "--quiet",
        "-q",
        count=True,
        show_default=False,
        help="Show refusals and the summary only; twice: the summary only.",
    ),
]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose", "-v", count=True, show_default=False, help="Show fingerprints, times and policy warnings too."
    ),
]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the shared options come to."""

    repo: str | None = None
    policy: str | None = None
    policy_ref: str | None = None
    format: str = "text"
    output: str | None = None
    engine: str = "auto"
    cross_check: bool = False
    now: str | None = None
    """As written; see `moments.parse_moment`."""
    verbosity: int = 0
    """-2 to 1, as the text report has it."""
    jobs: int | None = None
    """None: as many as there are cores."""
    cache: bool = True
