"""The counts of a run."""

import pytest

from gitsig.model import Reason, SignatureFormat, SignerUse, Verdict
from gitsig.tally import Tally

OPENPGP, SSH = SignatureFormat.OPENPGP, SignatureFormat.SSH


def verdict(reason: Reason = Reason.GOOD, **facts: object) -> Verdict:
    facts = {"oid": "a" * 40, "type": "commit", "accepted": reason is Reason.GOOD, **facts}
    return Verdict(reason=reason, **facts)  # type: ignore[arg-type]  # plain facts, spelt by the tests below


def counted(*verdicts: Verdict) -> Tally:
    tally = Tally()
    for each in verdicts:
        tally.add(each)
    return tally


def test_nothing_checked() -> None:
    summary = Tally().summary(0.5)
    assert (summary.checked, summary.accepted, summary.refused, summary.unverifiable) == (0, 0, 0, 0)
    assert summary.exit_code == 0
    assert summary.uses == ()


def test_counts_by_reason_signer_and_type() -> None:
    summary = counted(
        verdict(signer="ada"),
        verdict(signer="bob", type="tag"),
        verdict(signer="ada"),
        verdict(Reason.UNSIGNED),
        verdict(Reason.VERIFIER_ERROR),
        verdict(Reason.KEY_EXPIRED, signer="ada", accepted=True, exception="rotated"),
    ).summary(1.25, cached=2)
    assert (summary.checked, summary.accepted, summary.refused, summary.unverifiable) == (6, 4, 2, 1)
    assert list(summary.by_reason.items()) == [("good", 3), ("key_expired", 1), ("unsigned", 1), ("verifier_error", 1)]
    assert summary.by_signer == {"ada": 3, "bob": 1}
    assert summary.by_type == {"commit": 5, "tag": 1}
    assert (summary.seconds, summary.cached, summary.exit_code) == (1.25, 2, 3)


@pytest.mark.parametrize(("reasons", "code"), [([Reason.GOOD], 0), ([Reason.GOOD, Reason.UNSIGNED], 1)])
def test_exit_code(reasons: list[Reason], code: int) -> None:
    assert counted(*map(verdict, reasons)).summary(0).exit_code == code


def test_uses_tell_what_a_signer_did() -> None:
    facts = {"signer": "ada", "format": OPENPGP}
    summary = counted(
        verdict(key_fingerprint="A1", signed_at=200, **facts),
        verdict(key_fingerprint="A2", signed_at=100, **facts),
        verdict(key_fingerprint="A2", signed_at=300, **facts),
        verdict(key_fingerprint="SHA256:b", signed_at=250, signer="ada", format=SSH),
        verdict(signer="bob"),
    ).summary(0, key_expiry={"A2": 999, "unused": 1})
    assert summary.uses == (
        SignerUse("ada", 4, 0, ("openpgp", "ssh"), 100, 300, ("A2", "A1", "SHA256:b")),
        SignerUse("bob", 1, 0, (), None, None, ()),
    )
    assert summary.key_expiry == {"A2": 999}


def test_a_refused_signature_lends_no_facts_to_its_signer() -> None:
    forged = verdict(Reason.BAD_SIGNATURE, signer="ada", key_fingerprint="A1", signed_at=-5, format=OPENPGP)
    assert counted(forged).summary(0).uses == (SignerUse("ada", 0, 1, (), None, None, ()),)


def test_unknown_keys_take_no_memory() -> None:
    tally = counted(*(verdict(Reason.UNKNOWN_KEY, key_fingerprint=f"{number:040X}") for number in range(50)))
    summary = tally.summary(0, key_expiry={"0" * 40: 1})
    assert summary.uses == ()
    assert summary.key_expiry == {}
    assert summary.by_reason == {"unknown_key": 50}
