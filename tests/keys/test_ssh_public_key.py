"""Public keys as ssh-keygen writes them, and everything that looks like one."""

from __future__ import annotations

import pickle
import subprocess
from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import PolicyFault
from gitsig.keys.ssh import SSHKeys, fingerprint_of, parse_public_key, read_public_key_blob
from gitsig.keys.ssh.wire import WireError, decode_base64, is_positive_mpint, read_string, write_string
from gitsig.model import KeyFacts, SignatureFormat

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICJ1Jxdj8U/7C9yThjGt7zL0Ge4/1SOwzuTfHOqVbjSr"
BLOB = b64decode(ED25519.split()[1])
P256_X = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
P256_Y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
POINT = b"\4" + P256_X.to_bytes(32) + P256_Y.to_bytes(32)
TYPES = {
    ("ed25519", None): ("ssh-ed25519", "ed25519", 256),
    ("ecdsa", 256): ("ecdsa-sha2-nistp256", "ecdsa", 256),
    ("ecdsa", 384): ("ecdsa-sha2-nistp384", "ecdsa", 384),
    ("ecdsa", 521): ("ecdsa-sha2-nistp521", "ecdsa", 521),
    ("rsa", 1024): ("ssh-rsa", "rsa", 1024),
    ("rsa", 2047): ("ssh-rsa", "rsa", 2047),
}


def wire(*fields: bytes) -> bytes:
    return b"".join(map(write_string, fields))


def line_of(blob: bytes) -> str:
    name, _ = read_string(blob, 0)
    return f"{name.decode()} {b64encode(blob).decode()}"


def number(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1)


def test_keys_by_ssh_keygen(tmp_path):
    for (type_, bits), expected in TYPES.items():
        path = tmp_path / f"{type_}{bits}"
        size = [] if bits is None else ["-b", str(bits)]
        subprocess.run(["ssh-keygen", "-q", "-t", type_, *size, "-N", "", "-C", "ada at home", "-f", path], check=True)
        key = parse_public_key(path.with_suffix(".pub").read_text(), "policy:1")
        listed = subprocess.run(["ssh-keygen", "-l", "-f", path], capture_output=True, check=True, text=True)
        assert (key.type, key.algorithm, key.bits) == expected
        assert listed.stdout.split()[:2] == [str(key.bits), key.fingerprint]
        assert (key.comment, key.application) == ("ada at home", b"")
        assert read_public_key_blob(key.blob, key.comment) == key


def test_fido_keys():
    ed25519 = parse_public_key(line_of(wire(b"sk-ssh-ed25519@openssh.com", BLOB[-32:], b"ssh:")), "")
    assert (ed25519.algorithm, ed25519.bits, ed25519.application) == ("sk-ed25519", 256, b"ssh:")
    fields = (b"sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", POINT, b"ssh:work")
    ecdsa = parse_public_key(line_of(wire(*fields)), "")
    assert (ecdsa.algorithm, ecdsa.bits, ecdsa.application) == ("sk-ecdsa", 256, b"ssh:work")
    assert fingerprint_of(ecdsa.blob) == ecdsa.fingerprint


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("", "begins with its type"),
        ("ssh-ed25519", "nothing follows"),
        (f"no-pty {ED25519}", "options are not read here"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbg==", "private key"),
        ("PuTTY-User-Key-File-3: ssh-ed25519", "private key"),
        ("---- BEGIN SSH2 PUBLIC KEY ----", "another format"),
        ("SHA256:uNiVztksCsDhcc0u9e8BrjJXVGpZ5mP8KJXcnZgUgXg", "fingerprint"),
        (f"{ED25519}\n{ED25519}", "more than one line"),
        (ED25519[:-1], "cut short or damaged"),
        (ED25519[:-4], "cut short"),
        (ED25519[:-40], "cut short"),
        (ED25519.replace("/", "_"), "damaged"),
        (ED25519 + "=", "damaged"),
        ("ssh-ed25519 \N{SNOWMAN}", "damaged"),
        (ED25519.replace("ssh-ed25519", "ssh-rsa"), "the line says ssh-rsa, the key in it says 'ssh-ed25519'"),
        (ED25519.replace("ssh-ed25519", "ssh-ed25518"), "the line says ssh-ed25518"),
    ],
)
def test_lines_that_are_no_key(line, what):
    with pytest.raises(PolicyFault, match=r"policy:7: .*; ") as caught:
        raise_one_line(line)
    assert what in caught.value.what
    assert caught.value.mend


def raise_one_line(line: str) -> None:
    try:
        parse_public_key(line, "policy:7")
    except PolicyFault as fault:
        raise PolicyFault(fault.diagnostics(), mend=fault.mend) from fault


MODULUS = (1 << 1023) + 1155
BLOBS = [
    (BLOB + b"\0", "1 bytes behind its end"),
    (wire(b"ssh-ed25519", bytes(31)), "31 bytes instead of 32"),
    (wire(b"ssh-ed25519", bytes(33)), "33 bytes instead of 32"),
    (wire(b"ssh-ed25519"), "cut short"),
    (BLOB[:-1], "cut short"),
    (b"", "cut short"),
    (wire(b""), "is no key type"),
    (wire(b"ssh-ed25519\0", BLOB[-32:]), "is no key type"),
    (wire(b"\xff"), "is no key type"),
    (wire(b"ssh-dss", b"\1", b"\1", b"\1", b"\1"), "DSS"),
    (wire(b"ssh-ed25519-cert-v01@openssh.com", b"nonce"), "certificates"),
    (wire(b"ssh-ed448", bytes(57)), "unknown SSH key type 'ssh-ed448'"),
    (wire(b"ecdsa-sha2-nistp256", b"nistp384", POINT), "curve 'nistp384'"),
    (wire(b"ecdsa-sha2-nistp256", b"nistp256", POINT[:-1] + b"\0"), "not on its curve"),
    (wire(b"ecdsa-sha2-nistp256", b"nistp256", b"\2" + POINT[1:33]), "uncompressed"),
    (wire(b"ecdsa-sha2-nistp256", b"nistp256", b"\0"), "uncompressed"),
    (wire(b"ecdsa-sha2-nistp256", b"nistp256", b""), "uncompressed"),
    (wire(b"ecdsa-sha2-nistp521", b"nistp521", POINT), "uncompressed"),
    (wire(b"sk-ssh-ed25519@openssh.com", BLOB[-32:]), "cut short"),
    (wire(b"sk-ssh-ed25519@openssh.com", BLOB[-32:], b"ssh:\0"), "NUL"),
    (wire(b"ssh-rsa", b"\3", number(1 << 1022)), "1023 bits, below 1024"),
    (wire(b"ssh-rsa", b"\3", number(MODULUS - 1)), "even RSA"),
    (wire(b"ssh-rsa", b"\2", number(MODULUS)), "even RSA"),
    (wire(b"ssh-rsa", b"\1", number(MODULUS)), "e must be"),
    (wire(b"ssh-rsa", b"\0\3", number(MODULUS)), "not minimal"),
    (wire(b"ssh-rsa", b"\3", b"\0" + number(MODULUS)), "not minimal"),
    (wire(b"ssh-rsa", b"\3", number(MODULUS)[1:]), "not positive"),
    (wire(b"ssh-rsa", b"", number(MODULUS)), "not positive"),
    (wire(b"ssh-rsa", b"\3", number((1 << 16400) + 1)), "more than 16384 bits"),
]


@pytest.mark.parametrize(("blob", "what"), BLOBS)
def test_blobs_that_are_no_usable_key(blob, what):
    with pytest.raises(PolicyFault, match=r".") as caught:
        read_public_key_blob(blob, where="here")
    assert what in caught.value.what
    assert (caught.value.where, bool(caught.value.mend)) == ("here", True)


def test_ssh_keygen_refuses_them_too_but_for_spellings_of_numbers(tmp_path):
    # Only these are read by ssh-keygen: a zero too many, and numbers that make no usable RSA key.
    lenient = {"even RSA", "e must be", "not minimal", "not positive", "NUL"}
    for blob, what in BLOBS:
        if len(blob) < 4 or any(word in what for word in ("no key type", "DSS", "certificates")):
            continue
        path = tmp_path / "key.pub"
        path.write_text(line_of(blob) + "\n")
        done = subprocess.run(["ssh-keygen", "-l", "-f", path], capture_output=True, check=False)
        assert done.returncode != 0 or what in lenient, what


def test_white_space_around_and_between(tmp_path):
    spaced = ED25519.replace(" ", " \t ")
    key = parse_public_key(f" \t{spaced}\t ada  b \r\n", "")
    assert (key.blob, key.comment) == (BLOB, "ada  b")


def test_a_key_survives_pickling():
    key = parse_public_key(f"{ED25519} ada", "")
    assert pickle.loads(pickle.dumps(key)) == key  # noqa: S301 - our own bytes


def test_the_store_gives_keys_and_facts():
    key = parse_public_key(f"{ED25519} ada", "")
    keys = SSHKeys([key, key])
    assert keys.get(BLOB) is key
    assert keys.get(BLOB[:-1] + b"\0") is None
    assert len(keys) == 1
    assert keys.facts(key.fingerprint) == KeyFacts(
        SignatureFormat.SSH, key.fingerprint, key.fingerprint, "ed25519", 256, names=("ada",)
    )
    assert keys.facts("SHA256:") is None


def test_the_digest_is_that_of_the_set():
    keys = [parse_public_key(line_of(wire(b"ssh-ed25519", bytes([n]) * 32)), "") for n in range(3)]
    digest = SSHKeys(keys).digest
    assert digest == SSHKeys([*reversed(keys), keys[0]]).digest
    assert digest not in {SSHKeys(keys[:2]).digest, SSHKeys([]).digest}
    assert len(digest) == 64


@given(st.binary(max_size=40))
def test_base64_has_one_spelling(raw):
    text = b64encode(raw)
    assert decode_base64(text) == raw
    for other in (text + b"\n", text + b"=", b" " + text):
        with pytest.raises(WireError):
            decode_base64(other)


@given(st.integers(min_value=1, max_value=1 << 300))
def test_positive_numbers_have_one_spelling(value):
    assert is_positive_mpint(number(value))
    assert not is_positive_mpint(b"\0" + number(value))
    assert not is_positive_mpint(bytes(len(number(value))))
    assert not is_positive_mpint((-value).to_bytes(40, signed=True))


@given(st.binary(max_size=120) | st.builds(lambda tail: BLOB[:19] + tail, st.binary(max_size=40)))
def test_whatever_is_read_as_a_key_is_the_same_when_written(blob):
    try:
        key = read_public_key_blob(blob)
    except PolicyFault:
        return
    assert wire(key.type.encode(), blob[-32:]) == blob
