"""The grammar of armor: what honest signers write, and nothing around it (ATTACKS O3, O8, O9, S3)."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import MalformedSignature, UnsupportedSignature
from gitsig.model import LIMITS, SignatureFormat
from gitsig.signatures.armor import TIMESTAMP_NOTE, dearmor_openpgp, format_of
from gitsig.signatures.crc24 import crc24

DATA = bytes(range(100))
BODY = b64encode(DATA[:48]) + b"\n" + b64encode(DATA[48:]) + b"\n"
CRC = b"=" + b64encode(crc24(DATA).to_bytes(3)) + b"\n"
BEGIN, END = b"-----BEGIN PGP SIGNATURE-----\n", b"-----END PGP SIGNATURE-----\n"
GOOD = BEGIN + b"\n" + BODY + CRC + END
STAMP = b"-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----\n\n" + BODY + b"-----END OPENTIMESTAMPS GIT TIMESTAMP-----\n"

ACCEPTED = {
    "as GnuPG writes it": GOOD,
    "no checksum": BEGIN + b"\n" + BODY + END,
    "no final newline": GOOD[:-1],
    "Version": BEGIN + b"Version: GnuPG v2\n\n" + BODY + CRC + END,
    "several headers": BEGIN + b"Version: 2\nComment: x\nComment: y\nHash: SHA256\nCharset: utf-8\n\n" + BODY + END,
    "header without a value": BEGIN + b"Comment:\nVersion: \n\n" + BODY + END,
    "header in another script": BEGIN + "Comment: Größe\n\n".encode() + BODY + END,
    "CRLF": GOOD.replace(b"\n", b"\r\n"),
    "white space at line ends": GOOD.replace(b"\n", b" \t\n"),
    "white space before": b"\n  " + GOOD,
    "white space after END": GOOD + b" \n\t\r\n\n",
    "blank lines before the checksum": BEGIN + b"\n" + BODY + b"\n\n" + CRC + END,
    "blank lines behind the checksum": BEGIN + b"\n" + BODY + CRC + b" \n\n" + END,
    "one long line": BEGIN + b"\n" + b64encode(DATA) + b"\n" + CRC + END,
}

REFUSED = {
    "empty": b"",
    "white space": b" \n",
    "text before": b"hello\n" + GOOD,
    "text after": GOOD + b"hello\n",
    "text on the END line": GOOD[:-1] + b" hello\n",
    "text between header lines": BEGIN + b"\nhello, world\n" + BODY + END,
    "two blocks": GOOD + GOOD,
    "block inside": BEGIN + b"Comment: x\n\n" + GOOD + END,
    "wrong checksum": BEGIN + b"\n" + BODY + b"=AAAA\n" + END,
    "two checksums": BEGIN + b"\n" + BODY + CRC + CRC + END,
    "short checksum": BEGIN + b"\n" + BODY + b"=AA==\n" + END,
    "unknown header": BEGIN + b"X-Evil: 1\n\n" + BODY + END,
    "header in lower case": BEGIN + b"version: 1\n\n" + BODY + END,
    "control character in a header": BEGIN + b"Comment: \x1b[2J\n\n" + BODY + END,
    "NUL in a header": BEGIN + b"Comment: a\0b\n\n" + BODY + END,
    "no blank line": BEGIN + BODY + CRC + END,
    "no body": BEGIN + b"\n" + END,
    "no END": BEGIN + b"\n" + BODY + CRC,
    "END of another kind": BEGIN + b"\n" + BODY + b"-----END PGP MESSAGE-----\n",
    "no BEGIN": BODY + END,
    "BEGIN in lower case": GOOD.lower(),
    "four dashes": GOOD[1:],
    "indented": GOOD.replace(b"\n", b"\n "),
    "characters outside base64": BEGIN + b"\nAAA*\n" + END,
    "padding in the middle": BEGIN + b"\nAAA=\nAAAA\n" + END,
    "incomplete group": BEGIN + b"\nAAAAA\n" + END,
    "message": GOOD.replace(b"SIGNATURE", b"MESSAGE"),
    "cleartext framework": b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nhello\n" + GOOD,
    "two time stamps": GOOD + STAMP + STAMP,
    "time stamp before": STAMP + GOOD,
    "text behind a time stamp": GOOD + STAMP + b"hello\n",
    "another second block": GOOD + STAMP.replace(b"OPENTIMESTAMPS GIT TIMESTAMP", b"PGP MESSAGE"),
    "text inside a time stamp": GOOD + STAMP.replace(b"\n\n", b"\n\nhello, world\n"),
}


@pytest.mark.parametrize("armored", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_honest_armor_is_read(armored):
    assert dearmor_openpgp(armored) == (DATA, ())
    assert format_of(armored) == SignatureFormat.OPENPGP


@pytest.mark.parametrize("between", [b"", b"\n", b" \r\n\n"])
def test_a_time_stamp_beside_the_signature_is_mentioned(between):
    assert dearmor_openpgp(GOOD + between + STAMP) == (DATA, (TIMESTAMP_NOTE,))


@pytest.mark.parametrize("armored", REFUSED.values(), ids=REFUSED.keys())
def test_everything_else_is_malformed(armored):
    with pytest.raises(MalformedSignature):
        dearmor_openpgp(armored)


@pytest.mark.parametrize(
    ("armored", "words"),
    [
        (REFUSED["message"], "an OpenPGP message instead of a detached signature"),
        (REFUSED["two blocks"], "more than one signature block"),
        (REFUSED["text after"], "text stands after the armor"),
        (REFUSED["wrong checksum"], "the armor's checksum is wrong"),
        (REFUSED["no body"], "the armor is outside the grammar (RFC 9580, section 6.2)"),
        (b" " * (LIMITS.signature_size + 1), f"the signature is larger than {LIMITS.signature_size} bytes"),
    ],
)
def test_the_complaint_names_the_cause(armored, words):
    with pytest.raises(MalformedSignature) as caught:
        dearmor_openpgp(armored)
    assert caught.value.what == words


@given(st.binary(min_size=1, max_size=300), st.integers(1, 76), st.sampled_from([b"\n", b"\r\n", b" \n"]))
def test_what_is_armored_is_read_back(data, width, end):
    text = b64encode(data)
    lines = [text[at : at + 4 * width] for at in range(0, len(text), 4 * width)]
    assert dearmor_openpgp(BEGIN + b"\n" + end.join([*lines, b""]) + END).data == data


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=3))
def test_bytes_put_in_are_seen(at, extra):
    """What is put into an armor is white space or part of a longer base64 text, or refused."""
    armored = GOOD[:at] + extra + GOOD[at:]
    try:
        data = dearmor_openpgp(armored).data
    except MalformedSignature:
        return
    assert data == DATA
    head, _, rest = armored.partition(b"\n")
    assert head.strip() == BEGIN.strip()
    assert b64decode(rest.split(b"\n=")[0]).startswith(DATA)


HOSTILE = {
    # Each of these lines could be matched in two ways once: 2**n tries.
    "header lines": BEGIN + b"Comment: x\n" * 5000 + b"!",
    "spaces in headers": BEGIN + b"Comment:" + b" " * 60000 + b"\0",
    "blank lines": BEGIN + b"\n" * 60000,
    "blank lines behind the body": BEGIN + b"\nAAAA\n" + b" \n" * 30000 + b"!",
    "blank lines behind the checksum": BEGIN + b"\nAAAA\n=AAAA\n" + b" \n" * 30000 + b"!",
    "short lines": BEGIN + b"\n" + b"A\n" * 30000 + b"!",
    "one line": BEGIN + b"\n" + b"A" * 60000 + b"!",
    "padding": BEGIN + b"\n" + b"A==\n" * 15000 + b"!",
    "carriage returns": BEGIN + b"\nAAAA" + b"\r" * 60000 + b"!",
    "white space before": b" \n" * 30000 + b"!",
    "white space after END": BEGIN + b"\nAAAA\n" + END + b" \n" * 30000 + b"!",
    "time stamp": BEGIN + b"\nAAAA\n" + END + STAMP[:45] + b"A \n" * 20000 + b"!",
    "many BEGIN": BEGIN * 2000,
    "many END": BEGIN + b"\n" + BODY + END * 2000,
}


@pytest.mark.parametrize("armored", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_armor_is_refused_in_linear_time(armored):
    """A pattern that backtracks would not come back before the end of time."""
    assert len(armored) < LIMITS.signature_size
    with pytest.raises(MalformedSignature):
        dearmor_openpgp(armored)


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        (b"-----BEGIN PGP SIGNATURE-----\n", SignatureFormat.OPENPGP),
        (b"-----BEGIN PGP MESSAGE-----\r\n", SignatureFormat.OPENPGP),
        (b"-----BEGIN SSH SIGNATURE-----", SignatureFormat.SSH),
        (b"\n -----BEGIN SIGNED MESSAGE----- \nMII", SignatureFormat.X509),
    ],
)
def test_the_first_line_names_the_format(begin, expected):
    assert format_of(begin) == expected


@pytest.mark.parametrize("signature", [b"", b" \n", b"hello", b"x-----BEGIN PGP SIGNATURE-----\n", GOOD[5:]])
def test_no_armor_has_no_format(signature):
    with pytest.raises(MalformedSignature):
        format_of(signature)


@pytest.mark.parametrize("name", [b"MINISIGN SIGNATURE", b"PGP SIGNATURE ", b"PGP PUBLIC KEY BLOCK", b"A" * 100_000])
def test_armor_of_another_kind_is_unsupported(name):
    with pytest.raises(UnsupportedSignature) as caught:
        format_of(b"-----BEGIN " + name + b"-----\n")
    assert len(caught.value.what) < 80
