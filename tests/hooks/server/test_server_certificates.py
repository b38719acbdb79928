"""Signed pushes (R15): real `git push --signed`, and certificates that are stale, foreign, or for another push."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitsig.errors import MalformedObject
from gitsig.model import ObjectFormat
from gitsig.objects.pushcert import parse_push_certificate
from tests.hooks.server.guarded import NONE, Guarded, git

MAIN = "refs/heads/main"


@pytest.fixture
def signed(guarded: Guarded) -> Guarded:
    """A server that asks for a nonce and demands certificates; Ada's clone signs pushes with her SSH key."""
    guarded.config("receive.certNonceSeed", "a secret of this test")
    guarded.config("gitsig.requireCertificate", "true")
    _sign_with(guarded, "ada")
    return guarded


def _sign_with(guarded: Guarded, name: str) -> None:
    assert guarded.story.ssh is not None
    for key, value in (("gpg.format", "ssh"), ("user.signingkey", str(guarded.story.ssh.key(name)))):
        git("-C", guarded.story.path, "config", key, value, check=True)


def _push(guarded: Guarded, *refspecs: str, signed: bool = True) -> tuple[int, str]:
    kind = "--signed" if signed else "--no-signed"
    done = git("-C", guarded.story.path, "push", kind, guarded.path, *refspecs)
    return done.returncode, done.stderr


def _certificate(guarded: Guarded) -> tuple[str, bytes]:
    """The blob that git kept of the last certificate."""
    listed = git("--git-dir", guarded.git_dir, "cat-file", "--batch-check", "--batch-all-objects", check=True).stdout
    for line in listed.splitlines():
        oid, kind, _ = line.split(" ")
        raw = git("--git-dir", guarded.git_dir, "cat-file", kind, oid).stdout
        if raw.startswith("certificate version"):
            return oid, raw.encode()
    raise AssertionError("no certificate")


def test_a_signed_push_is_taken_in_and_an_unsigned_one_is_not(signed: Guarded) -> None:
    assert _push(signed, "main", signed=False)[0] != 0
    assert signed.refs() == {}
    assert "demands a signed push" in str(signed.decisions()[-1])
    code, said = _push(signed, "main")
    assert (code, signed.refs()) == (0, {MAIN: signed.story.tip()}), said


def test_a_certificate_by_a_stranger_is_refused(signed: Guarded) -> None:
    _sign_with(signed, "mallory")
    code, said = _push(signed, "main")
    assert code != 0
    assert signed.refs() == {}
    assert "rule_violation: the push certificate is refused, unknown_key" in said


def test_without_a_nonce_a_certificate_is_not_fresh(signed: Guarded) -> None:
    signed.config("receive.certNonceSeed", None)
    code, said = _push(signed, "main")
    # Git itself does not sign for a server that asks for no nonce.
    assert code != 0
    assert signed.refs() == {}, said


def test_a_certificate_is_judged_even_where_none_is_demanded(signed: Guarded) -> None:
    signed.config("gitsig.requireCertificate", None)
    _sign_with(signed, "mallory")
    assert _push(signed, "main")[0] != 0
    assert _push(signed, "main", signed=False)[0] == 0


def test_a_setting_that_is_neither_true_nor_false_refuses(signed: Guarded) -> None:
    signed.config("gitsig.requireCertificate", "perhaps")
    assert _push(signed, "main", signed=False)[0] != 0
    assert signed.refs() == {}


def test_a_key_without_a_value_is_true_as_git_has_it(signed: Guarded) -> None:
    signed.config("gitsig.requireCertificate", None)
    with (signed.git_dir / "config").open("a") as file:
        file.write("[gitsig]\n\trequireCertificate\n")
    assert _push(signed, "main", signed=False)[0] != 0
    assert signed.refs() == {}


def test_a_doorway_that_sees_no_certificate_refuses_where_one_is_demanded(signed: Guarded) -> None:
    (signed.git_dir / "hooks" / "pre-receive").unlink()
    signed.install("update")
    code, said = _push(signed, "main")
    assert code != 0
    assert signed.refs() == {}
    assert "only the pre-receive hook" in said
    signed.config("gitsig.requireCertificate", None)
    assert _push(signed, "main")[0] == 0


def test_replayed_and_borrowed_certificates_are_refused(signed: Guarded) -> None:
    assert _push(signed, "main")[0] == 0
    oid, raw = _certificate(signed)
    tip = signed.story.tip()
    nonce = next(line[6:] for line in raw.decode().splitlines() if line.startswith("nonce "))
    good = {"GIT_PUSH_CERT": oid, "GIT_PUSH_CERT_NONCE": nonce, "GIT_PUSH_CERT_NONCE_STATUS": "OK"}
    lines = f"{NONE} {tip} {MAIN}\n".encode()

    def run(stdin: bytes = lines, **env: str) -> tuple[int, str]:
        done = signed.run_hook("pre-receive", stdin=stdin, **{**good, **env})
        return done.returncode, done.stderr.decode()

    assert run() == (0, "")
    for status in ("BAD", "MISSING", "UNSOLICITED", ""):
        code, said = run(GIT_PUSH_CERT_NONCE_STATUS=status)
        assert code == 1, said
        assert "not fresh" in said
    assert run(GIT_PUSH_CERT_NONCE_STATUS="SLOP", GIT_PUSH_CERT_NONCE="another")[0] == 0
    assert "another nonce" in run(GIT_PUSH_CERT_NONCE="another")[1]
    assert "another push" in run(f"{NONE} {tip} refs/heads/other\n".encode())[1]
    assert "another push" in run(lines + f"{NONE} {tip} refs/heads/other\n".encode())[1]
    assert "cannot be read" in run(GIT_PUSH_CERT="1" * 40)[1]
    assert "is a commit" in run(GIT_PUSH_CERT=tip)[1]


def test_a_changed_certificate_does_not_verify(signed: Guarded) -> None:
    assert _push(signed, "main")[0] == 0
    _, raw = _certificate(signed)
    second = signed.story.commit(by="ada")
    changed = raw.replace(signed.story.tip().encode(), second.encode()).replace(
        raw.split(b"\n\n", 1)[1].split(b" ")[1], second.encode()
    )
    story_repo = signed.story
    git("--git-dir", signed.git_dir, "fetch", "-q", story_repo.path, second, check=True)
    path = Path(signed.story.folder) / "changed"
    path.write_bytes(changed)
    oid = git("--git-dir", signed.git_dir, "hash-object", "-w", path, check=True).stdout.strip()
    nonce = next(line[6:] for line in raw.decode().splitlines() if line.startswith("nonce "))
    env = {"GIT_PUSH_CERT": oid, "GIT_PUSH_CERT_NONCE": nonce, "GIT_PUSH_CERT_NONCE_STATUS": "OK"}
    done = signed.run_hook("pre-receive", stdin=f"{NONE} {second} {MAIN}\n".encode(), **env)
    assert done.returncode == 1
    assert b"bad_signature" in done.stderr


@pytest.mark.parametrize(
    "change",
    [
        (b"version 0.1", b"version 0.2"),
        (b"pusher ", b"pushers "),
        (b"\n\n", b"\n"),
        (b" refs/", b"  refs/"),
        (b"-----BEGIN", b"text\n-----BEGIN"),
        (b"certificate", b"\0certificate"),
        (b"nonce ", b"tree x\nnonce "),
    ],
)
def test_the_grammar_of_certificates(signed: Guarded, change: tuple[bytes, bytes]) -> None:
    assert _push(signed, "main")[0] == 0
    _, raw = _certificate(signed)
    parsed = parse_push_certificate(raw, ObjectFormat.SHA1)
    assert parsed.payload + parsed.signature == raw
    assert [update.ref for update in parsed.updates] == [MAIN]
    with pytest.raises(MalformedObject):
        parse_push_certificate(raw.replace(*change, 1), ObjectFormat.SHA1)
