"""Single demands of the reader of GnuPG's status that no other test makes."""

from __future__ import annotations

import pytest

from gitsig.errors import EnvironmentFault
from gitsig.signatures.openpgp.status import Status, read_status

KEY, PRIMARY = "0123456789ABCDEF" * 2 + "01234567", "A" * 40
NEW, GOOD = "NEWSIG", f"GOODSIG {KEY[-16:]} Ada"
VALID = f"VALIDSIG {KEY} 2025-01-01 1735689600 0 4 0 22 10 00 {PRIMARY}"

# doc/DETAILS of GnuPG: what it may say beside the lines that decide.
BESIDE = [
    *("SIG_ID", "KEY_CONSIDERED", "KEYEXPIRED", "SIGEXPIRED", "KEYREVOKED"),
    *("NO_PUBKEY", "FAILURE", "ERROR", "WARNING", "NOTATION_NAME"),
    *("NOTATION_FLAGS", "NOTATION_DATA", "POLICY_URL", "PROGRESS", "NODATA"),
    *("UNEXPECTED", "SIG_SUBPACKET", "VERIFICATION_COMPLIANCE_MODE", "TRUST_UNDEFINED", "TRUST_NEVER"),
    *("TRUST_MARGINAL", "TRUST_FULLY", "TRUST_ULTIMATE"),
]


def output(*lines: str) -> bytes:
    return "".join(f"[GNUPG:] {line}\n" for line in lines).encode()


@pytest.mark.parametrize("keyword", BESIDE)
def test_lines_that_may_stand_beside(keyword: str) -> None:
    assert read_status(output(NEW, f"{keyword} x", GOOD, VALID, keyword)).valid
    with pytest.raises(EnvironmentFault, match="does not belong"):
        read_status(output(NEW, f"{keyword}_ x", GOOD, VALID))


def test_a_signature_that_names_no_key_id() -> None:
    nobody = GOOD.replace(KEY[-16:], "0" * 16)
    assert read_status(output(NEW, nobody, VALID)).fingerprint == KEY
    for other in ("0" * 15 + "1", "1" + "0" * 15, "0" * 40):
        with pytest.raises(EnvironmentFault, match="two different keys"):
            read_status(output(NEW, GOOD.replace(KEY[-16:], other), VALID))


def test_valid_needs_a_result_and_a_fingerprint() -> None:
    for result in ("GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG"):
        assert Status(result, fingerprint=KEY).valid
        assert not Status(result).valid
    for result in ("BADSIG", "ERRSIG", "NODATA", ""):
        assert not Status(result, fingerprint=KEY).valid


@pytest.mark.parametrize("lines", [(NEW, VALID, "NODATA 1"), ("NODATA 1", VALID)])
def test_no_data_beside_something_that_decides_is_no_answer(lines: tuple[str, ...]) -> None:
    with pytest.raises(EnvironmentFault, match="not of one signature"):
        read_status(output(*lines))


def test_silence_is_no_answer() -> None:
    with pytest.raises(EnvironmentFault, match="not of one signature"):
        read_status(b"")


@pytest.mark.parametrize("prefix", [b"[gnupg:] ", b"[GNUPG:]_", b"123456789", b" GNUPG:] "])
def test_a_prefix_of_the_right_length_is_not_enough(prefix: bytes) -> None:
    with pytest.raises(EnvironmentFault, match="no status line"):
        read_status(output(NEW, GOOD, VALID) + prefix + b"TRUST_ULTIMATE\n")
