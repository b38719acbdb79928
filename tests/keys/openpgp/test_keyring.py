"""The key store: built once by GnuPG, kept where only we can write, looked up by fingerprint or key id."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault, PolicyFault
from gitsig.keys.openpgp import gpg, importing, keyring
from gitsig.keys.openpgp.certificate import read_certificates
from gitsig.keys.openpgp.home import partition
from gitsig.keys.openpgp.keyring import KeySource, OpenPGPKeys
from gitsig.keys.openpgp.listing import ListedKey
from gitsig.keys.openpgp.signingkey import signing_keys
from gitsig.model import Limits
from tests.keys.openpgp.handmade import armor, bound_subkey, certificate, ed25519_key, packet, user_id

ADA, BOB, SUB = ed25519_key(1), ed25519_key(2), ed25519_key(3)
BOTH = certificate(ADA, b"Ada") + certificate(BOB, b"Bob")
UNSIGNED = packet(6, ed25519_key(9).body) + packet(13, b"Nobody")
"""Well-formed, and nothing in it binds the user ID."""

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")


LISTED = ListedKey(ADA.fingerprint, "u", 256, 22, 0, None, True, ADA.fingerprint)


def primaries(keys: OpenPGPKeys) -> set[str]:
    return {key.facts.primary for key in keys.all_keys()}


@pytest.fixture
def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put a shell script named gpg on PATH."""

    def make(text: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        (folder / "gpg").write_text(f"#!/bin/sh\n{text}\n")
        (folder / "gpg").chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)

    return make


def test_no_sources_need_no_gnupg(store, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    keys = store()
    assert keys.all_keys() == []
    assert not keys.lookup("A" * 40, None)
    assert keys.owners == ()
    (key,) = signing_keys(*read_certificates(certificate(ADA), "ada.asc"), [LISTED], 0)
    keys.remember_vouching(key)
    assert key.vouched
    with pytest.raises(EnvironmentFault):
        keys.home(key)


def test_keys_are_found(store):
    keys = store(BOTH)
    (key,) = keys.lookup(ADA.fingerprint, None)
    assert key.facts.primary == ADA.fingerprint
    assert list(keys.lookup(None, ADA.fingerprint[-16:])) == [key]
    assert keys.find(ADA.fingerprint, ADA.fingerprint) is key
    assert keys.find(BOB.fingerprint, ADA.fingerprint) is None
    for nothing in [(SUB.fingerprint, None), (None, SUB.fingerprint[-16:]), (None, None), (None, "")]:
        assert not keys.lookup(*nothing)


def test_a_key_id_finds_no_other_fingerprint(store):
    """A fingerprint with the same last 64 bits is another key's."""
    other = "0" * 24 + ADA.fingerprint[-16:]
    assert store(BOTH).lookup(other, ADA.fingerprint[-16:]) == []


def test_owners_are_known_by_source(store):
    keys = store(certificate(BOB), armor(certificate(ADA), "PUBLIC KEY BLOCK"))
    assert keys.owners == ((BOB.fingerprint, 0), (ADA.fingerprint, 1))
    assert primaries(keys) == {ADA.fingerprint, BOB.fingerprint}
    again = store(certificate(BOB), armor(certificate(ADA), "PUBLIC KEY BLOCK"))
    assert again.owners == keys.owners


def test_one_certificate_of_a_keyring_is_picked(store):
    assert primaries(store(BOTH, pick=BOB.fingerprint)) == {BOB.fingerprint}
    assert primaries(store(BOTH, pick=ADA.fingerprint)) == {ADA.fingerprint}
    with pytest.raises(PolicyFault, match="the keyring has no certificate"):
        store(BOTH, pick=SUB.fingerprint)


def test_a_certificate_in_two_files_is_refused(store):
    with pytest.raises(PolicyFault, match=r"stands here and in key0\.asc"):
        store(certificate(ADA), BOTH)


def test_the_number_of_certificates_is_limited(store, monkeypatch):
    monkeypatch.setattr(keyring, "LIMITS", Limits(certificate_count=1))
    with pytest.raises(PolicyFault, match="more than 1 OpenPGP certificates"):
        store(BOTH)


def test_certificates_that_share_a_key_get_rings_of_their_own(store):
    adopted = certificate(BOB, b"Bob", bound_subkey(BOB, ADA.body))
    keys = store(certificate(ADA), adopted, certificate(SUB))
    rings = {key.facts.primary: key.ring for key in keys.all_keys()}
    assert rings == {ADA.fingerprint: 0, BOB.fingerprint: 1, SUB.fingerprint: 0}
    assert {key.facts.primary for key in keys.lookup(ADA.fingerprint, None)} == {ADA.fingerprint, BOB.fingerprint}
    assert partition([]) == []


def test_what_gnupg_does_not_take_blocks_nobody(store):
    """ATTACKS K4: the others still work, on the warm path too, and somebody is told."""
    for _ in range(2):
        keys = store(UNSIGNED + BOTH)
        assert primaries(keys) == {ADA.fingerprint, BOB.fingerprint}
        (warning,) = keys.warnings
        assert ed25519_key(9).fingerprint in warning


def test_a_packet_that_ends_gnupgs_import_blocks_nobody(store):
    """GnuPG reads no further than the first packet that it takes for invalid."""
    broken = packet(6, SUB.body) + user_id(SUB, b"x" * 4000) + packet(14, bytes([4, 0, 0, 0, 0, 22, 255]) + bytes(300))
    keys = store(broken + BOTH)
    assert primaries(keys) >= {ADA.fingerprint, BOB.fingerprint}


# What is kept


def folder_of(keys: OpenPGPKeys) -> Path:
    return keys.home(keys.all_keys()[0]).parent


def test_a_store_is_built_once_and_then_read(store, scripted):
    scripted(f'echo "$@" >> "$0.log"; exec {shutil.which("gpg")} "$@"')
    keys = store(BOTH)
    folder = folder_of(keys)
    log = Path(keys.program + ".log")
    calls = log.read_text()
    again = store(BOTH)
    assert folder_of(again) == folder
    assert [key.facts for key in again.all_keys()] == [key.facts for key in keys.all_keys()]
    assert log.read_text() == calls != ""
    assert not keys.warnings + again.warnings


def test_nobody_else_can_read_the_folders(store, tmp_path):
    folder = folder_of(store(BOTH))
    for each in (folder, folder.parent, tmp_path / "cache", folder / "ring0", folder / "vouched"):
        assert each.stat().st_mode & 0o077 == 0


def test_other_files_make_another_folder(store):
    assert folder_of(store(BOTH)) != folder_of(store(certificate(ADA)))
    assert folder_of(store(BOTH)) != folder_of(store(BOTH, pick=ADA.fingerprint))


def test_another_gpg_makes_another_folder(store, scripted):
    before = folder_of(store(BOTH))
    scripted(f'exec {shutil.which("gpg")} "$@"')
    assert folder_of(store(BOTH)) != before


def test_a_program_that_vanishes_makes_no_name_fail(tmp_path):
    assert len(keyring.folder_name("digest", str(tmp_path / "gone"))) == 32


def test_vouching_is_remembered(store):
    keys = store(BOTH)
    keys.remember_vouching(keys.find(ADA.fingerprint, ADA.fingerprint))
    again = store(BOTH)
    assert {key.facts.fingerprint: key.vouched for key in again.all_keys()} == {
        ADA.fingerprint: True,
        BOB.fingerprint: False,
    }
    assert not any(key.vouched for key in store(certificate(ADA)).all_keys())


def test_vouching_that_cannot_be_kept_is_a_warning(store):
    keys = store(BOTH)
    shutil.rmtree(folder_of(keys) / "vouched")
    (key, _) = keys.all_keys()
    keys.remember_vouching(key)
    assert key.vouched
    assert "GnuPG will be asked again" in keys.warnings[0]


def damage_text(folder: Path) -> None:
    (folder / "facts.json").write_bytes(b"{")


def damage_nothing_left(folder: Path) -> None:
    (folder / "facts.json").write_bytes(b"")


def damage_half(folder: Path) -> None:
    whole = (folder / "facts.json").read_bytes()
    (folder / "facts.json").write_bytes(whole[: len(whole) // 2])


def damage_bit(folder: Path) -> None:
    whole = (folder / "facts.json").read_bytes()
    (folder / "facts.json").write_bytes(whole.replace(b'"can_sign": true', b'"can_sign": 1234'))


def damage_of_another_store(folder: Path) -> None:
    """The facts of another set of certificates."""
    facts = keyring.sealed({"owners": [], "keys": [], "refused": []}, "0" * 64)
    (folder / "facts.json").write_bytes(facts)


def damage_no_facts(folder: Path) -> None:
    (folder / "facts.json").unlink()


def damage_no_vouched(folder: Path) -> None:
    shutil.rmtree(folder / "vouched")


def damage_open_to_all(folder: Path) -> None:
    folder.chmod(0o755)


def damage_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.touch()


def damage_link(folder: Path) -> None:
    moved = folder.with_name("moved")
    folder.rename(moved)
    folder.symlink_to(moved)


DAMAGES = [each for name, each in list(globals().items()) if name.startswith("damage_")]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store_is_made_anew(store, damage):
    keys = store(BOTH)
    for key in keys.all_keys():
        keys.remember_vouching(key)
    folder = folder_of(keys)
    damage(folder)
    again = store(BOTH)
    assert primaries(again) == {ADA.fingerprint, BOB.fingerprint}
    assert not any(key.vouched for key in again.all_keys())
    assert folder_of(again) == folder
    assert sorted(folder.parent.iterdir()) == sorted({folder, *folder.parent.glob("moved")})


def test_a_store_that_vanishes_while_it_is_open_vouches_for_nobody(store):
    keys = store(BOTH)
    keys.remember_vouching(keys.all_keys()[0])
    again = store(BOTH)
    shutil.rmtree(folder_of(keys))
    assert not any(key.vouched for key in again.all_keys())


def test_a_store_of_another_process_serves_as_well(store, monkeypatch):
    """Both found nothing kept; the other was first."""
    late = store(BOTH)
    first = store(BOTH)
    first.remember_vouching(first.all_keys()[0])
    folder = folder_of(first)
    assert late.all_keys()[0].vouched
    assert folder_of(late) == folder
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("spoil", ["open", "link", "file"])
def test_a_cache_that_is_not_private_is_not_used(store, tmp_path, spoil):
    cache = tmp_path / "cache"
    real = tmp_path / "real"
    folder_of(store(BOTH, cache=real))
    if spoil == "open":
        cache.mkdir()
        cache.chmod(0o770)
    elif spoil == "link":
        cache.symlink_to(real)
    else:
        cache.touch()
    keys = store(BOTH)
    assert primaries(keys) == {ADA.fingerprint, BOB.fingerprint}
    assert not folder_of(keys).is_relative_to(real)
    assert "not a private folder" in keys.warnings[0]


def test_a_cache_that_is_opened_later_is_no_longer_trusted(store, tmp_path):
    keys = store(BOTH)
    keys.remember_vouching(keys.all_keys()[0])
    (tmp_path / "cache").chmod(0o777)
    again = store(BOTH)
    assert not any(key.vouched for key in again.all_keys())
    assert again.warnings


@root_only
@pytest.mark.parametrize("part", ["cache", "cache/keyrings"])
def test_somebody_elses_cache_is_not_trusted(store, tmp_path, part):
    keys = store(BOTH)
    keys.remember_vouching(keys.all_keys()[0])
    os.chown(tmp_path / part, 12345, 12345)
    again = store(BOTH)
    assert not any(key.vouched for key in again.all_keys())
    assert folder_of(again) != folder_of(keys)
    assert again.warnings


def test_no_folder_at_all_is_the_machines_fault(store, tmp_path, monkeypatch):
    keys = store(BOTH, cache=Path("/proc/cache"))
    monkeypatch.setattr(tempfile, "tempdir", "/proc")
    for _ in range(2):  # the fault is remembered
        with pytest.raises(EnvironmentFault, match="no folder for the key store") as caught:
            keys.all_keys()
    assert "GITSIG_CACHE_DIR" in caught.value.mend


def test_a_full_disk_is_the_machines_fault(store, tmp_path, monkeypatch):
    def full(*args: object, **rest: object) -> None:
        raise OSError(28, "No space left on device")

    keys = store(BOTH)
    monkeypatch.setattr(keyring, "settle", full)
    with pytest.raises(EnvironmentFault, match=r"cannot be written .*No space left on device"):
        keys.all_keys()


def build(cache: Path) -> list[str]:
    keys = OpenPGPKeys([KeySource(BOTH, "", "both.asc")], cache)
    found = [key.facts.fingerprint for key in keys.all_keys()]
    for key in keys.all_keys():
        keys.remember_vouching(key)
    return [*found, *keys.warnings]


@pytest.mark.parametrize("damaged", [False, True])
def test_eight_processes_at_once(store, tmp_path, damaged):
    if damaged:
        damage_half(folder_of(store(BOTH)))
    cache = tmp_path / "cache"
    with multiprocessing.get_context("fork").Pool(8) as pool:
        found = pool.map(build, [cache] * 8, chunksize=1)
    assert found == [[ADA.fingerprint, BOB.fingerprint]] * 8
    (folder,) = (cache / "keyrings").iterdir()
    assert all(key.vouched for key in store(BOTH).all_keys())
    facts = json.loads((folder / "facts.json").read_bytes().partition(b"\n")[2])
    assert set(facts) == {"owners", "keys", "refused"}


# A gpg that does not do its work


def test_without_gpg(store, monkeypatch):
    keys = store(BOTH)
    folder_of(keys)
    monkeypatch.setenv("PATH", "/nonexistent")
    again = store(BOTH)
    assert again.owners == keys.owners
    with pytest.raises(EnvironmentFault, match="gpg is not installed") as caught:
        again.all_keys()
    assert "apt install gpg" in caught.value.mend


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 2", "gpg cannot import certificates"),
        ("kill -9 $$", "gpg cannot import certificates"),
        (
            'case "$*" in *--import*) exec 0<&-; exit 2;; *--check-sigs*) echo pub;; esac',
            "in a way that cannot be read",
        ),
        ("cat /dev/zero | head -c 100000; echo; cat /dev/zero | head -c 100000 >&2", "gpg breaks off"),
        ("exit 0", "gpg breaks off"),
    ],
)
def test_a_gpg_that_fails(store, scripted, script, words):
    scripted(script)
    keys = store(BOTH)
    try:
        assert keys.all_keys() == []
        told = keys.warnings[0]
    except EnvironmentFault as fault:
        told = fault.diagnostics()
    assert words in told


def test_a_gpg_that_is_no_program(store, tmp_path, scripted):
    scripted("")
    (tmp_path / "bin" / "gpg").write_bytes(b"\x7fELF")
    with pytest.raises(EnvironmentFault, match="gpg cannot import certificates"):
        store(BOTH).all_keys()


@pytest.mark.parametrize("when", ["--list-config", "--import", "--check-sigs"])
def test_a_gpg_that_hangs(store, scripted, monkeypatch, when):
    short = Limits(child_seconds=0.2)
    monkeypatch.setattr(gpg, "LIMITS", short)
    monkeypatch.setattr(importing, "LIMITS", short)
    real = shutil.which("gpg")
    scripted(f'case "$*" in *{when}*) exec tail -f /dev/null;; esac; exec {real} "$@"')
    with pytest.raises(EnvironmentFault, match=r"gpg did not answer within 0\.2 s"):
        store(BOTH).all_keys()


def test_a_gpg_that_cannot_be_started(tmp_path):
    with pytest.raises(EnvironmentFault, match="gpg cannot be started"):
        gpg.run_gpg(str(tmp_path / "gpg"), tmp_path, ["--version"])
