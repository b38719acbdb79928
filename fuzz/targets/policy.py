"""The policy file: a policy or a fault with its line, and no demand that is dropped in silence."""

from __future__ import annotations

import hashlib
import tomllib

from gitsig.errors import PolicyFault
from gitsig.model import Reason
from gitsig.policy import Policy, parse_policy

__all__ = ["TOKENS", "one", "seeds"]

_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ada"
_FULL = f"""version = 1
keyring = "keys.gpg"
[ssh]
allowed-signers = "allowed_signers"
revoked = "revoked"
[signers.ada]
emails = ["ada@example.org"]
roles = ["maintainer"]
openpgp = ["{"A" * 40}", {{ key = "keys/ada.asc", valid-until = 2027-01-01T00:00:00Z }}]
ssh = ["{_KEY}"]
only = ["commit", "merge"]
paths = ["deps/**", "*.lock"]
valid-from = 2025-01-01T00:00:00Z
[defaults]
refs = ["refs/heads/*", "refs/tags/*"]
require = "every-commit"
tags = "signed"
identity = "committer"
clock-skew = "10m"
reject-digests = ["md5", "sha1"]
min-rsa-bits = 2048
self-signatures = "strong"
fido = "touch-required"
[[rules]]
refs = ["refs/heads/main"]
signers = ["role:maintainer", "ada"]
no-rewind = true
[[rules]]
refs = ["refs/heads/*"]
paths = ["ci/**"]
kinds = ["commit", "merge"]
clean-merges = true
tree-sha512 = true
no-octopus = true
exempt = ["{"c" * 40}"]
behind = ["{"d" * 40}"]
[[rules]]
refs = ["refs/tags/v*"]
threshold = 2
approvals = ["refs/tags/approve/*"]
[history]
trusted-roots = ["{"a" * 40}"]
seals = ["role:maintainer"]
seal-trailers = ["Sealed"]
seal-tags = ["refs/tags/seal/*"]
[governance]
signers = ["role:maintainer"]
[[exceptions]]
object = "{"b" * 40}"
accept = ["unsigned"]
because = "an import"
until = 2030-01-01T00:00:00Z
"""
TOKENS = (
    b"[signers.ada]\n", b"[[rules]]\n", b"[[exceptions]]\n", b"[defaults]\n", b"[history]\n", b"[ssh]\n",
    b"version = 1\n", b'ssh = ["', _KEY.encode(), b'refs = ["refs/heads/*"]\n', b'signers = ["role:maintainer"]\n',
    b'identity = "off"\n', b"immutable = true\n", b"emails = []\n", b"''", b'"""', b"'''", b'require = "tip"\n',
    b"2027-01-01T00:00:00Z", b"2027-01-01", b"= {", b"}", b"\\u0000", b"\\", b"\r\n",
    b'accept = ["verifier_error"]\n', b"inf", b"0x7f", b'because = "x"\n', b"until = ", b"#", b"signers.bob.ssh = ",
    b'"a.b"', b'only = ["tag"]\n', b'paths = ["**/x"]\n', b"two-person = true\n", b"threshold = 2\n",
    b"[governance]\n", b'root = "' + b"a" * 40 + b'"\n', b'root-signer = "' + b"A" * 40 + b'"\n', b'parents = "any"\n',
    b'seals = ["ada"]\n', b'kinds = ["merge"]\n', b'approvals = ["refs/tags/*"]\n', b"clean-merges = true\n",
)  # fmt: skip


def seeds() -> list[bytes]:
    """A policy with everything in it, a small one, and one inline."""
    small = f'version = 1\n[signers.ada]\nemails = ["ada@example.org"]\nssh = ["{_KEY}"]\n'
    two = f'ada = {{ ssh = ["{_KEY}"] }}, "b c" = {{ openpgp = ["{"C" * 40}"] }}'
    inline = f'version = 1\nsigners = {{ {two} }}\nkeyring = ["k"]\n'
    return [_FULL.encode(), small.encode(), inline.encode(), b'version = 1\n[ssh]\nallowed-signers = "a"\n']


def one(data: bytes) -> None:
    """Parse, twice, and with the other line ends."""
    policy = _parse(data)
    again = _parse(data)
    assert policy == again, "the same bytes, another policy"
    if b"\r" not in data:
        other = _parse(data.replace(b"\n", b"\r\n"))
        assert (policy is None) == (other is None), "line ends decide whether a policy is one"
        if policy is not None and other is not None:
            assert policy._replace(digest="") == other._replace(digest="")
    if policy is not None:
        _faithful(data, policy)


def _parse(data: bytes) -> Policy | None:
    try:
        return parse_policy(data, "p")
    except PolicyFault as fault:
        assert fault.what
        name, _, line = fault.where.partition(":")
        assert name == "p"
        assert not line or 1 <= int(line) <= data.count(b"\n") + 1, "a line that is not there"
        return None


def _faithful(data: bytes, policy: Policy) -> None:
    said = tomllib.loads(data.decode("utf-8").replace("\r\n", "\n"))
    assert said["version"] == 1
    assert set(policy.signers) == set(said.get("signers", {}))
    assert policy.digest == "sha256:" + hashlib.sha256(data).hexdigest()
    assert len(policy.rules) == len(said.get("rules", []))
    assert len(policy.exceptions) == len(said.get("exceptions", []))
    assert {spec.signer for spec in policy.key_specs} <= set(policy.signers)
    for name, entry in said.get("signers", {}).items():
        specs = [spec for spec in policy.key_specs if spec.signer == name]
        assert len(specs) == len(entry.get("openpgp", [])) + len(entry.get("ssh", [])), "a key was dropped or made up"
        assert policy.signers[name].emails == tuple(entry.get("emails", ()))
    for rule, table in zip(policy.rules, said.get("rules", []), strict=True):
        assert rule.refs == tuple(table["refs"])
        assert (rule.signers is None) == ("signers" not in table)
        assert rule.signers is None or rule.signers <= set(policy.signers)
        for flag in ("no_rewind", "immutable", "two_person", "clean_merges", "no_octopus", "tree_sha512"):
            assert getattr(rule, flag) == table.get(flag.replace("_", "-"), False), "a demand was dropped or made up"
        assert (rule.paths, rule.threshold) == (tuple(table.get("paths", ())), table.get("threshold", 1))
        assert rule.kinds == frozenset(table.get("kinds", ()))
    assert (policy.governance is None) == ("governance" not in said)
    assert (policy.seals is None) == ("seals" not in said.get("history", {}))
    for exemption in policy.exceptions.values():
        assert exemption.accept
        assert not exemption.accept & {Reason.GOOD, Reason.VERIFIER_ERROR}
        assert exemption.because
