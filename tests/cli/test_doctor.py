"""`gitsig doctor` as a command; what it looks at is tested with its room."""

import json
import subprocess

import pytest

from gitsig.cli.main import run


def test_the_repository_here(gitsig, story) -> None:
    done = gitsig("doctor")
    assert done.code == 0
    assert done.out.splitlines()[-1].endswith(" warn")
    assert "warn  hook          no hook runs gitsig  (gitsig install client)" in done.out
    assert str(story.path / ".git") in done.out


def test_as_json(gitsig) -> None:
    done = gitsig("doctor", "--format", "json", "--now", "2026-01-01")
    found = json.loads(done.out)
    assert (done.code, found["exit_code"]) == (0, 0)
    assert {check["id"] for check in found["checks"]} >= {"git", "policy", "keys", "hook"}


def test_a_failure(gitsig, tmp_path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "server.git")], check=True)
    done = gitsig("doctor", "--repo", str(tmp_path / "server.git"))
    assert done.code == 1
    assert "FAIL  policy        " in done.out


def test_nothing_to_check(tmp_path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["doctor"]) == 3
    assert "????  repository" in capsys.readouterr().out


def test_hook_has_help_and_runs_hooks(gitsig) -> None:
    assert "pre-receive" in gitsig("hook", "--help").out
    done = gitsig("hook", "nothing")
    assert done.code == 2
    assert "known are pre-receive" in done.err
