"""OpenPGP certificates out of a peer's keyring: one for each primary key, and a name for each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from gitsig.errors import PolicyFault
from gitsig.keys.openpgp import packets as p
from gitsig.keys.openpgp.certificate import Certificate, read_certificates
from gitsig.keys.openpgp.packets import Packet, PacketError, read_packets
from gitsig.model import LIMITS

__all__ = ["KEYRING_SIZE", "file_of", "joined", "names_of", "read_binary_keyring"]

KEYRING_SIZE = 16 * LIMITS.certificate_size
"""Bytes of a whole keyring, which holds what others wrote on each certificate too."""
_ROOMY = LIMITS._replace(certificate_size=KEYRING_SIZE)
_PACKETS = 100_000
"""Of one certificate in a keyring that are held: more than `read_certificates` takes, so it is told and not cut."""
_ADDRESS = re.compile(r"(?:[^<>]*+<)?+([^<>\s@]++@[^<>\s]++)>?\s*+")
"""Possessive, and thus linear: whoever has a key chooses its user IDs."""
_ORDER = {p.PUBLIC_KEY: 0, p.USER_ID: 1, p.PUBLIC_SUBKEY: 2}


def read_binary_keyring(data: bytes, where: str) -> tuple[list[Certificate], list[str]]:
    """The certificates of a binary keyring, and a warning for each that cannot be read.

    One that is of a kind unknown to us must not block the others (K4); nobody can sign with it. Raises PolicyFault
    for bytes that are no packets at all.
    """
    found: list[Certificate] = []
    warnings: list[str] = []
    try:
        for number, group in enumerate(_groups(data), 1):
            try:
                found += read_certificates(group, where, _ROOMY)
            except PolicyFault as fault:
                warnings.append(f"{where}: certificate {number} gives no key: {fault.what}")
    except PacketError as error:
        raise PolicyFault(f"no OpenPGP keyring: {error}", where=where, mend="export it with: gpg --export") from error
    return found, warnings


def _groups(data: bytes) -> Iterator[bytes]:
    group: list[bytes] = []
    for packet in read_packets(data):
        if packet.tag == p.SIGNATURE and not group:
            raise PacketError("it begins with a signature, which may revoke one of its keys")
        if packet.tag in (p.PUBLIC_KEY, p.SECRET_KEY) and group:
            yield b"".join(group)
            group = []
        if len(group) < _PACKETS:
            group.append(packet.raw)
    if group:
        yield b"".join(group)


def joined(certificates: Iterable[Certificate]) -> list[Certificate]:
    """One certificate for each primary key, by fingerprint: copies of it are put together.

    No revocation and no subkey that one copy has is lost, but for revocations by others beyond the sixteen that any
    certificate keeps (K18). What of it is valid GnuPG judges, as of any certificate.
    """
    copies: dict[str, list[Certificate]] = {}
    for each in certificates:
        copies.setdefault(each.primary.fingerprint, []).append(each)
    return [_one(fingerprint, copies[fingerprint]) for fingerprint in sorted(copies)]


def _one(fingerprint: str, copies: Sequence[Certificate]) -> Certificate:
    if len({each.packets for each in copies}) == 1:
        return copies[0]
    sections: dict[tuple[int, bytes], tuple[Packet, dict[bytes, bytes]]] = {}
    for copy in copies:
        signatures: dict[bytes, bytes] = {}
        for packet in read_packets(copy.packets):
            if packet.tag == p.SIGNATURE:
                signatures[packet.body] = packet.raw
            else:
                signatures = sections.setdefault((packet.tag, packet.body), (packet, {}))[1]
    ordered = sorted(sections.values(), key=lambda each: _ORDER.get(each[0].tag, len(_ORDER)))
    data = b"".join(head.raw + b"".join(signatures.values()) for head, signatures in ordered)
    (whole,) = read_certificates(data, fingerprint, _ROOMY)
    return whole


def names_of(certificates: Sequence[Certificate]) -> dict[str, str]:
    """A signer's name for each primary fingerprint: the first user ID's e-mail address, or the fingerprint itself.

    The fingerprint, too, where two certificates claim one address. Names are shown and never authorise (S6).
    """
    claimed = {each.primary.fingerprint: _address(each) for each in certificates}
    count = Counter(claimed.values())
    return {
        fingerprint: address if address and count[address] == 1 else fingerprint
        for fingerprint, address in claimed.items()
    }


def _address(certificate: Certificate) -> str:
    first = next((each.user_id for each in certificate.components if each.user_id is not None), b"")
    try:
        found = _ADDRESS.fullmatch(first.decode("utf-8"))
    except UnicodeDecodeError:
        return ""
    address = found[1] if found else ""
    return address if address.isprintable() and not address.startswith("role:") else ""


def file_of(certificate: Certificate) -> str:
    """The name under which an adapter's policy speaks of a certificate that is at hand."""
    return f"{certificate.primary.fingerprint}.pgp"
