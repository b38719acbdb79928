"""The real ssh-keygen: keys and signatures in the SSHSIG format."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["SSHHome"]


class SSHHome:
    """A folder of SSH keys without passphrases, each known by its name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.mkdir(parents=True, exist_ok=True)
        self._signatures: dict[tuple[object, ...], bytes] = {}

    def generate(self, name: str, type: str = "ed25519", bits: int | None = None) -> Path:  # noqa: A002 -- ssh-keygen's own word
        """Make a key pair of a type that `ssh-keygen -t` knows; give the private key's path."""
        size = [] if bits is None else ["-b", str(bits)]
        path = self.path / name
        _keygen("-q", "-t", type, *size, "-N", "", "-C", name, "-f", str(path))
        return path

    def key(self, name: str) -> Path:
        """The private key's path."""
        return self.path / name

    def public(self, name: str) -> str:
        """The public key line, `type base64 comment`."""
        return (self.path / f"{name}.pub").read_text().strip()

    def fingerprint(self, name: str) -> str:
        """`SHA256:…` as `ssh-keygen -l` prints."""
        return _keygen("-l", "-f", str(self.path / f"{name}.pub")).split()[1].decode()

    def sign(self, payload: bytes, key: Path | str, namespace: str = "git", digest: str = "sha512") -> bytes:
        """An armored SSHSIG by a key that is named, or lies at a path."""
        path = self.path / key if isinstance(key, str) else key
        return _keygen("-Y", "sign", "-O", f"hashalg={digest}", "-n", namespace, "-f", str(path), stdin=payload)

    def sign_cached(self, payload: bytes, key: Path | str, namespace: str = "git", digest: str = "sha512") -> bytes:
        """`sign`, remembered for the life of this object."""
        request = (payload, key, namespace, digest)
        if request not in self._signatures:
            self._signatures[request] = self.sign(payload, key, namespace, digest)
        return self._signatures[request]

    def allowed_signers(self, **emails: str) -> Path:
        """Write an allowed signers file for git: key names to e-mail addresses."""
        path = self.path / "allowed_signers"
        path.write_text("".join(f"{email} {self.public(name)}\n" for name, email in emails.items()))
        return path


def _keygen(*args: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(["ssh-keygen", *args], input=stdin, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ssh-keygen {' '.join(args)}: {done.stderr.decode(errors='replace')}")
    return done.stdout
