from __future__ import annotations

import base64

import pytest

from gitsig.errors import PolicyFault
from gitsig.model import SignatureFormat
from gitsig.policy import Policy, parse_policy

FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567"


def line(kind: str, body: bytes = b"\0\0\0\x04body") -> str:
    blob = len(kind).to_bytes(4, "big") + kind.encode() + body
    return f"{kind} {base64.b64encode(blob).decode()}"


ADA = line("ssh-ed25519")


def parse(entries: str, keyring: bool = True) -> Policy:
    head = 'version = 1\nkeyring = "all.gpg"\n' if keyring else "version = 1\n\n"
    return parse_policy(f"{head}[signers.ada]\n{entries}\n".encode(), "p")


@pytest.mark.parametrize(
    "text",
    [FINGERPRINT, FINGERPRINT.lower(), " ".join(FINGERPRINT[i : i + 4] for i in range(0, 40, 4)), f" {FINGERPRINT}"],
)
def test_fingerprints_are_made_uniform(text):
    assert [spec.value for spec in parse(f'openpgp = ["{text}"]').key_specs] == [FINGERPRINT]


@pytest.mark.parametrize(
    "name", ["keys/ada.asc", "ada.gpg", "/etc/gitsig/ada", "../ada.asc", "k/ada@example.org.asc", "a@b.asc"]
)
def test_openpgp_files(name):
    assert [spec.value for spec in parse(f'openpgp = ["{name}"]').key_specs] == [name]


@pytest.mark.parametrize(
    "text",
    [
        ADA,
        f"{ADA} ada@laptop",
        line("ssh-rsa"),
        line("ecdsa-sha2-nistp256"),
        line("ecdsa-sha2-nistp384"),
        line("ecdsa-sha2-nistp521"),
        line("sk-ssh-ed25519@openssh.com"),
        line("sk-ecdsa-sha2-nistp256@openssh.com") + " key.pub",
        "keys/ada.pub",
        "ada.pub",
        "ssh-ada.pub",
        "ssh-keys/ada.pub",
        "my key.pub",
    ],
)
def test_ssh_entries(text):
    (spec,) = parse(f'ssh = ["{text}"]').key_specs
    assert (spec.signer, spec.format, spec.value, spec.where) == ("ada", SignatureFormat.SSH, text, "p:4")


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (FINGERPRINT[:16], "no full fingerprint"),
        ("0x" + FINGERPRINT[:16], "no full fingerprint"),
        ("0x" + FINGERPRINT, "no full fingerprint"),
        (FINGERPRINT[:39], "no full fingerprint"),
        ("D" * 32, "no full fingerprint"),
        ("Ada <ada@example.org>", "is a user ID"),
        ("<ada@example.org>", "is a user ID"),
        ("ada@example.org", "is a user ID"),
        ("ada", "neither a file nor a full fingerprint"),
        ("\ufb00" + FINGERPRINT[2:], "neither a file nor a full fingerprint"),
        ("", "neither a file nor a full fingerprint"),
        ("https://keys.example.org/ada.asc", "never fetched"),
        ("~/ada.asc", "not expanded"),
        ("keys/", "the name of a directory"),
        ("keys/\\u0007.asc", "control characters"),
    ],
)
def test_refused_openpgp_entries(entry, what):
    with pytest.raises(PolicyFault) as caught:
        parse(f'openpgp = [\n"{entry}"]')
    assert what in caught.value.what
    assert caught.value.where == "p:5"


def test_fingerprint_needs_a_keyring():
    with pytest.raises(PolicyFault, match="needs a keyring"):
        parse(f'openpgp = ["{FINGERPRINT}"]', keyring=False)


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ("SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "no SSH public key"),
        ("keys/ada", "no SSH public key"),
        ("", "no SSH public key"),
        ("ssh-ed25519", "no SSH public key"),
        ("ssh-ed25519 AAAA", "damaged"),
        ("ssh-ed25519 %%%%", "damaged"),
        ("ssh-ed25519 é", "damaged"),
        (ADA.replace("ssh-ed25519", "ssh-rsa"), "damaged"),
        (line("ssh-ed25519", b""), "damaged"),
        (f"{ADA} ada\\u001b[31m", "damaged"),
        (f"{ADA}\\n{ADA}", "damaged"),
        (line("ssh-dss"), "no type of SSH key"),
        (line("ssh-dss") + " ada.pub", "no type of SSH key"),
        (line("ssh-ed25519-cert-v01@openssh.com"), "no type of SSH key"),
        (f"cert-authority {ADA}", "no type of SSH key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXk=", "private key"),
        ("https://example.org/ada.pub", "never fetched"),
    ],
)
def test_refused_ssh_entries(entry, what):
    with pytest.raises(PolicyFault) as caught:
        parse(f'ssh = [\n"{entry}"]')
    assert what in caught.value.what
    assert caught.value.where == "p:5"


def test_private_keys_are_not_repeated_in_the_message():
    with pytest.raises(PolicyFault) as caught:
        parse('ssh = ["-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXk="]')
    assert "b3Blb" not in caught.value.diagnostics()


@pytest.mark.parametrize(
    ("entry", "where", "what"),
    [
        ("3", 5, "neither a string nor a table"),
        ("{valid-until = 2027-01-01T00:00:00Z}", 5, "a key entry without its key"),
        ("{key = 3}", 5, "'key' is an integer"),
        ('{key = "a.pub", until = 3}', 5, "unknown key 'until'"),
        ('{key = "a.pub", valid-from = 2027-01-01}', 5, "a date without a time"),
    ],
)
def test_refused_entry_tables(entry, where, what):
    with pytest.raises(PolicyFault) as caught:
        parse(f"ssh = [\n{entry}]")
    assert what in caught.value.what
    assert caught.value.where == f"p:{where}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f'openpgp = ["{FINGERPRINT}"', f'"{FINGERPRINT.lower()}"]'),
        ('openpgp = ["keys/ada.asc"', '"./keys/ada.asc"]'),
        (f'ssh = ["{ADA} ada@laptop"', f'{{key = "{ADA} other comment"}}]'),
    ],
)
def test_one_key_twice(one, other):
    with pytest.raises(PolicyFault, match="listed twice, first for 'ada' at p:4") as caught:
        parse(f"{one},\n{other}")
    assert caught.value.where == "p:5"


def test_one_key_for_two_signers():
    with pytest.raises(PolicyFault, match="listed twice, first for 'ada' at p:4") as caught:
        parse(f'ssh = ["{ADA} a"]\n[signers.bob]\nssh = ["{ADA} b"]')
    assert caught.value.where == "p:6"


def test_the_same_file_name_may_serve_two_formats():
    assert len(parse('openpgp = ["ada.pub"]\nssh = ["ada.pub"]').key_specs) == 2
