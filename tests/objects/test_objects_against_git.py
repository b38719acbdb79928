"""The real git as oracle: payload and signature are what it hands to the verifier."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitsig.errors import MalformedObject
from gitsig.model import ObjectFormat, SignedObject
from gitsig.objects import hash_object, join, parse

from .conftest import Git

PEOPLE = "author A <a@x> 1 +0000\ncommitter C <c@x> 2 +0000\n"
ARMOR = "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----"
FOLDED = ARMOR.replace("\n", "\n ")
TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def checked(git: Git, oid: str) -> SignedObject:
    kind, raw = git.raw(oid)
    obj = parse(kind, raw, oid, ObjectFormat.SHA1)
    assert join(obj) == raw
    assert hash_object(kind, raw, ObjectFormat.SHA1) == oid
    # Git gives up on a tag without tagger before it runs a verifier.
    runs = obj.signature is not None and obj.committer is not None
    assert git.given_to_the_verifier(oid) == ((obj.payload, obj.signature) if runs else None)
    return obj


@pytest.fixture(scope="module")
def heap(tmp_path_factory: pytest.TempPathFactory) -> Git:
    """A repository for single objects, shared."""
    return Git(tmp_path_factory.mktemp("heap"))


@pytest.fixture
def ssh(git: Git, tmp_path: Path) -> Git:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    git("config", "gpg.format", "ssh")
    git("config", "user.signingKey", str(tmp_path / "key"))
    return git


@pytest.fixture
def openpgp(git: Git) -> Iterator[Git]:
    home = tempfile.mkdtemp(prefix="gitsig-")  # short: the agent's socket lies in it
    git.env["GNUPGHOME"] = home
    try:
        subprocess.run(
            ["gpg", "--batch", "--passphrase", "", "--quick-gen-key", "ada@example.org", "ed25519", "sign", "never"],
            env=git.env, check=True, capture_output=True,
        )  # fmt: skip
        git("config", "user.signingKey", "ada@example.org")
        yield git
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], env=git.env, check=True)
        shutil.rmtree(home)


def commit(git: Git, message: str = "x", *words: str) -> str:
    git("commit", "-q", "--allow-empty", "--allow-empty-message", "-S", "-m", message, *words)
    return git.text("rev-parse", "HEAD")


def test_a_story_signed_with_ssh(ssh: Git) -> None:
    first = commit(ssh, "first")
    assert checked(ssh, first).parents == ()
    assert checked(ssh, commit(ssh, "")).subject == b""
    unended = ssh("commit-tree", "-S", TREE, "-F", "-", stdin=b"no final newline").decode().strip()
    assert checked(ssh, unended).payload.endswith(b"no final newline")
    ssh("config", "i18n.commitEncoding", "ISO-8859-1")
    assert b"\nencoding ISO-8859-1\n" in checked(ssh, commit(ssh, "latin")).payload
    ssh("config", "--unset", "i18n.commitEncoding")

    for name in ("one", "two", "three"):
        ssh("checkout", "-q", "-b", name, first)
        commit(ssh, name)
        ssh("tag", "-s", "-m", f"signed {name}", f"v-{name}")
        assert checked(ssh, ssh.text("rev-parse", f"v-{name}")).tag_name == f"v-{name}".encode()
    ssh("checkout", "-q", "main")
    ssh("merge", "-q", "-S", "--no-edit", "v-one", "v-two", "v-three")
    octopus = checked(ssh, ssh.text("rev-parse", "HEAD"))
    assert (len(octopus.parents), octopus.mergetags) == (4, 3)

    ssh("tag", "-s", "-m", "", "empty")
    ssh("tag", "-s", "-m", "tag of a tag", "outer", "v-one")
    ssh("tag", "-s", "-m", "tree", "tree", "main^{tree}")
    assert checked(ssh, ssh.text("rev-parse", "empty")).subject == b""
    assert checked(ssh, ssh.text("rev-parse", "outer")).target_type == "tag"
    assert checked(ssh, ssh.text("rev-parse", "tree")).target_type == "tree"
    ssh("tag", "-a", "-m", "unsigned", "unsigned")
    assert checked(ssh, ssh.text("rev-parse", "unsigned")).signature is None


def test_a_story_signed_with_openpgp(openpgp: Git) -> None:
    signed = checked(openpgp, commit(openpgp, "subject\n\nbody"))
    assert signed.signature is not None
    assert signed.signature.startswith(b"-----BEGIN PGP SIGNATURE-----\n\n")
    openpgp("tag", "-s", "-m", "release", "v1.0")
    assert checked(openpgp, openpgp.text("rev-parse", "v1.0")).signature is not None


@pytest.mark.parametrize(
    "rest",
    [
        f"gpgsig {FOLDED}\n\nmessage\n",
        f"gpgsig {FOLDED}\n\nno final newline",
        f"gpgsig {FOLDED}\n\n",
        f"gpgsig {FOLDED}\n",
        f"gpgsig {FOLDED}\n \n  two\n\nmessage\n",
        f"gpgsig {FOLDED}\ngpgsig-sha256 {FOLDED}\n\nmessage\n",
        f"gpgsig-sha256 {FOLDED}\ngpgsig {FOLDED}\n\nmessage\n",
        f"gpgsig-sha256 {FOLDED}\n\nmessage\n",
        f"change-id a\n b\ngpgsig {FOLDED}\nempty\nother \n\nmessage\n",
        f"encoding latin1\ngpgsig {FOLDED}\nHG:extra x\n\nmessage\n",
        f"mergetag object x\n type y\n {FOLDED}\ngpgsig {FOLDED}\n\nmessage\n",
        f"mergetag object x\n type y\n {FOLDED}\n\nmessage\n",
        f"\ngpgsig {FOLDED}\n\nmessage\n",
        f"\n{ARMOR}\n",
        "\nmessage\n",
        "",
    ],
)
def test_commits_that_git_does_not_write(heap: Git, rest: str) -> None:
    checked(heap, heap.write("commit", f"tree {TREE}\n{PEOPLE}{rest}".encode()))


def test_an_empty_signature_is_one(heap: Git) -> None:
    oid = heap.write("commit", f"tree {TREE}\n{PEOPLE}gpgsig \n\nmessage\n".encode())
    obj = parse(*heap.raw(oid), oid, ObjectFormat.SHA1)
    assert obj.signature == b"\n"
    assert heap.given_to_the_verifier(oid) is None  # git: no such signature type


@pytest.mark.parametrize(
    "rest",
    [
        f"\nmessage\n{ARMOR}\n",
        f"\n{ARMOR}\n",
        f"\nno newline\n{ARMOR}",
        f"\n{ARMOR}\n\n \n",
        f"\n{ARMOR.replace('PGP', 'SSH')}\n",
        f"\n{ARMOR.replace('PGP SIGNATURE', 'SIGNED MESSAGE')}\n",
        f"\n{ARMOR.replace('SIGNATURE', 'MESSAGE')}\n",
        f"\ntext {ARMOR}\n",
        f"gpgsig-sha256 {FOLDED}\n\nmessage\n{ARMOR}\n",
        f"gpgsig {FOLDED}\n\nmessage\n{ARMOR}\n",
        f"x y\ngpgsig {FOLDED}\nempty\n\nmessage\n{ARMOR}\n",
        f"gpgsig {FOLDED}\n\nmessage\n",
        "\nmessage\n",
        "",
    ],
)
@pytest.mark.parametrize("tagger", ["tagger A <a@x> 1 +0000\n", ""])
def test_tags_that_git_does_not_write(heap: Git, rest: str, tagger: str) -> None:
    target = heap.write("commit", f"tree {TREE}\n{PEOPLE}".encode())
    checked(heap, heap.write("tag", f"object {target}\ntype commit\ntag v1\n{tagger}{rest}".encode()))


@pytest.mark.parametrize(
    ("zone", "date"), [("+0000", d) for d in (0, 1, 2**31, 2**32, 67_767_976_233_532_799)] + [("+051800", 10**9)]
)
def test_dates_that_git_shows(heap: Git, date: int, zone: str) -> None:
    oid = heap.write("commit", f"tree {TREE}\nauthor A <a> 1 +0000\ncommitter C <c> {date} {zone}\n".encode())
    committer = parse(*heap.raw(oid), oid, ObjectFormat.SHA1).committer
    assert committer is not None
    assert heap.text("log", "-1", "--format=%ct", oid) == str(committer.time)
    assert heap.text("log", "-1", "--format=%cd", "--date=format:%Y", oid) != "1970" or date < 2**31


@pytest.mark.parametrize("date", ["-1 +0000", "1 --0400", "1 0000", "1", "1.5 +0000", "0x1 +0000", "x +0000", ""])
def test_dates_that_git_does_not_show(heap: Git, date: str) -> None:
    oid = heap.write("commit", f"tree {TREE}\nauthor A <a> 1 +0000\ncommitter C <c> {date}\n".encode())
    assert heap.text("log", "-1", "--format=%ct", oid) == ""
    with pytest.raises(MalformedObject):
        parse(*heap.raw(oid), oid, ObjectFormat.SHA1)
