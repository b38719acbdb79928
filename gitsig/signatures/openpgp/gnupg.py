"""GnuPG asked about one signature: a process with its status on a pipe of its own (S1, S7)."""

from __future__ import annotations

import os
from pathlib import Path

from gitsig.keys.openpgp.gpg import run_gpg
from gitsig.signatures.openpgp.status import Status, read_status

__all__ = ["ask"]


def ask(program: str, home: Path, payload: bytes, signature: bytes) -> Status:
    """Let gpg verify the binary `signature` of `payload` with the keys in `home`.

    Raises EnvironmentFault where gpg cannot be run, does not answer, or answers outside the grammar of its status.
    """
    # A signature is at most LIMITS.packet_size (32 KiB) here, a pipe holds 64 KiB: the write never blocks.
    read_end, write_end = os.pipe()
    try:
        try:
            os.write(write_end, signature)
        finally:
            os.close(write_end)
        arguments = [
            "--status-fd=1",
            "--lock-never",
            "--enable-special-filenames",
            "--verify",
            "--",
            f"-&{read_end}",
            "-",
        ]
        return read_status(run_gpg(program, home, arguments, stdin=payload, fds=(read_end,)).stdout)
    finally:
        os.close(read_end)
