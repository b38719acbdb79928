"""Private GnuPG homes that hold the allowlisted certificates and nothing else.

GnuPG looks keys up by 64-bit key id, so one certificate that carries another's key as a subkey could shadow it (K3, K4,
CVE-2025-30258). Certificates that share a key id are therefore kept in different homes ("rings").
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gitsig.errors import EnvironmentFault
from gitsig.keys.openpgp.certificate import Certificate
from gitsig.keys.openpgp.gpg import run_gpg
from gitsig.keys.openpgp.listing import ListedKey, read_listing

__all__ = ["build_ring", "partition"]

_LISTING = ("--with-colons", "--fixed-list-mode", "--with-fingerprint", "--with-fingerprint", "--check-sigs")


def partition(certificates: Sequence[Certificate]) -> list[list[Certificate]]:
    """Spread certificates over as few rings as may be, so that no key id stands twice in one ring."""
    rings: list[tuple[set[str], list[Certificate]]] = []
    for certificate in certificates:
        ids = {each.key.key_id for each in certificate.keys if each.key is not None}
        for taken, ring in rings:
            if not taken & ids:
                taken |= ids
                ring.append(certificate)
                break
        else:
            rings.append((set(ids), [certificate]))
    return [ring for _, ring in rings]


def build_ring(program: str, home: Path, certificates: Sequence[Certificate]) -> dict[str, list[ListedKey]]:
    """Import certificates into a new private home and return what GnuPG lists: those that it takes.

    Raises EnvironmentFault where GnuPG itself fails.
    """
    from gitsig.keys.openpgp.importing import import_certificates  # 65 ms, and only a cold key store needs it

    home.mkdir(mode=0o700)
    import_certificates(program, home, b"".join(each.packets for each in certificates))
    listed = _list(program, home)
    missing = [each for each in certificates if each.primary.fingerprint not in listed]
    if missing:
        # GnuPG ends an import at the first packet that it cannot read: one certificate must not block the others (K4).
        taken = [each.primary.fingerprint for each in missing if _import_alone(program, home, each)]
        listed = _list(program, home)
        if any(fingerprint not in listed for fingerprint in taken):
            raise EnvironmentFault("gpg takes a certificate and does not list it", where=program)
    return listed


def _import_alone(program: str, home: Path, certificate: Certificate) -> bool:
    """Whether GnuPG takes this one certificate.

    What it refuses stays refused as long as the key files stay the same, so the refusal must be GnuPG's own word:
    IMPORT_RES is said by every import that came to its end (doc/DETAILS), and by none that was killed or had no room.
    """
    said = run_gpg(program, home, ("--status-fd=1", "--import"), stdin=certificate.packets).stdout.split(b"\n")
    if said.pop() or not any(line.startswith(b"[GNUPG:] IMPORT_RES ") for line in said):
        raise EnvironmentFault("gpg breaks off while it imports a certificate", where=program)
    name = b" " + certificate.primary.fingerprint.encode()
    return any(line.startswith(b"[GNUPG:] IMPORT_OK ") and line.endswith(name) for line in said)


def _list(program: str, home: Path) -> dict[str, list[ListedKey]]:
    answer = run_gpg(program, home, _LISTING)
    if answer.code or answer.stdout[-1:] not in (b"", b"\n"):
        raise EnvironmentFault(f"gpg breaks off while it lists its keys (exit code {answer.code})", where=program)
    return read_listing(answer.stdout)
