"""Who appears in the vectors, with which keys and policies. Times are those of `tests.support`.

Ada, Bob and the others of `default` have nothing odd about their keys; `odd` holds one certificate for each oddity.
"""

from __future__ import annotations

from tests.keys.openpgp.handmade import HandKey, subpacket
from tests.support.gnupg import BIRTH
from tests.support.story import START
from tests.vectors.make import openpgp as pgp
from tests.vectors.make import sshsig
from tests.vectors.make.keys import WARNING, curve_key, dsa_key, ed25519, rsa_key

__all__ = ["ADA", "ADA_SUB", "BOB", "CAROL", "DAY", "MALLORY", "NOW", "OPENPGP", "SSH", "certificates", "name_of"]

DAY = 86400
NOW = START + 31 * DAY
"""2026-02-01T00:00:00Z."""

ADA, ADA_SUB = ed25519("ada"), ed25519("ada subkey")
BOB = rsa_key("bob")
CAROL = curve_key("carol")
MALLORY = ed25519("mallory")

OPENPGP: dict[str, HandKey] = {
    "bob": BOB,
    "carol": CAROL,
    "grace": curve_key("grace", "nistp384"),
    "heidi": curve_key("heidi", "nistp521"),
    "ivan": curve_key("ivan", "brainpoolP256r1"),
    "judy": curve_key("judy", "secp256k1"),
    "karl": rsa_key("karl", 3072),
    "leo": rsa_key("leo", 2049),
    "mike": rsa_key("mike", 1024),
    "nina": dsa_key("nina"),
}
"""Contributors with one key that certifies and signs; Mike's and Nina's are too weak."""

SSH: dict[str, sshsig.SSHKey] = {
    "ada": sshsig.ed25519_key("ada"),
    "bob": sshsig.rsa("bob"),
    "carol": sshsig.ecdsa("carol"),
    "grace": sshsig.ecdsa("grace", "nistp384"),
    "heidi": sshsig.ecdsa("heidi", "nistp521"),
    "dora": sshsig.security_key("dora"),
    "erin": sshsig.security_key("erin", "ecdsa"),
    "mike": sshsig.rsa("mike", 1024),
    "mallory": sshsig.ed25519_key("mallory"),
    "authority": sshsig.ed25519_key("authority"),
}


def name_of(name: str) -> str:
    """A user ID that says what the key is."""
    return f"{name.title()} ({WARNING}) <{name}@example.org>"


def certificates() -> dict[str, bytes]:
    """Name to binary certificate, of all contributors without oddities, and of Mallory."""
    ada = pgp.certificate(ADA, pgp.user_id(ADA, name_of("ada")), pgp.subkey(ADA, ADA_SUB))
    plain = {
        name: pgp.certificate(key, pgp.user_id(key, name_of(name), digest="sha512")) for name, key in OPENPGP.items()
    }
    mallory = pgp.certificate(MALLORY, pgp.user_id(MALLORY, name_of("ada").encode()))
    return {"ada": ada, **plain, "mallory": mallory}


def lifetime(until: int, since: int = BIRTH) -> bytes:
    """The subpacket of a key's expiry."""
    return subpacket(9, (until - since).to_bytes(4))
