"""Peers' keyrings: no certificate in silence left out, and copies put together without losing a revocation or a key."""

from __future__ import annotations

from collections import Counter

from fuzz import material as m
from fuzz.references.packets import packets
from fuzz.targets.certificate import TOKENS as CERTIFICATE_TOKENS
from fuzz.targets.certificate import seeds as certificate_seeds
from gitsig.errors import PolicyFault
from gitsig.keys.openpgp.certificate import Certificate, read_certificates
from gitsig.policy.adapters.certificates import joined, names_of, read_binary_keyring
from gitsig.policy.adapters.keyring import keyring_policy

__all__ = ["TOKENS", "one", "seeds"]

_BY_OTHERS = 16
"""Revocations of one key by others that any certificate keeps (K18)."""
_Part = tuple[tuple[int, bytes], bytes | None]
"""Type and body of a key or user ID, and the body of a signature on it; None for itself."""


def _parts_of_one() -> tuple[bytes, bytes, bytes, bytes]:
    primary, _, subkey, _ = m.pgp_keys()
    key, name = m.packet(6, primary.body), m.packet(13, b"Ada <ada@example.org>")
    own = m.packet(2, m.signature_body(primary, b"", 0x13, m.subpacket(27, b"\3")))
    binding = m.packet(2, m.signature_body(primary, b"", 0x18, m.subpacket(27, b"\0")))
    return key, name + own, m.packet(14, subkey.body) + binding, m.packet(2, m.signature_body(primary, b"", 0x20))


TOKENS = (*CERTIFICATE_TOKENS[5:], *_parts_of_one(), m.packet(6, m.pgp_keys()[3].body), m.packet(10, b"PGP"))


def seeds() -> list[bytes]:
    """Copies that each know something else; two people with one address; kinds that nobody knows; a private key."""
    key, name, subkey, revocation = _parts_of_one()
    whole = certificate_seeds()[0]
    second, third = (m.packet(6, each.body) + name for each in m.pgp_keys()[1:3])
    newer = m.packet(2, m.signature_body(m.pgp_keys()[0], b"", 0x13, m.subpacket(9, b"\0\1\0\0")))
    foreign = [
        m.packet(2, m.signature_body(m.pgp_keys()[1], b"", 0x20, m.subpacket(29, bytes([number]))))
        for number in range(20)
    ]
    return [
        key + revocation + name + key + name + subkey,
        key + name + newer + whole + key + subkey + name,
        second + third + key + name,
        key + name + m.packet(6, b"\x07unknown") + second,
        key + m.packet(17, b"\x10\1" + bytes(16)) + name + m.packet(14, b"\x05old") + revocation,
        m.packet(10, b"PGP") + key + b"".join(foreign[:10]) + key + b"".join(foreign[10:]) + revocation + name,
        key + name + m.packet(5, m.pgp_keys()[3].body),
    ]


def one(data: bytes) -> None:
    """Read a binary keyring and put its copies together."""
    try:
        found, warnings = read_binary_keyring(data, "f")
    except PolicyFault as fault:
        assert fault.where == "f"
        return
    kinds = [kind for kind, _ in packets(data)]
    groups = sum(kind in (5, 6) for kind in kinds) + (bool(kinds) and kinds[0] not in (5, 6))
    assert len(found) + len(warnings) == groups, "a certificate is left out, and nobody is told"
    whole = joined(found)
    assert [each.primary.fingerprint for each in whole] == sorted({each.primary.fingerprint for each in found})
    assert joined(whole) == whole
    turned = {each.primary.fingerprint: each for each in joined(found[::-1])}
    for each in whole:
        fingerprint = each.primary.fingerprint
        copies = [copy for copy in found if copy.primary.fingerprint == fingerprint]
        _complete(each, copies)
        _complete(turned[fingerprint], copies)
        assert read_certificates(each.packets, "f") == (each,)
    _named(whole)


def _complete(whole: Certificate, copies: list[Certificate]) -> None:
    have = _parts(whole)
    given = set().union(*map(_parts, copies))
    assert have <= given, "something that no copy has"
    lost = given - have
    by_others = Counter(head for head, signature in have if signature is not None and signature[1] in (0x20, 0x28))
    assert all(
        signature is not None and signature[1] in (0x20, 0x28) and by_others[head] >= _BY_OTHERS
        for head, signature in lost
    ), "a key, a user ID or a signature is lost"


def _parts(certificate: Certificate) -> set[_Part]:
    found: set[_Part] = set()
    head = (0, b"")
    for kind, body in packets(certificate.packets):
        head = head if kind == 2 else (kind, body)
        found.add((head, body if kind == 2 else None))
    return found


def _named(whole: list[Certificate]) -> None:
    names = names_of(whole)
    assert len(set(names.values())) == len(names) == len(whole), "two certificates of one name"
    assert all(name.isprintable() and name and not name.startswith("role:") for name in names.values())
    try:
        policy, files = keyring_policy(whole, "f", "d")
    except PolicyFault:
        assert not whole
        return
    assert [(spec.signer, files[spec.value]) for spec in policy.key_specs] == [
        (names[each.primary.fingerprint], each.packets) for each in whole
    ]
    assert set(policy.signers) == set(names.values())
