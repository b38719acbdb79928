"""OpenPGP certificates out of key files: what is kept can be read again and is the same."""

from __future__ import annotations

from fuzz import material as m
from fuzz.references.packets import packets
from gitsig.errors import PolicyFault
from gitsig.keys.openpgp.certificate import Certificate, read_certificates

__all__ = ["TOKENS", "one", "seeds"]

TOKENS = (
    b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n", b"-----END PGP PUBLIC KEY BLOCK-----\n",
    b"-----BEGIN PGP PRIVATE KEY BLOCK-----", b"=njUN\n", b"Comment: x\n", b"\xc6", b"\xc5", b"\xce", b"\xcd",
    b"\xc2", b"\xd1", b"\xca", b"\xcc\x00", b"\x98", b"\x88", b"\xb4", b"\x04\x10", b"\x04\x13", b"\x04\x18",
    b"\x04\x20", b"\x04\x28", b"\x02\x9b\x03", b"\x20\x04\x19", b"\x05\x02\x67\x74\x85\x80", b"\r\n",
)  # fmt: skip


def _certificate() -> bytes:
    primary, second, subkey, *_ = m.pgp_keys()
    back = m.signature_body(subkey, b"", 0x19)
    binding = m.signature_body(primary, b"", 0x18, m.subpacket(27, b"\2"), m.subpacket(32, back))
    foreign = m.packet(2, m.signature_body(second, b"", 0x10)) + m.packet(2, m.signature_body(second, b"", 0x20))
    own = m.packet(2, m.signature_body(primary, b"", 0x13, m.subpacket(27, b"\3")))
    revocation = m.packet(2, m.signature_body(primary, b"", 0x20, m.subpacket(29, b"\1moved")))
    head = m.packet(6, primary.body) + revocation + foreign
    return (
        head + m.packet(13, b"Ada <ada@example.org>") + own + foreign + m.packet(14, subkey.body) + m.packet(2, binding)
    )


def seeds() -> list[bytes]:
    """Binary, armored, two in one, with a photo id, with a private key."""
    whole = _certificate()
    block = m.armored(whole, "PGP PUBLIC KEY BLOCK")
    photo = m.packet(17, b"\x10\1" + bytes(16)) + m.packet(2, m.signature_body(m.pgp_keys()[0], b"", 0x10))
    rsa = m.pgp_keys()[3]
    old = b"\x99" + len(rsa.body).to_bytes(2) + rsa.body + b"\xb4\x01x"
    return [
        whole,
        block,
        block + block.replace(b"\n\n", b"\nVersion: 1\n\n"),
        whole + photo,
        old,
        m.packet(5, rsa.body),
    ]


def one(data: bytes) -> None:
    """Read, and read again what was kept."""
    try:
        found = read_certificates(data, "f")
    except PolicyFault as fault:
        assert fault.where == "f"
        return
    for each in found:
        kept = packets(each.packets)
        assert kept[0][0] == 6
        assert {tag for tag, _ in kept} <= {2, 6, 13, 14}, "a secret key, or what nobody asked for"
        assert each.primary.fingerprint
        (again,) = read_certificates(each.packets, "f")
        assert again == each, "the kept packets mean something else"
        _components(each, kept)


def _components(each: Certificate, kept: list[tuple[int, bytes]]) -> None:
    keys = [component for component in each.components if component.key is not None]
    assert [tag for tag, _ in kept if tag != 2] == [
        13 if component.key is None else 6 if component is each.components[0] else 14 for component in each.components
    ]
    assert keys == list(each.keys)
    assert sum(len(component.signatures) for component in each.components) == sum(tag == 2 for tag, _ in kept)
    for component in keys:
        weak = each.weak_self_signatures(component)
        assert all(isinstance(words, str) and words for words in weak)
        embedded = any(sig.backsig for sig in component.signatures if sig.sig_class == 0x18)
        assert each.has_back_signature(component) == (component is each.components[0] or embedded)
