from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

PEOPLE = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}

# Git hands the signature as a file and the payload on standard input to both programs; this keeps both.
DUMP = """#!/bin/sh
previous=
for word; do
    case "$previous" in -s | --verify) signature=$word ;; esac
    previous=$word
done
case "$*" in *--verify* | *check-novalidate*) cp "$signature" "$DUMP.signature" && cat >"$DUMP.payload" ;; esac
exit 1
"""


class Git:
    """The real git in a repository of its own, deaf to the configuration of whoever runs the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "repository"
        self.folder.mkdir()
        self.dump = folder / "dump"
        self.program = folder / "program"
        self.program.write_text(DUMP)
        self.program.chmod(0o755)
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            **PEOPLE,
            "HOME": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "DUMP": str(self.dump),
        }
        self("init", "-q", "-b", "main", "--template=")

    def __call__(self, *words: str, stdin: bytes | None = None, check: bool = True) -> bytes:
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env=self.env, input=stdin, capture_output=True, check=False
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def text(self, *words: str) -> str:
        return self(*words).decode().strip()

    def write(self, kind: str, raw: bytes) -> str:
        return self("hash-object", "-t", kind, "-w", "--literally", "--stdin", stdin=raw).decode().strip()

    def raw(self, oid: str) -> tuple[str, bytes]:
        kind = self.text("cat-file", "-t", oid)
        return kind, self("cat-file", kind, oid)

    def given_to_the_verifier(self, oid: str) -> tuple[bytes, bytes] | None:
        """(payload, signature) as git passes them on; None where it runs no verifier."""
        for part in ("payload", "signature"):
            self.dump.with_suffix(f".{part}").unlink(missing_ok=True)
        settings = [f"{key}.program={self.program}" for key in ("gpg", "gpg.ssh", "gpg.x509")]
        settings.append(f"gpg.ssh.allowedSignersFile={os.devnull}")
        self(
            *(word for setting in settings for word in ("-c", setting)),
            f"verify-{self.text('cat-file', '-t', oid)}",
            oid,
            check=False,
        )
        payload = self.dump.with_suffix(".payload")
        return (payload.read_bytes(), self.dump.with_suffix(".signature").read_bytes()) if payload.exists() else None


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(tmp_path)
