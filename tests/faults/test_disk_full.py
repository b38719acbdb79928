"""No room: for the key store, for GnuPG's keyring, for the report. Nothing half written is ever taken for whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Judged
from tests.faults.disk import room
from tests.faults.program import audit

FORMATS = ("text", "json", "jsonl")
_DEADLINE = 60


@pytest.mark.parametrize("size", [0, 1, 32, 300, 1000, 1500])
def test_no_room_for_the_key_store(mixed: Judged, cold: Path, size: int) -> None:
    """Refused with one line; with room again, what was begun is no obstacle."""
    with room(size):
        found = audit(mixed.path, mixed.policy)
    found.holds(mixed.clean, f"{size} bytes")
    assert (found.code, set(found.accepted.values())) == (3, {"carol"}), found
    again = audit(mixed.path, mixed.policy)
    assert again.same_as(mixed.clean), again
    assert not list(cold.glob("keyrings/new-*"))


def test_no_room_once_the_key_store_is_built(mixed: Judged, cold: Path) -> None:
    audit(mixed.path, mixed.policy)
    with room(0):
        found = audit(mixed.path, mixed.policy)
    assert found.same_as(mixed.clean)


@pytest.mark.parametrize("kind", FORMATS)
def test_no_room_for_the_report(honest: Judged, tmp_path: Path, kind: str) -> None:
    """The old report stays as it was; a good verdict that was not delivered is no good verdict."""
    audit(honest.path, honest.policy)
    report = tmp_path / "report"
    report.write_text("the old one")
    for size in (0, 100, 400):
        with room(size):
            found = audit(honest.path, honest.policy, "--output", str(report), "--format", kind)
        assert found.code == 3, found
        found.holds(honest.clean, f"{size} bytes")
        assert [each.name for each in tmp_path.iterdir()] == ["report"]
        assert report.read_text() == "the old one"


@pytest.mark.parametrize("kind", FORMATS)
def test_a_full_device(honest: Judged, kind: str) -> None:
    found = audit(honest.path, honest.policy, "--output", "/dev/full", "--format", kind)
    assert found.code == 3
    assert "No space left on device" in found.said
    found.holds(honest.clean, kind)


@pytest.mark.parametrize("kind", FORMATS)
def test_standard_output_is_full(honest: Judged, kind: str) -> None:
    command = [sys.executable, "-m", "gitsig", "audit", "--repo", honest.path, "--policy", honest.policy]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*command, "--format", kind], stdout=full, stderr=subprocess.PIPE, text=True, timeout=_DEADLINE, check=False
        )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "No space left on device" in done.stderr


def test_standard_error_is_full_or_closed(mixed: Judged) -> None:
    """Nobody hears the notes; the report and the exit code are the same."""
    command = [sys.executable, "-m", "gitsig", "audit", "--repo", mixed.path, "--policy", mixed.policy]
    command += ["--format", "json", "--no-cache"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=full, timeout=_DEADLINE, check=False)
    closed = ["sh", "-c", 'exec "$@" 2>&-', "sh", *command]
    bare = subprocess.run(closed, stdout=subprocess.PIPE, env=os.environ.copy(), timeout=_DEADLINE, check=False)
    for each in (done, bare):
        assert each.returncode == mixed.clean.code
        reasons = {entry["oid"]: entry["reason"] for entry in json.loads(each.stdout)["objects"]}
        assert reasons == mixed.clean.reasons
