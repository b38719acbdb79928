"""What is kept between runs, damaged byte by byte: made anew or left alone, never believed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults.conftest import Judged
from tests.faults.fakegpg import FakeGpg
from tests.faults.program import audit

_SEAL = 64
"""Hex digits at the head of facts.json, and a line feed."""


@pytest.fixture
def kept(mixed: Judged, cold: Path) -> Path:
    """The folder of a key store that has been built and used."""
    audit(mixed.path, mixed.policy)
    (folder,) = (each for each in cold.glob("keyrings/*") if (each / "facts.json").exists())
    return folder


def test_every_byte_of_the_head(mixed: Judged, kept: Path, gpg: FakeGpg) -> None:
    """gpg fails at every call, so that whatever is good comes from the damaged store; and none of it does."""
    whole = (kept / "facts.json").read_bytes()
    gpg.script("exit 2")
    # The store is named after gpg's file too: it moves to where this gpg will look for it.
    audit(mixed.path, mixed.policy)
    assert whole[_SEAL : _SEAL + 1] == b"\n"
    for offset in range(_SEAL + 2):
        damaged = whole[:offset] + bytes([whole[offset] ^ 1 << offset % 8]) + whole[offset + 1 :]
        (kept / "facts.json").write_bytes(damaged)
        found = audit(mixed.path, mixed.policy)
        found.holds(mixed.clean, f"byte {offset}")
        assert set(found.accepted.values()) == {"carol"}, offset


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 66, 200])
def test_cut_short(mixed: Judged, kept: Path, size: int) -> None:
    facts = kept / "facts.json"
    facts.write_bytes(facts.read_bytes()[:size])
    assert audit(mixed.path, mixed.policy).same_as(mixed.clean)


def test_facts_of_another_store(mixed: Judged, kept: Path, tmp_path: Path) -> None:
    """Sealed, whole, and about other certificates: the seal holds the digest of the key files."""
    policy = tmp_path / "other" / "policy.toml"
    mixed.story.policy(path=policy, signers={"ada": None})
    audit(mixed.path, policy)
    (other,) = (each for each in kept.parent.iterdir() if each != kept)
    shutil.copy(other / "facts.json", kept / "facts.json")
    assert audit(mixed.path, mixed.policy).same_as(mixed.clean)
    shutil.copy(kept / "facts.json", other / "facts.json")
    assert "ada" not in audit(mixed.path, policy).accepted.values()


@pytest.mark.parametrize("file", ["pubring.kbx", "trustdb.gpg"])
def test_the_keyring_of_gnupg(mixed: Judged, kept: Path, file: str) -> None:
    """With nobody vouched for: GnuPG reads its damaged keyring, and says good or nothing."""
    ring = kept / "ring0" / file
    whole = ring.read_bytes() if ring.exists() else b""
    for offset in range(0, len(whole), max(1, len(whole) // 12)):
        for each in (kept / "vouched").iterdir():
            each.unlink()
        ring.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0x10]) + whole[offset + 1 :])
        audit(mixed.path, mixed.policy).holds(mixed.clean, f"byte {offset} of {file}")


def test_vouched_for_by_name_only(mixed: Judged, kept: Path) -> None:
    """Names of keys that the store does not hold open nothing."""
    for name in ("A" * 40, f"{'B' * 40}-{'C' * 40}", "..nonsense", "x" * 200):
        (kept / "vouched" / name).touch()
    assert audit(mixed.path, mixed.policy).same_as(mixed.clean)
