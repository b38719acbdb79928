"""What git itself says of a vector: `verify-commit` and `verify-tag` in a home that holds the policy's keys.

Everything is private: HOME, GNUPGHOME, git's configuration. GnuPG's clock stands at the vector's moment and every key
of the policy is trusted, so that nothing but the signature is left to refuse.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

from tests.vectors.reader import ROOT, Vector

__all__ = ["GitSide", "GitWord", "versions"]

_DEADLINE = 30.0
"""Seconds for one child."""
_RESULTS = ("GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG", "NODATA")


class GitWord(NamedTuple):
    """What git made of one object."""

    accepts: bool
    word: str
    """GnuPG's first result, or SSH's; empty where neither was asked."""

    def __str__(self) -> str:
        verb = "accepts" if self.accepts else "refuses"
        return f"{verb} ({self.word})" if self.word else verb


class GitSide:
    """Homes for git, one for each policy."""

    def __init__(self, folder: Path, repository: Path) -> None:
        """`folder` must have a short name: sockets of GnuPG may be made in it."""
        self._folder = folder
        self._repository = repository
        self._homes: dict[str, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for home in self._homes.values():
            _run(["gpgconf", "--homedir", str(home / "g"), "--kill", "all"], home)

    def judge(self, vector: Vector) -> GitWord:
        """Ask git."""
        name = f"{vector.policy}-{vector.now}"
        if name not in self._homes:
            self._homes[name] = _home(self._folder / str(len(self._homes)), vector)
        home = self._homes[name]
        command = "verify-tag" if vector.kind == "tag" or vector.ref.startswith("refs/tags/") else "verify-commit"
        repository = ["--git-dir", str(self._repository)]
        done = _run(["git", *repository, command, "--raw", vector.object_id], home)
        return GitWord(done.returncode == 0, _word(done.stdout + done.stderr))


def versions() -> str:
    """The programs behind the words, in one line."""
    found = [_first_line("git", "--version"), _first_line("gpg", "--version"), _first_line("ssh", "-V")]
    return ", ".join(found)


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_DEADLINE)
    return (done.stdout + done.stderr).splitlines()[0].split(",")[0]


def _home(home: Path, vector: Vector) -> Path:
    gnupg = home / "g"
    gnupg.mkdir(parents=True, mode=0o700)
    policy = tomllib.loads((ROOT / "policies" / f"{vector.policy}.toml").read_text())
    moment = datetime.fromtimestamp(vector.now, UTC).strftime("%Y%m%dT%H%M%S")
    options = ("no-auto-key-retrieve", "no-auto-check-trustdb", "trust-model always", f"faked-system-time {moment}!")
    (gnupg / "gpg.conf").write_text("\n".join(options) + "\n")
    (gnupg / "gpgsm.conf").write_text("disable-crl-checks\ndisable-dirmngr\n")
    certificates = [ROOT / "policies" / path for each in policy["signers"].values() for path in each.get("openpgp", ())]
    if certificates:
        _run(["gpg", "--batch", "--quiet", "--import", *map(str, certificates)], home)
    (home / "signers").write_text("".join(_allowed_signers(policy)))
    (home / ".gitconfig").write_text(f"[gpg.ssh]\n\tallowedSignersFile = {home / 'signers'}\n")
    return home


def _allowed_signers(policy: dict[str, Any]) -> Iterator[str]:
    """The policy's SSH keys as an allowed_signers file (ssh-keygen(1)), with their windows."""
    for signer in policy["signers"].values():
        for entry in signer.get("ssh", ()):
            fields = entry if isinstance(entry, dict) else {"key": entry}
            options = ['namespaces="git"']
            for name, word in (("valid-from", "valid-after"), ("valid-until", "valid-before")):
                if name in fields:
                    options.append(f'{word}="{fields[name]:%Y%m%d%H%M%S}Z"')
            line = (ROOT / "policies" / fields["key"]).read_text()
            yield f"{','.join(signer['emails'])} {','.join(options)} {line}"


def _run(command: list[str], home: Path) -> subprocess.CompletedProcess[bytes]:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "GNUPGHOME": str(home / "g"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(home),
        "LC_ALL": "C",
        "TZ": "UTC",
    }
    program = shutil.which(command[0])
    if program is None:
        raise SystemExit(f"{command[0]} is not installed")
    try:
        return subprocess.run(
            [program, *command[1:]], env=environment, capture_output=True, check=False, timeout=_DEADLINE
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, b"", b"no answer in time")


def _word(output: bytes) -> str:
    text = output.decode("latin-1")
    status = [line.split()[1] for line in text.splitlines() if line.startswith("[GNUPG:] ") and len(line.split()) > 1]
    found = [word for word in status if word in _RESULTS]
    if found:
        return " ".join(found)
    if 'Good "git" signature' in text:
        return "Good"
    return "no answer in time" if "no answer in time" in text else ""
