"""`gitsig keys add`: every form of a key, and every key that must not get in."""

from __future__ import annotations

import shutil
import stat
import tomllib
from pathlib import Path

import pytest

from gitsig.keys.openpgp.packets import SIGNATURE, read_packets
from gitsig.policy import parse_policy
from tests.support.gnupg import GnupgHome, packets
from tests.support.sshkeys import SSHHome


def signers(path: Path) -> dict:
    return tomllib.loads(path.read_text())["signers"]


def test_a_new_signer_with_a_public_key_file(keys_command, policy_file, ssh) -> None:
    done = keys_command("add", "carol", f"{ssh.key('carol')}.pub", "--email", "carol@example.org", "--role", "tester")
    assert (done.code, done.err) == (0, "gitsig: warning: role 'tester' is named by no rule\n")
    assert "carol is a new signer" in done.out
    entry = {"emails": ["carol@example.org"], "roles": ["tester"], "ssh": [ssh.public("carol")]}
    assert signers(policy_file)["carol"] == entry


def test_a_further_key_goes_into_the_list_and_nothing_else_moves(keys_command, policy_file, ssh) -> None:
    before = policy_file.read_text()
    assert keys_command("add", "ada", ssh.public("carol")).code == 0
    line = f'  "{ssh.public("ada")}",\n'
    assert policy_file.read_text() == before.replace(line, f'{line}  "{ssh.public("carol")}",\n')


def test_a_key_line_that_the_shell_has_split_is_refused_with_its_mend(keys_command, ssh) -> None:
    done = keys_command("add", "ada", *ssh.public("carol").split())
    assert done.code == 3
    assert "nothing follows the key type" in done.err


def test_standard_input_as_a_forge_gives_its_keys(keys_command, policy_file, ssh) -> None:
    lines = [" ".join(ssh.public(name).split()[:2]) for name in ("carol", "mallory")]
    done = keys_command("add", "carol", "-", "--email", "c@example.org", stdin="\n".join(lines).encode())
    assert done.code == 0
    assert signers(policy_file)["carol"]["ssh"] == lines


def test_allowed_signers_lines_bring_their_window(keys_command, policy_file, ssh, tmp_path) -> None:
    given = tmp_path / "signers"
    given.write_text(f'c@example.org namespaces="git",valid-before="20270101Z" {ssh.public("carol")}\n')
    assert keys_command("add", "carol", given).code == 0
    (entry,) = signers(policy_file)["carol"]["ssh"]
    assert entry["key"] == ssh.public("carol")
    assert entry["valid-until"].isoformat() == "2027-01-01T00:00:01+00:00"


def test_an_authority_is_no_key(keys_command, ssh, tmp_path) -> None:
    given = tmp_path / "signers"
    given.write_text(f"*@example.org cert-authority {ssh.public('carol')}\n")
    assert keys_command("add", "carol", given).code == 3


def test_a_window_on_the_command_line(keys_command, policy_file, ssh) -> None:
    options = ("--valid-from", "2026-01-01", "--valid-until", "2027-01-01")
    assert keys_command("add", "bob", ssh.public("carol"), *options).code == 0
    entry = signers(policy_file)["bob"]["ssh"][1]
    assert entry["valid-from"].isoformat() == "2026-01-01T00:00:00+00:00"


def test_a_certificate_goes_into_a_file_without_what_others_wrote_on_it(
    keys_command, policy_file, gnupg, tmp_path
) -> None:
    with gnupg.clone() as home:
        ada = home.fingerprint("ada@example.org")
        home.run("--batch", "--yes", "--local-user", "bob@example.org", "--quick-sign-key", ada)
        (tmp_path / "ada.asc").write_bytes(home.export(ada))
    done = keys_command("add", "ada", tmp_path / "ada.asc")
    assert done.code == 0
    assert signers(policy_file)["ada"]["openpgp"] == ["keys/ada.asc"]
    written = (policy_file.parent / "keys" / "ada.asc").read_bytes()
    assert len(packets(written)) < len(packets((tmp_path / "ada.asc").read_bytes()))
    with GnupgHome() as empty:
        empty.load(written)
        assert empty.fingerprints() == [ada]


def test_a_fingerprint_is_exported_from_the_users_own_keyring(keys_command, policy_file, gnupg, monkeypatch) -> None:
    monkeypatch.setenv("GNUPGHOME", str(gnupg.path))
    ada = gnupg.fingerprint("ada@example.org")
    assert keys_command("add", "ada", ada.lower()).code == 0
    assert (policy_file.parent / "keys" / "ada.asc").exists()
    subkey = gnupg.subkeys(ada)[0]
    assert "your GnuPG keyring has no certificate" in keys_command("add", "bob", subkey).err


@pytest.mark.parametrize(
    ("word", "code", "what"),
    [
        ("0123456789ABCDEF", 2, "no full fingerprint"),
        ("SHA256:abc", 2, "is a fingerprint"),
        ("https://github.com/ada.keys", 2, "never fetched from the network"),
        ("ada@example.org", 2, "is a user ID"),
        ("no/such/file", 2, "no key and no file"),
        ("", 2, "no key and no file"),
        ("a\0b", 2, "no key and no file"),
        ("key: -----BEGIN OPENSSH PRIVATE KEY-----", 2, "THIS IS A SECRET KEY"),
        ("ssh-ed25519", 3, "nothing follows the key type"),
        ("A" * 40, 2, "keyring has no certificate"),
    ],
)
def test_what_is_no_key_gets_one_line_and_changes_nothing(keys_command, policy_file, word, code, what) -> None:
    before = policy_file.read_bytes()
    done = keys_command("add", "ada", word)
    assert (done.code, done.out) == (code, "")
    assert what in done.err
    assert done.err.count("\n") == 1
    assert policy_file.read_bytes() == before


def test_secret_keys_are_refused_loudly(keys_command, policy_file, gnupg, ssh, tmp_path) -> None:
    secret = gnupg.run("--batch", "--armor", "--export-secret-keys", gnupg.fingerprint("bob@example.org"))
    for content in (secret, packets(secret), ssh.key("carol").read_bytes()):
        (tmp_path / "given").write_bytes(content)
        done = keys_command("add", "carol", tmp_path / "given")
        assert done.code == 3
        assert "THIS IS A SECRET KEY" in done.err
    assert not (policy_file.parent / "keys").exists()


def test_a_key_of_somebody_else_is_refused(keys_command, ssh) -> None:
    done = keys_command("add", "carol", ssh.public("bob"))
    assert done.code == 2
    assert "belongs to 'bob'" in done.err


def test_a_key_that_is_there_already_changes_nothing(keys_command, policy_file, ssh) -> None:
    before = policy_file.read_bytes()
    done = keys_command("add", "bob", ssh.public("bob"))
    assert (done.code, policy_file.read_bytes()) == (0, before)
    assert "has the key" in done.out
    assert "wrote" not in done.out


def test_addresses_and_roles_alone(keys_command, policy_file) -> None:
    assert keys_command("add", "bob", "--email", "bob@example.net", "--role", "maintainer").code == 0
    bob = signers(policy_file)["bob"]
    assert (bob["emails"], bob["roles"]) == (["bob@example.org", "bob@example.net"], ["maintainer"])
    assert keys_command("add", "bob").code == 2
    assert "a signer without a key" in keys_command("add", "carol", "--email", "c@example.org").err


@pytest.mark.parametrize(("signer", "email"), [("role:x", "a@b"), ("dora", "*@example.org"), ("", "a@b")])
def test_what_the_parser_refuses_is_not_written(keys_command, policy_file, ssh, signer, email) -> None:
    before = policy_file.read_bytes()
    assert keys_command("add", signer, ssh.public("carol"), "--email", email).code == 3
    assert policy_file.read_bytes() == before


def test_weak_expired_and_revoked_keys_are_warned_of(keys_command, gnupg, tmp_path) -> None:
    weak = SSHHome(tmp_path / "ssh").generate("weak", "rsa", 1024)
    assert "RSA of 1024 bits" in keys_command("add", "weak", f"{weak}.pub").err
    with gnupg.clone() as home:
        ada, bob = home.fingerprint("ada@example.org"), home.fingerprint("bob@example.org")
        home.set_expiry(bob, "seconds=3600", at=1735689600 + 60)
        home.revoke(ada)
        for name, fingerprint in (("ada", ada), ("bob", bob)):
            (tmp_path / name).write_bytes(home.export(fingerprint))
    assert "revoked" in keys_command("add", "dora", tmp_path / "ada").err
    assert "expired" in keys_command("add", "dora", tmp_path / "bob").err


def test_another_file_of_that_name_is_never_overwritten(keys_command, policy_file, gnupg, tmp_path) -> None:
    (policy_file.parent / "keys").mkdir()
    mine = policy_file.parent / "keys" / "bob.asc"
    mine.write_text("mine\n")
    bob = gnupg.fingerprint("bob@example.org")
    (tmp_path / "given.gpg").write_bytes(packets(gnupg.export(bob)))
    assert keys_command("add", "bob", tmp_path / "given.gpg").code == 0
    assert mine.read_text() == "mine\n"
    assert signers(policy_file)["bob"]["openpgp"] == [f"keys/bob-{bob[-16:]}.asc"]


def test_mode_and_symbolic_link_stay(keys_command, policy_file, ssh) -> None:
    real = policy_file.with_name("real.toml")
    policy_file.rename(real)
    policy_file.symlink_to("real.toml")
    real.chmod(0o640)
    assert keys_command("add", "bob", ssh.public("carol")).code == 0
    assert policy_file.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert len(parse_policy(real.read_bytes(), "p").key_specs) == 3


def test_a_folder_that_cannot_be_written_leaves_everything_as_it_was(
    keys_command, policy_file, gnupg, tmp_path
) -> None:
    (policy_file.parent / "keys").write_text("a file where the folder should be\n")
    (tmp_path / "given.asc").write_bytes(gnupg.export(gnupg.fingerprint("bob@example.org")))
    before = policy_file.read_bytes()
    assert keys_command("add", "bob", tmp_path / "given.asc").code == 3
    assert policy_file.read_bytes() == before


def test_a_work_tree_with_a_broken_policy_is_not_touched(keys_command, policy_file, ssh) -> None:
    policy_file.write_text("version = 1\n[signers.ada]\nssh = [\n")
    done = keys_command("add", "ada", ssh.public("carol"))
    assert done.code == 3
    assert "not TOML" in done.err
    shutil.rmtree(policy_file.parent)
    assert "cannot be read" in keys_command("add", "ada", ssh.public("carol")).err


def test_a_certificate_that_gnupg_does_not_take_is_no_key(keys_command, policy_file, gnupg, tmp_path) -> None:
    whole = packets(gnupg.export(gnupg.fingerprint("bob@example.org")))
    bare = b"".join(each.raw for each in read_packets(whole) if each.tag != SIGNATURE)
    (tmp_path / "bare.gpg").write_bytes(bare)
    before = policy_file.read_bytes()
    done = keys_command("add", "bob", tmp_path / "bare.gpg")
    assert (done.code, policy_file.read_bytes()) == (3, before)
    assert "GnuPG does not take the certificate" in done.err


def test_two_files_of_that_name_are_too_many(keys_command, policy_file, gnupg, tmp_path) -> None:
    bob = gnupg.fingerprint("bob@example.org")
    (policy_file.parent / "keys").mkdir()
    for name in ("bob", f"bob-{bob[-16:]}"):
        (policy_file.parent / "keys" / f"{name}.asc").write_text("mine\n")
    (tmp_path / "given.asc").write_bytes(gnupg.export(bob))
    done = keys_command("add", "bob", tmp_path / "given.asc")
    assert done.code == 3
    assert "is there already, with other content" in done.err


def test_a_file_that_holds_the_same_is_named(keys_command, policy_file, gnupg, tmp_path) -> None:
    (tmp_path / "given.asc").write_bytes(gnupg.export(gnupg.fingerprint("bob@example.org")))
    empty = policy_file.read_bytes()
    keys_command("add", "bob", tmp_path / "given.asc")
    full = policy_file.read_bytes()
    policy_file.write_bytes(empty)
    done = keys_command("add", "bob", tmp_path / "given.asc")
    assert (done.code, policy_file.read_bytes()) == (0, full)
    assert [path.name for path in (policy_file.parent / "keys").iterdir()] == ["bob.asc"]


@pytest.mark.parametrize("hidden", ["\u2028", "\x0b", "\x0c", "\x85", "\x1e"])
def test_what_looks_like_one_line_is_one_key(keys_command, policy_file, ssh, tmp_path, hidden: str) -> None:
    """Python takes each of these for the end of a line, and hardly anything else does."""
    given = tmp_path / "carol.pub"
    given.write_text(f"{ssh.public('carol')}{hidden}{ssh.public('mallory')}\n")
    assert keys_command("add", "carol", given, "--email", "c@example.org").code == 0
    line = " ".join(ssh.public("carol").split()[:2])
    assert signers(policy_file)["carol"]["ssh"] == [line]
    policy_file.with_name("carol.pub").write_bytes(given.read_bytes())
    policy_file.write_text(policy_file.read_text().replace(line, "carol.pub"))
    told = keys_command("list").out
    assert ssh.fingerprint("carol") in told
    assert ssh.fingerprint("mallory") not in told


def test_a_carriage_return_within_a_line_is_refused(keys_command, ssh, tmp_path) -> None:
    (tmp_path / "two.pub").write_bytes(f"{ssh.public('carol')}\r{ssh.public('mallory')}\r\n".encode())
    done = keys_command("add", "carol", tmp_path / "two.pub")
    assert done.code == 3
    assert "more than one line" in done.err


def test_a_file_may_be_called_like_a_kind_of_key(keys_command, policy_file, ssh, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ssh-carol.pub").write_text(f"{ssh.public('carol')}\n")
    assert keys_command("add", "carol", "ssh-carol.pub").code == 0
    text = policy_file.read_text()
    policy_file.write_text(text.replace(f'ssh = ["{ssh.public("carol")}"]', 'ssh = ["ssh-carol.pub"]'))
    assert ssh.fingerprint("carol") in keys_command("list").out
    assert keys_command("remove", "carol", "ssh-carol.pub", "--force").code == 0
    assert policy_file.read_text() == text[: text.index("\n[signers.carol]")] + text[text.index("\n# what") :]


@pytest.mark.parametrize("word", ["A" * 5000, f"x@{'y' * 5000}", f"0x{'ab' * 3000}"])
def test_words_that_no_file_could_have_as_a_name(keys_command, word: str) -> None:
    done = keys_command("add", "ada", word)
    assert done.code == 2
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("comment", ["x" * 201, "a\x1b[31mb", "\u202e"])
def test_a_comment_that_nobody_could_read_is_left_out(keys_command, policy_file, ssh, tmp_path, comment: str) -> None:
    line = " ".join(ssh.public("carol").split()[:2])
    (tmp_path / "given.pub").write_text(f"{line} {comment}")
    assert keys_command("add", "carol", tmp_path / "given.pub").code == 0
    assert signers(policy_file)["carol"]["ssh"] == [line]


def test_several_keys_out_of_one_file_and_foreign_names_are_told(keys_command, gnupg, ssh, tmp_path) -> None:
    both = tmp_path / "ada.asc"
    both.write_bytes(gnupg.export())
    done = keys_command("add", "ada", both)
    assert done.code == 0
    assert f"warning: {both} gives 3 keys, and each of them may sign as ada" in done.err
    mallory = gnupg.fingerprint("mallory@example.net")
    assert f"warning: {mallory}: no user ID has an address of ada: mallory <mallory@example.net>" in done.err
    ada = gnupg.fingerprint("ada@example.org")
    assert f"{ada}: no user ID" not in done.err
    assert f"ada gains the openpgp key {ada}, ada <ada@example.org> (from {both})" in done.out


def test_keys_that_were_named_one_by_one_are_no_surprise(keys_command, ssh) -> None:
    done = keys_command("add", "carol", ssh.public("carol"), ssh.public("mallory"), "--email", "c@example.org")
    assert (done.code, done.err) == (0, "")


def test_a_key_on_the_revocation_list_is_warned_of(keys_command, policy_file, ssh) -> None:
    (policy_file.parent / "revoked").write_text(f"{ssh.public('carol')}\n")
    policy_file.write_text(f'{policy_file.read_text()}\n[ssh]\nrevoked = "revoked"\n')
    done = keys_command("add", "carol", ssh.public("carol"), "--email", "c@example.org")
    assert done.code == 0
    assert "revoked (revocation list); new objects by it are refused" in done.err
