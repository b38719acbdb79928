"""`gitsig keys`: the list, where the policy is found, and what the help says."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from tests.support.gnupg import BIRTH
from tests.upkeep.commands import APP, call

YEAR = 365 * 86400


@pytest.fixture
def here(story, monkeypatch) -> None:
    monkeypatch.chdir(story.path)
    for name in [name for name in os.environ if name.startswith(("GIT_DIR", "GITSIG_P"))]:
        monkeypatch.delenv(name)


@pytest.fixture
def policy(tmp_path, gnupg, ssh):
    """Ada with a certificate and a subkey, Bob with an SSH key that has ended, and a line of allowed_signers."""
    (tmp_path / "ada.asc").write_bytes(gnupg.export(gnupg.fingerprint("ada@example.org")))
    (tmp_path / "allowed_signers").write_text(f"carol@example.org {ssh.public('carol')}\n")
    path = tmp_path / "policy.toml"
    path.write_text(f"""version = 1
[ssh]
allowed-signers = "allowed_signers"
[signers.ada]
emails = ["ada@example.org"]
roles = ["maintainer"]
openpgp = ["ada.asc"]
[signers.bob]
only = ["merge"]
ssh = [
  {{key = "{ssh.public("bob")}", valid-until = 2025-06-01T00:00:00Z}},
]
[[rules]]
refs = ["refs/heads/main"]
signers = ["role:maintainer"]
""")
    return path


def test_the_list_says_who_has_what_and_where_it_stands(policy, gnupg, ssh) -> None:
    done = call("keys", "list", "--policy", policy, "--now", "2026-01-01")
    ada = gnupg.fingerprint("ada@example.org")
    (subkey,) = gnupg.subkeys(ada)
    until = "valid until 2025-06-01T00:00:00Z"
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "ada: ada@example.org; roles maintainer",
        f"  {ada}  openpgp; ed25519; valid; made 2025-01-01T00:00:00Z  ({policy}:7)",
        f"    subkey {subkey}  openpgp; ed25519; valid; made 2025-01-01T00:00:00Z",
        "bob: no emails; only merge",
        f"  {ssh.fingerprint('bob')}  ssh; ed25519; past its valid-until; {until}  ({policy}:11)",
        "carol@example.org: carol@example.org",
        f"  {ssh.fingerprint('carol')}  ssh; ecdsa; valid  (allowed_signers)",
    ]


def test_the_list_as_json(policy, gnupg) -> None:
    document = json.loads(call("keys", "list", "--policy", policy, "--format", "json", "--now", "2025-02-01").out)
    assert (document["schema"], document["now"]) == ("gitsig/keys/1", "2025-02-01T00:00:00Z")
    ada, bob, _ = document["signers"]
    assert [key["fingerprint"] for key in ada["keys"]] == [gnupg.fingerprint("ada@example.org")] * 2
    assert bob["keys"][0]["state"] == "valid"
    assert bob["keys"][0]["valid_until"] == "2025-06-01T00:00:00Z"


@pytest.mark.parametrize(("reason", "state"), [(1, "revoked (superseded)"), (2, "revoked (compromised)")])
def test_the_state_of_a_revoked_key(policy, gnupg, reason, state) -> None:
    with gnupg.clone() as home:
        ada = home.fingerprint("ada@example.org")
        home.revoke(ada, reason)
        (policy.parent / "ada.asc").write_bytes(home.export(ada))
    assert f"{ada}  openpgp; ed25519; {state};" in call("keys", "list", "--policy", policy).out


def test_the_state_of_an_expired_key(policy, gnupg) -> None:
    with gnupg.clone() as home:
        ada = home.fingerprint("ada@example.org")
        home.set_expiry(ada, "1y", at=BIRTH + 60)
        (policy.parent / "ada.asc").write_bytes(home.export(ada))
    before, after = (call("keys", "list", "--policy", policy, "--now", BIRTH + days * 86400).out for days in (300, 400))
    assert f"{ada}  openpgp; ed25519; valid;" in before
    assert f"{ada}  openpgp; ed25519; expired;" in after


def test_the_policy_of_the_work_tree_and_of_a_commit(here, story) -> None:
    assert "ada: ada@example.org" in call("keys", "list").out
    assert "(main:.gitsig/policy.toml:5)" in call("keys", "list", "--policy-ref", "main").out


def test_a_policy_in_a_bare_repository_is_edited_elsewhere(story, tmp_path) -> None:
    story.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    done = call("keys", "remove", "ada", "--repo", tmp_path / "bare.git")
    assert done.code == 3
    assert "edit it in a clone" in done.err


def test_allowed_signers_alone_is_not_edited(tmp_path) -> None:
    (tmp_path / "allowed_signers").write_text("")
    done = call("keys", "expire", "ada", "--policy", tmp_path / "allowed_signers")
    assert done.code == 2
    assert "edit it by hand" in done.err


def test_hostile_names_are_escaped(policy) -> None:
    policy.write_text(policy.read_text().replace('"ada@example.org"', '"\\u202eada@example.org"'))
    assert "\\u202eada@example.org" in call("keys", "list", "--policy", policy).out


@pytest.mark.parametrize("command", ["list", "add", "remove", "expire", "refresh"])
def test_help_has_examples_and_exit_codes(command: str) -> None:
    shown = CliRunner().invoke(APP, ["keys", command, "--help"], prog_name="gitsig").output
    assert f"  Examples:\n    {'curl' if command == '' else 'gitsig'} keys {command}" in shown
    assert "  Exit codes:\n    0    done" in shown


def test_starting_up_reads_no_toml_editor() -> None:
    code = "import sys, gitsig.cli.keys, gitsig.cli.init, gitsig.cli.policy; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not [name for name in done.stdout.split() if name.startswith(("tomlkit", "gitsig.upkeep", "gnupg"))]
