"""OpenPGP keyrings on disk: a file of certificates, or what a GnuPG home holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import PolicyFault
from gitsig.keys.openpgp.certificate import Certificate, read_certificates
from gitsig.keys.openpgp.exporting import export_keyrings, is_keybox
from gitsig.model import LIMITS
from gitsig.policy.adapters.certificates import KEYRING_SIZE, read_binary_keyring
from gitsig.sources.detect import KEYBOXD, PUBRINGS
from gitsig.sources.disk import digest_of, file_names, read_file

__all__ = ["Keyring", "certificates_in", "packets_in", "read_home", "read_keyring"]

_ROOMY = LIMITS._replace(certificate_size=KEYRING_SIZE)


class Keyring(NamedTuple):
    """What a keyring holds."""

    certificates: list[Certificate]
    warnings: list[str]
    digest: str
    """As in `Policy`."""


def read_keyring(file: Path) -> Keyring:
    """A file of certificates: armored, binary, or a GnuPG keybox. Raises PolicyFault, EnvironmentFault."""
    data = read_file(file, KEYRING_SIZE)
    return Keyring(*certificates_in(data, str(file)), digest_of("keyring", data))


def certificates_in(data: bytes, where: str) -> tuple[list[Certificate], list[str]]:
    """The certificates in a file's bytes, and warnings of those in a binary one that cannot be read."""
    return packets_in(export_keyrings({PUBRINGS[0]: data}) if is_keybox(data) else data, where)


def packets_in(data: bytes, where: str) -> tuple[list[Certificate], list[str]]:
    """As `certificates_in`, of what is no keybox: no gpg is asked, so the bytes may be anybody's."""
    if data and not data[0] & 0x80:
        return list(read_certificates(data, where, _ROOMY)), []
    return read_binary_keyring(data, where)


def read_home(home: Path | None) -> Keyring:
    """The public keys of a GnuPG home, by default the user's own. Raises PolicyFault, EnvironmentFault."""
    if home is None:
        home = Path(os.environ.get("GNUPGHOME") or os.path.expanduser("~/.gnupg"))  # noqa: PTH111 - Path.expanduser raises where there is no home
    names = file_names(home)
    mend = f"export its keys (gpg --homedir {home} --export > FILE) and take keyring:FILE"
    if KEYBOXD in names and "common.conf" in names and b"use-keyboxd" in read_file(home / "common.conf"):
        raise PolicyFault("this GnuPG home keeps its keys in a database of keyboxd", where=str(home), mend=mend)
    files = {name: read_file(home / name, KEYRING_SIZE) for name in PUBRINGS if name in names}
    if not files:
        raise PolicyFault("no keyring in this folder, so it is no GnuPG home", where=str(home), mend=mend)
    found, warnings = read_binary_keyring(export_keyrings(files), str(home))
    return Keyring(found, warnings, digest_of("gnupg-home", *files.values()))
