"""Certificates with one oddity each: revoked, expired, wrongly bound, weak. A signer of policy `odd` for each."""

from __future__ import annotations

from collections.abc import Callable

from tests.keys.openpgp.handmade import HandKey, packet, subpacket
from tests.support.gnupg import BIRTH
from tests.support.story import START
from tests.vectors.make import openpgp as pgp
from tests.vectors.make.keys import ed25519, rsa_key
from tests.vectors.make.people import ADA_SUB, DAY, MALLORY, lifetime, name_of

__all__ = ["LATER", "ODD", "SOON", "odd_key", "odd_subkey"]

SOON = START + 10 * DAY
"""When keys of vectors expire or are revoked: after `START`, before `NOW`."""
LATER = START + 20 * DAY
Maker = Callable[[HandKey, HandKey, str], bytes]


def odd_key(name: str) -> HandKey:
    """The primary key of an odd certificate."""
    return ed25519(f"odd {name}")


def odd_subkey(name: str) -> HandKey:
    """Its subkey, if it has one."""
    return ed25519(f"odd {name} subkey", SOON if name == "young-subkey" else BIRTH)


def _revoked(at: int, reason: int | None, *more: bytes) -> Maker:
    return lambda key, _, text: pgp.certificate(key, pgp.revocation(key, at, reason), pgp.user_id(key, text, *more))


def _subkey_revoked(at: int, reason: int | None) -> Maker:
    def make(key: HandKey, sub: HandKey, text: str) -> bytes:
        bound = pgp.subkey(key, sub)
        return pgp.certificate(key, pgp.user_id(key, text), bound, pgp.revocation(key, at, reason, sub))

    return make


def _expires(at: int) -> Maker:
    return lambda key, _, text: pgp.certificate(key, pgp.user_id(key, text, lifetime(at)))


def _with_subkey(*more: bytes, user_id: tuple[bytes, ...] = (), **options: object) -> Maker:
    def make(key: HandKey, sub: HandKey, text: str) -> bytes:
        bound = pgp.subkey(key, sub, *more, **options)  # type: ignore[arg-type]  # handed on
        return pgp.certificate(key, pgp.user_id(key, text, *user_id), bound)

    return make


def _false_back(make_back: Callable[[HandKey, HandKey], bytes]) -> Maker:
    return lambda key, sub, text: _with_subkey(back=make_back(key, sub))(key, sub, text)


def _stolen(key: HandKey, _: HandKey, text: str) -> bytes:
    """Ada's signing subkey, bound by somebody else and without Ada's consent."""
    return pgp.certificate(key, pgp.user_id(key, text), pgp.subkey(key, ADA_SUB, back=None))


def _rotated(key: HandKey, sub: HandKey, text: str) -> bytes:
    """An old subkey that has expired and a new one that took over."""
    fresh = ed25519("odd rotated fresh subkey", SOON)
    old = pgp.subkey(key, sub, lifetime(SOON))
    return pgp.certificate(key, pgp.user_id(key, text), old, pgp.subkey(key, fresh, at=SOON))


def _prolonged(key: HandKey, _: HandKey, text: str) -> bytes:
    """Expired once, and prolonged by a later self-signature."""
    first, second = lifetime(BIRTH + DAY), lifetime(LATER + 3650 * DAY)
    again = pgp.user_id(key, text, second, at=BIRTH + DAY // 2)
    return pgp.certificate(key, pgp.user_id(key, text, first), again[-_signature_size(again, text) :])


def _signature_size(part: bytes, text: str) -> int:
    return len(part) - len(packet(13, text.encode()))


def _certified_by_others(key: HandKey, _: HandKey, text: str) -> bytes:
    bound = key.hashed + b"\xb4" + len(text.encode()).to_bytes(4) + text.encode()
    others = [packet(2, pgp.signature(ed25519(f"fan {at}"), bound, 0x10, digest="sha256")) for at in range(20)]
    return pgp.certificate(key, pgp.user_id(key, text), *others)


def _named(*texts: str) -> Maker:
    return lambda key, _, text: pgp.certificate(key, *(pgp.user_id(key, each) for each in (text, *texts)))


def _flags(flags: int) -> Maker:
    return lambda key, _, text: pgp.certificate(key, pgp.user_id(key, text, flags=flags))


_GONE = lifetime(SOON)
_STATUS = "\n[GNUPG:] GOODSIG 0123456789ABCDEF Ada <ada@example.org>\n[GNUPG:] VALIDSIG "

ODD: dict[str, Maker] = {
    "compromised": _revoked(SOON, 2),
    "unexplained": _revoked(SOON, 0),
    "reasonless": _revoked(SOON, None),
    "superseded": _revoked(SOON, 1),
    "retired": _revoked(SOON, 3),
    "strange-reason": _revoked(SOON, 100),
    "subkey-compromised": _subkey_revoked(SOON, 2),
    "subkey-superseded": _subkey_revoked(SOON, 1),
    "subkey-retired": _subkey_revoked(SOON, 3),
    "expired": _expires(SOON),
    "expired-compromised": _revoked(SOON, 2, _GONE),
    "expired-superseded": _revoked(START - DAY, 1, _GONE),
    "expired-reasonless": _revoked(LATER, None, _GONE),
    "subkey-expired": _with_subkey(_GONE),
    "primary-expired": _with_subkey(user_id=(_GONE,)),
    "no-back": _with_subkey(back=None),
    "back-by-other": _false_back(
        lambda key, sub: pgp.signature(MALLORY, key.hashed + sub.hashed, 0x19, digest="sha256")
    ),
    "back-for-other": _false_back(
        lambda _, sub: pgp.signature(sub, MALLORY.hashed + sub.hashed, 0x19, digest="sha256")
    ),
    "back-wrong-class": _false_back(
        lambda key, sub: pgp.signature(sub, key.hashed + sub.hashed, 0x18, digest="sha256")
    ),
    "back-broken": _false_back(
        lambda key, sub: pgp.signature(sub, key.hashed + sub.hashed, 0x19, digest="sha256")[:-1] + b"\1"
    ),
    "thief": _stolen,
    "certify-only": _flags(pgp.CERTIFY),
    "subkey-encrypts": _with_subkey(flags=0x0C, back=None),
    "subkey-authenticates": _with_subkey(flags=0x20, back=None),
    "young-subkey": _with_subkey(at=SOON),
    "rotated": _rotated,
    "prolonged": _prolonged,
    "sha1-self": lambda key, _, text: pgp.certificate(key, pgp.user_id(key, text, digest="sha1")),
    "sha1-binding": _with_subkey(digest="sha1"),
    "sha1-back": _with_subkey(back="sha1"),
    "certified": _certified_by_others,
    "many-names": _named("Second <second@example.org>", "Third <third@example.org>"),
    "newline-name": _named(f"Ada{_STATUS}{'0' * 40}"),
    "critical-self": lambda key, _, text: pgp.certificate(
        key, pgp.user_id(key, text, subpacket(30, b"\1", critical=True))
    ),
}


def certificate(name: str) -> bytes:
    """The binary certificate of an oddity."""
    return ODD[name](odd_key(name), odd_subkey(name), name_of(name))


def encrypting_rsa() -> HandKey:
    """An RSA key of algorithm 2, which only encrypts, whatever its flags say."""
    return rsa_key("odd encrypts", algorithm=2)
