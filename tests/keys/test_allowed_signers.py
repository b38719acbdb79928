"""Allowed signers files, line by line, beside what ssh-keygen makes of them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import PolicyFault
from gitsig.keys.allowed_signers import AllowedSigner, match_principals, parse_allowed_signers, usable_for_git

PAYLOAD = b"payload"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICJ1Jxdj8U/7C9yThjGt7zL0Ge4/1SOwzuTfHOqVbjSr"
YEAR_2024, YEAR_2025 = 1704067200, 1735689600


@pytest.fixture
def accepts(ssh, tmp_path) -> Callable[..., bool]:
    """Whether `ssh-keygen -Y verify` accepts Ada's signature under a file, for an identity and a time."""

    def verify(text: str, identity: str = "me", when: str = "20240601Z") -> bool:
        allowed, signature = tmp_path / "allowed", tmp_path / "signature"
        allowed.write_text(text.replace("KEY", ssh.public("ada")))
        signature.write_bytes(ssh.sign_cached(PAYLOAD, "ada"))
        command = ["ssh-keygen", "-Y", "verify", f"-Overify-time={when}", "-I", identity, "-n", "git"]
        done = subprocess.run(
            [*command, "-f", allowed, "-s", signature], input=PAYLOAD, capture_output=True, check=False
        )
        return done.returncode == 0

    return verify


def one(text: str) -> AllowedSigner:
    entries = parse_allowed_signers(text.replace("KEY", KEY).encode(), "file")
    assert len(entries) == 1
    return entries[0]


def ours(text: str, identity: str, when: int) -> bool:
    """What the entries allow at a moment, as OpenSSH reads the bounds."""
    for entry in parse_allowed_signers(text.replace("KEY", KEY).encode(), "file"):
        after = entry.valid_after is None or when >= entry.valid_after
        before = entry.valid_before is None or when <= entry.valid_before
        if match_principals(entry.principals, identity) and usable_for_git(entry) and after and before:
            return True
    return False


READ_ALIKE = [
    ("me KEY\n", True),
    ("me KEY", True),
    ("me KEY\r\n", True),
    (" \tme \t KEY\n", True),
    ("\n# comment\n  # comment\n \t\nme KEY\n", True),
    ("#me KEY\n", False),
    ('"me" KEY\n', True),
    ('"some one,me" KEY\n', True),
    ("you,me KEY\n", True),
    ("you KEY\n", False),
    ("you KEY\nme KEY\n", True),
    ("* KEY\n", True),
    ("m? KEY\n", True),
    ("?? KEY\n", True),
    ("??? KEY\n", False),
    ("*,!me KEY\n", False),
    ("!me,* KEY\n", False),
    ("!you,* KEY\n", True),
    ("!you KEY\n", False),
    ("ME KEY\n", False),
    ("you,,me KEY\n", True),
    ('me namespaces="git" KEY\n', True),
    ('me namespaces="file" KEY\n', False),
    ('me namespaces="file,git" KEY\n', True),
    ('me namespaces="g*" KEY\n', True),
    ('me namespaces="*,!git" KEY\n', False),
    ('me namespaces="" KEY\n', False),
    ('me namespaces="git\\"x" KEY\n', False),
    ('me namespaces="git,\\"x y" KEY\n', True),
    ('me NAMESPACES="git" KEY\n', True),
    ('me namespaces="GIT" KEY\n', False),
    ("me cert-authority KEY\n", False),
    ('me Cert-Authority,namespaces="git" KEY\n', False),
    ('me valid-after="20240101Z",valid-before="20250101Z"\t KEY\n', True),
    ('me valid-after="20240601Z" KEY\n', True),
    ('me valid-after="20240601000001Z" KEY\n', False),
    ('me valid-before="20240601Z" KEY\n', True),
    ('me valid-before="20240531235959Z" KEY\n', False),
    ('me valid-before="202406010000Z" KEY\n', True),
    ('me valid-before="202405312359UTC" KEY\n', False),
    ('me valid-after="20240601000001z" KEY\n', False),
    ('me valid-after="20240601" KEY\n', True),
    ('me valid-after="20240601000001" KEY\n', False),
]


@pytest.mark.parametrize(("text", "allowed"), READ_ALIKE)
def test_read_as_openssh_reads_it(accepts, text, allowed):
    assert accepts(text) is allowed
    assert ours(text, "me", 1717200000) is allowed


REFUSED = [
    ("me\n", "nothing behind", False),
    ("me ssh-ed25519\n", "nothing follows", False),
    ("me ssh-ed25519 AAAA\n", "cut short", False),
    ("me nonsense KEY\n", "unreadable option 'nonsense'", False),
    ('me valid-after="20240101", KEY\n', "unreadable option ''", False),
    ('me namespaces="git"x KEY\n', "unreadable option 'namespaces'", False),
    ("me namespaces=git KEY\n", "unreadable option 'namespaces'", False),
    ('me namespaces="git KEY\n', "unreadable option 'namespaces'", False),
    ('me namespaces="git\\" KEY\n', "unreadable option 'namespaces'", False),
    ('me namespaces="git",namespaces="git" KEY\n', "given twice", False),
    ('me namespaces="git"\n', "no key behind the options", False),
    ('me valid-after="2024010102" KEY\n', "not a time", False),
    ('me valid-after="20241301" KEY\n', "not a time", False),
    ('me valid-after="19700101Z" KEY\n', "not a time", False),
    ('me valid-after="yesterday" KEY\n', "not a time", False),
    ('me valid-after="20240102",valid-before="20240102" KEY\n', "not later", False),
    ('"me KEY\n', "no principals", False),
    # What OpenSSH lets pass, and an allowlist should not hold.
    ("you nonsense\nme KEY\n", "unreadable option", True),
    ('m"e" KEY\n', "no principals", True),
    ('"me"KEY\n', "no principals", True),
    ('me valid-after="20240230Z" KEY\n', "not a time", True),
    ('me valid-after="20240101020360Z" KEY\n', "not a time", True),
    ("\N{BYTE ORDER MARK}you KEY\nme KEY\n", "byte order mark", True),
]


@pytest.mark.parametrize(("text", "what", "openssh"), REFUSED)
def test_refused_lines_name_their_place_and_the_mend(accepts, text, what, openssh):
    assert accepts(text) is openssh
    with pytest.raises(PolicyFault, match=r".") as caught:
        parse_allowed_signers(text.replace("KEY", KEY).encode(), "file")
    assert what in caught.value.what
    assert caught.value.where in ("file", "file:1")
    assert caught.value.mend


def test_the_number_of_a_broken_line():
    with pytest.raises(PolicyFault, match=r".") as caught:
        parse_allowed_signers(f"# one\n\nme {KEY}\nyou x {KEY}\n".encode(), "signers")
    assert caught.value.where == "signers:4"


@pytest.mark.parametrize("data", [b"me\xff " + KEY.encode(), b"me " + KEY.encode() + b" \0"])
def test_bytes_that_are_no_text(data):
    with pytest.raises(PolicyFault, match=r"UTF-8|NUL"):
        parse_allowed_signers(data, "file")


def test_an_entry_holds_what_the_line_says():
    text = (
        '"ada lovelace,*@example.org" valid-after="202401010000Z",namespaces="file,git",cert-authority KEY at  home\n'
    )
    entry = one(text + "# end\n")
    assert entry.principals == ("ada lovelace", "*@example.org")
    assert (entry.valid_after, entry.valid_before) == (YEAR_2024, None)
    assert entry.namespaces == ("file", "git")
    assert entry.cert_authority
    assert (entry.key.comment, entry.where) == ("at  home", "file:1")


def test_the_key_of_a_certificate_authority_is_no_signer():
    assert not usable_for_git(one("me cert-authority KEY"))
    assert usable_for_git(one("me KEY"))


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("20240101", YEAR_2024),
        ("20240101Z", YEAR_2024),
        ("202401010000", YEAR_2024),
        ("20240101000000Z", YEAR_2024),
        ("20241231235959utc", YEAR_2025 - 1),
        ("19700101000001Z", 1),
        ("99991231Z", 253402214400),
    ],
)
def test_times_without_a_zone_are_utc(value, moment):
    assert one(f'me valid-before="{value}" KEY').valid_before == moment


def test_openssh_takes_a_time_without_a_zone_for_local(accepts, monkeypatch):
    # Why such times are read as UTC here: the same file means another moment on another machine.
    text = 'me valid-after="20240601" KEY\n'
    monkeypatch.setenv("TZ", "Etc/GMT+5")
    assert not accepts(text)
    monkeypatch.setenv("TZ", "Etc/GMT-5")
    assert accepts(text)


def test_principals_against_ssh_keygen(ssh, tmp_path):
    patterns = ["a*b", "*a", "a*", "?*", "**", "a,!ab", "!ab,a*", "!a*b,*", "a?b,b?a", "*a*b*", "!!a,*", "", "a b,c"]
    identities = ["a", "ab", "aab", "b", "abab", "a*b", "c", "A", "!a", "\N{LATIN SMALL LETTER E WITH ACUTE}"]
    allowed = tmp_path / "allowed"
    for pattern in filter(None, [*patterns, "??", "?"]):
        allowed.write_text(f'"{pattern}" {KEY}\n')
        for identity in identities:
            command = ["ssh-keygen", "-Y", "match-principals", "-I", identity, "-f", allowed]
            done = subprocess.run(command, capture_output=True, check=False)
            assert match_principals(pattern.split(","), identity) is (done.returncode == 0), (pattern, identity)


def test_find_principals_gives_the_same_entry(ssh, tmp_path):
    text = f'b@x {ssh.public("bob")}\n"ada l,a@x" {ssh.public("ada")}\na@y,!c {ssh.public("ada")}\n'
    allowed, signature = tmp_path / "allowed", tmp_path / "signature"
    allowed.write_text(text)
    signature.write_bytes(ssh.sign_cached(PAYLOAD, "ada"))
    command = ["ssh-keygen", "-Y", "find-principals", "-f", allowed, "-s", signature]
    theirs = subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()
    entries = parse_allowed_signers(text.encode(), "file")
    first = next(entry for entry in entries if entry.key.fingerprint == ssh.fingerprint("ada"))
    assert theirs == list(first.principals) == ["ada l", "a@x"]


def test_a_pattern_too_long_for_openssh_matches_nothing():
    assert match_principals(["*" * 1022], "a")
    assert not match_principals(["*" * 1023], "a")
    assert not match_principals(["*", "a" * 1023], "a")


def test_many_stars_take_no_exponential_time():
    assert not match_principals(["*a" * 300 + "b"], "a" * 2000)


@given(st.lists(st.text("ab*?!", max_size=6), max_size=4), st.text("ab", max_size=6))
def test_patterns_are_those_of_a_shell(patterns, identity):
    def expression(pattern: str) -> str:
        return "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)

    matched = [p.startswith("!") for p in patterns if re.fullmatch(expression(p.removeprefix("!")), identity)]
    assert match_principals(patterns, identity) is (bool(matched) and not any(matched))
