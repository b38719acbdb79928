"""GnuPG vouches for a key once; what a lying, silent or missing gpg says is never believed (ATTACKS S1, S4, S7, K3)."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault
from gitsig.keys.openpgp import gpg
from gitsig.model import Limits, Outcome
from gitsig.signatures.openpgp import gnupg as asking
from gitsig.signatures.openpgp.engine import OpenPGPEngine
from tests.keys.openpgp.handmade import armor, back_signature, bound_subkey, certificate, ed25519_key, packet, signature
from tests.signatures.openpgp.conftest import PAYLOAD
from tests.support.gnupg import BIRTH

ADA, BOB, SUB = ed25519_key(1), ed25519_key(2), ed25519_key(3)
BOTH = certificate(ADA, b"Ada") + certificate(BOB, b"Bob")
AT = BIRTH + 60
SIGNED = armor(packet(2, signature(ADA, PAYLOAD, created=AT)))
OTHER = armor(packet(2, signature(BOB, PAYLOAD, created=AT)))
FALSE_BACK = certificate(ADA, b"Ada", bound_subkey(ADA, SUB.body, back=back_signature(BOB, SUB)))
"""Its subkey says that it belongs to Bob."""

GNUPG_ONLY = pytest.mark.parametrize("gnupg_only", [False, True], ids=["auto", "gnupg"])


def honest(key=ADA, primary=None, at: int = AT) -> list[str]:
    name = key.fingerprint
    return [
        "[GNUPG:] NEWSIG",
        f"[GNUPG:] GOODSIG {name[-16:]} Ada",
        f"[GNUPG:] VALIDSIG {name} 2025-01-01 {at} 0 4 0 22 8 00 {(primary or key).fingerprint}",
    ]


def test_the_first_signature_only_goes_to_gnupg(fresh, fake_gpg):
    check = fresh(BOTH)
    first, second = (check.examine(PAYLOAD, SIGNED, None) for _ in range(2))
    assert first == second
    assert (first.outcome, first.vouched) == (Outcome.VERIFIED, True)
    assert fake_gpg.calls("--verify") == 1
    assert check.examine(PAYLOAD, OTHER, None).vouched
    assert fake_gpg.calls("--verify") == 2


def test_no_process_runs_on_the_warm_path(fresh, fake_gpg):
    fresh(BOTH).examine(PAYLOAD, SIGNED, None)
    calls = fake_gpg.calls()
    assert calls
    fake_gpg.script("exit 1", call="")
    warm = fresh(BOTH)
    assert warm.examine(PAYLOAD, SIGNED, None).outcome == Outcome.VERIFIED
    assert warm.examine(PAYLOAD + b"x", SIGNED, None).outcome == Outcome.BAD
    assert fake_gpg.calls() == calls


def test_a_wrong_signature_never_starts_gnupg(fresh, fake_gpg):
    check = fresh(BOTH)
    assert check.examine(PAYLOAD + b"x", SIGNED, None).outcome == Outcome.BAD
    assert fake_gpg.calls("--verify") == 0


@pytest.mark.parametrize("digest", ["sha256", "sha1"])
def test_gnupgs_refusals_are_bounded(fresh, fake_gpg, digest):
    check = fresh(FALSE_BACK)
    for number in range(10):
        payload = PAYLOAD + bytes([number])
        found = check.examine(payload, armor(packet(2, signature(SUB, payload, digest=digest))), None)
        assert (found.outcome, found.vouched) == (Outcome.VERIFIED, False)
        assert "GnuPG does not vouch for the key" in found.detail
    assert fake_gpg.calls("--verify") == 3


def test_refusals_for_the_digests_sake_do_not_stick(fresh):
    """GnuPG takes no MD5; that says nothing of the key."""
    check = fresh(BOTH)
    for number in range(5):
        payload = PAYLOAD + bytes([number])
        assert not check.examine(payload, armor(packet(2, signature(ADA, payload, digest="md5"))), None).vouched
    assert check.examine(PAYLOAD, SIGNED, None).vouched


@GNUPG_ONLY
def test_a_key_that_must_not_sign_is_not_vouched_for(fresh, gnupg_only):
    """ATTACKS K4."""
    only_certifies = certificate(ADA, b"Ada", bound_subkey(ADA, SUB.body, flags=0x0C), flags=0x01)
    check = fresh(only_certifies, gnupg_only=gnupg_only)
    for key in (ADA, SUB):
        found = check.examine(PAYLOAD, armor(packet(2, signature(key, PAYLOAD))), None)
        assert (found.outcome, found.vouched) == (Outcome.VERIFIED, False)
        assert found.detail == "the key has no signing capability"
        wrong = check.examine(PAYLOAD + b"x", armor(packet(2, signature(key, PAYLOAD))), None)
        assert wrong.outcome == Outcome.BAD


@pytest.mark.parametrize("others", [b"", certificate(BOB, b"Bob", bound_subkey(BOB, SUB.body, flags=0x0C))])
def test_not_even_where_gnupg_says_good(fresh, fake_gpg, others):
    """The certificate's own packets say that the key is for encryption, here in one certificate or in two."""
    encrypts = certificate(ADA, b"Ada", bound_subkey(ADA, SUB.body, flags=0x0C))
    fake_gpg.says(*honest(SUB, primary=ADA))
    found = fresh(encrypts + others, gnupg_only=True).examine(
        PAYLOAD, armor(packet(2, signature(SUB, PAYLOAD, created=AT))), None
    )
    assert (found.outcome, found.vouched) == (Outcome.VERIFIED, False)
    assert found.detail == "the key has no signing capability"


GOOD = honest()
LIES = {
    "nothing": [],
    "text": ["Good signature from Ada"],
    "text and the truth": ["hello", *GOOD],
    "an injected line": [*GOOD[:2], "x", GOOD[2]],
    "GOODSIG without VALIDSIG": GOOD[:2],
    "VALIDSIG without GOODSIG": [GOOD[0], GOOD[2]],
    "no NEWSIG": GOOD[1:],
    "two NEWSIG": [GOOD[0], *GOOD],
    "two signatures": GOOD + GOOD,
    "a good one and a bad one": [*GOOD, "[GNUPG:] NEWSIG", f"[GNUPG:] BADSIG {BOB.fingerprint[-16:]} Bob"],
    "a line of another job": [*GOOD, "[GNUPG:] IMPORT_OK 1 " + ADA.fingerprint],
    "an unknown key": honest(SUB),
    "another key of the store": honest(BOB),
    "another primary key": honest(ADA, primary=BOB),
    "an unknown primary key": honest(ADA, primary=SUB),
    "two keys": [GOOD[0], GOOD[1].replace(ADA.fingerprint[-16:], BOB.fingerprint[-16:]), GOOD[2]],
    "lower case": [GOOD[0], *(line.lower().replace("[gnupg:]", "[GNUPG:]") for line in GOOD[1:])],
}


@GNUPG_ONLY
def test_the_truth_is_believed(fresh, fake_gpg, gnupg_only):
    """So that the lies below are refused for what they are."""
    fake_gpg.says(*GOOD, code=2)
    found = fresh(BOTH, gnupg_only=gnupg_only).examine(PAYLOAD, SIGNED, None)
    assert (found.outcome, found.vouched) == (Outcome.VERIFIED, True)


@GNUPG_ONLY
@pytest.mark.parametrize("lines", LIES.values(), ids=LIES.keys())
def test_a_gpg_that_lies(fresh, fake_gpg, gnupg_only, lines):
    check = fresh(BOTH, gnupg_only=gnupg_only)
    for code in (0, 1):
        fake_gpg.says(*lines, code=code)
        found = check.examine(PAYLOAD, SIGNED, None)
        assert found.outcome == Outcome.ERROR
        assert found.detail
        assert (found.signed_at, found.key_id) == (AT, ADA.fingerprint[-16:])
    assert not any(key.vouched for key in check._keys.all_keys())


@pytest.mark.parametrize("at", [AT + 1, 0])
def test_a_gpg_that_tells_another_time(fresh, fake_gpg, at):
    fake_gpg.says(*honest(at=at))
    found = fresh(BOTH, gnupg_only=True).examine(PAYLOAD, SIGNED, None)
    assert found.outcome == Outcome.ERROR
    assert "disagree about the signature's facts" in found.detail


def test_a_gpg_that_says_bad_of_what_is_right(fresh, fake_gpg):
    fake_gpg.says("[GNUPG:] NEWSIG", f"[GNUPG:] BADSIG {ADA.fingerprint[-16:]} Ada")
    assert fresh(BOTH).examine(PAYLOAD, SIGNED, None).outcome == Outcome.ERROR
    fake_gpg.script("")
    check = fresh(BOTH, cross_check=True)
    assert check.examine(PAYLOAD, SIGNED, None).outcome == Outcome.VERIFIED
    fake_gpg.says("[GNUPG:] NEWSIG", f"[GNUPG:] BADSIG {ADA.fingerprint[-16:]} Ada")
    found = check.examine(PAYLOAD, SIGNED, None)
    assert (found.outcome, "the engines disagree" in found.detail) == (Outcome.ERROR, True)


def test_a_gpg_that_says_good_of_what_is_wrong(fresh, fake_gpg):
    """Not asked at all, unless both are to be held against each other."""
    fake_gpg.says(*GOOD)
    assert fresh(BOTH).examine(PAYLOAD + b"x", SIGNED, None).outcome == Outcome.BAD
    assert fresh(BOTH, cross_check=True).examine(PAYLOAD + b"x", SIGNED, None).outcome == Outcome.ERROR


def test_a_gpg_that_finds_no_signature(fresh, fake_gpg):
    fake_gpg.says("[GNUPG:] NODATA 4", code=2)
    assert not fresh(BOTH).examine(PAYLOAD, SIGNED, None).vouched
    assert fresh(BOTH, gnupg_only=True).examine(PAYLOAD, SIGNED, None).outcome == Outcome.MALFORMED


@pytest.mark.parametrize("code", [1, 4, 5, 9, 32])
def test_a_gpg_that_cannot_say(fresh, fake_gpg, code):
    key_id = ADA.fingerprint[-16:]
    fake_gpg.says("[GNUPG:] NEWSIG", f"[GNUPG:] ERRSIG {key_id} 22 8 00 {AT} {code} {ADA.fingerprint}", code=2)
    for gnupg_only in (False, True):
        found = fresh(BOTH, gnupg_only=gnupg_only).examine(PAYLOAD, SIGNED, None)
        assert (found.outcome, found.vouched) == (Outcome.VERIFIED, False)


@pytest.mark.parametrize(("code", "outcome"), [(1, Outcome.ERROR), (4, Outcome.UNSUPPORTED), (5, Outcome.UNSUPPORTED)])
def test_a_gpg_that_cannot_say_either(fresh, fake_gpg, code, outcome):
    """A version 3 signature, which nothing here can check instead."""
    signed = armor(packet(2, signature(ADA, PAYLOAD, version=3)))
    fake_gpg.says("[GNUPG:] NEWSIG", f"[GNUPG:] ERRSIG {ADA.fingerprint[-16:]} 22 8 00 {AT} {code} -", code=2)
    found = fresh(BOTH).examine(PAYLOAD, signed, None)
    assert found.outcome == outcome
    assert "a version 3 signature, and GnuPG does not judge it" in found.detail


@GNUPG_ONLY
def test_a_gpg_that_hangs(fresh, fake_gpg, monkeypatch, gnupg_only):
    check = fresh(BOTH, gnupg_only=gnupg_only)
    check._keys.all_keys()
    monkeypatch.setattr(gpg, "LIMITS", Limits(child_seconds=0.2))
    fake_gpg.script("exec tail -f /dev/null")
    found = check.examine(PAYLOAD, SIGNED, None)
    assert found.outcome == Outcome.ERROR
    assert "did not answer within 0.2 s" in found.detail


@GNUPG_ONLY
@pytest.mark.parametrize(
    "script", ["exit 0", "exit 2", "kill -9 $$", "head -c 100000 /dev/zero", "printf '[GNUPG:] NEW'"]
)
def test_a_gpg_that_breaks_down(fresh, fake_gpg, gnupg_only, script):
    check = fresh(BOTH, gnupg_only=gnupg_only)
    fake_gpg.script(f"{script}; exit")
    assert check.examine(PAYLOAD, SIGNED, None).outcome == Outcome.ERROR


@GNUPG_ONLY
def test_without_gpg(fresh, monkeypatch, gnupg_only):
    monkeypatch.setenv("PATH", "/nonexistent")
    check = fresh(BOTH, gnupg_only=gnupg_only)
    for _ in range(2):
        found = check.examine(PAYLOAD, SIGNED, None)
        assert found.outcome == Outcome.ERROR
        assert "gpg is not installed" in found.detail
        assert "apt install gpg" in found.detail


def test_without_gpg_malformed_stays_malformed(fresh, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    found = fresh(BOTH).examine(PAYLOAD, b"hello", None)
    assert found.outcome == Outcome.MALFORMED


def test_a_key_store_that_cannot_be_built_is_an_error(keys):
    broken = keys(BOTH)
    broken._fault = EnvironmentFault("no room", mend="make some")
    found = OpenPGPEngine(broken).examine(PAYLOAD, SIGNED, None)
    assert (found.outcome, found.detail) == (Outcome.ERROR, "no room; make some")


def test_a_key_store_whose_homes_are_gone(fresh, tmp_path):
    fresh(BOTH).examine(PAYLOAD, OTHER, None)
    check = fresh(BOTH)
    for ring in tmp_path.glob("cache/keyrings/*/ring0"):
        ring.rename(tmp_path / "gone")
    assert check.examine(PAYLOAD, OTHER, None).outcome == Outcome.VERIFIED
    assert check.examine(PAYLOAD, SIGNED, None).outcome == Outcome.ERROR


def descriptors() -> int:
    """The highest in use."""
    return max(int(each.name) for each in Path("/proc/self/fd").iterdir())


def test_no_file_descriptors_left(fresh):
    """An error, and none is kept open."""
    check = fresh(BOTH)
    check._keys.all_keys()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = descriptors()
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        found = check.examine(PAYLOAD, SIGNED, None)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (found.outcome, found.detail) == (Outcome.ERROR, "no pipe for gpg (Too many open files)")
    assert check.examine(PAYLOAD, SIGNED, None).outcome == Outcome.VERIFIED
    assert descriptors() <= used + 1


def test_a_pipe_that_holds_too_little(tmp_path):
    """Nobody reads yet, so waiting would be for ever."""
    with pytest.raises(EnvironmentFault, match="holds too little"):
        asking.ask("gpg", tmp_path, PAYLOAD, bytes(10_000_000))


def test_an_algorithm_that_nobody_knows_is_unsupported(algorithms, fresh, fake_gpg):
    """Brainpool is left to GnuPG, and a GnuPG built without it cannot judge it."""
    key = algorithms.fingerprint("brainpoolP256r1@example.org")
    fake_gpg.says("[GNUPG:] NEWSIG", f"[GNUPG:] ERRSIG {key[-16:]} 19 10 00 {AT} 4 {key}", code=2)
    found = fresh(algorithms.export(key)).examine(PAYLOAD, algorithms.sign_cached(PAYLOAD, key, at=AT), None)
    assert found.outcome == Outcome.UNSUPPORTED
    assert "public-key algorithm 19 brainpoolP256r1, and GnuPG does not judge it" in found.detail
