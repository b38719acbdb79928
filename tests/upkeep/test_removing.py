"""`gitsig keys remove` and `expire`: what is needed stays, and nothing else moves."""

from __future__ import annotations

import tomllib

import pytest

from gitsig.policy import parse_policy


def test_one_of_two_keys_goes(keys_command, policy_file, ssh) -> None:
    before = policy_file.read_text()
    keys_command("add", "bob", ssh.public("carol"))
    done = keys_command("remove", "bob", ssh.fingerprint("carol"))
    assert done.code == 0
    assert "old ones too, are unknown now" in done.out
    assert policy_file.read_text() == before


def test_the_last_key_needs_force_and_takes_the_signer_along(keys_command, policy_file, ssh) -> None:
    done = keys_command("remove", "bob", ssh.fingerprint("bob"))
    assert done.code == 2
    assert "keys expire bob" in done.err
    before = policy_file.read_text()
    assert keys_command("remove", "bob", ssh.fingerprint("bob"), "--force").code == 0
    head, rest = before.split("# Bob came later.\n")
    assert policy_file.read_text() == head + rest[rest.index("# what matters") :]


def test_the_only_one_with_a_role_that_a_rule_demands_stays(keys_command, policy_file) -> None:
    before = policy_file.read_bytes()
    for force in ((), ("--force",)):
        done = keys_command("remove", "ada", *force)
        assert done.code == 2
        assert "the only 'maintainer'" in done.err
    assert policy_file.read_bytes() == before


def test_a_signer_whom_a_rule_names(keys_command, policy_file) -> None:
    text = policy_file.read_text().replace('["role:maintainer"]', '["role:maintainer", "bob"]')
    policy_file.write_text(text)
    done = keys_command("remove", "bob")
    assert done.code == 2
    assert "rule 1 (refs/heads/main) names 'bob'" in done.err
    assert keys_command("remove", "bob", "--force").code == 0
    assert '["role:maintainer"]   # only she' in policy_file.read_text()
    assert list(parse_policy(policy_file.read_bytes(), "p").signers) == ["ada"]


def test_a_rule_is_never_left_for_nobody(keys_command, policy_file) -> None:
    policy_file.write_text(policy_file.read_text().replace("role:maintainer", "bob"))
    before = policy_file.read_bytes()
    done = keys_command("remove", "bob", "--force")
    assert (done.code, policy_file.read_bytes()) == (2, before)
    assert "names nobody but 'bob'" in done.err


def test_the_last_signer_of_all_stays(keys_command, policy_file, ssh) -> None:
    policy_file.write_text(f'version = 1\n[signers.bob]\nssh = ["{ssh.public("bob")}"]\n')
    done = keys_command("remove", "bob", "--force")
    assert done.code == 2
    assert "would not be usable" in done.err


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("bobb",), "did you mean 'bob'?"),
        (("bob", "SHA256:x"), "has no key"),
        (("bob", "ABCDEF0123456789"), "has no key"),
    ],
)
def test_unknown_signers_and_keys(keys_command, words, what) -> None:
    for command in ("remove", "expire"):
        done = keys_command(command, *words)
        assert done.code == 2
        assert what in done.err


def test_a_file_with_several_keys_is_named_whole(keys_command, policy_file, ssh) -> None:
    (policy_file.parent / "two.pub").write_text(f"{ssh.public('carol')}\n{ssh.public('mallory')}\n")
    policy_file.write_text(policy_file.read_text().replace("]  # one key", ', "two.pub"]  # keys'))
    done = keys_command("remove", "bob", ssh.fingerprint("carol"))
    assert done.code == 2
    assert "two.pub holds 2 keys" in done.err
    done = keys_command("remove", "bob", "two.pub")
    assert done.code == 0
    assert "two.pub is left where it is" in done.out
    assert (policy_file.parent / "two.pub").exists()


def test_expiring_a_signer_sets_his_window(keys_command, policy_file) -> None:
    before = policy_file.read_text()
    done = keys_command("expire", "bob", "--at", "2026-06-30T12:00:00+02:00")
    assert done.code == 0
    assert "stay good in the history" in done.out
    line = '"]  # one key\n'
    assert policy_file.read_text() == before.replace(line, f"{line}valid-until = 2026-06-30T10:00:00Z\n")
    done = keys_command("expire", "bob", "--at", "2027-01-01")
    assert "lets it sign longer" in done.err
    assert policy_file.read_text().count("valid-until") == 1


def test_expiring_a_key_keeps_its_other_bound(keys_command, policy_file, ssh) -> None:
    name = ssh.fingerprint("ada")
    assert keys_command("expire", "ada", name, "--at", "2027-01-01").code == 0
    (entry,) = tomllib.loads(policy_file.read_text())["signers"]["ada"]["ssh"]
    assert entry["key"] == ssh.public("ada")
    text = policy_file.read_text().replace("valid-until", "valid-from = 2020-01-01T00:00:00Z, valid-until")
    policy_file.write_text(text)
    assert keys_command("expire", "ada", name, "--at", "2026-01-01").code == 0
    (entry,) = tomllib.loads(policy_file.read_text())["signers"]["ada"]["ssh"]
    assert [entry[each].year for each in ("valid-from", "valid-until")] == [2020, 2026]
    assert "# her laptop" in policy_file.read_text()
    before = policy_file.read_bytes()
    done = keys_command("expire", "ada", name, "--at", "2019-01-01")
    assert done.code == 3
    assert "not before 'valid-until'" in done.err
    assert policy_file.read_bytes() == before


def test_keys_of_an_allowed_signers_file_are_edited_there(keys_command, policy_file, ssh) -> None:
    (policy_file.parent / "signers").write_text(f"dora@example.org {ssh.public('carol')}\n")
    policy_file.write_text(policy_file.read_text() + '\n[ssh]\nallowed-signers = "signers"\n')
    done = keys_command("remove", "dora@example.org")
    assert done.code == 2
    assert "comes from signers" in done.err
