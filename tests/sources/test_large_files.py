"""A file of a policy that is too large to be read whole is not read in part: a revocation could be missing."""

from __future__ import annotations

from pathlib import Path

import pytest

import gitsig
from gitsig.errors import PolicyFault
from gitsig.model import LIMITS
from tests.support.sshkeys import SSHHome

POLICY = 'version = 1\n{}\n[signers.ada]\nemails = ["ada@example.org"]\nssh = ["{}"]\n'


@pytest.mark.parametrize("key", ["revoked", "allowed-signers"])
@pytest.mark.parametrize("beyond", [0, 1])
def test_a_large_file_is_no_shorter_one(tmp_path: Path, ssh: SSHHome, key: str, beyond: int) -> None:
    line = ssh.public("ada")
    listed = f"ada@example.org {line}" if key == "allowed-signers" else line
    (tmp_path / "list").write_text("#".ljust(LIMITS.certificate_size - len(listed) - 2 + beyond, ".") + f"\n{listed}\n")
    (tmp_path / "policy.toml").write_text(POLICY.format(f'[ssh]\n{key} = "list"', ssh.public("bob")))
    if beyond:
        with pytest.raises(PolicyFault, match=r"list is larger than"):
            gitsig.load_policy(None, str(tmp_path / "policy.toml"))
    else:
        keys = gitsig.load_policy(None, str(tmp_path / "policy.toml")).keys
        assert keys is not None
