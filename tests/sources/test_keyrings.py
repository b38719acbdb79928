"""Keyrings, GnuPG homes and folders of keys: whoever has a key in them may sign."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault, PolicyFault
from gitsig.model import LIMITS
from gitsig.sources import load_policy
from tests.support.gnupg import GnupgHome, packets

EVERYBODY = {"ada@example.org", "bob@example.org", "mallory@example.net"}


@pytest.fixture
def keybox(gnupg: GnupgHome) -> bytes:
    return (gnupg.path / "pubring.kbx").read_bytes()


def _signers(name: str) -> set[str]:
    return set(load_policy(None, name).policy.signers)


@pytest.mark.parametrize("form", ["armored", "binary", "keybox"])
def test_a_keyring_in_any_form_gives_its_owners(gnupg, keybox, written, form) -> None:
    data = {"armored": gnupg.export(), "binary": packets(gnupg.export()), "keybox": keybox}[form]
    path = written("somebody.gpg", data)
    loaded = load_policy(None, f"keyring:{path}")
    assert set(loaded.policy.signers) == EVERYBODY
    assert loaded.source == f"keyring:{path}"
    assert [each for each in loaded.warnings if "ownertrust is not looked at" in each]
    owners = {loaded.keys.owners[gnupg.fingerprint(each)].signer for each in EVERYBODY}
    assert owners == EVERYBODY


def test_a_home_is_read_and_left_as_it_is(gnupg, keybox, tmp_path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "pubring.kbx").write_bytes(keybox)
    (home / "gpg.conf").write_text("keyserver-options bogus\nnonsense\n")
    before = sorted(home.iterdir())
    assert _signers(f"gnupg-home:{home}") == EVERYBODY
    assert _signers(str(home)) == EVERYBODY
    assert sorted(home.iterdir()) == before


def test_the_user_s_own_home_is_the_default(gnupg, monkeypatch) -> None:
    monkeypatch.setenv("GNUPGHOME", str(gnupg.path))
    assert _signers("gnupg-home:") == EVERYBODY


def test_a_home_without_a_keyring_is_none(tmp_path) -> None:
    (tmp_path / "public-keys.d").mkdir()
    with pytest.raises(PolicyFault, match="no keyring in this folder"):
        load_policy(None, str(tmp_path))
    (tmp_path / "common.conf").write_text("use-keyboxd\n")
    with pytest.raises(PolicyFault, match="keyboxd"):
        load_policy(None, f"gnupg-home:{tmp_path}")


def test_a_keyring_that_gpg_cannot_read_is_no_empty_one(written) -> None:
    path = written("broken.kbx", b"\0\0\0\x20\1\1\0\2KBXf" + bytes(20) + b"junk" * 40)
    with pytest.raises((PolicyFault, EnvironmentFault)):
        load_policy(None, f"keyring:{path}")


def test_what_nobody_can_read_blocks_nobody(gnupg, written) -> None:
    version_9 = b"\xc6\x06\x09\0\0\0\0\x16"
    path = written("mixed.gpg", version_9 + packets(gnupg.export(gnupg.fingerprint("bob@example.org"))))
    loaded = load_policy(None, f"keyring:{path}")
    assert set(loaded.policy.signers) == {"bob@example.org"}
    assert [each for each in loaded.warnings if "certificate 1 gives no key" in each]


def test_secret_keys_are_refused(gnupg, written) -> None:
    secret = gnupg.run("--batch", "--export-secret-keys", gnupg.fingerprint("bob@example.org"))
    with pytest.raises(PolicyFault, match="no certificate"):
        load_policy(None, f"keyring:{written('secret.gpg', secret)}")


@pytest.mark.parametrize("data", [b"", b"junk", b"\xff\xff\xff"])
def test_junk_is_no_keyring(written, data) -> None:
    with pytest.raises(PolicyFault):
        load_policy(None, f"keyring:{written('junk.gpg', data)}")


def test_a_pipe_or_a_device_is_no_keyring(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.gpg")
    for path in (tmp_path / "pipe.gpg", Path("/dev/zero")):
        with pytest.raises(PolicyFault, match="no regular file"):
            load_policy(None, f"keyring:{path}")


def test_a_keyring_has_a_size_that_can_be(tmp_path) -> None:
    huge = tmp_path / "huge.gpg"
    with huge.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(PolicyFault, match="larger than"):
        load_policy(None, f"keyring:{huge}")


def test_two_with_one_address_are_told_apart(gnupg, written) -> None:
    with GnupgHome() as other:
        twin = other.generate("ada", "ada@example.org")
        data = gnupg.export(gnupg.fingerprint("ada@example.org")) + other.export()
    signers = _signers(f"keyring:{written('two.asc', data)}")
    assert signers == {twin, gnupg.fingerprint("ada@example.org")}


def test_a_folder_of_keys(gnupg, ssh, written, tmp_path) -> None:
    """Files of one stem are one person's; what is no key file is told."""
    written("keys/ada.asc", gnupg.export(gnupg.fingerprint("ada@example.org")))
    written("keys/ada.pub", ssh.public("ada").encode())
    written("keys/bob.gpg", packets(gnupg.export(gnupg.fingerprint("bob@example.org"))))
    written("keys/sk-carol.pub", f"# hers\n{ssh.public('carol')}\n".encode())
    written("keys/README.md", b"who may sign")
    written("keys/.hidden", b"")
    loaded = load_policy(None, f"keys:{tmp_path / 'keys'}")
    assert set(loaded.policy.signers) == {"ada", "bob", "sk-carol"}
    assert loaded.keys.owners[ssh.fingerprint("ada")].signer == "ada"
    assert loaded.keys.owners[gnupg.fingerprint("ada@example.org")].signer == "ada"
    assert [each for each in loaded.warnings if "README.md" in each]
    assert load_policy(None, str(tmp_path / "keys")).digest == loaded.digest


def test_a_folder_s_digest_is_of_its_keys(ssh, written, tmp_path) -> None:
    written("keys/ada.pub", ssh.public("ada").encode())
    before = load_policy(None, str(tmp_path / "keys"))
    written("keys/ada.pub", ssh.public("bob").encode())
    after = load_policy(None, str(tmp_path / "keys"))
    assert before.digest != after.digest
    assert before.material != after.material


def test_what_is_wrong_in_a_folder_is_named(ssh, written, tmp_path) -> None:
    (tmp_path / "keys").mkdir()
    with pytest.raises(PolicyFault, match="no policy of a known kind"):
        load_policy(None, str(tmp_path / "keys"))
    with pytest.raises(PolicyFault, match="holds no key file"):
        load_policy(None, f"keys:{tmp_path / 'keys'}")
    (tmp_path / "keys" / "ada.asc").symlink_to("gone")
    with pytest.raises(PolicyFault, match=r"cannot be read"):
        load_policy(None, f"keys:{tmp_path / 'keys'}")
    (tmp_path / "keys" / "ada.asc").unlink()
    for name in ("ada", "bob"):
        written(f"keys/{name}.pub", ssh.public("ada").encode())
    with pytest.raises(PolicyFault, match="for another signer"):
        load_policy(None, f"keys:{tmp_path / 'keys'}")
    written("keys/bob.pub", (ssh.path / "bob").read_bytes())
    with pytest.raises(PolicyFault):
        load_policy(None, f"keys:{tmp_path / 'keys'}")


@pytest.mark.parametrize("krl", [False, True])
def test_a_revocation_list_counts(ssh, written, tmp_path, krl) -> None:
    """As text and as OpenSSH's KRL; one that cannot be read refuses everything (K12)."""
    allowed = written("allowed_signers", f"ada@example.org {ssh.public('ada')}\n".encode())
    revoked = written("revoked", f"{ssh.public('ada')}\n".encode())
    if krl:
        command = ["ssh-keygen", "-q", "-k", "-f", str(tmp_path / "krl"), str(ssh.path / "ada.pub")]
        subprocess.run(command, check=True)
        revoked = tmp_path / "krl"
    for name in (f"allowed-signers:{allowed}", f"keys:{ssh.path}"):
        loaded = load_policy(None, f"{name}?revoked={revoked}")
        facts = {each.fingerprint: each for each in loaded.keys.all_facts()}
        assert facts[ssh.fingerprint("ada")].revocations
    with pytest.raises(PolicyFault, match="cannot be read"):
        load_policy(None, f"allowed-signers:{allowed}?revoked={tmp_path / 'none'}")


def test_a_revocation_list_is_read_to_its_end_or_not_at_all(ssh, written) -> None:
    allowed = written("allowed_signers", f"ada@example.org {ssh.public('ada')}\n".encode())
    comments = b"#" * 1023 + b"\n"
    revoked = written("revoked", comments * (LIMITS.policy_size // len(comments)) + ssh.public("ada").encode() + b"\n")
    for name in (f"allowed-signers:{allowed}", f"keys:{ssh.path}"):
        with pytest.raises(PolicyFault, match="larger than"):
            load_policy(None, f"{name}?revoked={revoked}")


def test_authorities_are_told_and_not_used(ssh, written) -> None:
    lines = f"ada@example.org {ssh.public('ada')}\n* cert-authority {ssh.public('bob')}\n"
    loaded = load_policy(None, f"allowed-signers:{written('allowed_signers', lines.encode())}")
    assert ssh.fingerprint("bob") not in loaded.keys.owners
    assert [each for each in loaded.warnings if "certificate authority" in each]
