"""Which policy file is edited, and what is read from a key file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gitsig.errors import PolicyFault, UsageFault
from gitsig.model import LIMITS
from gitsig.store import open_store
from gitsig.upkeep.keyinput import read_given, read_key_data
from gitsig.upkeep.opened import open_file, policy_path
from tests.upkeep.commands import call

NO_KEYS = b"""-----BEGIN PGP PUBLIC KEY BLOCK-----
Note: This user hasn't uploaded any GPG keys.

=twTO
-----END PGP PUBLIC KEY BLOCK-----
"""
"""What GitHub gives for somebody without keys."""


@pytest.fixture
def work_tree(tmp_path, monkeypatch) -> Path:
    monkeypatch.delenv("GITSIG_POLICY", raising=False)
    path = tmp_path / "work"
    subprocess.run(["git", "init", "-q", path], check=True)
    return path


def test_the_first_that_is_named_is_edited(work_tree, monkeypatch) -> None:
    store = open_store(str(work_tree))
    assert policy_path(store, None) == work_tree / ".gitsig/policy.toml"
    subprocess.run(["git", "-C", work_tree, "config", "gitsig.policy", "ops/policy.toml"], check=True)
    assert policy_path(open_store(str(work_tree)), None) == work_tree / "ops/policy.toml"
    monkeypatch.setenv("GITSIG_POLICY", "/etc/gitsig.toml")
    assert policy_path(store, None) == Path("/etc/gitsig.toml")
    assert policy_path(store, "mine.toml") == Path("mine.toml")
    monkeypatch.delenv("GITSIG_POLICY")
    with pytest.raises(PolicyFault, match="no policy is named"):
        policy_path(None, None)


def test_a_policy_of_the_environment_needs_no_repository(policy_file, tmp_path, monkeypatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("GITSIG_POLICY", str(policy_file))
    assert call("keys", "list").out.startswith("ada: ")
    monkeypatch.delenv("GITSIG_POLICY")
    assert call("keys", "list").code == 3


def test_a_policy_in_a_commit_is_not_edited(policy_file) -> None:
    with pytest.raises(PolicyFault, match="cannot be edited"):
        _ = open_file(policy_file)._replace(path=None).folder


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no key in it"),
        (b"# nothing\n\n", "no key in it"),
        (b"hello\n", "given:1"),
        (b"\n\nssh-dss AAAAB3NzaC1kc3M=\n", "given:3"),
        (b"x" * (LIMITS.certificate_size + 1), "no key file"),
        (b"\xff" * 10, "given"),
        (NO_KEYS, "no OpenPGP certificate in it"),
        (b"PuTTY-User-Key-File-3: ssh-ed25519\n", "SECRET KEY"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n".encode("utf-16"), "SECRET KEY"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\n".encode("utf-16-be"), "SECRET KEY"),
        (b"\xef\xbb\xbfssh-ed25519 AAAA\n", "byte order mark"),
        ("ssh-ed25519 AAAA\n".encode("utf-16"), "byte order mark"),
        (b"Not Found", "begins with its type"),
        (b"<!DOCTYPE html>\n<html>\n", "given:1: a line of an SSH public key begins with its type"),
        (b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n", "another format than OpenSSH's"),
        (b"\0" * 100, "given:1"),
    ],
)
def test_what_is_no_key_file(data: bytes, what: str) -> None:
    with pytest.raises(PolicyFault) as caught:
        read_key_data(data, "given")
    assert what in caught.value.diagnostics()


def test_the_same_key_twice_is_one(ssh) -> None:
    assert len(read_given([ssh.public("ada"), f"{ssh.key('ada')}.pub"])) == 1


def test_a_keyring_that_is_not_there_has_no_keys(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "none"))
    with pytest.raises(UsageFault, match="has no certificate"):
        read_given(["A" * 40])


def test_times_that_toml_cannot_write(policy_file) -> None:
    done = call("keys", "expire", "bob", "--at=-99999999999", "--policy", policy_file)
    assert done.code == 2
    assert "before the year 1" in done.err


@pytest.mark.parametrize(
    "name", ["guix:?introduction=x&signer=y", "keyring:all.gpg", "all.gpg", "allowed-signers:x", "folder"]
)
def test_a_policy_of_another_kind_is_not_edited(tmp_path, monkeypatch, ssh, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "ada.pub").write_text(ssh.public("ada"))
    done = call("keys", "add", "ada", ssh.public("ada"), "--policy", name)
    assert (done.code, done.out) == (2, "")
    assert f"{name} is a policy of another kind, which is only read" in done.err


def test_a_policy_in_nobodys_home(work_tree) -> None:
    subprocess.run(["git", "-C", work_tree, "config", "gitsig.policy", "~nobody-of-that-name/p.toml"], check=True)
    with pytest.raises(PolicyFault, match="nobody's home"):
        policy_path(open_store(str(work_tree)), None)


def test_why_there_is_no_repository_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITSIG_POLICY", raising=False)
    assert "no policy is named" not in call("keys", "list").err
    assert call("keys", "list", "--repo", "nowhere").code == 3


@pytest.mark.parametrize(
    "words", [("add", "bob", "--role", "x"), ("remove", "bob"), ("expire", "bob"), ("refresh", "bob.asc")]
)
def test_an_anchor_is_not_edited_but_the_law_in_the_work_tree_is_named(work_tree, monkeypatch, words) -> None:
    anchor = work_tree.parent / "anchor.toml"
    text = f'version = 1\n[governance]\nroot = "{"a1" * 20}"\nroot-signer = "{"B2" * 20}"\n'
    anchor.write_text(text)
    subprocess.run(["git", "-C", work_tree, "config", "gitsig.policy", str(anchor)], check=True)
    monkeypatch.chdir(work_tree)
    done = call("keys", *words)
    assert (done.code, done.out) == (2, "")
    assert "its signers judge nothing" in done.err
    assert "--policy .gitsig/policy.toml" in done.err
    assert anchor.read_text() == text


def test_a_law_that_names_a_root_is_edited(work_tree, monkeypatch, ssh) -> None:
    law = work_tree / ".gitsig" / "policy.toml"
    law.parent.mkdir()
    law.write_text(f'version = 1\n[governance]\nroot = "{"a1" * 20}"\nroot-signer = "{"B2" * 20}"\n')
    (work_tree / "bob.pub").write_text(ssh.public("bob") + "\n")
    monkeypatch.chdir(work_tree)
    done = call("keys", "add", "bob", "bob.pub", "--email", "bob@example.org", "--policy", ".gitsig/policy.toml")
    assert done.code == 0
    assert ssh.public("bob").split()[1] in law.read_text()


@pytest.mark.parametrize("data", [b"\xff", b"governance = 1", b"[governance", b"governance = []"])
def test_what_is_no_policy_is_no_anchor(tmp_path, data) -> None:
    (tmp_path / "policy.toml").write_bytes(data)
    opened = open_file(tmp_path / "policy.toml")
    assert opened.editable() is opened
