"""Repositories of signed commits, made in process and packed, kept in a folder for the next run."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.arithmetic import Pair, load_pairs, save_pairs
from benchmarks.history import LINEAR, MERGES, SPAN, History
from benchmarks.packs import BLOB, COMMIT, TREE, git, object_id, tree, write_pack
from benchmarks.signers import UNSIGNED, Signer, make_signers, policy

__all__ = ["KEYRING", "UNSIGNED", "Repository", "prepare", "prepare_all"]

KEYRING = "refs/keyring/main"
"""Guix's keys. Outside refs/heads, because the commit is unsigned and no part of what is audited."""
_VERSION = 2
"""Of what this module writes: kept repositories of another version are made again."""
_SAMPLE = 4000
_KEYS_DATE = "Ada <ada@example.org> 1767225600 +0000"


@dataclass(frozen=True)
class Repository:
    """One generated repository and what belongs to it."""

    folder: Path
    kind: str
    commits: int
    shape: str = LINEAR
    forged: int | None = None
    """The number of the commit whose message was changed after it was signed."""

    @property
    def name(self) -> str:
        return self.kind if self.shape == LINEAR else f"{self.kind}, {self.shape}"

    @property
    def git_dir(self) -> Path:
        return self.folder / "repo.git"

    @property
    def policy(self) -> Path:
        return self.folder / "policy.toml"

    @property
    def other_policy(self) -> Path:
        """The same keys under other rules, all of which accept the same commits."""
        return self.folder / "other-policy.toml"

    @property
    def certificates(self) -> list[Path]:
        return sorted(self.folder.glob("*.asc"))

    @property
    def allowed_signers(self) -> Path:
        return self.folder / "allowed_signers"

    @property
    def introduction(self) -> str:
        """The fingerprint of the first OpenPGP signer, who signs the trust root where there is only one signer."""
        return str(self._keys()[0]["fingerprint"])

    def public_keys(self) -> list[tuple[str, bytes]]:
        """`ssh` or `openpgp`, and the key as PEM, by the number of the signer."""
        return [("openpgp" if key["fingerprint"] else "ssh", key["pem"].encode()) for key in self._keys()]

    def pairs(self) -> list[Pair]:
        """At most twice 4,000 of the signatures, evenly spread."""
        return load_pairs(self.folder / "pairs.bin")

    def behind(self, commits: int) -> str:
        """The revision with `commits` (a multiple of the span) commits after it."""
        steps = commits * (SPAN - 2) // SPAN if self.shape == MERGES else commits
        return git("--git-dir", str(self.git_dir), "rev-parse", f"refs/heads/main~{steps}")

    def _keys(self) -> list[dict[str, str]]:
        keys: list[dict[str, str]] = json.loads((self.folder / "keys.json").read_text())
        return keys


def prepare(cache: Path, kind: str, commits: int, shape: str = LINEAR, forged: int | None = None) -> Repository:
    """The repository of a kind from the cache, made now where it is missing."""
    folder = cache / f"{kind}-{shape}-{commits}{'' if forged is None else '-forged'}"
    repository = Repository(folder, kind, commits, shape, forged)
    done = folder / f"done-{_VERSION}"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _build(repository)
        done.touch()
    return repository


def prepare_all(cache: Path, wanted: Iterable[tuple[str, int, str]]) -> list[Repository]:
    """Several at once, on all cores: kind, number of commits and shape of each."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return [future.result() for future in [pool.submit(prepare, cache, *one) for one in wanted]]


def _build(repository: Repository) -> None:
    signers = make_signers(repository.kind)
    _write_keys(repository, signers)
    git("init", "-q", "--bare", "--template=", "-b", "main", str(repository.git_dir))
    inside = ("--git-dir", str(repository.git_dir))
    history = History(signers, repository.shape, repository.commits, _SAMPLE, repository.forged)
    write_pack(repository.git_dir, history.count, history.objects())
    git(*inside, "update-ref", "refs/heads/main", history.tip)
    git(*inside, "update-ref", KEYRING, _keyring(repository.git_dir, signers))
    save_pairs(repository.folder / "pairs.bin", history.pairs)
    git(*inside, "gc", "-q")


def _write_keys(repository: Repository, signers: list[Signer]) -> None:
    folder = repository.folder
    repository.policy.write_text(policy(folder, signers))
    repository.other_policy.write_text(
        policy(folder, signers, '\n[defaults]\nclock-skew = "5m"\nmin-rsa-bits = 2000\n')
    )
    lines = [f"{signer.email} {signer.ssh_line}\n" for signer in signers if signer.ssh_line]
    repository.allowed_signers.write_text("".join(lines))
    keys = [{"fingerprint": signer.fingerprint, "pem": signer.public_pem.decode()} for signer in signers]
    (folder / "keys.json").write_text(json.dumps(keys))


def _keyring(git_dir: Path, signers: list[Signer]) -> str:
    """The commit of Guix's keyring branch: each certificate in a file."""
    keys = {f"{signer.name}.key": signer.certificate for signer in signers if signer.certificate}
    root = tree({name: object_id(BLOB, content) for name, content in keys.items()})
    commit = f"tree {object_id(TREE, root)}\nauthor {_KEYS_DATE}\ncommitter {_KEYS_DATE}\n\nKeys\n".encode()
    blobs = [(BLOB, content) for content in keys.values()]
    write_pack(git_dir, len(blobs) + 2, [*blobs, (TREE, root), (COMMIT, commit)])
    return object_id(COMMIT, commit)
