"""The counts of a run."""

import marshal

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


def _story() -> list[Verdict]:
    facts = {"signer": "ada", "format": OPENPGP, "key_fingerprint": "A1"}
    return [
        verdict(signed_at=200, **facts),
        verdict(signed_at=100, type="tag", **facts),
        verdict(Reason.KEY_EXPIRED, signer="bob", accepted=True, exception="rotated", format=SSH, key_fingerprint="B"),
        verdict(Reason.UNSIGNED),
        verdict(Reason.VERIFIER_ERROR),
        verdict(Reason.BAD_SIGNATURE, signer="bob"),
        verdict(signed_at=300, **{**facts, "format": SSH, "key_fingerprint": "A2"}),
        verdict(signer="carol"),
    ]


@pytest.mark.parametrize("cut", range(len(_story()) + 1))
def test_a_restored_tally_goes_on_where_it_ended(cut: int) -> None:
    """Wherever it is cut, the counts are those of one go. The state survives `marshal`: plain values only."""
    expiry = {"A1": 999, "A2": 5, "other": 1}
    first = counted(*_story()[:cut])
    going_on = Tally.restored(marshal.loads(marshal.dumps(first.state())))  # noqa: S302 - our own
    assert (going_on.checked, going_on.accepted_all) == (first.checked, first.accepted_all)
    assert going_on.summary(0, 2, expiry) == first.summary(0, 2, expiry)
    for each in _story()[cut:]:
        going_on.add(each)
    assert going_on.summary(0, 2, expiry) == counted(*_story()).summary(0, 2, expiry)
    assert going_on.state() == counted(*_story()).state()


def test_a_restored_tally_is_one_of_its_own() -> None:
    first = counted(*_story())
    before = first.state()
    Tally.restored(before).add(verdict(signer="ada", key_fingerprint="A9"))
    assert first.state() == before


@pytest.mark.parametrize(
    "other",
    [
        (),
        (1, 1, 0, [], []),
        (1, 1, 0, [("nonsense", 1)], [], []),
        (1, 1, 0, [("good",)], [], []),
        (1, 1, 0, 7, [], []),
        (1, 1, 0, [], [], [("ada", 1)]),
        (1, 1, 0, [], [], [("ada", 1, 0, None, None, 7, [])]),
        None,
    ],
)
def test_nothing_is_restored_from_anything_else(other: tuple[object, ...]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Tally.restored(other)


def test_only_what_was_accepted_is_accepted_all() -> None:
    assert Tally().accepted_all
    assert counted(verdict(), verdict(Reason.UNSIGNED, accepted=True, exception="once")).accepted_all
    assert not counted(verdict(), verdict(Reason.UNSIGNED)).accepted_all
