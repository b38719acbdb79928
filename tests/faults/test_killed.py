"""SIGKILL at every step that GnuPG is started for, and at every file of the key store: the next run is a clean one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Judged
from tests.faults.fakegpg import FakeGpg
from tests.faults.program import audit, ended
from tests.faults.waiting import until

_DEADLINE = 60.0
"""Seconds."""


def command(judged: Judged, *options: str) -> list[str | Path]:
    start = [sys.executable, "-m", "gitsig", "audit", "--repo", judged.path, "--policy", judged.policy]
    return [*start, "--format", "json", "--no-cache", *options]


def started(judged: Judged, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(command(judged, *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(child: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, said = child.communicate(timeout=_DEADLINE)
    return child.returncode, out, said


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", [1, 2, 3, 4])
def test_killed_while_gpg_runs(mixed: Judged, cold: Path, gpg: FakeGpg, call: int, when: str) -> None:
    """The `call`-th gpg kills the program that started it, before or after it has done its work."""
    work = '"$real" "$@"; ' if when == "after" else ""
    gpg.script(f'test $(wc -l < "$here/calls") -eq {call} && {{ {work}kill -9 $PPID; exit; }}')
    code, out, said = finished(started(mixed))
    assert (code, said) == (-signal.SIGKILL, "")
    assert not ended(code, out, said).reasons
    assert len(gpg.calls()) == call
    gpg.honest()
    again = audit(mixed.path, mixed.policy)
    assert again.same_as(mixed.clean), again


MOMENTS = {
    "the folder": "keyrings",
    "a new store": "keyrings/new-*",
    "its GnuPG home": "keyrings/new-*/ring0",
    "the keyring": "keyrings/new-*/ring0/pubring.kbx",
    "its facts": "keyrings/new-*/facts.json",
    "the store in its place": "keyrings/*/facts.json",
    "the first vouching": "keyrings/*/vouched/*",
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
def test_killed_when_a_file_appears(mixed: Judged, cold: Path, moment: str) -> None:
    child = started(mixed)
    until(lambda: any(cold.glob(moment)) or child.poll() is not None)
    child.kill()
    code, _, said = finished(child)
    assert code in (-signal.SIGKILL, mixed.clean.code), said
    assert any(cold.glob(moment)) or "new-" in moment
    again = audit(mixed.path, mixed.policy)
    assert again.same_as(mixed.clean), again


def test_killed_while_it_writes_the_report(honest: Judged, tmp_path: Path) -> None:
    """A report stands under its name when it is whole, or not at all; here the reader of a pipe sees it break off."""
    audit(honest.path, honest.policy)
    report, pipe = tmp_path / "report", tmp_path / "pipe"
    report.write_text("the old one")
    os.mkfifo(pipe)
    child = started(honest, "--output", str(pipe))
    reading = os.open(pipe, os.O_RDONLY)
    first = os.read(reading, 1)
    child.kill()
    os.close(reading)
    assert finished(child)[0] in (-signal.SIGKILL, 0, 3)
    assert len(first) <= 1
    child = started(honest, "--output", str(report))
    until(lambda: len(list(tmp_path.iterdir())) > 2 or child.poll() is not None)
    child.kill()
    code = finished(child)[0]
    assert code in (-signal.SIGKILL, 0)
    assert report.read_text() == "the old one" or report.read_text().endswith("}\n")


def test_gpg_does_not_outlive_an_interrupted_program(mixed: Judged, cold: Path, gpg: FakeGpg) -> None:
    """SIGTERM while gpg hangs: interrupted, exit code 130, and no child left."""
    gpg.script('echo $$ >> "$here/pids"; exec tail -f /dev/null', "--check-sigs")
    child = started(mixed)
    pids = gpg.folder / "pids"
    until(lambda: bool(pids.read_text().strip()))
    child.terminate()
    code, out, said = finished(child)
    assert (code, said) == (130, "gitsig: interrupted\n")
    assert not ended(code, out, said).reasons
    until(lambda: not Path(f"/proc/{pids.read_text().strip()}").exists())
    gpg.honest()
    assert audit(mixed.path, mixed.policy).same_as(mixed.clean)
