"""Lines of an allowed_signers file beside a policy's signers: an address makes a key somebody's, a name does not."""

from __future__ import annotations

import pytest

from gitsig.errors import PolicyFault
from gitsig.keys.allowed_signers import parse_allowed_signers
from gitsig.policy.adapters.allowed_signers import merge_allowed_signers
from gitsig.policy.types import Policy, Signer

TEAM = ("team@example.org",)
POLICY = Policy(
    {
        "ada": Signer("ada", ("ada@example.org", *TEAM), frozenset({"maintainer"})),
        "bob": Signer("bob", ("Bob@example.org", *TEAM)),
        "eve@example.org": Signer("eve@example.org"),
    }
)


def _owner(ssh, principals: str) -> tuple[Policy, str]:
    entries = parse_allowed_signers(f"{principals} {ssh.public('carol')}\n".encode(), "allowed_signers")
    policy, (owned,) = merge_allowed_signers(POLICY, entries)
    return policy, owned.owner.signer


@pytest.mark.parametrize(
    ("principals", "name"),
    [
        ("ada@example.org", "ada"),
        ("x@example.org,bob@EXAMPLE.org", "bob"),
        ("carol@example.org", "carol@example.org"),
        ("*@example.org", "*@example.org"),
        ("ada,carol", "ada,carol"),
    ],
)
def test_whom_a_line_belongs_to(ssh, principals, name) -> None:
    policy, owner = _owner(ssh, principals)
    assert owner == name
    assert policy.signers[name].roles == (POLICY.signers[name].roles if name in POLICY.signers else frozenset())


@pytest.mark.parametrize(
    ("principals", "words"),
    [
        ("ada", "has one called 'ada'"),
        ("eve@example.org", "has one called 'eve@example.org'"),
        ("ada@example.org,bob@example.org", r"several signers of the policy \(ada, bob\)"),
        ("team@example.org", r"several signers of the policy \(ada, bob\)"),
    ],
)
def test_a_line_that_could_be_somebody_else_s(ssh, principals, words) -> None:
    with pytest.raises(PolicyFault, match=words) as caught:
        _owner(ssh, principals)
    assert caught.value.where == "allowed_signers:1"
    assert caught.value.mend
