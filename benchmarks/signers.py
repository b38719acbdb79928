"""Who signs the generated commits, and what each contender must be told to allow them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.openpgp import Certificate, Ed25519Key, RSAKey
from benchmarks.sshsig import SSHKey

__all__ = ["KINDS", "MIXED", "UNSIGNED", "Sign", "Signer", "make_signers", "peer_files", "policy"]

MIXED = "mixed"
KINDS = ("ed25519", "rsa2048", "rsa4096", "ssh", MIXED)
"""What a repository may be signed with; any other `rsaN` too. `mixed` has one signer of each of the others."""
UNSIGNED = "unsigned"
"""A kind besides those: the commits of somebody who forgot to sign, and a policy with an Ed25519 key."""
_NAMES = ("ada", "bob", "carol", "dave")
_BIRTH = 1735689600

Sign = Callable[[bytes, int], tuple[bytes, bytes, bytes]]
"""A payload and a Unix time to the armored signature, the raw one, and the bytes that it covers."""


@dataclass(frozen=True)
class Signer:
    """One contributor with one key."""

    name: str
    sign: Sign
    public_pem: bytes
    certificate: bytes = b""
    """Armored, with OpenPGP."""
    fingerprint: str = ""
    """Upper-case hex, with OpenPGP."""
    ssh_line: str = ""

    @property
    def email(self) -> str:
        return f"{self.name}@example.org"


def make_signers(kind: str) -> list[Signer]:
    """New keys for a kind of repository."""
    kinds = KINDS[:4] if kind == MIXED else (kind,)
    return [_signer(name, one) for name, one in zip(_NAMES, kinds, strict=False)]


def _signer(name: str, kind: str) -> Signer:
    if kind == "ssh":
        ssh = SSHKey()
        return Signer(name, lambda payload, _: ssh.sign(payload), ssh.public_pem(), ssh_line=ssh.public_line(name))
    key = RSAKey(int(kind.removeprefix("rsa"))) if kind.startswith("rsa") else Ed25519Key()
    certificate = Certificate(key, f"{name.title()} <{name}@example.org>", _BIRTH)
    sign = _nothing if kind == UNSIGNED else certificate.sign
    return Signer(name, sign, key.public_pem(), certificate.armored(), certificate.fingerprint.hex().upper())


def _nothing(payload: bytes, _at: int) -> tuple[bytes, bytes, bytes]:
    return b"", b"", payload


def policy(folder: Path, signers: Sequence[Signer], more: str = "") -> str:
    """gitsig's policy; the certificates are files in `folder`, which are written here."""
    parts = [f"version = 1\n{more}"]
    for signer in signers:
        key = f"ssh = [{json.dumps(signer.ssh_line)}]"
        if signer.certificate:
            (folder / f"{signer.name}.asc").write_bytes(signer.certificate)
            key = f'openpgp = ["{signer.name}.asc"]'
        parts.append(f'[signers.{signer.name}]\nemails = ["{signer.email}"]\n{key}\n')
    return "\n".join(parts)


def peer_files(signers: Sequence[Signer]) -> dict[str, bytes]:
    """What Guix and sequoia-git look for in each tree: who may commit. Neither knows SSH keys."""
    openpgp = [signer for signer in signers if signer.certificate]
    entries = " ".join(f'("{signer.fingerprint}" (name "{signer.name}"))' for signer in openpgp)
    sequoia = "\n".join(map(_sequoia, openpgp))
    return {
        ".guix-authorizations": f"(authorizations (version 0) ({entries}))\n".encode(),
        "openpgp-policy.toml": f"version = 0\ncommit_goodlist = []\n\n{sequoia}".encode(),
    }


def _sequoia(signer: Signer) -> str:
    rights = "".join(f"{right} = true\n" for right in ("sign_commit", "sign_tag", "add_user", "retire_user"))
    return f'[authorization.{signer.name}]\n{rights}keyring = """\n{signer.certificate.decode()}"""\n'
