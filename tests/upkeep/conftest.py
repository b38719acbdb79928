"""A policy on disk to edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.upkeep.commands import Done, call

KEYS = """# Who may sign here.
version = 1   # the first

[signers.ada]   # the maintainer
emails = ["ada@example.org"]
roles = ["maintainer"]
ssh = [
  # her laptop
  "{ada}",
]

# Bob came later.
[signers.bob]
emails = ["bob@example.org"]
ssh = ["{bob}"]  # one key

# what matters
[[rules]]
refs = ["refs/heads/main"]
signers = ["role:maintainer"]   # only she
"""


@pytest.fixture
def policy_file(tmp_path: Path, ssh) -> Path:
    """SSH keys of ada and bob, and a rule that names a role."""
    path = tmp_path / "policy.toml"
    path.write_text(KEYS.format(ada=ssh.public("ada"), bob=ssh.public("bob")))
    return path


@pytest.fixture
def keys_command(policy_file) -> Callable[..., Done]:
    """`keys_command("add", …)` on `policy_file`."""

    def run(word: str, *words: object, stdin: bytes = b"") -> Done:
        return call("keys", word, *words, "--policy", policy_file, stdin=stdin)

    return run
