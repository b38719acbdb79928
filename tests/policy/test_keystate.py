"""The state of a key in words."""

from __future__ import annotations

import pytest

from gitsig.model import KeyFacts, KeyOwner, Revocation, SignatureFormat
from gitsig.policy.keystate import doubts, state_of

NOW = 1_800_000_000
FACTS = KeyFacts(SignatureFormat.OPENPGP, "A" * 40, "A" * 40, "ed25519", 256, created=NOW - 100)
HARD = Revocation(0, True, "compromised")


@pytest.mark.parametrize(
    ("changes", "owner", "state"),
    [
        ({}, None, "valid"),
        ({"expires": NOW + 1}, None, "valid"),
        ({"expires": NOW}, None, "expired"),
        ({"created": NOW + 1}, None, "not yet made"),
        ({"can_sign": False}, None, "cannot sign"),
        ({"unbound": "no back-signature"}, None, "not bound to its certificate"),
        ({"revocations": (HARD,), "expires": NOW}, None, "revoked (compromised)"),
        ({}, KeyOwner("ada", valid_until=NOW), "past its valid-until"),
        ({}, KeyOwner("ada", valid_until=NOW + 1), "valid"),
        ({}, KeyOwner("ada", valid_from=NOW + 1), "before its valid-from"),
        ({}, KeyOwner("ada", valid_from=NOW), "valid"),
    ],
)
def test_the_worst_is_said(changes, owner, state) -> None:
    assert state_of(FACTS._replace(**changes), owner, NOW) == state


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"can_sign": False}, ["no key of this certificate can sign"]),
        ({"expires": NOW}, ["expired 2027-01-15T08:00:00Z; new objects by it are refused"]),
        ({"revocations": (HARD,)}, ["revoked (compromised); new objects by it are refused"]),
        (
            {"revocations": (Revocation(NOW, False, "retired"),)},
            ["revoked 2027-01-15T08:00:00Z (retired); new objects by it are refused"],
        ),
        ({"algorithm": "rsa", "bits": 2048}, []),
        (
            {"algorithm": "rsa", "bits": 2047},
            ["the key is RSA of 2047 bits, under 2048: its signatures are refused"],
        ),
        (
            {"algorithm": "dsa", "bits": 3072},
            ["keys of algorithm dsa are not strong enough: its signatures are refused"],
        ),
        (
            {"algorithm": "unknown:99"},
            ["keys of algorithm unknown:99 are not strong enough: its signatures are refused"],
        ),
        ({"algorithm": "ecdsa", "bits": 192}, ["the key's curve has 192 bits, under 256: its signatures are refused"]),
        ({"weak_self_signatures": ("SHA-1",)}, ["SHA-1"]),
    ],
)
def test_doubts(changes, said) -> None:
    assert list(doubts([FACTS._replace(**changes)], 2048, NOW)) == said


def test_one_living_signing_key_is_enough() -> None:
    assert list(doubts([FACTS._replace(expires=NOW), FACTS._replace(fingerprint="B" * 40)], 2048, NOW)) == []
