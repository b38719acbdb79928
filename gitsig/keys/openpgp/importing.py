"""Import of certificates into a private home: python-gnupg, with the deadline that it lacks (S7)."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import gnupg

from gitsig.errors import EnvironmentFault
from gitsig.keys.openpgp.gpg import OPTIONS, environment
from gitsig.model import LIMITS

__all__ = ["import_certificates"]


class _GPG(gnupg.GPG):  # type: ignore[misc]  # python-gnupg carries no types
    """Stops its processes when their time is up, and does not read what they say."""

    def __init__(self, program: str, home: Path, late: threading.Event) -> None:
        self._late = late
        options = ["--batch", *OPTIONS]
        super().__init__(gpgbinary=program, gnupghome=str(home), options=options, env=environment(home))

    def _open_subprocess(self, *args: Any, **rest: Any) -> Any:
        process = super()._open_subprocess(*args, **rest)

        def stop() -> None:
            self._late.set()
            process.kill()

        self._timer = threading.Timer(LIMITS.child_seconds, stop)
        self._timer.daemon = True
        self._timer.start()
        return process

    def _collect_output(self, *args: Any, **rest: Any) -> Any:
        try:
            return super()._collect_output(*args, **rest)
        finally:
            self._timer.cancel()

    def _read_response(self, stream: Any, result: Any) -> None:
        # The listing tells what was imported. python-gnupg also ends lines at U+0085, which GnuPG does not escape, so
        # a user ID could begin a status line, and a thread that dies of one leaves gpg writing to a full pipe (S1).
        result.stderr = stream.read()


def import_certificates(program: str, home: Path, certificates: bytes) -> None:
    """Give binary certificates to gpg; what it took of them, a listing must show.

    Raises EnvironmentFault where gpg cannot be run or does not end in time.
    """
    late = threading.Event()
    cause = ""
    try:
        _GPG(program, home, late).import_keys(certificates)
    except (OSError, ValueError) as error:
        cause = str(error).strip()[:200]
    if late.is_set():
        raise EnvironmentFault(f"gpg did not answer within {LIMITS.child_seconds:g} s", where=program)
    if cause:
        raise EnvironmentFault(f"gpg cannot import certificates ({cause})", where=program)
