"""The armor and the blob, spelling by spelling, with what OpenSSH says of each."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import MalformedSignature
from gitsig.model import LIMITS, Outcome
from gitsig.signatures.ssh.armor import dearmor
from gitsig.signatures.ssh.sshsig import split_sshsig

PAYLOAD = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nStory\n"
BEGIN = b"-----BEGIN SSH SIGNATURE-----"
END = b"-----END SSH SIGNATURE-----"

SPELLINGS = {
    "as it is": (lambda a: a, "verified", True),
    "no line feed at the end": (lambda a: a.rstrip(), "verified", True),
    "white space at the end": (lambda a: a + b" \t\r\n\n", "verified", True),
    "CRLF": (lambda a: a.replace(b"\n", b"\r\n"), "malformed", False),
    "CRLF but for the first line": (lambda a: a.replace(b"\n", b"\r\n").replace(b"\r\n", b"\n", 1), "malformed", True),
    "empty line": (lambda a: a.replace(BEGIN + b"\n", BEGIN + b"\n\n"), "malformed", True),
    "empty last line": (lambda a: a.replace(b"\n" + END, b"\n\n" + END), "malformed", True),
    "blank before a line": (lambda a: a.replace(b"\n", b"\n ", 1), "malformed", True),
    "blank after a line": (lambda a: a.replace(b"\n" + END, b" \n" + END), "malformed", True),
    "text after": (lambda a: a + b"text\n", "malformed", True),
    "text on the last line": (lambda a: a.rstrip() + b"x\n", "malformed", True),
    "twice": (lambda a: a + a, "malformed", True),
    "text before": (lambda a: b"text\n" + a, "malformed", False),
    "line feed before": (lambda a: b"\n" + a, "malformed", False),
    "NUL after": (lambda a: a + b"\0", "malformed", True),
    "no first line": (lambda a: a.partition(b"\n")[2], "malformed", False),
    "no last line": (lambda a: a.replace(END, b""), "malformed", False),
    "nothing inside": (lambda a: BEGIN + b"\n" + END + b"\n", "malformed", False),
    "one empty line inside": (lambda a: BEGIN + b"\n\n" + END + b"\n", "malformed", False),
    "another name": (lambda a: a.replace(b"SSH SIGNATURE", b"SSH MESSAGE"), "malformed", False),
    "no padding": (lambda a: a.replace(b"=", b""), "malformed", False),
    "more padding": (lambda a: a.replace(b"\n" + END, b"=\n" + END), "malformed", False),
    "URL alphabet": (lambda a: a.replace(b"\nU1NI", b"\nU1N-"), "malformed", False),
    "empty": (lambda a: b"", "malformed", False),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_the_armor(lab, outcome, spelling):
    change, expected, openssh = SPELLINGS[spelling]
    armored = change(lab.sign("ed25519", PAYLOAD))
    assert outcome("ed25519", PAYLOAD, armored, openssh=openssh) == expected


@pytest.mark.parametrize("width", [1, 64, 71, 76, 4096])
def test_lines_of_any_length(lab, outcome, width):
    armored = lab.armor(dearmor(lab.sign("ed25519", PAYLOAD)), width)
    assert outcome("ed25519", PAYLOAD, armored, openssh=True) == "verified"


def test_unused_bits_must_be_zero(lab, outcome):
    armored = lab.sign("ed25519", PAYLOAD)
    at = armored.index(b"=") - 1
    digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = digits[digits.index(armored[at]) ^ 1]
    assert outcome("ed25519", PAYLOAD, armored[:at] + bytes([other]) + armored[at + 1 :]) == "malformed"


def test_limits_come_before_anything_else(lab):
    with pytest.raises(MalformedSignature, match="above 65536"):
        dearmor(BEGIN + b"\n" + b"A" * LIMITS.signature_size)
    big = lab.armor(lab.blob(bytes(LIMITS.packet_size), b""), 4096)
    evidence = lab.engine("ed25519").examine(b"", big, 0)
    assert (evidence.outcome, "above 32768" in evidence.detail) == (Outcome.MALFORMED, True)


PARTS = [
    ({"magic": b"SSHSIG\0\0\0\2"}, "version", False),
    ({"magic": b"SSHSIG\0\0\0\0"}, "version", True),
    ({"magic": b"SSHSIH\0\0\0\1"}, "no SSHSIG", False),
    ({"namespace": b"file"}, "namespace 'file'", False),
    ({"namespace": b""}, "namespace ''", False),
    ({"namespace": b"git\0"}, "namespace 'git\\x00'", True),
    ({"namespace": b"GIT"}, "namespace 'GIT'", False),
    ({"reserved": b"x"}, "reserved", True),
    ({"digest": b"sha384"}, "hash 'sha384'", False),
    ({"digest": b"sha1"}, "hash 'sha1'", False),
    ({"digest": b"SHA512"}, "hash 'SHA512'", False),
    ({"digest": b"sha512\0"}, "hash 'sha512\\x00'", True),
]


@pytest.mark.parametrize(("parts", "detail", "openssh"), PARTS)
def test_parts_of_the_blob(lab, outcome, parts, detail, openssh):
    good = dearmor(lab.sign("ed25519", PAYLOAD))
    armored = lab.armor(lab.blob(lab.key("ed25519").blob, good[-83:], **parts))
    assert outcome("ed25519", PAYLOAD, armored, openssh=openssh) == "malformed"
    assert detail in lab.engine("ed25519").examine(PAYLOAD, armored, 0).detail


def test_a_real_signature_for_another_namespace(lab, outcome):
    assert outcome("ed25519", PAYLOAD, lab.sign("ed25519", PAYLOAD, "file"), openssh=False) == "malformed"


@pytest.mark.parametrize("tail", [b"\0", b"\0\0\0\0"])
def test_bytes_behind_the_blob_and_the_inner_signature(lab, outcome, tail):
    good = dearmor(lab.sign("ed25519", PAYLOAD))
    assert outcome("ed25519", PAYLOAD, lab.armor(good + tail), openssh=False) == "malformed"
    longer = lab.armor(lab.blob(lab.key("ed25519").blob, good[-83:] + tail))
    assert outcome("ed25519", PAYLOAD, longer, openssh=False) == "malformed"


@given(st.binary(max_size=200) | st.builds(lambda tail: b"SSHSIG\0\0\0\1" + tail, st.binary(max_size=100)))
def test_any_bytes_are_split_or_refused(blob):
    with pytest.raises(MalformedSignature):
        split_sshsig(blob)


@given(st.binary(min_size=1, max_size=300), st.integers(1, 100), st.sampled_from([b"", b"\n", b" \r\n"]))
def test_whatever_is_armored_comes_back(blob, width, end):
    text = b64encode(blob)
    lines = b"".join(text[at : at + width] + b"\n" for at in range(0, len(text), width))
    assert dearmor(BEGIN + b"\n" + lines + END + end) == blob
