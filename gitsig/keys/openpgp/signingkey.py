"""A key of an OpenPGP certificate, GnuPG's listing and the certificate's own packets put together."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gitsig.keys.openpgp.publickey import PublicKey
from gitsig.model import KeyFacts, Revocation, SignatureFormat

if TYPE_CHECKING:
    from gitsig.keys.openpgp.certificate import Certificate
    from gitsig.keys.openpgp.listing import ListedKey

__all__ = ["SigningKey", "from_json", "signing_keys", "to_json"]


class SigningKey:
    """One key with what is known of it; `handle` and `vouched` are filled in while it is used."""

    __slots__ = ("certificate", "facts", "handle", "name", "public", "refusals", "ring", "vouched")

    def __init__(self, facts: KeyFacts, public: PublicKey, ring: int, certificate: str = "") -> None:
        self.facts = facts
        self.public = public
        self.ring = ring
        self.certificate = certificate
        """SHA-256 in hex of its certificate's packets."""
        self.name = f"{facts.primary}-{facts.fingerprint}"
        self.vouched = False
        self.refusals: tuple[list[str], list[str]] = ([], [])
        """Why GnuPG did not vouch, for each time that it was asked: with a weak digest, with a strong one."""
        self.handle: Any = None
        """The arithmetic's own key object, made on first use."""


def signing_keys(certificate: Certificate, listed: Sequence[ListedKey], ring: int) -> list[SigningKey]:
    """Every key of a certificate that GnuPG lists, the primary key first."""
    by_fingerprint = {each.fingerprint: each for each in listed}
    primary = by_fingerprint[certificate.primary.fingerprint]
    digest = hashlib.sha256(certificate.packets).hexdigest()
    found = []
    for component in certificate.keys:
        if component.key is None or component.key.fingerprint not in by_fingerprint:
            continue
        said = by_fingerprint[component.key.fingerprint]
        facts = KeyFacts(
            format=SignatureFormat.OPENPGP,
            fingerprint=said.fingerprint,
            primary=primary.fingerprint,
            algorithm=component.key.algorithm_name,
            bits=256 if component.key.algorithm_name == "ed25519" else said.bits,
            created=said.created,
            expires=min((each for each in (said.expires, primary.expires) if each is not None), default=None),
            revocations=_revocations(said, primary),
            can_sign=said.can_sign,
            unbound=_unbound(said, said.can_sign and not certificate.has_back_signature(component)),
            weak_self_signatures=certificate.weak_self_signatures(component),
            names=tuple(primary.names),
        )
        found.append(SigningKey(facts, component.key, ring, digest))
    return found


def _revocations(said: ListedKey, primary: ListedKey) -> tuple[Revocation, ...]:
    found = tuple(primary.revocations) if said is primary else (*said.revocations, *primary.revocations)
    if not found and "r" in (said.validity, primary.validity):
        # GnuPG says revoked but lists no revocation that we can read: the worst is assumed.
        return (Revocation(0, True, "no reason given"),)
    return found


def _unbound(said: ListedKey, no_back_signature: bool) -> str:
    if said.validity == "i":
        return "GnuPG finds no valid signature that binds this key to its certificate"
    if no_back_signature:
        return "the subkey has no back-signature: nothing shows that its owner belongs to this certificate"
    return ""


def to_json(key: SigningKey) -> dict[str, Any]:
    """Plain values for facts.json."""
    facts, public = key.facts, key.public
    return {
        "primary": facts.primary,
        "fingerprint": facts.fingerprint,
        "algorithm": facts.algorithm,
        "bits": facts.bits,
        "created": facts.created,
        "expires": facts.expires,
        "revocations": [list(each) for each in facts.revocations],
        "can_sign": facts.can_sign,
        "unbound": facts.unbound,
        "weak": list(facts.weak_self_signatures),
        "names": list(facts.names),
        "id": public.algorithm,
        "curve": public.curve,
        "numbers": [each.hex() for each in public.numbers],
        "ring": key.ring,
        "certificate": key.certificate,
    }


def from_json(row: dict[str, Any]) -> SigningKey:
    """The inverse of `to_json`."""
    facts = KeyFacts(
        format=SignatureFormat.OPENPGP,
        fingerprint=row["fingerprint"],
        primary=row["primary"],
        algorithm=row["algorithm"],
        bits=row["bits"],
        created=row["created"],
        expires=row["expires"],
        revocations=tuple(Revocation(*each) for each in row["revocations"]),
        can_sign=row["can_sign"],
        unbound=row["unbound"],
        weak_self_signatures=tuple(row["weak"]),
        names=tuple(row["names"]),
    )
    numbers = tuple(bytes.fromhex(each) for each in row["numbers"])
    public = PublicKey(facts.fingerprint, row["created"], row["id"], row["curve"], numbers)
    return SigningKey(facts, public, row["ring"], row["certificate"])
