"""One complaint, with its line and its mend, for each way of getting the policy file wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import PolicyFault
from gitsig.model import LIMITS
from gitsig.policy import parse_policy

OID = "0123456789abcdef0123456789abcdef01234567"
SMALL = 'version = 1\n[signers.ada]\nemails = ["ada@example.org"]\nopenpgp = ["keys/ada.asc"]\n'
TOP = [
    ("", 1, "no version"),
    ("version = 2\n", 1, "unknown version 2"),
    ("version = true\n", 1, "'version' is a boolean, not an integer"),
    ("version = 2027-01-01\n", 1, "'version' is a date, not an integer"),
    ("version = 2027-01-01T00:00:00Z\n", 1, "'version' is a date-time, not an integer"),
    ('version = "1"\n', 1, "'version' is a string, not an integer"),
    ("version = 1\n", 1, "names no signer"),
    ("version = 1\nsigners = 3\n", 2, "'signers' is an integer, not a table"),
    ("version = 1\nversion = 1\n", 2, "not TOML"),
    ('version = 1\n[signers.ada\nssh = ""\n', 2, "not TOML"),
    ("version = " + "1" * 5000, None, "not TOML"),
    ("version = 1\nx = " + "[" * 5000, None, "nested too deeply"),
    ("version = 1\nx = 2027-13-01\n", 2, "not TOML"),
    ("\ufeffversion = 1\n", 1, "not TOML"),
    ('version = 1\nkeyring = []\n[signers.ada]\nssh = ["x.pub"]\n', 2, "'keyring' is empty"),
    ('version = 1\nkeyring = ["a.gpg",\n 3]\n', 3, "'keyring' holds an integer"),
    ("version = 1\nkeyring = 3\n", 2, "'keyring' is an integer"),
    ('version = 1\nkeyring = ""\n', 2, "the file name is empty"),
    ('version = 1\nrules = ["refs/heads/main"]\n[signers.ada]\nssh = ["x.pub"]', 2, "a string stands where a table"),
]
SIGNER = [
    ("emails = 3", 5, "'emails' is an integer, not a list"),
    ("emails = [3]", 5, "'emails' holds an integer"),
    ('emails = ["Ada <ada@example.org>"]', 5, "no e-mail address"),
    ('emails = ["ada@example.org",\n"*@example.org"]', 6, "no e-mail address"),
    ('emails = [""]', 5, "no e-mail address"),
    ('email = ["ada@example.org"]', 5, "unknown key 'email' in [signers.ada]"),
    ('only = ["branch"]', 5, "unknown word 'branch'"),
    ("only = []", 5, "'only' is empty"),
    ("valid-until = 2027-01-01", 5, "'valid-until' is a date without a time"),
    ("valid-until = 2027-01-01T00:00:00", 5, "'valid-until' names no time zone"),
    ("valid-until = 07:32:00", 5, "'valid-until' is a time of day"),
    ('valid-until = "2027-01-01T00:00:00Z"', 5, "'valid-until' is a string, not a date-time"),
    ("valid-from = 2028-01-01T00:00:00Z\nvalid-until = 2027-01-01T00:00:00Z", 5, "not before"),
    ("valid-from = 2027-01-01T00:00:00Z\nvalid-until = 2027-01-01T00:00:00Z", 5, "not before"),
    ("[signers.bob]", 5, "signer 'bob' has no key"),
    ('[signers.bob]\nopenpgp = []\nemails = ["bob@example.org"]', 5, "signer 'bob' has no key"),
    ('[signers."role:x"]\nssh = ["x.pub"]', 5, "cannot name a signer"),
    ('[signers.""]\nssh = ["x.pub"]', 5, "cannot name a signer"),
    ('[signers."a\\u202eb"]\nssh = ["x.pub"]', 5, "cannot name a signer"),
]
DEFAULTS = [
    ("refs = []", 2, "'refs' is empty"),
    ('refs = ["refs/heads/*",\n"main"]', 3, "'main' matches no full ref name"),
    ('refs = ["refs/heads/[ab]"]', 2, "cannot have"),
    ('refs = ["refs/replace/*"]', 2, "cannot be guarded"),
    ('refs = "refs/heads/*"', 2, "'refs' is a string, not a list"),
    ('require = "all"', 2, "unknown word 'all'"),
    ('tags = "sgned"', 2, "unknown word 'sgned'"),
    ("tags = true", 2, "'tags' is a boolean, not a string"),
    ('identity = "none"', 2, "unknown word 'none'"),
    ('clock-skew = "ten minutes"', 2, "no duration"),
    ('clock-skew = "25h"', 2, "more than a day"),
    ("clock-skew = 600", 2, "'clock-skew' is an integer, not a string"),
    ("clock_skew = 600", 2, "unknown key 'clock_skew' in [defaults]"),
    ('reject-digests = ["md5", "sha-1"]', 2, "unknown digest 'sha-1'"),
    ("min-rsa-bits = 512", 2, "no sensible size"),
    ("min-rsa-bits = 20480", 2, "no sensible size"),
    ("min-rsa-bits = 2048.0", 2, "'min-rsa-bits' is a number, not an integer"),
    ('self-signatures = "weak"', 2, "unknown word 'weak'"),
    ('fido = "touch"', 2, "unknown word 'touch'"),
]
RULES = [
    ("", 1, "a rule without refs"),
    ("refs = []", 2, "'refs' is empty"),
    ('refs = ["refs/*"]\nsigners = []', 3, "'signers' is empty"),
    ('refs = ["refs/*"]\nsigners = ["adda"]', 3, "unknown signer 'adda'"),
    ('refs = ["refs/*"]\nsigners = ["ada",\n"role:release"]', 4, "nobody has the role 'release'"),
    ('refs = ["refs/*"]\nno-rewind = "yes"', 3, "'no-rewind' is a string, not a boolean"),
    ('refs = ["refs/*"]\nno-rewnd = true', 3, "unknown key 'no-rewnd' in [[rules]]"),
    ('refs = ["refs/*"]\ntags = "any"', 3, "unknown key 'tags'"),
]
GOOD_EXCEPTION = f'object = "{OID}"\naccept = ["unsigned"]\nbecause = "x"\n'
EXCEPTIONS = [
    ('accept = ["unsigned"]\nbecause = "x"', 1, "None is no full object id"),
    (f'object = "{OID[:12]}"\naccept = ["unsigned"]\nbecause = "x"', 2, "no full object id"),
    (f'object = "{OID}"\nbecause = "x"', 1, "accepts nothing"),
    (f'object = "{OID}"\naccept = []\nbecause = "x"', 3, "'accept' is empty"),
    (f'object = "{OID}"\naccept = ["good"]\nbecause = "x"', 3, "good can never be excepted"),
    (f'object = "{OID}"\naccept = ["unsigned", "verifier_error"]', 3, "verifier_error can never be excepted"),
    (f'object = "{OID}"\naccept = ["unsigend"]\nbecause = "x"', 3, "unknown word 'unsigend'"),
    (f'object = "{OID}"\naccept = ["unsigned"]', 1, "without its grounds"),
    (f'object = "{OID}"\naccept = ["unsigned"]\nbecause = "  "', 1, "without its grounds"),
    (f'object = "{OID}"\naccept = ["unsigned"]\nbecause = "x"\nuntil = "2027"', 5, "not a date-time"),
    (f'object = "{OID}"\naccept = ["unsigned"]\nbecause = "x"\nreason = "x"', 5, "unknown key 'reason'"),
    (f"{GOOD_EXCEPTION}[[exceptions]]\n{GOOD_EXCEPTION.replace(OID, OID.upper())}", 6, "excepted twice"),
]
BODIES = [
    *TOP,
    *((SMALL + body, line, what) for body, line, what in SIGNER if body.startswith("[")),
    *((SMALL.replace("emails = [", "roles = [") + body, line, what) for body, line, what in SIGNER if body[0] != "["),
    *((f"{SMALL}[defaults]\n{body}", line + 4, what) for body, line, what in DEFAULTS),
    *((f"{SMALL}[[rules]]\n{body}", line + 4, what) for body, line, what in RULES),
    *((f"{SMALL}[[exceptions]]\n{body}", line + 4, what) for body, line, what in EXCEPTIONS),
    (SMALL + "[history]\ntrusted-roots = [\n3]", 7, "3 is no full object id"),
    (SMALL + "[history]\nroots = []", 6, "unknown key 'roots' in [history]"),
    (SMALL + '[ssh]\nallowed_signers = "x"', 6, "unknown key 'allowed_signers' in [ssh]"),
    (SMALL + '[ssh]\nrevoked = "keys/"', 6, "the name of a directory"),
    (SMALL + "[sshh]", 5, "unknown key 'sshh'"),
]


def fault(text: str) -> PolicyFault:
    with pytest.raises(PolicyFault) as caught:
        parse_policy(text.encode(), "policy.toml")
    return caught.value


@pytest.mark.parametrize(("text", "line", "what"), BODIES)
def test_faults(text, line, what):
    found = fault(text)
    assert what in found.what
    assert found.where == ("policy.toml" if line is None else f"policy.toml:{line}")
    assert found.mend


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        (SMALL + "[defaults]\nclock_skew = 3", "did you mean 'clock-skew'?"),
        (SMALL + "[default]\n", "did you mean 'defaults'?"),
        (SMALL + "[defaults]\nq = 3", "known are refs, require"),
        (SMALL + '[[rules]]\nrefs = ["refs/*"]\nsigners = ["adda"]', "did you mean 'ada'?"),
        (SMALL + '[[rules]]\nrefs = ["refs/*"]\nsigners = ["role:boss"]', "there are none"),
        (SMALL + 'roles = ["boss"]\n[[rules]]\nrefs = ["refs/*"]\nsigners = ["boss"]', 'write "role:boss"'),
        (SMALL + 'roles = ["maintainer"]\n[[rules]]\nrefs = ["refs/*"]\nsigners = ["role:maintaner"]', "maintainer"),
        (SMALL + '[[exceptions]]\naccept = ["unsigend"]\nobject = "' + OID + '"', "did you mean 'unsigned'?"),
        (SMALL + '[rules]\nrefs = ["refs/*"]\n', "write [[rules]]"),
        (SMALL + '[[rules]]\nrefs = ["refs/*"]\nno-rewind = "yes"', "write true or false"),
    ],
)
def test_mends(text, mend):
    assert mend in fault(text).mend


def test_not_utf8():
    with pytest.raises(PolicyFault, match="not UTF-8") as caught:
        parse_policy(b"version = 1\n# caf\xe9\n", "policy.toml")
    assert caught.value.where == "policy.toml:2"


def test_limits_are_inclusive():
    text = SMALL + '[defaults]\nclock-skew = "24h"\nrefs = ["refs/' + "a" * 1019 + '"]\n#'
    data = text.encode().ljust(LIMITS.policy_size, b"#")
    assert parse_policy(data, "policy.toml").defaults.clock_skew == 86400


def test_too_large():
    with pytest.raises(PolicyFault, match="larger than"):
        parse_policy(b"#" * (LIMITS.policy_size + 1), "policy.toml")


VALID = f"""{SMALL}roles = ["boss"]
ssh = [{{key = "ada.pub", valid-until = 2027-01-01T00:00:00Z}}]
[defaults]
refs = ["refs/heads/*"]
clock-skew = "1h"
[[rules]]
refs = ["refs/heads/main"]
signers = ["role:boss"]
[[exceptions]]
object = "{OID}"
accept = ["key_expired"]
because = "issue 42"
"""


@given(st.binary(max_size=60), st.integers(0, len(VALID)), st.integers(0, 30))
def test_damaged_files_are_policies_or_faults(junk, at, cut):
    raw = VALID.encode()
    try:
        parsed = parse_policy(raw[:at] + junk + raw[at + cut :], "policy.toml")
    except PolicyFault as error:
        complaint = error.diagnostics()
    else:
        complaint = f"policy.toml: {parsed.digest}"
    assert complaint.startswith("policy.toml")
