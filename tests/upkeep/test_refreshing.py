"""`gitsig keys refresh`: nothing is ever lost by it, and only what is listed already is taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gitsig.keys.openpgp.certificate import read_certificates
from gitsig.upkeep import refreshing
from gitsig.upkeep.certificates import facts_of
from tests.support.gnupg import BIRTH, GnupgHome

DAY = 86400


@pytest.fixture
def home(gnupg) -> Iterator[GnupgHome]:
    with gnupg.clone() as twin:
        yield twin


@pytest.fixture
def listed(policy_file, home) -> Path:
    """Ada's certificate as it is now, listed in the policy."""
    folder = policy_file.parent / "keys"
    folder.mkdir()
    (folder / "ada.asc").write_bytes(home.export(home.fingerprint("ada@example.org")))
    policy_file.write_text(
        policy_file.read_text()
        .replace("# her laptop", "# hers")
        .replace('roles = ["maintainer"]\n', 'roles = ["maintainer"]\nopenpgp = ["keys/ada.asc"]\n')
    )
    return folder / "ada.asc"


def newer(tmp_path: Path, home: GnupgHome, who: str = "ada@example.org") -> Path:
    path = tmp_path / "newer.asc"
    path.write_bytes(home.export(home.fingerprint(who)))
    return path


def test_a_new_subkey_and_a_new_expiry_are_told(keys_command, policy_file, listed, home, tmp_path) -> None:
    ada = home.fingerprint("ada@example.org")
    subkey = home.add_subkey(ada, created=BIRTH + DAY)
    home.set_expiry(ada, "10y", at=BIRTH + 2 * DAY)
    before = policy_file.read_bytes()
    done = keys_command("refresh", newer(tmp_path, home))
    assert done.code == 0
    assert f"ada: new signing subkey {subkey}, ed25519, expires 2035" in done.out
    assert f"ada: {ada} now expires 2035" in done.out
    assert f"wrote {listed}" in done.out
    assert policy_file.read_bytes() == before
    after = listed.read_bytes()
    assert "up to date" in keys_command("refresh", newer(tmp_path, home)).out
    assert listed.read_bytes() == after


def test_an_old_copy_undoes_neither_a_revocation_nor_a_subkey(keys_command, listed, home, tmp_path) -> None:
    old = listed.read_bytes()
    ada = home.fingerprint("ada@example.org")
    subkey = home.add_subkey(ada, created=BIRTH + DAY)
    home.revoke_subkey(ada, home.subkeys(ada)[0], reason=1)
    done = keys_command("refresh", newer(tmp_path, home))
    assert "is REVOKED since" in done.out
    assert "(superseded)" in done.out
    (tmp_path / "old.asc").write_bytes(old)
    assert keys_command("refresh", tmp_path / "old.asc").code == 0
    (facts,) = facts_of(read_certificates(listed.read_bytes(), "listed")).values()
    assert subkey in [each.fingerprint for each in facts]
    assert any(each.revocations for each in facts)


def test_a_copy_without_a_subkey_is_merged(keys_command, listed, home, tmp_path) -> None:
    ada = home.fingerprint("ada@example.org")
    had = home.subkeys(ada)
    home.run("--batch", "--yes", "--delete-secret-and-public-key", f"{home.subkeys(ada)[0]}!")
    added = home.add_subkey(ada, created=BIRTH + DAY)
    assert keys_command("refresh", newer(tmp_path, home)).code == 0
    (certificate,) = read_certificates(listed.read_bytes(), "listed")
    assert {*had, added} <= {each.key.fingerprint for each in certificate.keys if each.key}


def test_what_is_not_listed_is_left_out(keys_command, listed, home, tmp_path) -> None:
    before = listed.read_bytes()
    done = keys_command("refresh", newer(tmp_path, home, "mallory@example.net"))
    assert (done.code, listed.read_bytes()) == (0, before)
    assert "is not listed, and left out" in done.out


def test_from_the_users_own_keyring(keys_command, listed, home, monkeypatch) -> None:
    home.add_subkey(home.fingerprint("ada@example.org"), created=BIRTH + DAY)
    monkeypatch.setenv("GNUPGHOME", str(home.path))
    assert "new signing subkey" in keys_command("refresh", "--from-keyring").out


def test_either_files_or_the_keyring(keys_command, listed) -> None:
    for words in ((), (listed, "--from-keyring")):
        assert keys_command("refresh", *words).code == 2


def test_another_certificate_in_the_same_file_stays_as_it_is(keys_command, listed, home, tmp_path) -> None:
    bob = home.fingerprint("bob@example.org")
    listed.write_bytes(listed.read_bytes() + home.export(bob))
    home.add_subkey(home.fingerprint("ada@example.org"), created=BIRTH + DAY)
    assert keys_command("refresh", newer(tmp_path, home)).code == 0
    certificates = read_certificates(listed.read_bytes(), "listed")
    assert [len(each.keys) for each in certificates] == [3, 1]
    assert certificates[1].primary.fingerprint == bob


def test_a_certificate_in_a_keyring_is_refreshed_there(keys_command, policy_file, listed, home, tmp_path) -> None:
    ada = home.fingerprint("ada@example.org")
    text = policy_file.read_text().replace('"keys/ada.asc"', f'"{ada}"')
    policy_file.write_text(text.replace("version = 1", 'version = 1\nkeyring = "keys/ada.asc"'))
    home.add_subkey(ada, created=BIRTH + DAY)
    before = listed.read_bytes()
    done = keys_command("refresh", newer(tmp_path, home))
    assert (done.code, listed.read_bytes()) == (0, before)
    assert "is picked from a keyring" in done.out


def test_a_merge_that_would_lose_something_is_not_written(keys_command, listed, home, tmp_path, monkeypatch) -> None:
    """GnuPG loses nothing; should another one do so, the listed file stays."""
    ada = home.fingerprint("ada@example.org")
    home.revoke_subkey(ada, home.subkeys(ada)[0], reason=2)
    lesser = read_certificates(listed.read_bytes(), "lesser")[0]
    assert keys_command("refresh", newer(tmp_path, home)).code == 0
    before = listed.read_bytes()
    monkeypatch.setattr(refreshing, "merged", lambda old, new: lesser)
    done = keys_command("refresh", newer(tmp_path, home))
    assert (done.code, listed.read_bytes()) == (3, before)
    assert "would lose" in done.err
