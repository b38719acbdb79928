"""What a person gives as a key: a file, a forge's `.keys` or `.gpg`, a public key line, `-`, or a fingerprint.

Only whole public keys come out. A fingerprint picks from the user's own keyring; a shorter id never does (S6), and
nothing is fetched from a network.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import PolicyFault, UsageFault
from gitsig.keys.allowed_signers import parse_allowed_signers, usable_for_git
from gitsig.keys.openpgp.certificate import Certificate, read_certificates
from gitsig.keys.ssh import SSHKey, parse_public_key
from gitsig.keys.ssh.line import looks_like_key_type
from gitsig.model import LIMITS, SignatureFormat

__all__ = ["GivenKey", "read_given", "read_key_data"]

_FINGERPRINT = re.compile(r"[0-9A-F]{40}|[0-9A-F]{64}")
_SHORT = re.compile(r"(?:0X)?[0-9A-F]{8,}")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_COMMAND_LINE = "the command line"
_KEYRING = "your GnuPG keyring"
_SECRET = "THIS IS A SECRET KEY: whoever saw it can sign as its owner"  # noqa: S105  a message, no password
_REPLACE = "keep it where it was, replace it if it was ever copied here, and give the public key"


class GivenKey(NamedTuple):
    """One public key, and what its source says of the time it is for."""

    format: SignatureFormat
    fingerprint: str
    origin: str
    """Where it comes from, for messages."""
    certificate: Certificate | None = None
    ssh: SSHKey | None = None
    valid_from: int | None = None
    valid_until: int | None = None

    @property
    def file(self) -> str:
        """The file that `origin` names; empty for a key that was named itself."""
        if self.origin in (_COMMAND_LINE, _KEYRING):
            return ""
        return self.origin if self.ssh is None else self.origin.rpartition(":")[0]


def read_given(words: Sequence[str]) -> list[GivenKey]:
    """The keys that the words of a command line name, each once.

    Raises UsageFault for a word that names no key, PolicyFault for a file that is none, EnvironmentFault for GnuPG.
    """
    found: dict[str, GivenKey] = {}
    for word in words:
        for key in _read(word.strip()):
            found.setdefault(key.fingerprint, key)
    return list(found.values())


def _read(word: str) -> list[GivenKey]:
    digits = word.replace(" ", "").upper()
    if word == "-":
        return read_key_data(sys.stdin.buffer.read(LIMITS.certificate_size + 1), "standard input")
    if "PRIVATE KEY" in word:
        raise UsageFault(_SECRET, mend=_REPLACE)
    if _is_line(word):
        return [_line(word, _COMMAND_LINE)]
    if _FINGERPRINT.fullmatch(digits.removeprefix("0X")):
        return _from_keyring(digits.removeprefix("0X"))
    _refuse(word, digits)
    return read_key_data(_read_file(word), word)


def _is_line(word: str) -> bool:
    """Whether a word is a public key line, and not the name of a file such as `ssh-ada.pub`."""
    first, *rest = word.split(maxsplit=1) or [""]
    return looks_like_key_type(first) and (bool(rest) or not os.path.lexists(word))


def _refuse(word: str, digits: str) -> None:
    if word.startswith(("SHA256:", "MD5:")):
        raise UsageFault(
            f"{word} is a fingerprint, and no SSH keyring has its key", mend="give the .pub file or its line"
        )
    if "://" in word:
        raise UsageFault("keys are never fetched from the network", mend="download the file, look at it, and give it")
    if os.path.lexists(word):
        return
    if _SHORT.fullmatch(digits):
        raise UsageFault(
            f"{word} is no full fingerprint; a shorter key id can be imitated",
            mend="give all 40 or 64 digits: gpg --list-keys",
        )
    if "@" in word:
        raise UsageFault(
            f"{word!r} is a user ID; anybody can make a key with that name", mend="give the full fingerprint"
        )


def _read_file(word: str) -> bytes:
    try:
        with Path(word).open("rb") as file:
            return file.read(LIMITS.certificate_size + 1)
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else "no file name"
        mend = "give a key file, a whole public key line in quotes, a full fingerprint of your keyring, or -"
        raise UsageFault(f"{word!r} is no key and no file that can be read ({cause})", mend=mend) from error


def _from_keyring(fingerprint: str) -> list[GivenKey]:
    from gitsig.upkeep.certificates import export_from_keyring

    found = export_from_keyring(fingerprint)
    if not found:
        raise UsageFault(
            f"your GnuPG keyring has no certificate {fingerprint}",
            mend="name the primary key, or give a file: gpg --export --armor FINGERPRINT > FILE",
        )
    return [_certificate(each, _KEYRING) for each in found]


def read_key_data(data: bytes, origin: str) -> list[GivenKey]:
    """The keys in a file's content: certificates, armored or binary, or lines of SSH keys or of allowed_signers.

    Raises PolicyFault for anything else, for secret keys above all.
    """
    text = data.replace(b"\0", b"")  # Windows tools write UTF-16
    if b"PRIVATE KEY" in text or b"PuTTY-User-Key-File" in text:
        raise PolicyFault(_SECRET, where=origin, mend=_REPLACE)
    if data.startswith(_BYTE_ORDER_MARKS):
        raise PolicyFault("it begins with a byte order mark", where=origin, mend="save it as plain ASCII text")
    if len(data) > LIMITS.certificate_size:
        raise PolicyFault(f"more than {LIMITS.certificate_size} bytes, which is no key file", where=origin)
    if data[:1] > b"\x7f" or b"-----BEGIN PGP" in data:
        return [_certificate(each, origin) for each in _certificates(data, origin)]
    found = list(_lines(data, origin))
    if not found:
        raise PolicyFault("no key in it", where=origin, mend="give the public key, such as the .pub or .asc file")
    return found


def _certificates(data: bytes, origin: str) -> tuple[Certificate, ...]:
    try:
        return read_certificates(data, origin)
    except PolicyFault as fault:
        if fault.what.startswith("a private key"):
            raise PolicyFault(_SECRET, where=origin, mend=_REPLACE) from fault
        raise


def _certificate(certificate: Certificate, origin: str) -> GivenKey:
    return GivenKey(SignatureFormat.OPENPGP, certificate.primary.fingerprint, origin, certificate=certificate)


def _lines(data: bytes, origin: str) -> Iterator[GivenKey]:
    # Not splitlines: a form feed or U+2028 would begin a line that nobody sees, with a key of its own.
    for number, raw in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        line = raw.strip()
        if line and not line.startswith("#"):
            yield _line(line, f"{origin}:{number}")


def _line(line: str, where: str) -> GivenKey:
    words = line.split()
    if looks_like_key_type(words[0]) or not any(map(looks_like_key_type, words)):
        # What is neither kind of line, such as the page that says that nobody is there, gets the simpler complaint.
        return _ssh(parse_public_key(line, where), where)
    try:
        (entry,) = parse_allowed_signers(line.encode(), where)
    except PolicyFault as fault:
        raise PolicyFault(fault.what, where=where, mend=fault.mend) from fault
    if not usable_for_git(entry):
        raise PolicyFault("the line gives no key for git: an authority, or another namespace", where=where)
    # OpenSSH takes a signature of the very last second; a policy's window ends before it.
    until = None if entry.valid_before is None else entry.valid_before + 1
    return _ssh(entry.key, where)._replace(valid_from=entry.valid_after, valid_until=until)


def _ssh(key: SSHKey, where: str) -> GivenKey:
    return GivenKey(SignatureFormat.SSH, key.fingerprint, where, ssh=key)
