"""A repository with good and evil commits, its clean verdicts, and a gpg that can be made to fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.fakegpg import FakeGpg
from tests.faults.program import audit
from tests.support.gnupg import GnupgHome
from tests.support.people import introduce
from tests.support.sshkeys import SSHHome
from tests.support.story import Story

_LASTING = 60
"""Commits; the cache is opened once 32 objects have been looked at."""


class Judged:
    """A repository, its policy, and what a clean run says."""

    def __init__(self, story: Story, policy: Path) -> None:
        self.story = story
        self.path = story.path
        self.policy = policy
        self.clean = audit(self.path, self.policy)


def _tell(folder: Path, gnupg: GnupgHome, ssh: SSHHome, *, evil: bool) -> Judged:
    told = Story(folder, gnupg=gnupg, ssh=ssh)
    introduce(told)
    told.commit(by="ada", files={"a": b"b"})
    told.commit(by="bob")
    told.commit(by="carol")
    if evil:
        told.commit(by="ada", sign=False)
        told.commit(by="ada", sign="mallory")
        told.commit(by="bob", mutate=lambda raw: raw.replace(b"Change", b"Chance"))
        told.commit(by="carol", mutate=lambda raw: raw.replace(b"Change", b"Chance"))
        told.commit(by="ada")
    told.tag("v1")
    return Judged(told, told.policy())


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory, gnupg: GnupgHome, ssh: SSHHome) -> Judged:
    """All accepted, so that whatever is hidden or changed must show in the exit code or in the report."""
    judged = _tell(tmp_path_factory.mktemp("honest"), gnupg, ssh, evil=False)
    assert (judged.clean.code, len(judged.clean.accepted)) == (0, 4)
    return judged


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory, gnupg: GnupgHome, ssh: SSHHome) -> Judged:
    """Signed, unsigned, signed by a stranger, changed after signing."""
    judged = _tell(tmp_path_factory.mktemp("mixed"), gnupg, ssh, evil=True)
    assert (judged.clean.code, len(judged.clean.accepted)) == (1, 5)
    assert sorted(set(judged.clean.reasons.values())) == ["bad_signature", "good", "unknown_key", "unsigned"]
    return judged


@pytest.fixture(scope="session")
def lasting(tmp_path_factory: pytest.TempPathFactory, gnupg: GnupgHome, ssh: SSHHome) -> Judged:
    """Long enough for an evidence cache, with something refused in the midst of it. Nothing is kept of it yet."""
    told = Story(tmp_path_factory.mktemp("lasting"), gnupg=gnupg, ssh=ssh)
    introduce(told)
    for number in range(_LASTING):
        told.commit(by="carol" if number % 2 else "bob", sign="ssh" if number not in (20, 30) else number == 30)
    told.commit(by="carol", sign="mallory")
    told.commit(by="carol", mutate=lambda raw: raw.replace(b"Change", b"Chance"))
    judged = Judged(told, told.policy())
    reasons = sorted(set(judged.clean.reasons.values()))
    assert (judged.clean.code, reasons) == (1, ["bad_signature", "good", "unknown_key", "unsigned"])
    assert not (told.path / "gitsig").exists()
    return judged


@pytest.fixture
def cold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder in which nothing is kept yet."""
    folder = tmp_path / "cold"
    monkeypatch.setenv("GITSIG_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def gpg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGpg]:
    """First on PATH: the real one, until a test says otherwise."""
    fake = FakeGpg(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(fake.folder), prepend=os.pathsep)
    yield fake
    fake.stop()
