"""The real GnuPG in a home of its own: keys, signatures, expiry and revocation at any date."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

__all__ = ["BIRTH", "GnupgHome", "packets"]

BIRTH = 1735689600
"""2025-01-01T00:00:00Z, when keys are made unless a test says otherwise (Unix seconds)."""

_MENU = {0: "0", 1: "2", 2: "1", 3: "3"}
"""RFC 9580 §5.2.3.31 reason codes (none, superseded, compromised, retired) to the lines of gpg's menu."""


class GnupgHome:
    """One GNUPGHOME without passphrases. Its path stays short: the agent's socket allows about 100 bytes."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="gs", dir="/tmp"))
        self._signatures: dict[tuple[object, ...], bytes] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def env(self) -> dict[str, str]:
        """The environment in which git and gpg use this home."""
        return {**os.environ, "GNUPGHOME": str(self.path), "LC_ALL": "C"}

    def run(self, *args: str, stdin: bytes = b"", at: int | None = None) -> bytes:
        """Run gpg, with its clock frozen at `at` (Unix seconds), and give its standard output."""
        clock = [] if at is None else ["--faked-system-time", f"{at}!"]
        command = ["gpg", "--quiet", "--no-tty", "--homedir", str(self.path), "--pinentry-mode", "loopback"]
        command += ["--passphrase", "", "--trust-model", "always", *clock, *args]
        done = subprocess.run(command, input=stdin, capture_output=True, env=self.env, check=False)
        if done.returncode:
            raise RuntimeError(f"gpg {' '.join(args)}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def generate(
        self,
        name: str,
        email: str,
        *,
        algo: str = "ed25519",
        usage: str = "sign",
        expire: str = "0",
        created: int | None = BIRTH,
    ) -> str:
        """Make a primary key that certifies and, unless `usage` is `cert`, signs; give its fingerprint.

        `expire` is as gpg has it: `0`, `1y`, `seconds=3600`.
        """
        before = set(self.fingerprints())
        self.run("--batch", "--quick-generate-key", f"{name} <{email}>", algo, usage, expire, at=created)
        (fingerprint,) = set(self.fingerprints()) - before
        return fingerprint

    def add_subkey(
        self,
        fingerprint: str,
        algo: str = "ed25519",
        usage: str = "sign",
        expire: str = "0",
        created: int | None = BIRTH,
    ) -> str:
        """Add a subkey and give its fingerprint."""
        before = set(self.subkeys(fingerprint))
        self.run("--batch", "--quick-add-key", fingerprint, algo, usage, expire, at=created)
        (subkey,) = set(self.subkeys(fingerprint)) - before
        return subkey

    def set_expiry(self, fingerprint: str, expire: str, *subkeys: str, at: int | None = None) -> None:
        """Give the primary key, or the named subkeys, a new expiry, counted from `at`.

        `at` must be later than the newest self-signature.
        """
        self.run("--batch", "--quick-set-expire", fingerprint, expire, *subkeys, at=at)

    def fingerprints(self) -> list[str]:
        """Primary fingerprints of all certificates."""
        return _fingerprints(self.run("--batch", "--with-colons", "--list-keys"), b"pub")

    def fingerprint(self, email: str) -> str:
        """Primary fingerprint of the one certificate with this e-mail address."""
        (found,) = _fingerprints(self.run("--batch", "--with-colons", "--list-keys", f"<{email}>"), b"pub")
        return found

    def subkeys(self, fingerprint: str) -> list[str]:
        """Fingerprints of one certificate's subkeys, in order."""
        return _fingerprints(self.run("--batch", "--with-colons", "--list-keys", fingerprint), b"sub")

    def sign(self, payload: bytes, key: str, *args: str, at: int | None = None, digest: str = "SHA512") -> bytes:
        """An armored detached signature by exactly this primary key or subkey.

        `at` is the signature's time, which may lie outside the key's life. `args` go to gpg, such as
        `--cert-notation` or `--default-sig-expire`.
        """
        times = ["--ignore-time-conflict", "--ignore-valid-from"]
        choice = ["--digest-algo", digest, "--local-user", f"{key}!"]
        return self.run("--batch", *times, *choice, *args, "--armor", "--detach-sign", stdin=payload, at=at)

    def sign_cached(self, payload: bytes, key: str, *args: str, at: int | None = None, digest: str = "SHA512") -> bytes:
        """`sign`, remembered for the life of this home."""
        request = (payload, key, args, at, digest)
        if request not in self._signatures:
            self._signatures[request] = self.sign(payload, key, *args, at=at, digest=digest)
        return self._signatures[request]

    def export(self, *fingerprints: str) -> bytes:
        """Armored public certificates, whole; all of them when none is named."""
        return self.run("--batch", "--armor", "--export", *fingerprints)

    def load(self, certificates: bytes) -> None:
        """Import certificates or revocations."""
        self.run("--batch", "--import", stdin=certificates)

    def revoke(self, fingerprint: str, reason: int = 0, at: int | None = None) -> None:
        """Revoke the certificate. `reason` is the RFC 9580 code: 0 none, 1 superseded, 2 compromised, 3 retired.

        GnuPG signs nothing with a revoked key: make the signatures first, or revoke in a `clone`.
        """
        answers = ["y", _MENU[reason], "", "y"]
        text = self.run("--command-fd", "0", "--gen-revoke", fingerprint, stdin=_lines(answers), at=at)
        self.load(text)

    def revoke_subkey(self, fingerprint: str, subkey: str, reason: int = 0, at: int | None = None) -> None:
        """Revoke one subkey of a certificate; `reason` as in `revoke`."""
        number = str(self.subkeys(fingerprint).index(subkey) + 1)
        answers = [f"key {number}", "revkey", "y", _MENU[reason], "", "y", "save"]
        self.run("--command-fd", "0", "--edit-key", fingerprint, stdin=_lines(answers), at=at)

    def clone(self) -> GnupgHome:
        """A second home with the same keys, to be closed by the caller: what is revoked there stays valid here."""
        twin = GnupgHome()
        shutil.copytree(self.path, twin.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("S.*", "*.lock", ".#*"))
        return twin

    def close(self) -> None:
        """Stop the agents of this home and remove it."""
        subprocess.run(["gpgconf", "--homedir", str(self.path), "--kill", "all"], capture_output=True, check=False)
        shutil.rmtree(self.path, ignore_errors=True)


def packets(armored: bytes) -> bytes:
    """The binary packets inside an armor (RFC 9580 §6.2), as gpg reads them."""
    return subprocess.run(["gpg", "--batch", "--dearmor"], input=armored, capture_output=True, check=True).stdout


def _lines(answers: list[str]) -> bytes:
    return "".join(f"{answer}\n" for answer in answers).encode()


def _fingerprints(listing: bytes, kind: bytes) -> list[str]:
    """The fpr record that follows each record of this kind (`doc/DETAILS` of GnuPG)."""
    found, wanted = [], False
    for fields in (line.split(b":") for line in listing.splitlines()):
        if fields[0] in {b"pub", b"sub"}:
            wanted = fields[0] == kind
        elif fields[0] == b"fpr" and wanted:
            found.append(fields[9].decode())
            wanted = False
    return found
