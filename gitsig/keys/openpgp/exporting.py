"""The public certificates of a GnuPG home, or of a keybox file, read without touching either.

What gpg does in a home leaves locks and files behind, and follows the options that lie in it. So the keyring files are
copied into a private folder, and gpg exports there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from gitsig.errors import EnvironmentFault
from gitsig.keys.openpgp.gpg import find_gpg, run_gpg

__all__ = ["export_keyrings", "is_keybox"]

_MAGIC = b"KBXf"
_AT = 8
"""Offset of the magic (GnuPG, kbx/keybox-blob.c)."""


def is_keybox(data: bytes) -> bool:
    """Whether these are the bytes of a `pubring.kbx`."""
    return data[_AT : _AT + len(_MAGIC)] == _MAGIC


def export_keyrings(files: Mapping[str, bytes]) -> bytes:
    """The certificates in keyring files (`pubring.kbx`, `pubring.gpg`), binary, expired subkeys and all.

    What is marked as local to the home stays out. Raises EnvironmentFault where gpg cannot be run or breaks off.
    """
    program = find_gpg()
    try:
        with tempfile.TemporaryDirectory(prefix="gitsig-", ignore_cleanup_errors=True) as name:
            home = Path(name) / "home"
            home.mkdir(mode=0o700)
            for file, data in files.items():
                (home / file).write_bytes(data)
            answer = run_gpg(program, home, ("--export-options", "no-export-local-sigs", "--export"))
    except OSError as error:
        raise EnvironmentFault(f"no folder for GnuPG ({error.strerror})", mend="set TMPDIR to one with room") from error
    if answer.code:
        raise EnvironmentFault(f"gpg breaks off while it exports keys (exit code {answer.code})", where=program)
    return answer.stdout
