"""Single demands of the grammar of armor that no other test makes."""

from __future__ import annotations

from base64 import b64encode

import pytest

from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.model import LIMITS, SignatureFormat
from gitsig.signatures.armor import TIMESTAMP_NOTE, dearmor_openpgp, format_of
from gitsig.signatures.crc24 import crc24

DATA = bytes(range(100))
BODY = b64encode(DATA[:48]) + b"\n" + b64encode(DATA[48:]) + b"\n"
CRC = b"=" + b64encode(crc24(DATA).to_bytes(3)) + b"\n"
BEGIN, END = b"-----BEGIN PGP SIGNATURE-----\n", b"-----END PGP SIGNATURE-----\n"
GOOD = BEGIN + b"\n" + BODY + CRC + END
STAMP_BEGIN = b"-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----"
STAMP_END = b"-----END OPENTIMESTAMPS GIT TIMESTAMP-----"
WHITE = b" \t\r\n"


def refused(armored: bytes) -> str:
    with pytest.raises(MalformedSignature) as caught:
        dearmor_openpgp(armored)
    return caught.value.what


@pytest.mark.parametrize("white", [WHITE, b"\t", b"\r", b" "])
def test_white_space_wherever_it_may_stand(white: bytes) -> None:
    lines = white.replace(b"\n", b"") + b"\n"
    assert dearmor_openpgp(white + GOOD).data == DATA
    assert dearmor_openpgp(GOOD.replace(b"\n", lines)).data == DATA
    assert dearmor_openpgp(BEGIN + b"\n" + BODY + white + b"\n" + CRC + white + b"\n" + END + white).data == DATA
    assert dearmor_openpgp(BEGIN + b"\n" + BODY + lines + END).data == DATA


@pytest.mark.parametrize("name", [b"Version", b"Comment", b"Hash", b"Charset", b"MessageID"])
def test_every_header_that_is_known(name: bytes) -> None:
    assert dearmor_openpgp(BEGIN + name + b":x\xff~ \t\r\n\n" + BODY + END).data == DATA
    for spoilt in (name + b" :x", name + b"x:x", name + b"\n:x", b" " + name + b":x", name):
        refused(BEGIN + spoilt + b"\n\n" + BODY + END)


@pytest.mark.parametrize("octet", [*range(9), *range(0x0B, 0x0D), *range(0x0E, 0x20), 0x7F])
def test_control_characters_in_a_header(octet: int) -> None:
    refused(BEGIN + b"Comment: a" + bytes([octet]) + b"b\n\n" + BODY + END)


@pytest.mark.parametrize(
    "armored",
    [
        BEGIN + b"\n" + BODY + b" " + CRC + END,
        BEGIN + b"\n" + BODY + CRC + b" " + END,
        BEGIN + b"\n" + BODY + b" " + END,
        BEGIN + b"\n" + BODY[:-1] + END,
        BEGIN + b"\n" + BODY + CRC[:-1] + END,
        BEGIN + b"\nAAA===\n" + END,
        BEGIN + b"\n " + BODY + END,
        BEGIN + b"\n" + BODY + CRC[:-2] + b"\n" + END,
        BEGIN + b"\n" + BODY + CRC[:-1] + b"A\n" + END,
        BEGIN[:-1] + b"x\n\n" + BODY + END,
        BEGIN[:-1] + BODY + END,
    ],
)
def test_lines_that_do_not_stand_as_they_must(armored: bytes) -> None:
    assert refused(armored) == "the armor is outside the grammar (RFC 9580, section 6.2)"


@pytest.mark.parametrize(
    "stamp",
    [
        STAMP_BEGIN + WHITE + b"AZaz09+/= \t\r\n" + STAMP_END + WHITE,
        STAMP_BEGIN + b"\n" + STAMP_END,
        WHITE + STAMP_BEGIN + b"\nA\n" + STAMP_END,
        *(STAMP_BEGIN + white + b"\nA" + white + b"\n" + STAMP_END + white for white in (b" ", b"\t", b"\r")),
        *(STAMP_BEGIN + b"\n" + part + b"\n" + STAMP_END for part in (b"AZ", b"az", b"09", b"+", b"/", b"=")),
    ],
)
def test_time_stamps(stamp: bytes) -> None:
    assert dearmor_openpgp(GOOD + stamp) == (DATA, (TIMESTAMP_NOTE,))


@pytest.mark.parametrize(
    "stamp",
    [
        b" " + STAMP_BEGIN + b"\nA\n" + STAMP_END,
        STAMP_BEGIN + b"x\nA\n" + STAMP_END,
        STAMP_BEGIN + b"A\n" + STAMP_END,
        STAMP_BEGIN + b"\nA" + STAMP_END,
        STAMP_BEGIN + b"\nA\n " + STAMP_END,
        STAMP_BEGIN + b"\nA_\n" + STAMP_END,
        STAMP_BEGIN + b"\nA\n" + STAMP_END + b"x",
        STAMP_BEGIN + b"\nA\n",
        *(STAMP_BEGIN.replace(b" ", b"", count) + b"\nA\n" + STAMP_END for count in (1, 2, 3)),
        *(STAMP_BEGIN + b"\nA\n" + STAMP_END.replace(b" ", b"", count) for count in (1, 2, 3)),
    ],
)
def test_what_is_no_time_stamp(stamp: bytes) -> None:
    assert refused(GOOD + stamp) == "text stands after the armor"


@pytest.mark.parametrize("white", [b"", b" ", b"\t", b"\r", b"\n", WHITE])
def test_white_space_around_the_first_line(white: bytes) -> None:
    assert format_of(white + b"-----BEGIN SSH SIGNATURE-----" + white.replace(b"\n", b"")) == SignatureFormat.SSH


@pytest.mark.parametrize("line", [b"-----BEGIN SSH SIGNATURE-----x", b"-----BEGIN -----", b"-----BEGIN ssh-----"])
def test_text_on_the_first_line_is_no_armor(line: bytes) -> None:
    with pytest.raises(MalformedSignature, match="text stands before the armor"):
        format_of(line + b"\n")


def test_a_foreign_name_is_shown_in_part() -> None:
    for name, shown in ((b"PKCS7 0189", "PKCS7 0189"), (b"AZ" * 30, "AZ" * 20)):
        with pytest.raises(UnsupportedSignature) as caught:
            format_of(b"-----BEGIN %s-----\n" % name)
        assert caught.value.what == f"no engine handles a {shown}"


def test_an_empty_signature_is_called_empty() -> None:
    with pytest.raises(MalformedSignature, match="the signature is empty"):
        format_of(WHITE)


def test_the_limit_is_inclusive() -> None:
    assert dearmor_openpgp(GOOD + b" " * (LIMITS.signature_size - len(GOOD))).data == DATA
    assert "larger than" in refused(GOOD + b" " * (LIMITS.signature_size - len(GOOD) + 1))


TEXT = b64encode(DATA)
LINES = b"\n".join((TEXT[:64], TEXT[64:128], TEXT[128:])) + b"\n"
BARE = BEGIN + b"\n" + LINES + CRC + END[:-1]
"""What the short way reads; what it must not read, the long way refuses."""


def test_every_octet_of_the_frame_counts() -> None:
    frame = [*range(len(BEGIN) + 1), *range(len(BARE) - len(END) - 6, len(BARE))]
    assert dearmor_openpgp(BARE).data == DATA
    for at in frame:
        refused(BARE[:at] + b"x" + BARE[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        TEXT[:10] + b"\n\n" + TEXT[10:],
        TEXT[:64] + b"\n\n" + TEXT[64:127] + b"\n" + TEXT[127:],
        LINES[:-1].replace(TEXT[5:6], b"*", 1),
        b"",
    ],
)
def test_bodies_that_no_way_reads(text: bytes) -> None:
    checksum = CRC if text else b"=twTO\n"
    assert "outside the grammar" in refused(BEGIN + b"\n" + text + b"\n" + checksum + END)


@pytest.mark.parametrize("text", [TEXT, LINES[:-1]], ids=["long", "short"])
def test_base64_has_one_spelling(text: bytes) -> None:
    loose = text[:-3] + bytes([text[-3] + 1]) + b"=="
    assert "not canonical" in refused(BEGIN + b"\n" + loose + b"\n" + CRC + END)


def test_padding_inside_is_damage() -> None:
    assert "base64 is damaged" in refused(BEGIN + b"\nAAA=\nAAAA\n" + END)


def test_an_armor_that_breaks_off_has_no_text_behind_it() -> None:
    assert "outside the grammar" in refused(BEGIN + b"\n" + BODY + CRC)
