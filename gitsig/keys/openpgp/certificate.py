"""OpenPGP certificates out of key files: split, stripped of what others wrote on them, and summed up.

Certificates are kept whole but for third-party certifications and photo ids: `export-minimal` of GnuPG also drops
expired subkeys, and every old signature by one of them would turn unknown. What a certificate says of itself is
judged by GnuPG; this module only looks for digests (K2) and for the presence of back-signatures (K3).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gitsig.errors import PolicyFault
from gitsig.keys.openpgp import packets as p
from gitsig.keys.openpgp.packets import Packet, PacketError, Subpacket, read_packets, read_subpackets
from gitsig.keys.openpgp.publickey import PublicKey, read_public_key
from gitsig.model import LIMITS, Limits

__all__ = ["Certificate", "Component", "SelfSignature", "read_certificates"]

_ARMOR = re.compile(
    rb"^-----BEGIN PGP PUBLIC KEY BLOCK-----[ \t\r]*\n"
    rb"(?:[A-Za-z]+:[^\n]*\n)*"
    rb"[ \t\r]*\n"
    rb"([A-Za-z0-9+/= \t\r\n]*?)"
    rb"(?:^=[A-Za-z0-9+/]{4}[ \t\r\n]*)?"
    rb"-----END PGP PUBLIC KEY BLOCK-----",
    re.MULTILINE,
)
_REVOCATIONS_BY_OTHERS = 16
_PACKETS = 65536
"""Of one file. Empty packets by the million would take seconds to read and mean nothing (K18)."""
_WEAK_DIGESTS = {1: "MD5", 2: "SHA-1", 3: "RIPEMD-160"}
_KEY_MEND = "export it with: gpg --armor --export FINGERPRINT"


@dataclass(frozen=True, slots=True)
class SelfSignature:
    """What this module needs of a signature inside a certificate."""

    sig_class: int
    digest: int
    created: int
    issuers: frozenset[str]
    """64-bit key ids that it names, upper-case hex."""
    backsig: SelfSignature | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """The primary key, a subkey or a user ID, with the signatures kept on it."""

    key: PublicKey | None
    user_id: bytes | None
    signatures: tuple[SelfSignature, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate: the primary key first, then subkeys and user IDs in the order of the file."""

    components: tuple[Component, ...]
    packets: bytes
    """Binary, stripped: what GnuPG is given."""

    @property
    def primary(self) -> PublicKey:
        """The primary key."""
        key = self.components[0].key
        if key is None:
            raise ValueError("the first component of a certificate is its primary key")
        return key

    @property
    def keys(self) -> tuple[Component, ...]:
        """Primary key and subkeys."""
        return tuple(each for each in self.components if each.key is not None)

    def weak_self_signatures(self, component: Component) -> tuple[str, ...]:
        """Which signatures that bind this key use SHA-1 or weaker, in words (ATTACKS K2)."""
        found = []
        names = [_newest(each, 0x10, 0x11, 0x12, 0x13) for each in self.components if each.user_id is not None]
        weak = {_WEAK_DIGESTS[each.digest] for each in names if each and each.digest in _WEAK_DIGESTS}
        if weak and all(each is None or each.digest in _WEAK_DIGESTS for each in names):
            found.append(f"every user ID's newest self-signature uses {' or '.join(sorted(weak))}")
        binding = _newest(component, 0x18) if component is not self.components[0] else None
        if binding and binding.digest in _WEAK_DIGESTS:
            found.append(f"the subkey's binding signature uses {_WEAK_DIGESTS[binding.digest]}")
        if binding and binding.backsig and binding.backsig.digest in _WEAK_DIGESTS:
            found.append(f"the subkey's back-signature uses {_WEAK_DIGESTS[binding.backsig.digest]}")
        return tuple(found)

    def has_back_signature(self, component: Component) -> bool:
        """Whether some binding signature of a subkey embeds one (true of the primary key, which needs none)."""
        if component is self.components[0]:
            return True
        return any(each.backsig is not None for each in component.signatures if each.sig_class == 0x18)


def _newest(component: Component, *classes: int) -> SelfSignature | None:
    fitting = [each for each in component.signatures if each.sig_class in classes]
    return max(fitting, key=lambda each: each.created, default=None)


def read_certificates(data: bytes, where: str, limits: Limits = LIMITS) -> tuple[Certificate, ...]:
    """Read every certificate of a key file, armored (one block or more) or binary.

    Raises PolicyFault, naming `where`, for anything that is not a public certificate of version 4.
    """
    if len(data) > limits.certificate_size:
        raise PolicyFault(f"the key file is larger than {limits.certificate_size} bytes", where=where, mend=_KEY_MEND)
    try:
        found = tuple(_certificate(each) for each in _split(read_packets(_binary(data, where)), where))
    except PacketError as error:
        raise PolicyFault(f"no OpenPGP certificate: {error}", where=where, mend=_KEY_MEND) from error
    if not found:
        raise PolicyFault("no OpenPGP certificate in it", where=where, mend=_KEY_MEND)
    return found


def _binary(data: bytes, where: str) -> bytes:
    if data[:1] and data[0] & 0x80:
        return data
    if b"-----BEGIN PGP PRIVATE KEY BLOCK-----" in data:
        raise PolicyFault("a private key, which must not be here", where=where, mend=_KEY_MEND)
    blocks = _ARMOR.findall(data.replace(b"\r\n", b"\n"))
    if not blocks or len(blocks) != data.count(b"-----BEGIN PGP"):
        raise PolicyFault("no OpenPGP public key block that can be read", where=where, mend=_KEY_MEND)
    try:
        # Strict: text behind a padding would be dropped without a word, and a revocation might stand there.
        return b"".join(binascii.a2b_base64(each.translate(None, b" \t\r\n"), strict_mode=True) for each in blocks)
    except binascii.Error as error:
        raise PacketError(f"damaged armor ({error})") from error


def _split(stream: Iterable[Packet], where: str) -> Iterator[list[Packet]]:
    """Group the packets of each certificate."""
    group: list[Packet] = []
    for number, packet in enumerate(stream):
        if number >= _PACKETS:
            raise PacketError(f"more than {_PACKETS} packets")
        if packet.tag in (p.SECRET_KEY, p.SECRET_SUBKEY):
            raise PolicyFault("a private key, which must not be here", where=where, mend=_KEY_MEND)
        if packet.tag == p.PUBLIC_KEY and group:
            yield group
            group = []
        if packet.tag in (p.MARKER, p.TRUST, p.PADDING):
            continue
        if not group and packet.tag != p.PUBLIC_KEY:
            raise PacketError("it does not begin with a public key")
        group.append(packet)
    if group:
        yield group


def _certificate(group: list[Packet]) -> Certificate:
    primary = read_public_key(group[0].body)
    components: list[Component] = []
    kept: list[bytes] = []
    for head, signatures in _sections(group):
        component, raw = _component(head, signatures, primary.key_id)
        if component is not None:
            components.append(component)
            kept += raw
    return Certificate(tuple(components), b"".join(kept))


def _sections(group: list[Packet]) -> Iterator[tuple[Packet, list[Packet]]]:
    head, signatures = group[0], []
    for packet in group[1:]:
        if packet.tag == p.SIGNATURE:
            signatures.append(packet)
            continue
        yield head, signatures
        head, signatures = packet, []
    yield head, signatures


def _component(head: Packet, signatures: list[Packet], primary_id: str) -> tuple[Component | None, list[bytes]]:
    """One section with the signatures that are kept: the certificate's own, and a few revocations by others."""
    if head.tag not in (p.PUBLIC_KEY, p.PUBLIC_SUBKEY, p.USER_ID):
        return None, []
    key = _subkey(head) if head.tag != p.USER_ID else None
    if key is None and head.tag != p.USER_ID:
        return None, []
    kept, raw, foreign = [], [head.raw], 0
    for packet in signatures:
        signature = _self_signature(packet.body)
        if signature is None:
            continue
        if signature.issuers and primary_id not in signature.issuers:
            # A designated revoker's word on the key counts; certifications by others are mere weight (K18).
            foreign += 1
            if head.tag == p.USER_ID or signature.sig_class not in (0x20, 0x28) or foreign > _REVOCATIONS_BY_OTHERS:
                continue
        kept.append(signature)
        raw.append(packet.raw)
    user_id = head.body if head.tag == p.USER_ID else None
    return Component(key, user_id, tuple(kept)), raw


def _subkey(head: Packet) -> PublicKey | None:
    """The key of a packet, or None for a subkey of a version that is not for us (the others still work)."""
    try:
        return read_public_key(head.body)
    except PacketError:
        return None


def _self_signature(body: bytes) -> SelfSignature | None:
    """Class, digest, time and issuers of a signature packet, version 3 or 4; None for what cannot be read."""
    try:
        if body[0] == 3 and body[1] == 5:
            return SelfSignature(body[2], body[16], int.from_bytes(body[3:7]), frozenset({body[7:15].hex().upper()}))
        if body[0] != 4:
            return None
        hashed_end = 6 + int.from_bytes(body[4:6])
        unhashed_end = hashed_end + 2 + int.from_bytes(body[hashed_end : hashed_end + 2])
        if unhashed_end > len(body):
            return None
        hashed = read_subpackets(body[6:hashed_end])
        both = hashed + read_subpackets(body[hashed_end + 2 : unhashed_end])
        created = next((int.from_bytes(each.body) for each in hashed if each.type == 2), 0)
        return SelfSignature(body[1], body[3], created, _issuers(both), _backsig(both))
    except (IndexError, PacketError):
        return None


def _issuers(subpackets: list[Subpacket]) -> frozenset[str]:
    ids = {each.body.hex().upper() for each in subpackets if each.type == 16}
    ids |= {each.body[-20:].hex().upper()[-16:] for each in subpackets if each.type == 33 and len(each.body) == 21}
    return frozenset(ids)


def _backsig(subpackets: list[Subpacket]) -> SelfSignature | None:
    embedded = (_self_signature(each.body) for each in subpackets if each.type == 32)
    return next((each for each in embedded if each is not None and each.sig_class == 0x19), None)
