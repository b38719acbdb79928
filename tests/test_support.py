"""The tests' own tools against the real git, gpg and ssh-keygen."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime

import pygit2
import pytest

from tests.support.gnupg import BIRTH, GnupgHome, packets
from tests.support.sshkeys import SSHHome
from tests.support.story import START, Story
from tests.support.toml import dumps

MakeStory = Callable[..., Story]


def status(home: GnupgHome, payload: bytes, signature: bytes, *args: str) -> set[str]:
    """Keywords that gpg says of a signature."""
    folder = home.path / "check"
    folder.mkdir(exist_ok=True)
    (folder / "s").write_bytes(signature)
    command = ["gpg", "--homedir", str(home.path), "--status-fd", "1", *args, "--verify", str(folder / "s"), "-"]
    done = subprocess.run(command, input=payload, capture_output=True, check=False)
    return {line.split()[1].decode() for line in done.stdout.splitlines()}


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_git_accepts_a_story(story: MakeStory, object_format: str) -> None:
    tale = story(object_format)
    tale.commit(by="ada", files={"a/b": b"1", "a.c": b"2", "a0": b"3"})
    tale.branch("side", tale.tip())
    tale.commit(by="bob", sign="ssh", branch="side")
    tale.commit(by="bob", headers=[b"encoding ISO-8859-1"], message="J\xe4ger\n".encode("latin-1"))
    tale.merge("side", by="ada")
    tale.tag("v1.0", by="ada")
    tale.git("fsck", "--strict")
    assert tale.git("rev-list", "--count", "--all") == b"4\n"
    assert tale.git("show", "main:a/b") == b"1"


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_git_verifies_honest_signatures(story: MakeStory, ssh: SSHHome, object_format: str) -> None:
    tale = story(object_format)
    for by, kind in [("ada", "openpgp"), ("ada", "ssh"), ("bob", "openpgp"), ("carol", "ssh")]:
        tale.commit(by=by, sign=kind)
    tale.tag("v1.0")
    tale.tag("v1.1", by="carol")
    signers = ssh.allowed_signers(ada="ada@example.org", carol="carol@example.org")
    given = ["-c", f"gpg.ssh.allowedSignersFile={signers}"]
    home = {"GNUPGHOME": tale.gnupg.env["GNUPGHOME"]}
    commits = tale.git("rev-list", "main").decode().split()
    tale.git(*given, "verify-commit", *commits, env=home)
    tale.git(*given, "verify-tag", "v1.0", "v1.1", env=home)


def test_git_refuses_what_was_tampered_with(story: MakeStory) -> None:
    tale = story()
    oid = tale.commit(by="ada", mutate=lambda raw: raw + b"one more line\n")
    with pytest.raises(subprocess.CalledProcessError):
        tale.git("verify-commit", oid, env={"GNUPGHOME": tale.gnupg.env["GNUPGHOME"]})


def test_pygit2_reads_exact_bytes(story: MakeStory) -> None:
    tale = story()
    oid = tale.commit(by="ada", sign=False, mutate=lambda raw: raw.replace(b"Change", b"Cha\0nge"))
    kind, data = pygit2.Repository(str(tale.path)).read(oid)
    assert kind == pygit2.enums.ObjectType.COMMIT
    assert b"Cha\0nge" in data


def test_clock_moves_a_minute_an_object(story: MakeStory) -> None:
    tale = story(people=False)
    tale.person("eve")
    for _ in range(2):
        tale.commit(by="eve", sign=False)
    times = tale.git("log", "--reverse", "--format=%ct").split()
    assert [int(time) for time in times] == [START + 60, START + 120]


def test_signature_has_the_objects_time_and_the_named_subkey(story: MakeStory) -> None:
    tale = story()
    oid = tale.commit(by="ada", at=START + 5, signed_at=START + 9)
    shown = tale.git("verify-commit", "--raw", oid, env={"GNUPGHOME": tale.gnupg.env["GNUPGHOME"]})
    raw = tale.git("cat-file", "commit", oid)
    assert shown == b""
    assert str(START + 5).encode() in raw
    listing = subprocess.run(
        ["gpg", "--batch", "--list-packets"], input=packets(_armor(raw)), capture_output=True, check=True
    ).stdout
    assert f"created {START + 9}".encode() in listing
    assert tale.people["ada"].openpgp[-16:].encode() in listing


def _armor(raw: bytes) -> bytes:
    return raw.partition(b"gpgsig ")[2].partition(b"\n\n")[0].replace(b"\n ", b"\n") + b"\n"


def test_policy_is_toml_with_keys_beside_it(story: MakeStory) -> None:
    tale = story()
    path = tale.policy(signers={"ada": {"roles": ["lead"]}, "bob": None}, defaults={"clock_skew": "1m"})
    document = tomllib.loads(path.read_text())
    assert set(document["signers"]) == {"ada", "carol"}
    assert document["signers"]["ada"]["roles"] == ["lead"]
    assert document["defaults"] == {"clock-skew": "1m"}
    assert (path.parent / document["signers"]["ada"]["openpgp"][0]).read_bytes().startswith(b"-----BEGIN PGP PUBLIC")


def test_policy_inside_the_repository(story: MakeStory) -> None:
    tale = story()
    tale.commit(by="ada", files=tale.policy_files())
    assert b"[signers.ada]" in tale.git("show", "main:.gitsig/policy.toml")
    assert tale.git("show", "main:.gitsig/keys/ada.asc").startswith(b"-----BEGIN PGP")


def test_toml_round_trip() -> None:
    document = {
        "version": 1,
        "signers": {"web-flow": {"only": ["merge"]}, 'o\'neil "x"': {"ssh": [{"key": "a", "valid-until": "b"}]}},
        "rules": [{"refs": ["refs/heads/*"], "no-rewind": True}, {"immutable": False}],
        "history": {"since": datetime(2026, 1, 1, tzinfo=UTC)},
    }
    assert tomllib.loads(dumps(document)) == document


def test_expiry_and_revocation_in_a_clone_leave_the_home_alone(gnupg: GnupgHome) -> None:
    ada = gnupg.fingerprint("ada@example.org")
    (subkey,) = gnupg.subkeys(ada)
    signature = gnupg.sign(b"x", subkey, at=BIRTH + 100)
    with gnupg.clone() as twin:
        twin.revoke_subkey(ada, subkey, reason=1, at=BIRTH + 200)
        assert "REVKEYSIG" in status(twin, b"x", signature)
        twin.revoke(ada, reason=2, at=BIRTH + 300)
        assert f":{BIRTH + 300}:".encode() in twin.run("--batch", "--with-colons", "--check-sigs", ada)
    with gnupg.clone() as twin:
        twin.set_expiry(ada, "seconds=490", subkey, at=BIRTH + 10)
        assert "EXPKEYSIG" in status(twin, b"x", signature)
    assert "GOODSIG" in status(gnupg, b"x", signature)


def test_signature_outside_the_keys_life(gnupg: GnupgHome) -> None:
    bob = gnupg.fingerprint("bob@example.org")
    early = gnupg.sign(b"x", bob, at=BIRTH - 1000)
    assert f"created {BIRTH - 1000}".encode() in gnupg.run("--batch", "--list-packets", stdin=packets(early))
    weak = gnupg.sign(b"x", bob, digest="SHA1")
    assert b"digest algo 2" in gnupg.run("--batch", "--list-packets", stdin=packets(weak))


def test_ssh_namespace_and_digest(ssh: SSHHome) -> None:
    signature = ssh.sign(b"x", "ada", namespace="file", digest="sha256")
    assert signature.startswith(b"-----BEGIN SSH SIGNATURE-----\n")
    assert ssh.sign_cached(b"x", ssh.key("ada"), "file", "sha256") == signature
    assert ssh.fingerprint("ada").startswith("SHA256:")
