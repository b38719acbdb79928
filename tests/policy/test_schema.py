"""The policy file in full, its defaults and its warnings."""

from __future__ import annotations

import hashlib
import pickle

import pytest

from gitsig.errors import PolicyFault
from gitsig.model import Reason, SignatureFormat
from gitsig.policy import (
    Exemption,
    FidoDemand,
    FileSpec,
    Identity,
    ObjectKind,
    Policy,
    Require,
    SelfSignatures,
    Tags,
    parse_policy,
)

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
OID = "0123456789abcdef0123456789abcdef01234567"

FULL = f"""version = 1
keyring = ["keys/all.gpg", "/srv/keys/more.gpg"]

[ssh]
allowed-signers = "allowed_signers"
revoked = "revoked_keys"

[signers.ada]
emails = ["ada@example.org", "Ada@Example.com"]
roles = ["maintainer", "release-manager"]
openpgp = ["keys/ada.asc", "aaaa aaaa aaaa aaaa aaaa  aaaa aaaa aaaa aaaa aaaa"]
ssh = [
  "{ED25519} ada@laptop",
  {{key = "keys/ada.pub", valid-from = 2026-01-01T00:00:00+01:00, valid-until = 2027-01-01T00:00:00Z}},
]
valid-from = 2020-01-01T00:00:00Z
valid-until = 2037-01-01T00:00:00Z

[signers.web-flow]
openpgp = ["{"B" * 64}"]
only = ["merge"]

[defaults]
refs = ["refs/heads/*"]
require = "first-parent"
tags = "any"
identity = "author"
clock-skew = "1h"
reject-digests = ["md5", "sha1", "ripemd160", "sha224"]
min-rsa-bits = 3072
self-signatures = "strong"
fido = "touch-required"

[[rules]]
refs = ["refs/heads/main", "refs/heads/release/*"]
signers = ["role:maintainer", "web-flow"]
require = "merges"
no-rewind = true
no-delete = true

[[rules]]
refs = ["refs/heads/v*"]
signers = ["role:release-manager"]
immutable = true
fido = "verify-required"

[history]
trusted-roots = ["{OID}", "{"AB" * 32}"]

[[exceptions]]
object = "{OID}"
accept = ["key_expired", "unsigned"]
because = "key rotated in 2021, see issue 42"
until = 2030-01-01T00:00:00Z
"""
SMALL = 'version = 1\n[signers.ada]\nemails = ["ada@example.org"]\nopenpgp = ["keys/ada.asc"]\n'


def parse(text: str) -> Policy:
    return parse_policy(text.encode(), "policy.toml")


def test_the_file_in_full():
    policy = parse(FULL)
    ada, flow = policy.signers["ada"], policy.signers["web-flow"]
    assert (ada.name, ada.emails) == ("ada", ("ada@example.org", "Ada@Example.com"))
    assert ada.addresses == {b"ada@example.org", b"ada@example.com"}
    assert ada.roles == {"maintainer", "release-manager"}
    assert (ada.valid_from, ada.valid_until) == (1577836800, 2114380800)
    assert (ada.only, flow.only, flow.emails, flow.bound) == (frozenset(), {ObjectKind.MERGE}, (), False)
    defaults = policy.defaults
    assert (defaults.refs, defaults.require, defaults.tags) == (("refs/heads/*",), Require.FIRST_PARENT, Tags.ANY)
    assert (defaults.identity, defaults.clock_skew, defaults.min_rsa_bits) == (Identity.AUTHOR, 3600, 3072)
    assert defaults.reject_digests == {"md5", "sha1", "ripemd160", "sha224"}
    assert (defaults.self_signatures, defaults.fido) == (SelfSignatures.STRONG, FidoDemand.TOUCH)
    first, second = policy.rules
    assert (first.number, first.refs) == (1, ("refs/heads/main", "refs/heads/release/*"))
    assert (first.signers, first.roles, first.require) == ({"ada", "web-flow"}, {"maintainer"}, Require.MERGES)
    assert (first.no_rewind, first.no_delete, first.immutable, first.fido) == (True, True, False, FidoDemand.ANY)
    assert (second.number, second.signers, second.require) == (2, {"ada"}, Require.EVERY_COMMIT)
    assert (second.no_rewind, second.no_delete, second.immutable, second.fido) == (
        False,
        False,
        True,
        FidoDemand.VERIFY,
    )
    assert policy.trusted_roots == {OID, "ab" * 32}
    reasons = frozenset({Reason.KEY_EXPIRED, Reason.UNSIGNED})
    assert policy.exceptions == {OID: Exemption(OID, reasons, "key rotated in 2021, see issue 42", 1893456000)}
    assert policy.source == "policy.toml"
    assert policy.digest == "sha256:" + hashlib.sha256(FULL.encode()).hexdigest()
    assert policy.warnings == ("signer 'web-flow' has no emails: its key may sign under anybody's e-mail address",)


def test_keys_and_files_come_with_their_places():
    policy = parse(FULL)
    found = [(spec.signer, spec.format, spec.value, spec.where) for spec in policy.key_specs]
    assert found == [
        ("ada", SignatureFormat.OPENPGP, "keys/ada.asc", "policy.toml:11"),
        ("ada", SignatureFormat.OPENPGP, "A" * 40, "policy.toml:11"),
        ("ada", SignatureFormat.SSH, f"{ED25519} ada@laptop", "policy.toml:13"),
        ("ada", SignatureFormat.SSH, "keys/ada.pub", "policy.toml:14"),
        ("web-flow", SignatureFormat.OPENPGP, "B" * 64, "policy.toml:20"),
    ]
    assert [(spec.valid_from, spec.valid_until) for spec in policy.key_specs[2:4]] == [
        (None, None),
        (1767222000, 1798761600),
    ]
    assert policy.keyrings == (
        FileSpec("keys/all.gpg", "policy.toml:2"),
        FileSpec("/srv/keys/more.gpg", "policy.toml:2"),
    )
    assert policy.allowed_signers == FileSpec("allowed_signers", "policy.toml:5")
    assert policy.revoked == FileSpec("revoked_keys", "policy.toml:6")


def test_what_is_left_out_has_its_default():
    policy = parse(SMALL)
    defaults = policy.defaults
    assert (defaults.refs, defaults.clock_skew) == (("refs/heads/*", "refs/tags/*"), 600)
    assert (defaults.require, defaults.tags, defaults.identity) == (
        Require.EVERY_COMMIT,
        Tags.SIGNED,
        Identity.COMMITTER,
    )
    assert (defaults.reject_digests, defaults.min_rsa_bits) == ({"md5", "sha1", "ripemd160"}, 2048)
    assert (defaults.self_signatures, defaults.fido) == (SelfSignatures.ANY, FidoDemand.ANY)
    assert (policy.rules, policy.exceptions, policy.trusted_roots, policy.keyrings) == ((), {}, frozenset(), ())
    assert (policy.allowed_signers, policy.revoked, policy.warnings) == (None, None, ())


def test_one_keyring_and_windows_line_ends():
    text = SMALL.replace("version = 1", 'version = 1\nkeyring = "all.gpg"').replace("\n", "\r\n")
    assert parse(text).keyrings == (FileSpec("all.gpg", "policy.toml:2"),)


def test_allowed_signers_alone_are_enough():
    assert parse('version = 1\n[ssh]\nallowed-signers = "allowed_signers"\n').signers == {}


def test_allowed_signers_may_give_the_keys_of_a_signer_with_an_address():
    head = 'version = 1\n[ssh]\nallowed-signers = "allowed_signers"\n[signers.ada]\nroles = ["maintainer"]\n'
    assert parse(head + 'emails = ["ada@example.org"]\n').key_specs == ()
    with pytest.raises(PolicyFault, match="signer 'ada' has no key"):
        parse(head)


def test_rule_without_signers_bars_nobody():
    assert parse(SMALL + '[[rules]]\nrefs = ["refs/heads/*"]\nno-rewind = true\n').rules[0].signers is None


def test_policies_can_be_handed_to_worker_processes():
    policy = parse(FULL)
    assert pickle.loads(pickle.dumps(policy)) == policy  # noqa: S301  our own bytes


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (SMALL.replace('emails = ["ada@example.org"]', ""), "signer 'ada' has no emails"),
        (SMALL + '[defaults]\nreject-digests = ["md5"]', "lets ripemd160, sha1 pass"),
        (SMALL + "[defaults]\nmin-rsa-bits = 1024", "min-rsa-bits is 1024"),
        (SMALL + '[[rules]]\nrefs = ["refs/notes/*"]\nno-delete = true', "rule 1: 'refs/notes/*' lies outside"),
        (SMALL + '[[rules]]\nrefs = ["refs/heads/*"]\nrequire = "tip"', "rule 1 demands nothing"),
        (SMALL + 'roles = ["boss"]', "role 'boss' is named by no rule"),
        (SMALL.replace("version = 1", 'version = 1\nkeyring = "all.gpg"'), "no fingerprint picks"),
    ],
)
def test_warnings(text, warning):
    (found,) = parse(text).warnings
    assert warning in found


@pytest.mark.parametrize("demand", ['signers = ["ada"]', 'fido = "touch-required"', "immutable = true"])
def test_rules_that_demand_something_are_not_warned_of(demand):
    assert parse(f'{SMALL}[[rules]]\nrefs = ["refs/*"]\n{demand}').warnings == ()


def test_no_warning_of_missing_emails_where_identity_is_off():
    text = SMALL.replace('emails = ["ada@example.org"]', "") + '[defaults]\nidentity = "off"'
    assert parse(text).warnings == ()
