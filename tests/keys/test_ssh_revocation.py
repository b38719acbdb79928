"""Revocation lists by the real `ssh-keygen -k`, with `ssh-keygen -Y verify -r` as the judge."""

from __future__ import annotations

import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable

import pytest

from gitsig.errors import PolicyFault
from gitsig.keys.ssh import SSHKeys, parse_public_key
from gitsig.keys.ssh.wire import write_string
from gitsig.keys.ssh_revocation import parse_revocations
from gitsig.model import Revocation

NAMES = ("ada", "bob", "carol")
DSS = "ssh-dss " + b64encode(b"".join(map(write_string, (b"ssh-dss", b"\1", b"\1", b"\1", b"\1")))).decode()
HEADER = b"SSHKRL\n\0\0\0\0\1" + bytes(24) + write_string(b"") + write_string(b"")


@pytest.fixture
def revoked(ssh, tmp_path) -> Callable[[bytes], set[str]]:
    """The names that a list revokes, once OpenSSH has said the same of each."""

    def names(data: bytes) -> set[str]:
        path, allowed, signature = tmp_path / "list", tmp_path / "allowed", tmp_path / "signature"
        path.write_bytes(data)
        ours = parse_revocations(data, "list")
        found = {name for name in NAMES if ours.revokes(parse_public_key(ssh.public(name), name))}
        for name in NAMES:
            allowed.write_text(f"me {ssh.public(name)}\n")
            signature.write_bytes(ssh.sign_cached(b"payload", name))
            command = [
                "ssh-keygen",
                "-Y",
                "verify",
                "-r",
                path,
                "-I",
                "me",
                "-n",
                "git",
                "-f",
                allowed,
                "-s",
                signature,
            ]
            done = subprocess.run(command, input=b"payload", capture_output=True, check=False)
            assert (done.returncode != 0) is (name in found), name
        return found

    return names


@pytest.fixture
def compile_krl(ssh, tmp_path) -> Callable[..., bytes]:
    def make(specification: str, *options: str) -> bytes:
        source, krl = tmp_path / "specification", tmp_path / "krl"
        source.write_text(specification)
        subprocess.run(["ssh-keygen", "-q", "-k", *options, "-f", krl, source], check=True)
        return krl.read_bytes()

    return make


def test_a_plain_list(ssh, revoked):
    assert revoked(f"# gone\n\n  {ssh.public('ada')}\n{ssh.public('bob')}".encode()) == {"ada", "bob"}
    assert revoked(b"") == set()
    assert revoked(b"# nobody\n") == set()
    assert revoked(ssh.public("carol").replace("\n", "\r\n").encode()) == {"carol"}


def test_a_krl_of_keys(ssh, revoked, compile_krl):
    assert revoked(compile_krl(ssh.public("ada") + "\n" + ssh.public("carol"))) == {"ada", "carol"}
    assert revoked(compile_krl(f"key: {ssh.public('bob')}", "-z", "7")) == {"bob"}
    assert revoked(compile_krl("")) == set()


@pytest.mark.parametrize("word", ["sha1", "sha256"])
def test_a_krl_of_fingerprint_sections(ssh, revoked, compile_krl, word):
    assert revoked(compile_krl(f"{word}: {ssh.public('bob')}")) == {"bob"}


def test_a_krl_of_fingerprints(ssh, revoked, compile_krl):
    assert revoked(compile_krl(f"hash: {ssh.fingerprint('carol')}")) == {"carol"}


def test_certificates_in_a_krl_revoke_no_key(ssh, revoked, compile_krl):
    specification = f"serial: 1-5\nid: someone\nsha256: {ssh.public('bob')}\n"
    assert revoked(compile_krl(specification, "-s", str(ssh.path / "ada.pub"))) == {"bob"}


def test_several_sections(ssh, revoked, compile_krl):
    specification = f"{ssh.public('ada')}\nsha1: {ssh.public('bob')}\nsha256: {ssh.public('carol')}\n"
    assert revoked(compile_krl(specification)) == set(NAMES)


def test_keys_of_kinds_that_are_never_accepted_may_be_listed(ssh):
    # OpenSSH of today may have forgotten DSS, so it is not asked.
    certificate = b"".join(map(write_string, (b"ssh-ed25519-cert-v01@openssh.com", b"nonce")))
    text = f"{DSS}\nssh-ed25519-cert-v01@openssh.com {b64encode(certificate).decode()}\n{ssh.public('ada')}\n"
    assert parse_revocations(text.encode(), "list").revokes(parse_public_key(ssh.public("ada"), ""))


def test_every_truncation_of_a_krl_is_an_error_or_ends_between_sections(ssh, compile_krl):
    krl = compile_krl(f"{ssh.public('ada')}\nsha256: {ssh.public('bob')}\n")
    whole = {len(HEADER), len(krl)}
    for size in range(6, len(krl) + 1):
        try:
            parse_revocations(krl[:size], "list")
        except PolicyFault:
            continue
        whole.discard(size)
        assert size in {len(HEADER), len(krl)} or krl[len(HEADER) : size].count(b"ssh-ed25519") == 1
    assert not whole


def section(kind: int, *entries: bytes) -> bytes:
    return bytes([kind]) + write_string(b"".join(map(write_string, entries)))


RSA_WITH_A_ZERO = b"".join(map(write_string, (b"ssh-rsa", b"\0\3", ((1 << 1023) + 1).to_bytes(129))))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (HEADER + b"\2\0\0\0", "cut short"),
        (HEADER + section(2, b"\0\0\0\1"), "cut short"),
        (HEADER + section(3, bytes(32)), "32 bytes instead of 20"),
        (HEADER + section(5, bytes(20)), "20 bytes instead of 32"),
        (HEADER + section(4, b"key") + write_string(b""), "signed revocation lists"),
        (HEADER + section(6), "section type 6"),
        (HEADER + section(255, b"name"), "section type 255"),
        (HEADER + section(2, RSA_WITH_A_ZERO), "not minimal"),
        (HEADER.replace(b"\0\0\0\1", b"\0\0\0\2"), "version 2"),
        (HEADER[:20], "header"),
        (b"SSHKRL", "header"),
        (b"SSHKRL\r\n\0", "header"),
        (b"ssh-ed25519 AAAA\n", "cut short or damaged"),
        (b"# good\nsomething\n", "begins with its type"),
        (b"\xff\xfe\n", "begins with its type"),
        (b"serial: 3\n", "source of a KRL"),
        (b"sha256: ssh-ed25519 AAAA\n", "source of a KRL"),
        (b"ssh-rsa " + b64encode(RSA_WITH_A_ZERO), "not minimal"),
    ],
)
def test_lists_that_are_not_understood_are_refused(data, what):
    with pytest.raises(PolicyFault, match=r".") as caught:
        parse_revocations(data, "revoked")
    assert what in caught.value.what
    assert caught.value.where.startswith("revoked")
    assert caught.value.mend


def test_a_revoked_key_stays_known_and_is_hard_revoked(ssh):
    ada, bob = (parse_public_key(ssh.public(name), name) for name in ("ada", "bob"))
    listed = parse_revocations(ssh.public("ada").encode(), "list")
    keys = SSHKeys([ada, bob], listed)
    assert keys.get(ada.blob) is ada
    facts = [keys.facts(key.fingerprint) for key in (ada, bob)]
    assert [fact and fact.revocations for fact in facts] == [(Revocation(0, True, "revocation list"),), ()]


def test_the_list_is_part_of_the_digest(ssh):
    ada = parse_public_key(ssh.public("ada"), "ada")
    digests = {SSHKeys([ada]).digest}
    digests |= {SSHKeys([ada], parse_revocations(data, "")).digest for data in (b"", b"#", b"# ")}
    assert len(digests) == 4


def test_the_key_in_a_line_is_the_key_in_the_list(ssh):
    blob = b64decode(ssh.public("ada").split()[1])
    assert parse_revocations(ssh.public("ada").encode(), "").blobs == {blob}
