"""Histories of SHA-256 repositories: those of SHA-1 told again, what differs, and the real git, gpg and ssh-keygen."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import gitsig
from tests.engine import test_histories, test_updates, test_updates_rules
from tests.engine.test_histories import audit, judge, reasons
from tests.engine.test_updates import refused
from tests.support.gnupg import GnupgHome
from tests.support.sshkeys import SSHHome
from tests.support.story import Story

PROGRAM = Path(sys.executable).with_name("gitsig")
NONE = "0" * 64
MAIN = "refs/heads/main"

_OTHERWISE = {
    "test_a_good_verdict_is_never_given_without_gpg",
    "test_a_ref_to_a_lost_commit_and_a_tag_of_one",
    "test_a_shallow_boundary_is_no_root",
    "test_missing_objects_are_refused",
    "test_the_plain_reasons",
}
"""Histories that hold something of SHA-1 itself; told below with SHA-256."""

_ALL = {
    name: test
    for module in (test_histories, test_updates, test_updates_rules)
    for name, test in vars(module).items()
    if name.startswith("test_")
}
globals().update({name: test for name, test in _ALL.items() if name not in _OTHERWISE})


@pytest.fixture
def story(story: Callable[..., Story]) -> Callable[..., Story]:
    """Every story of this module is one of SHA-256."""
    return partial(story, "sha256")


def test_what_is_told_otherwise_is_still_told_of_sha1() -> None:
    assert set(_ALL) > _OTHERWISE
    assert len(_ALL) > 50


# What holds something of the hash itself


def test_plain_reasons(story: Callable[..., Story]) -> None:
    told = story()
    told.commit(by="ada")
    told.commit(by="ada", sign=False)
    told.commit(by="mallory")
    told.commit(by="ada", mutate=lambda raw: raw.replace(b"Change", b"Chance"))
    told.commit(by="bob", sign="ada")
    told.commit(by="ada", mutate=lambda raw: raw.replace(b"gpgsig-sha256 ", b"gpgsig-x y\ngpgsig-sha256 ", 1))
    told.commit(by="carol")
    assert reasons(audit(told).report().verdicts) == [
        "good",
        "unsigned",
        "unknown_key",
        "bad_signature",
        "identity_mismatch",
        "malformed_object",
        "good",
    ]


def test_a_signature_for_the_other_format_never_authorises(story: Callable[..., Story]) -> None:
    told = story()

    def with_foreign(raw: bytes) -> bytes:
        return told.with_header(raw, told.signature(raw, "ada", "openpgp", told.clock), b"gpgsig")

    def in_front(raw: bytes) -> bytes:
        return raw.replace(b"gpgsig-sha256 ", b"gpgsig junk\ngpgsig-sha256 ", 1)

    foreign = told.commit(by="ada", sign=False, mutate=with_foreign)
    told.commit(by="ada", mutate=in_front)
    told.commit(by="mallory", mutate=with_foreign)
    tag = told.tag("v1", by="ada", sign=False, mutate=lambda raw: raw.replace(b"\n\n", b"\ngpgsig x\n\n", 1))
    verdicts = {verdict.oid: verdict for verdict in audit(told)}
    assert reasons(audit(told).report().verdicts) == ["unsigned", "good", "unknown_key", "unsigned"]
    assert "other object format" in verdicts[foreign].detail
    assert "other object format" in verdicts[tag].detail


def test_ids_of_the_other_format_name_nothing(story: Callable[..., Story]) -> None:
    told = story()
    oid = told.commit(by="ada")
    told.tag("v1", oid[:40], by="ada")
    cut = told.commit(by="ada", edit=lambda raw: raw.replace(oid.encode(), oid[:40].encode()))
    found = {verdict.oid: str(verdict.reason) for verdict in audit(told)}
    assert set(found.values()) == {"malformed_object"}
    assert cut in found
    told.ref("refs/heads/short", oid[:40])
    with pytest.raises(gitsig.ObjectFault, match="names no object"):
        audit(told)
    with pytest.raises(gitsig.UsageFault):
        judge(told, "1" * 40)


def test_lost_objects(story: Callable[..., Story]) -> None:
    told = story()
    told.commit(by="ada")
    lost = "1" * 64
    told.ref("refs/heads/lost", lost)
    tag = told.tag("v1", lost, by="ada")
    found = {(verdict.oid, str(verdict.reason)) for verdict in audit(told)}
    assert {(lost, "verifier_error"), (tag, "good")} <= found
    known = [(MAIN, told.tip())]
    push = partial(test_updates.one, told, known=known)
    assert refused(push(NONE, "b" * 64, "refs/heads/x")) == [("b" * 64, "verifier_error")]
    orphan = told.commit(by="ada", branch=None, parents=["c" * 64])
    assert ("c" * 64, "verifier_error") in refused(push(told.tip(), orphan))


def test_a_shallow_boundary_is_reported(story: Callable[..., Story]) -> None:
    told = story()
    lost = told.commit(by="mallory", sign=False)
    kept = told.commit(by="ada")
    (told.path / "objects" / lost[:2] / lost[2:]).unlink()
    (told.path / "shallow").write_text(f"{kept}\n")
    verdicts = {verdict.oid: verdict for verdict in audit(told)}
    assert str(verdicts[lost].reason) == "verifier_error"
    assert "unshallow" in verdicts[lost].detail


def test_packed_histories_are_judged_alike(story: Callable[..., Story]) -> None:
    told = story()
    told.commit(by="ada", files={"a": b"1"})
    told.commit(by="bob", sign="ssh")
    told.commit(by="mallory")
    told.tag("v1", by="ada")
    loose = list(audit(told))
    told.git("gc", "-q", "--prune=now")
    assert not list((told.path / "objects").glob("??/*"))
    assert list(audit(told)) == loose
    assert reasons(loose) == ["good", "good", "unknown_key", "good"]


# The real programs


class Repository:
    """A clone as a contributor has it: git signs with gpg or with ssh-keygen."""

    def __init__(self, folder: Path, gnupg: GnupgHome, ssh: SSHHome) -> None:
        self.folder = folder
        self.gnupg = gnupg
        self.ssh = ssh
        folder.mkdir()
        self.git("init", "-q", "-b", "main", "--object-format=sha256", "--template=")

    def git(self, *words: str, by: str = "ada", key: str = "") -> str:
        command = ["git", "-c", f"user.name={by}", "-c", f"user.email={by}@example.org"]
        if key.startswith("/"):
            command += ["-c", "gpg.format=ssh"]
        command += ["-c", f"user.signingKey={key}"]
        done = subprocess.run([*command, *words], cwd=self.folder, env=self.gnupg.env, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def commit(self, message: str, by: str = "ada", key: str = "") -> str:
        sign = [f"-S{key}"] if key else ["--no-gpg-sign"]
        self.git("commit", "-q", "--allow-empty", "-m", message, *sign, by=by, key=key)
        return self.git("rev-parse", "HEAD")

    def gitsig(self, *words: str) -> tuple[int, str]:
        done = subprocess.run([PROGRAM, *words], cwd=self.folder, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


def test_what_git_signs_is_judged_by_the_program(
    story: Callable[..., Story], tmp_path: Path, gnupg: GnupgHome, ssh: SSHHome
) -> None:
    told = story()
    policy = str(told.policy())
    repository = Repository(tmp_path / "work", gnupg, ssh)
    openpgp = f"{told.people['ada'].openpgp}!"
    stranger = f"{told.people['mallory'].openpgp}!"
    first = repository.commit("first", key=openpgp)
    second = repository.commit("second", by="carol", key=str(ssh.key("carol")))
    repository.git("tag", "-s", "-m", "one", "v1", key=openpgp)
    repository.git("tag", "-s", "-m", "two", "v2", by="carol", key=str(ssh.key("carol")))
    assert len(first) == 64
    assert "gpgsig-sha256 -----BEGIN PGP SIGNATURE" in repository.git("cat-file", "-p", first)

    good = ("--policy", policy)
    assert repository.gitsig("audit", *good)[0] == 0
    assert repository.gitsig("verify", *good, "v1", "v2", "HEAD~1..HEAD", "HEAD", first[:12])[0] == 0
    code, text = repository.gitsig("audit", *good, "--format", "json")
    report: dict[str, Any] = json.loads(text)
    assert (code, report["object_format"], report["summary"]["accepted"]) == (0, "sha256", 4)
    assert {each["oid"] for each in report["objects"]} >= {first, second}
    assert {each["format"] for each in report["objects"]} == {"openpgp", "ssh"}

    repository.git("checkout", "-q", "-b", "side", first)
    bad = repository.commit("unsigned")
    evil = repository.commit("evil", by="ada", key=stranger)
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "-m", "merge", f"-S{openpgp}", "side", key=openpgp)
    repository.git("gc", "-q")
    code, text = repository.gitsig("verify", *good, f"{second}..main", "--format", "json")
    found = {each["oid"]: each["reason"] for each in json.loads(text)["objects"]}
    assert code == 1
    assert found == {bad: "unsigned", evil: "unknown_key", repository.git("rev-parse", "main"): "good"}
    code, text = repository.gitsig("explain", *good, evil)
    assert (code, "unknown_key" in text) == (1, True)
    assert repository.gitsig("explain", *good, first)[0] == 0
    forged = repository.git("cat-file", "-p", second).replace("second", "forged") + "\n"
    path = tmp_path / "forged"
    path.write_text(forged)
    oid = repository.git("hash-object", "-t", "commit", "-w", str(path))
    code, text = repository.gitsig("verify", *good, oid)
    assert (code, "bad_signature" in text) == (1, True)


def test_without_git_nothing_is_good(story: Callable[..., Story], monkeypatch: pytest.MonkeyPatch) -> None:
    told = story()
    told.commit(by="bob", sign="ssh")
    policy = told.policy()
    store = gitsig.open_repository(str(told.path))
    loaded = gitsig.load_policy(store, str(policy))
    told.git("gc", "-q")
    monkeypatch.setenv("PATH", "/nonexistent")
    (verdict,) = gitsig.Verifier(store, loaded).audit()
    assert (verdict.accepted, str(verdict.reason)) == (False, "verifier_error")
    assert "git is not installed" in verdict.detail
    with pytest.raises(gitsig.GitsigError, match="git is not installed"):
        gitsig.open_repository(str(told.path))
