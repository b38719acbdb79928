"""GnuPG's status output: one signature, whole lines, nothing else (ATTACKS S1, S3, S4)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitsig.errors import EnvironmentFault
from gitsig.signatures.openpgp.status import Status, read_status

KEY, PRIMARY, OTHER = "0123456789ABCDEF" * 2 + "01234567", "A" * 40, "B" * 40
ID = KEY[-16:]
NEW = "NEWSIG ada@example.org"
VALID = f"VALIDSIG {KEY} 2025-01-01 1735689600 0 4 0 22 10 00 {PRIMARY}"
GOOD = f"GOODSIG {ID} Ada <ada@example.org>"
BAD = f"BADSIG {ID} Ada <ada@example.org>"
ERR = f"ERRSIG {ID} 22 10 00 1735689600 9 {KEY}"
HONEST = (
    NEW,
    f"KEY_CONSIDERED {PRIMARY} 0",
    "SIG_ID abc 2025-01-01 1735689600",
    GOOD,
    VALID,
    "TRUST_ULTIMATE 0 always",
)


def output(*lines: str) -> bytes:
    return "".join(f"[GNUPG:] {line}\n" for line in lines).encode()


def without(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in HONEST if line not in lines)


def instead(old: str, new: str) -> tuple[str, ...]:
    return tuple(new if line == old else line for line in HONEST)


@pytest.mark.parametrize("keyword", ["GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG"])
def test_a_signature_that_is_right(keyword):
    status = read_status(output(*instead(GOOD, GOOD.replace("GOODSIG", keyword))))
    assert status == Status(keyword, 0, KEY, PRIMARY, 1735689600, None, 10, "00")
    assert status.valid


@pytest.mark.parametrize(
    "line",
    [f"GOODSIG {KEY} Ada", f"GOODSIG {ID} ", f"GOODSIG {ID}", f"GOODSIG {ID} \u00d6de\r [GNUPG:] BADSIG x\u2028y"],
)
def test_the_name_in_a_result_may_be_anything(line):
    assert read_status(output(*instead(GOOD, line))).valid


def test_an_expiry_of_the_signature():
    line = VALID.replace(" 1735689600 0 ", " 1735689600 1735776000 ")
    assert read_status(output(*instead(VALID, line))).expires_at == 1735776000


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((NEW, BAD), Status("BADSIG")),
        ((NEW, ERR), Status("ERRSIG", 9)),
        ((NEW, ERR.replace(" 9 ", " 4 ")), Status("ERRSIG", 4)),
        ((NEW, ERR.removesuffix(f" {KEY}")), Status("ERRSIG", 9)),
        ((NEW, f"ERRSIG {ID} 22 10 1f 20250101T000000 1 -"), Status("ERRSIG", 1)),
        ((NEW, ERR, f"NO_PUBKEY {ID}"), Status("ERRSIG", 9)),
        (("NODATA 4",), Status("NODATA")),
        ((NEW, "NODATA 4"), Status("NODATA")),
        (("NODATA 1", "NODATA 2", "FAILURE gpg-exit 33554433"), Status("NODATA")),
    ],
)
def test_a_signature_that_is_not(lines, expected):
    status = read_status(output(*lines))
    assert status == expected
    assert not status.valid


REFUSED = {
    "nothing": b"",
    "no final line end": output(*HONEST)[:-1],
    "a line that is no status": output(*HONEST[:3]) + b"gpg: hello\n" + output(*HONEST[3:]),
    "an empty line": output(*HONEST) + b"\n",
    "white space before the prefix": output(*HONEST[:-1]) + b" " + output(HONEST[-1]),
    "a prefix without a blank": output(*HONEST).replace(b"[GNUPG:] TRUST", b"[GNUPG:]TRUST"),
    "a prefix alone": output(*HONEST) + b"[GNUPG:]\n",
    "an empty keyword": output(*HONEST, ""),
    "a keyword in lower case": output(*instead(GOOD, GOOD.lower())),
    "a keyword of something else": output(*HONEST, "IMPORT_OK 1 " + KEY),
    "decryption": output("BEGIN_DECRYPTION", *HONEST, "PLAINTEXT 62 0 x", "DECRYPTION_OKAY"),
    "no NEWSIG": output(*without(NEW)),
    "two NEWSIG": output(NEW, *HONEST),
    "NEWSIG late": output(*without(NEW), NEW),
    "two signatures": output(*HONEST, *HONEST),
    "the same result twice": output(*HONEST, GOOD),
    "good and bad": output(*HONEST, BAD),
    "good and an error": output(*HONEST, ERR),
    "two VALIDSIG": output(*HONEST, VALID),
    "GOODSIG without VALIDSIG": output(*without(VALID)),
    "VALIDSIG without GOODSIG": output(*without(GOOD)),
    "bad with VALIDSIG": output(*instead(GOOD, BAD)),
    "an error with VALIDSIG": output(*instead(GOOD, ERR)),
    "two keys": output(*instead(GOOD, f"GOODSIG {'F' * 16} Ada")),
    "two fingerprints": output(*instead(GOOD, f"GOODSIG {OTHER[:24]}{ID} Ada")),
    "no key": output(*instead(GOOD, "GOODSIG")),
    "an empty key": output(*instead(GOOD, "GOODSIG  Ada")),
    "a short key id": output(*instead(GOOD, f"GOODSIG {ID[8:]} Ada")),
    "a key id in lower case": output(*instead(GOOD, GOOD.replace(ID, ID.lower()))),
    "VALIDSIG that ends early": output(*instead(VALID, VALID.removesuffix(f" {PRIMARY}"))),
    "VALIDSIG with more": output(*instead(VALID, VALID + " more")),
    "VALIDSIG with two blanks": output(*instead(VALID, VALID.replace(" 4 ", "  4 "))),
    "VALIDSIG with a tab": output(*instead(VALID, VALID.replace(" 4 ", " 4\t"))),
    "a short fingerprint": output(*instead(VALID, VALID.replace(KEY, ID))),
    "a short primary fingerprint": output(*instead(VALID, VALID.replace(PRIMARY, "A" * 16))),
    "a date for a time": output(*instead(VALID, VALID.replace(" 1735689600 ", " 20250101T000000 "))),
    "a sign": output(*instead(VALID, VALID.replace(" 1735689600 ", " +1735689600 "))),
    "a huge number": output(*instead(VALID, VALID.replace(" 1735689600 ", f" {'9' * 5000} "))),
    "digits of another script": output(*instead(VALID, VALID.replace(" 10 ", " \u0661\u0660 "))),
    "an underscore": output(*instead(VALID, VALID.replace(" 10 ", " 1_0 "))),
    "ERRSIG without a code": output(NEW, f"ERRSIG {ID} 22 10 00 1735689600"),
    "ERRSIG with words": output(NEW, ERR.replace(" 9 ", " nine ")),
    "CRLF": output(*HONEST).replace(b"\n", b"\r\n"),
    "NODATA and a result": output("NODATA 4", GOOD),
    "something else only": output("FAILURE gpg-exit 33554433"),
}


@pytest.mark.parametrize("status", REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_no_answer(status):
    with pytest.raises(EnvironmentFault):
        read_status(status)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_output_never_tells_another_key(data):
    """Lines dropped, doubled, swapped and spoilt: no answer, or the one about this key."""
    lines = list(HONEST)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        kind = data.draw(st.sampled_from(["drop", "double", "swap", "put", "spoil"]))
        if kind == "drop" and len(lines) > 1:
            del lines[at]
        elif kind == "double":
            lines.insert(at, lines[at])
        elif kind == "swap":
            lines[0], lines[at] = lines[at], lines[0]
        elif kind == "put":
            lines.insert(at, data.draw(st.sampled_from([NEW, BAD, ERR, VALID, GOOD, "NODATA 1", "PROGRESS x"])))
        else:
            where = data.draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:where] + data.draw(st.characters(codec="utf-8")) + lines[at][where + 1 :]
    try:
        status = read_status(output(*lines))
    except EnvironmentFault:
        return
    results = [line for line in lines if line.startswith(("GOODSIG ", "BADSIG ", "ERRSIG "))]
    if status.valid:
        assert lines[0].startswith("NEWSIG")
        assert len(results) == 1
        assert results[0].startswith(f"GOODSIG {ID}")
        (valid,) = (line for line in lines if line.startswith("VALIDSIG "))
        assert valid.split(" ")[1] == status.fingerprint
        assert valid.split(" ")[10] == status.primary
        assert status.fingerprint.endswith(ID)


@given(st.binary(max_size=200))
def test_random_bytes_are_no_answer(data):
    for junk in (data, output(*HONEST) + data + b"\n", data + b"\n" + output(*HONEST)):
        try:
            status = read_status(junk)
        except EnvironmentFault:
            continue
        assert not status.valid or data.startswith(b"[GNUPG:] ")
