"""Programs that are too old, missing or mute, and repositories of somebody else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gitsig.doctor import Check, Status, examine
from gitsig.doctor.check import guarded
from gitsig.doctor.programs import programs
from gitsig.errors import EnvironmentFault
from gitsig.install.git import config, run_program

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to somebody else")


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH; empty."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str, says: str, code: int = 0) -> None:
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    (folder / name).chmod(0o755)


def found(name: str, openpgp: bool | None = True) -> Check:
    (check,) = (check for check in programs(openpgp) if check.id == name)
    return check


@pytest.mark.parametrize(
    ("name", "says", "status"),
    [
        ("git", "git version 2.10.5", Status.FAIL),
        ("git", "git version 2.11.0", Status.OK),
        ("git", "git version 2.39.5 (Apple Git-154)", Status.OK),
        ("git", "git version 3.0.rc1", Status.OK),
        ("git", "hello", Status.UNKNOWN),
        ("gpg", "gpg (GnuPG) 2.0.22", Status.FAIL),
        ("gpg", "gpg (GnuPG) 2.2.0", Status.OK),
    ],
)
def test_versions(tools: Path, name: str, says: str, status: Status) -> None:
    program(tools, name, says)
    assert found(name).status is status


def test_a_program_that_fails(tools: Path) -> None:
    program(tools, "git", "git version 2.39.5", 1)
    assert found("git").status is Status.UNKNOWN


def test_programs_that_are_missing(tools: Path) -> None:
    assert found("git").status is Status.FAIL
    assert found("gpg").status is Status.FAIL
    assert found("gpg", None).status is Status.FAIL
    assert found("gpg", openpgp=False).status is Status.OK
    assert found("ssh-keygen").status is Status.WARN


def test_a_program_that_cannot_be_run(tools: Path) -> None:
    (tools / "git").write_text("#!/nonexistent/shell\n")
    (tools / "git").chmod(0o755)
    with pytest.raises(EnvironmentFault):
        run_program("git", "--version")


def test_a_setting_that_is_not_of_its_type(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "config", "receive.fsckObjects", "perhaps"], check=True)
    with pytest.raises(EnvironmentFault):
        config(tmp_path, "receive.fsckObjects", "bool")
    assert Status.UNKNOWN in {check.status for check in examine(str(tmp_path), 0) if check.id == "fsck"}


def test_an_error_of_the_system_is_no_acquittal() -> None:
    def checks() -> list[Check]:
        raise PermissionError(13, "Permission denied", "/etc/x")

    (check,) = guarded("log", checks)
    assert check == Check("log", Status.UNKNOWN, "could not be checked: /etc/x: Permission denied")


@as_root
def test_a_repository_of_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = tmp_path / "server.git"
    subprocess.run(["git", "init", "-q", "--bare", str(repository)], check=True)
    os.chown(repository, 65534, 65534)
    *_, last = examine(str(repository), 0)
    assert (last.id, last.status, last.mend) == ("repository", Status.UNKNOWN, "run this as the user that owns it")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    subprocess.run(["git", "config", "--global", "safe.directory", "*"], check=True)
    monkeypatch.setenv("HOME", str(tmp_path))
    named = {check.status for check in examine(str(repository), 0) if check.id == "repository"}
    assert named
    assert Status.OK not in named
