"""K12, K18: key files and revocation lists that cannot be read, or are far too large."""

from __future__ import annotations

from tests.keys.openpgp.handmade import armor, certification, ed25519_key, packet
from tests.support.gnupg import packets
from tests.vectors.stories.scene import Scene
from tests.vectors.stories.steps import (
    allow,
    audit,
    commit,
    do,
    environment,
    plain_verify,
    push,
    verify,
)
from tests.vectors.stories.telling import AttackStory

__all__ = ["STORIES"]

_MAIN = "refs/heads/main"
_FLOOD = "CVE-2019-13050, certificate spamming"
_LIMIT = 4 * 1024 * 1024
"""Of a key file, in bytes."""
_REVOKED = "git-config(1), gpg.ssh.revocationFile"
_COLD = environment(GITSIG_CACHE_DIR="{folder}/cold")
"""The key store is not built yet, so that GnuPG is asked."""
_BEGIN = (commit("base"), push(f"base:{_MAIN}"))


def _key_file(scene: Scene, who: str, data: bytes) -> None:
    (scene.policy.parent / "keys" / f"{who}.asc").write_bytes(data)


def _flood(scene: Scene, size: int) -> None:
    """Ada's certificate with certifications by strangers behind its user ID, until it has `size` bytes."""
    scene.policy  # noqa: B018 - written before its key file is changed
    stranger, other = ed25519_key(91), ed25519_key(92)
    one = certification(stranger, other, b"ada <ada@example.org>")
    whole = packets(scene.keyrings.everybody.export(scene.keyrings.everybody.fingerprint("ada@example.org")))
    at = whole.index(b"ada@example.org>") + len(b"ada@example.org>")
    _key_file(scene, "ada", whole[:at] + one * (size // len(one)) + whole[at:])


def _revocation_file(scene: Scene, content: bytes | None) -> None:
    path = scene.policy.parent / "revoked"
    if path.is_dir():
        path.rmdir()
    if content is not None:
        path.write_bytes(content)
    scene.kept["git"]["gpg.ssh.revocationFile"] = path


def _git_knows_carol(scene: Scene) -> None:
    assert scene.story.ssh is not None
    path = scene.story.folder / "allowed_signers"
    path.write_text(f"carol@example.org {scene.story.ssh.public('carol')}\n")
    scene.kept["git"] = {"gpg.ssh.allowedSignersFile": path}


STORIES = (
    AttackStory(
        "k12-revocation-list-missing",
        "K12",
        "the revocation list that the policy names is not there",
        "git warns and goes on without it, so deleting the file undoes every revocation.",
        _REVOKED,
        (
            *_BEGIN,
            do("git knows carol's key", _git_knows_carol),
            allow(ssh={"revoked": "revoked"}),
            do("no list", lambda scene: _revocation_file(scene, None)),
            commit("next", by="carol"),
            plain_verify("next", "accepts"),
            push(f"next:{_MAIN}", expect="error"),
            verify("next", expect="error"),
            do("an empty list", lambda scene: _revocation_file(scene, b"")),
            push(f"next:{_MAIN}"),
        ),
    ),
    AttackStory(
        "k12-revocation-list-damaged",
        "K12",
        "the revocation list is a folder, or cut short, or no list",
        "What cannot be read may revoke anybody; ssh-keygen passes over the lines that it does not understand.",
        _REVOKED,
        (
            *_BEGIN,
            do("git knows carol's key", _git_knows_carol),
            allow(ssh={"revoked": "revoked"}),
            commit("next", by="carol"),
            do("a folder", lambda scene: (scene.policy.parent / "revoked").mkdir()),
            push(f"next:{_MAIN}", expect="error"),
            do("half a list", lambda scene: _revocation_file(scene, b"SSHKRL\n\0\0\0\0\1\0\0")),
            push(f"next:{_MAIN}", expect="error"),
            do("no list", lambda scene: _revocation_file(scene, b"\0\1\2 nonsense\n")),
            plain_verify("next", "accepts"),
            push(f"next:{_MAIN}", expect="error"),
            audit(expect="error"),
        ),
    ),
    AttackStory(
        "k12-key-file-missing",
        "K12",
        "a key file that the policy names is not there, or is no key",
        "A policy is read whole or not at all: nobody is let in by the rest of it.",
        "docs/policy.md, keys",
        (
            *_BEGIN,
            commit("next", by="ada"),
            plain_verify("next", "accepts"),
            do("bob's file is empty", lambda scene: _key_file(scene, "bob", b"")),
            push(f"next:{_MAIN}", expect="error"),
            do("bob's file is gone", lambda scene: (scene.policy.parent / "keys" / "bob.asc").unlink()),
            push(f"next:{_MAIN}", expect="error"),
        ),
    ),
    AttackStory(
        "k18-flooded-certificate",
        "K18",
        "thousands of strangers' certifications on Ada's certificate",
        "They are left out before GnuPG sees them, and Ada can go on signing.",
        _FLOOD,
        (
            _COLD,
            commit("base"),
            do("a flood of three megabytes", lambda scene: _flood(scene, 3 * 1024 * 1024)),
            plain_verify("base", "accepts"),
            push(f"base:{_MAIN}", checked=1),
            commit("evil", sign="mallory"),
            plain_verify("evil", "refuses"),
            push(f"evil:{_MAIN}", expect="unknown_key"),
        ),
    ),
    AttackStory(
        "k18-certificate-beyond-the-limit",
        "K18",
        "a key file of more than four megabytes",
        "It is not even looked at, and nothing is judged without it.",
        _FLOOD,
        (
            commit("base"),
            plain_verify("base", "accepts"),
            do("a flood above the limit", lambda scene: _flood(scene, _LIMIT + 4096)),
            push(f"base:{_MAIN}", expect="error"),
        ),
    ),
    AttackStory(
        "k18-huge-packet",
        "K18",
        "a key file that announces a packet of four gigabytes",
        "Lengths are checked against what is there.",
        "RFC 9580 §4.2.1",
        (
            commit("base"),
            plain_verify("base", "accepts"),
            do("such a file", lambda scene: _key_file(scene, "ada", b"\xc6\xff\xff\xff\xff\xff\x04")),
            push(f"base:{_MAIN}", expect="error"),
            do("an armored one", lambda scene: _key_file(scene, "ada", armor(packet(6, b"\x04"), "PUBLIC KEY BLOCK"))),
            push(f"base:{_MAIN}", expect="error"),
        ),
    ),
)
