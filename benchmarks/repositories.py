"""Repositories of signed commits, made in process and packed, kept under `.bench/` for the next run."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.arithmetic import Pair, load_pairs, save_pairs
from benchmarks.openpgp import Certificate, Ed25519Key, RSAKey
from benchmarks.sshsig import SSHKey

__all__ = ["KINDS", "UNSIGNED", "Repository", "prepare"]

KINDS = ("ed25519", "rsa4096", "ssh")
UNSIGNED = "unsigned"
"""A kind besides those: the commits of somebody who forgot to sign, and a policy with an Ed25519 key."""
_BIRTH = 1735689600
_START = 1767225600
_EMAIL = "ada@example.org"
_TREE = hashlib.sha1(b"tree 0\0", usedforsecurity=False).hexdigest()

_BODY = "A body of the usual length, which says in a sentence or two what\nhas changed and why.\n"

Sign = Callable[[bytes, int], tuple[bytes, bytes, bytes]]


@dataclass(frozen=True)
class Repository:
    """One generated repository and what belongs to it."""

    kind: str
    folder: Path
    commits: int

    @property
    def git_dir(self) -> Path:
        return self.folder / "repo.git"

    @property
    def policy(self) -> Path:
        return self.folder / "policy.toml"

    @property
    def keys(self) -> Path:
        """The OpenPGP certificate, or the allowed signers file."""
        return self.folder / ("allowed_signers" if self.kind == "ssh" else "ada.asc")

    def public_pem(self) -> bytes:
        return (self.folder / "public.pem").read_bytes()

    def pairs(self) -> list[Pair]:
        return load_pairs(self.folder / "pairs.bin")


def prepare(cache: Path, kind: str, commits: int) -> Repository:
    """The repository of a kind from the cache, made now where it is missing."""
    folder = cache / f"{kind}-{commits}"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _build(Repository(kind, folder, commits))
        (folder / "done").touch()
    return Repository(kind, folder, commits)


def _build(repository: Repository) -> None:
    sign = _make_key(repository)
    objects: list[tuple[int, bytes]] = [(2, b"")]
    pairs = []
    tip = ""
    for number in range(repository.commits):
        content, tip, pair = _commit(sign, tip, number)
        objects.append((1, content))
        pairs.append(pair)
    save_pairs(repository.folder / "pairs.bin", pairs)
    _git("init", "-q", "--bare", "--template=", "-b", "main", str(repository.git_dir))
    inside = ("--git-dir", str(repository.git_dir))
    _git(*inside, "index-pack", "--stdin", stdin=b"".join(_pack(objects)))
    _git(*inside, "update-ref", "refs/heads/main", tip)
    _git(*inside, "gc", "-q")


def _make_key(repository: Repository) -> Sign:
    if repository.kind == "ssh":
        ssh = SSHKey()
        line = ssh.public_line("ada")
        repository.keys.write_text(f"{_EMAIL} {line}\n")
        _write(repository, f'ssh = ["{line}"]', ssh.public_pem())
        return lambda payload, _: ssh.sign(payload)
    ed25519 = repository.kind in ("ed25519", UNSIGNED)
    key = Ed25519Key() if ed25519 else RSAKey(int(repository.kind.removeprefix("rsa")))
    certificate = Certificate(key, f"Ada <{_EMAIL}>", _BIRTH)
    repository.keys.write_bytes(certificate.armored())
    _write(repository, 'openpgp = ["ada.asc"]', key.public_pem())
    return _nothing if repository.kind == UNSIGNED else certificate.sign


def _nothing(payload: bytes, _at: int) -> tuple[bytes, bytes, bytes]:
    return b"", b"", payload


def _write(repository: Repository, key: str, pem: bytes) -> None:
    repository.policy.write_text(f'version = 1\n\n[signers.ada]\nemails = ["{_EMAIL}"]\n{key}\n')
    (repository.folder / "public.pem").write_bytes(pem)


def _commit(sign: Sign, parent: str, number: int) -> tuple[bytes, str, Pair]:
    at = _START + 60 * number
    who = f"Ada <{_EMAIL}> {at} +0000"
    headers = f"tree {_TREE}\n" + (f"parent {parent}\n" if parent else "") + f"author {who}\ncommitter {who}\n"
    message = f"Change number {number}\n\n{_BODY}"
    armored, raw, covered = sign(f"{headers}\n{message}".encode(), at)
    folded = armored.decode().rstrip("\n").replace("\n", "\n ")
    signature = f"gpgsig {folded}\n" if armored else ""
    content = f"{headers}{signature}\n{message}".encode()
    oid = hashlib.sha1(b"commit %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    return content, oid, (raw, covered)


def _pack(objects: list[tuple[int, bytes]]) -> Iterator[bytes]:
    """A version 2 pack of whole objects (gitformat-pack): 1 is a commit, 2 a tree."""
    digest = hashlib.sha1(usedforsecurity=False)
    entries = (_entry_head(kind, len(content)) + zlib.compress(content) for kind, content in objects)
    for part in itertools.chain([b"PACK" + struct.pack(">II", 2, len(objects))], entries):
        digest.update(part)
        yield part
    yield digest.digest()


def _entry_head(kind: int, size: int) -> bytes:
    octets = bytearray([kind << 4 | size & 15])
    size >>= 4
    while size:
        octets[-1] |= 0x80
        octets.append(size & 0x7F)
        size >>= 7
    return bytes(octets)


def _git(*args: str, stdin: bytes | None = None) -> None:
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *args], input=stdin, stdout=subprocess.DEVNULL, check=True, env=env)
