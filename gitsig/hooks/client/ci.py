"""Which commits a CI job is about, from what GitHub Actions, GitLab CI and the pre-commit framework tell it.

Sources: GitHub's "Default environment variables" and webhook payloads (`pull_request`, `push`, `merge_group`), GitLab's
"Predefined CI/CD variables", `pre_commit/commands/run.py`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from gitsig.errors import EnvironmentFault

__all__ = ["Span", "span_of_job"]

_EVENT_SIZE = 32 * 1024 * 1024
_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Span(NamedTuple):
    """What the job is about. `old` is empty where nothing says what was there before."""

    old: str
    new: str
    ref: str = ""
    """Full name of the ref that was pushed to; empty for what is only proposed."""
    default: str = ""
    """Name of the default branch."""
    policies: tuple[str, ...] = ()
    """Revisions whose policy judges, instead of that of `old`."""


def span_of_job() -> Span | None:
    """What the environment tells; None where it tells nothing. Raises EnvironmentFault for an unreadable event."""
    env = os.environ
    if env.get("PRE_COMMIT_FROM_REF") and env.get("PRE_COMMIT_TO_REF"):
        return Span(_set(env["PRE_COMMIT_FROM_REF"]), env["PRE_COMMIT_TO_REF"])
    return _github(env) or _gitlab(env)


def _github(env: Mapping[str, str]) -> Span | None:
    event = _event(env.get("GITHUB_EVENT_PATH", ""))
    proposed = event.get("pull_request") or {}
    if proposed:
        # HEAD is a merge that GitHub made up for the test; the pull request's own commits end at head.sha.
        return Span(_oid(proposed, "base", "sha"), _oid(proposed, "head", "sha"))
    queued = event.get("merge_group") or {}
    if queued:
        return Span(_oid(queued, "base_sha"), _oid(queued, "head_sha"))
    default = str((event.get("repository") or {}).get("default_branch") or "")
    if event.get("after"):
        return Span(_set(_oid(event, "before")), _oid(event, "after"), env.get("GITHUB_REF", ""), default)
    if env.get("GITHUB_BASE_REF"):
        merge = env.get("GITHUB_REF", "").endswith("/merge")
        return Span(f"refs/remotes/origin/{env['GITHUB_BASE_REF']}", "HEAD^2" if merge else "HEAD")
    if env.get("GITHUB_EVENT_BEFORE"):
        return Span(_set(env["GITHUB_EVENT_BEFORE"]), env.get("GITHUB_SHA") or "HEAD", env.get("GITHUB_REF", ""))
    return None


def _gitlab(env: Mapping[str, str]) -> Span | None:
    commit = env.get("CI_COMMIT_SHA") or "HEAD"
    if env.get("CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        # The diff's base is chosen by whoever branches off: an old one has the policy of old. The target's tip has not.
        target = f"refs/remotes/origin/{env.get('CI_MERGE_REQUEST_TARGET_BRANCH_NAME', '')}"
        newest = env.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA") or target
        # Where results are merged for the test, the job's own commit is made up; its source is not.
        source = env.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or commit
        return Span(env["CI_MERGE_REQUEST_DIFF_BASE_SHA"], source, policies=(newest, target))
    if env.get("CI_COMMIT_TAG"):
        return Span("", commit, f"refs/tags/{env['CI_COMMIT_TAG']}", env.get("CI_DEFAULT_BRANCH", ""))
    if env.get("CI_COMMIT_BEFORE_SHA"):
        branch = f"refs/heads/{env['CI_COMMIT_BRANCH']}" if env.get("CI_COMMIT_BRANCH") else ""
        return Span(_set(env["CI_COMMIT_BEFORE_SHA"]), commit, branch, env.get("CI_DEFAULT_BRANCH", ""))
    return None


def _event(path: str) -> Mapping[str, Any]:
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            event = json.loads(file.read(_EVENT_SIZE))
    except (OSError, ValueError) as error:
        raise EnvironmentFault(f"the event of this job cannot be read ({error})", where=path) from error
    return event if isinstance(event, dict) else {}


def _oid(event: Mapping[str, Any], *path: str) -> str:
    value: Any = event
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str) or not _OID.fullmatch(value):
        raise EnvironmentFault(
            f"the event of this job names no commit under {'.'.join(path)}", where="GITHUB_EVENT_PATH"
        )
    return value


def _set(oid: str) -> str:
    """The id, or nothing where it is all zeros: the ref is new."""
    return oid if oid.strip("0") else ""
