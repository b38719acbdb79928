"""GnuPG asked about one signature: a process with its status on a pipe of its own (S1, S7)."""

from __future__ import annotations

import os
from pathlib import Path

from gitsig.errors import EnvironmentFault
from gitsig.keys.openpgp.gpg import run_gpg
from gitsig.keys.openpgp.packets import read_packets
from gitsig.signatures.openpgp.status import Status, read_status

__all__ = ["addressed", "ask"]


def ask(program: str, home: Path, payload: bytes, signature: bytes) -> Status:
    """Let gpg verify the binary `signature` of `payload` with the keys in `home`.

    Raises EnvironmentFault where gpg cannot be run, does not answer, or answers outside the grammar of its status.
    """
    read_end = _filled_pipe(signature)
    try:
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


def addressed(signature: bytes, key_id: str) -> bytes:
    """A version 4 signature with nothing in its unhashed area but this issuer (16 hex digits).

    Nobody signs that area, so it is the same signature; but GnuPG finds no key by a fingerprint that stands only there.
    """
    (packet,) = read_packets(signature)
    body = packet.body
    hashed_end = 6 + int.from_bytes(body[4:6])
    left_at = hashed_end + 2 + int.from_bytes(body[hashed_end : hashed_end + 2])
    made = body[:hashed_end] + b"\x00\x0a\x09\x10" + bytes.fromhex(key_id) + body[left_at:]
    return b"\xc2\xff" + len(made).to_bytes(4) + made


def _filled_pipe(content: bytes) -> int:
    """The read end of a pipe that holds `content` and nothing more.

    A signature has at most LIMITS.packet_size (32 KiB) and a pipe holds 64 KiB, but less where the user has many
    pipes (pipe(7)): the write must fall short then instead of waiting for a reader that is not there yet.
    """
    try:
        read_end, write_end = os.pipe()
    except OSError as error:
        raise EnvironmentFault(f"no pipe for gpg ({error.strerror})") from error
    try:
        os.set_blocking(write_end, False)
        whole = os.write(write_end, content) == len(content)
    finally:
        os.close(write_end)
    if not whole:
        os.close(read_end)
        raise EnvironmentFault("a pipe of this user holds too little for a signature", mend="close other programs")
    return read_end
