"""Whole OpenPGP signatures through the engine: nobody without a private key may come to VERIFIED with something new.

The keys are vouched for in advance and no gpg is at hand: what belongs to GnuPG is an error here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fuzz import material as m
from fuzz.references.packets import packets, signature_parts
from gitsig.errors import EnvironmentFault
from gitsig.keys.openpgp.publickey import read_public_key
from gitsig.keys.openpgp.signingkey import SigningKey
from gitsig.model import Evidence, KeyFacts, Outcome, SignatureFormat
from gitsig.signatures.armor import dearmor_openpgp
from gitsig.signatures.openpgp.engine import OpenPGPEngine

__all__ = ["TOKENS", "one", "seeds"]

TOKENS = (
    *(key.fingerprint for key in m.pgp_keys()),
    b"\x02\x67\x74\x85\x80", b"\x16\x21\x04", b"\x09\x10", b"\x01\x00", b"\x00\xff", b"\x89", b"\xc2", b"\x16",
    b"\x1b", b"\x13",
)  # fmt: skip
_BODIES = [m.signature_body(key) for key in m.pgp_keys()]
_GOOD = {signature_parts(body)[0]: key for body, key in zip(_BODIES, m.pgp_keys(), strict=True)}
_OUTCOMES = set(Outcome) - {Outcome.UNSIGNED, Outcome.MALFORMED_OBJECT, Outcome.UNTRUSTED}


class _Keys:
    """Stands for `OpenPGPKeys`: as it finds keys, without its folders."""

    program = "gpg"

    def __init__(self) -> None:
        self._keys = [_signing_key(key) for key in m.pgp_keys()]

    def lookup(self, fingerprint: str | None, key_id: str | None) -> Sequence[SigningKey]:
        """Full fingerprint first, then the key id."""
        if fingerprint is not None:
            return [key for key in self._keys if key.facts.fingerprint == fingerprint]
        return [key for key in self._keys if key.facts.fingerprint[-16:] == key_id]

    def home(self, _: SigningKey) -> Path:
        """There is none."""
        raise EnvironmentFault("no gpg under the fuzzer")


def _signing_key(key: m.PGPKey) -> SigningKey:
    name = key.fingerprint.hex().upper()
    public = read_public_key(key.body)
    facts = KeyFacts(SignatureFormat.OPENPGP, name, name, public.algorithm_name, 1024, created=m.BORN)
    made = SigningKey(facts, public, 0)
    made.vouched = True
    return made


def _engine() -> OpenPGPEngine:
    return OpenPGPEngine(_Keys())  # type: ignore[arg-type]  # it needs these methods and no more


def seeds() -> list[bytes]:
    """A good signature of each key, as packets and in armor; of another payload, of another class."""
    first = m.pgp_keys()[0]
    other = [m.signature_body(first, b"another"), m.signature_body(first, m.PAYLOAD, 1)]
    whole = [m.packet(2, body) for body in _BODIES + other]
    return [*whole, m.armored(whole[0]), m.armored(whole[3]), whole[0] + whole[1]]


def one(data: bytes) -> None:
    """Examine as a signature of the payload and of another one; armored, unless it is already."""
    armored = data if data[:1] == b"-" else m.armored(data)
    engine = _engine()
    found = engine.examine(m.PAYLOAD, armored, None)
    _sane(found)
    if found.outcome is Outcome.VERIFIED:
        _known(armored, found)
    for payload in (m.PAYLOAD[:-1], m.PAYLOAD + b"\n", b""):
        other = engine.examine(payload, armored, None)
        _sane(other)
        assert other.outcome is not Outcome.VERIFIED, "a signature of something that nobody signed"


def _sane(found: Evidence) -> None:
    assert found.outcome in _OUTCOMES
    assert found.outcome is Outcome.VERIFIED or found.detail
    assert found.outcome is not Outcome.ERROR or "no gpg" in found.detail, "an error of its own"


def _known(armored: bytes, found: Evidence) -> None:
    """What was signed is one of the good signatures to the last byte, and so is what is said of it."""
    ((kind, body),) = packets(dearmor_openpgp(armored).data)
    assert kind == 2
    hashed, _, _ = signature_parts(body)
    assert hashed in _GOOD, "VERIFIED, and nobody signed this"
    name = _GOOD[hashed].fingerprint.hex().upper()
    assert (found.fingerprint, found.key_fingerprint, found.key_id) == (name, name, name[-16:])
    assert (found.signed_at, found.expires_at, found.digest) == (m.BORN + 60, None, "sha512")
