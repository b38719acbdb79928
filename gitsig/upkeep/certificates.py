"""OpenPGP certificates outside a policy: out of the user's keyring, merged, looked at, and written as files.

GnuPG runs with gitsig's own options: no network, no agent, nothing of the user's but the public keyring (S7).
"""

from __future__ import annotations

import os
import tempfile
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from gitsig.errors import EnvironmentFault, PolicyFault
from gitsig.keys.openpgp.certificate import Certificate, read_certificates
from gitsig.keys.openpgp.gpg import find_gpg, run_gpg
from gitsig.keys.openpgp.home import build_ring, partition
from gitsig.keys.openpgp.signingkey import signing_keys
from gitsig.model import LIMITS, KeyFacts
from gitsig.signatures.crc24 import crc24

__all__ = ["armored", "export_all", "export_from_keyring", "facts_of", "merged"]

_WIDTH = 64
_AT_ONCE = 16
"""Certificates that one gpg exports."""
_ROOMY = LIMITS._replace(certificate_size=_AT_ONCE * LIMITS.certificate_size)
"""A keyring holds what others wrote on a certificate; a policy's key file does not."""
_EXPORT = ("--export-options", "no-export-local-sigs", "--export")


def armored(certificates: Sequence[Certificate]) -> bytes:
    """A key file: one armored block for each certificate (RFC 9580 §6.2), third-party certifications left out."""
    return b"".join(_block(each.packets) for each in certificates)


def _block(packets: bytes) -> bytes:
    text = b64encode(packets)
    lines = [text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)]
    checksum = b"=" + b64encode(crc24(packets).to_bytes(3))
    head, end = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n", b"-----END PGP PUBLIC KEY BLOCK-----\n"
    return b"\n".join([head, *lines, checksum, end])


def export_from_keyring(fingerprint: str) -> tuple[Certificate, ...]:
    """The certificate with this full primary fingerprint out of the user's own GnuPG keyring; none if it has none.

    Raises EnvironmentFault where GnuPG fails.
    """
    # gpg also finds a certificate by the fingerprint of one of its subkeys.
    return tuple(each for each in export_all([fingerprint]) if each.primary.fingerprint == fingerprint)


def export_all(fingerprints: Sequence[str]) -> tuple[Certificate, ...]:
    """Certificates of the user's own keyring that have a key with one of these full fingerprints, each once.

    Raises EnvironmentFault where GnuPG fails.
    """
    home = Path(os.environ.get("GNUPGHOME") or os.path.expanduser("~/.gnupg")).absolute()  # noqa: PTH111 - Path.expanduser raises where there is no home
    if not home.is_dir() or not fingerprints:
        return ()
    found: dict[str, Certificate] = {}
    for at in range(0, len(fingerprints), _AT_ONCE):
        some = fingerprints[at : at + _AT_ONCE]
        data = run_gpg(find_gpg(), home, [*_EXPORT, *(f"0x{each}" for each in some)]).stdout
        for each in read_certificates(data, f"the keyring in {home}", _ROOMY) if data else ():
            if set(some) & {key.key.fingerprint for key in each.keys if key.key is not None}:
                found.setdefault(each.primary.fingerprint, each)
    return tuple(found.values())


def facts_of(certificates: Sequence[Certificate]) -> dict[str, tuple[KeyFacts, ...]]:
    """What GnuPG says of the keys of each certificate, by primary fingerprint; none where it does not take it.

    Raises EnvironmentFault where GnuPG fails.
    """
    found: dict[str, tuple[KeyFacts, ...]] = {each.primary.fingerprint: () for each in certificates}
    with _private_folder() as name:
        for number, ring in enumerate(partition(certificates)):
            listed = build_ring(find_gpg(), Path(name) / f"ring{number}", ring)
            for each in ring:
                fingerprint = each.primary.fingerprint
                if fingerprint in listed:
                    keys = signing_keys(each, listed[fingerprint], number)
                    found[fingerprint] = tuple(key.facts for key in keys)
    return found


def merged(old: Certificate, new: Certificate) -> Certificate:
    """All that both copies of a certificate hold: a newer copy must not take a revocation or a subkey away.

    Raises PolicyFault where GnuPG does not take them, EnvironmentFault where it fails.
    """
    from gitsig.keys.openpgp.importing import import_certificates

    fingerprint = old.primary.fingerprint
    with _private_folder() as name:
        home = Path(name) / "merge"
        home.mkdir(mode=0o700)
        program = find_gpg()
        for each in (old, new):
            import_certificates(program, home, each.packets)
        data = run_gpg(program, home, [*_EXPORT, f"0x{fingerprint}"]).stdout
    if not data:
        raise PolicyFault(f"GnuPG does not take the certificate {fingerprint}", mend="see what gpg --import says of it")
    whole = [each for each in read_certificates(data, fingerprint) if each.primary.fingerprint == fingerprint]
    if not whole:
        raise PolicyFault(f"GnuPG does not give the certificate {fingerprint} back")
    return whole[0]


def _private_folder() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="gitsig-", ignore_cleanup_errors=True)
    except OSError as error:
        raise EnvironmentFault(f"no folder for GnuPG ({error.strerror})", mend="set TMPDIR to one with room") from error
