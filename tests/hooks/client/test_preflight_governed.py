"""Before a commit under governance: the policies in force after its parents are asked, and not the one that names the
root.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hooks.client.conftest import Desk
from tests.sources.conftest import MAINTAINER, sq_git_policy

OWNERS = {"signers": ["ada"]}


def anchor(desk: Desk, root: str, parents: str = "all") -> Path:
    """Configure a policy outside the repository that names the root."""
    path = desk.folder / "anchor.toml"
    signer = desk.ssh.fingerprint("ada")
    path.write_text(
        f'version = 1\n[governance]\nroot = "{root}"\nroot-signer = "{signer}"\nparents = "{parents}"\n',
    )
    desk.config("gitsig.policy", str(path))
    return path


def change(desk: Desk, **signers: object) -> str:
    """Commit a policy with Ada and these."""
    desk.policy(signers=signers, governance=OWNERS)
    desk.git("add", ".gitsig")
    return desk.commit()


@pytest.fixture
def governed(desk: Desk) -> Desk:
    """A clone whose first commit, Ada's, is the governance root; its policy lists her and Bob."""
    anchor(desk, desk.begin(pushed=False, governance=OWNERS))
    return desk


@pytest.mark.parametrize(("who", "kind"), [("ada", "ssh"), ("ada", "openpgp"), ("bob", "ssh")])
def test_who_is_listed_in_the_tree_may_commit(governed: Desk, who: str, kind: str) -> None:
    governed.be(who, kind=kind)
    done = governed.hook("preflight")
    assert (done.returncode, done.stderr) == (0, "")


def test_who_is_listed_nowhere_may_not(governed: Desk) -> None:
    governed.be("mallory")
    done = governed.hook("preflight")
    assert done.returncode == 1
    assert "unknown_key: the commit would be refused" in done.stderr


def test_only_what_is_in_force_counts_and_not_the_work_tree(governed: Desk) -> None:
    carol = {"emails": ["carol@example.org"], "ssh": [governed.ssh.public("carol")]}
    governed.policy(signers={"carol": carol}, governance=OWNERS)
    governed.be("carol")
    assert governed.hook("preflight").returncode == 1
    governed.be("ada")
    change(governed, carol=carol)
    governed.be("carol")
    assert governed.hook("preflight").returncode == 0


def test_a_refused_change_of_the_policy_lists_nobody(governed: Desk) -> None:
    governed.be("bob")
    change(governed, mallory={"emails": ["mallory@example.net"], "ssh": [governed.ssh.public("mallory")]})
    governed.be("mallory")
    done = governed.hook("preflight")
    assert done.returncode == 1
    assert "unknown_key: the commit would be refused" in done.stderr


@pytest.mark.parametrize(("parents", "code"), [("all", 1), ("any", 0)])
def test_a_merge_is_judged_by_the_policies_of_its_parents(governed: Desk, parents: str, code: int) -> None:
    root = governed.head()
    carol = {"emails": ["carol@example.org"], "ssh": [governed.ssh.public("carol")]}
    governed.git("branch", "side")
    change(governed, carol=carol)
    governed.git("checkout", "-q", "side")
    side = governed.commit()
    governed.git("checkout", "-q", "main")
    anchor(governed, root, parents)
    governed.be("carol")
    done = governed.hook("preflight", **{f"GITHEAD_{side}": "side"})
    assert done.returncode == code, done.stderr
    assert ("unknown_key" in done.stderr) is bool(code)


def test_a_commit_without_parents_is_not_from_the_root(governed: Desk) -> None:
    governed.git("checkout", "-q", "--orphan", "other")
    done = governed.hook("preflight")
    assert done.returncode == 1
    assert "does not descend from the governance root" in done.stderr


def test_a_root_that_is_not_here_refuses(governed: Desk) -> None:
    anchor(governed, "ab" * 20)
    done = governed.hook("preflight")
    assert done.returncode == 3
    assert "the governance root" in done.stderr


def test_the_rules_in_the_tree_are_foreseen(desk: Desk) -> None:
    rule = {"refs": ["refs/heads/main"], "signers": ["bob"]}
    anchor(desk, desk.begin(pushed=False, governance=OWNERS, rules=[rule]))
    done = desk.hook("preflight")
    assert done.returncode == 0
    assert "warning: fit for another branch only" in done.stderr


@pytest.mark.parametrize(("who", "code"), [("ada", 0), ("bob", 1)])
def test_sequoia_git_s_policy_in_the_tree_is_asked(desk: Desk, who: str, code: int) -> None:
    keys = desk.gnupg.export(desk.gnupg.fingerprint("ada@example.org"))
    (desk.path / "openpgp-policy.toml").write_bytes(sq_git_policy({"ada": (MAINTAINER, keys)}))
    desk.git("add", ".")
    desk.config("gitsig.policy", f"sq-git:?root={desk.commit()}")
    desk.be(who, kind="openpgp")
    done = desk.hook("preflight")
    assert done.returncode == code, done.stderr
    assert ("unknown_key" in done.stderr) is bool(code)
