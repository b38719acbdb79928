"""Before a commit is made, nothing is said of what it is going to change: no warning, and never a refusal."""

from __future__ import annotations

from tests.hooks.client.conftest import Desk


def test_rules_on_changes_are_no_matter_of_the_commit_that_is_not_made_yet(desk: Desk) -> None:
    bob = {"refs": ["refs/heads/main"], "paths": ["ci/**"], "signers": ["bob"]}
    desk.begin(rules=[bob, {"refs": ["refs/heads/main"], "two-person": True, "clean-merges": True}])
    desk.install("pre-commit")
    done = desk.run("git", "commit", "-q", "--allow-empty", "-m", "Change")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_confined_signer_can_commit(desk: Desk) -> None:
    ada = {"emails": ["ada@example.org"], "ssh": [desk.ssh.public("ada")], "paths": ["deps/**"]}
    desk.be("bob")
    desk.begin(signers={"ada": ada})
    desk.be("ada")
    desk.install("pre-commit")
    (desk.path / "deps").mkdir()
    (desk.path / "deps" / "lock").write_text("1\n")
    desk.git("add", "deps")
    done = desk.run("git", "commit", "-q", "-m", "Update")
    assert (done.returncode, done.stderr) == (0, "")
