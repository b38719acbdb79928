"""Real pushes to a server whose anchor lies outside the repository, and the program over what it then holds."""

from __future__ import annotations

import subprocess

import pytest

from tests.engine.governance.law_scene import MAIN, Realm
from tests.hooks.server.guarded import PROGRAM, Guarded, git


@pytest.fixture
def server(realm: Realm) -> Guarded:
    made = Guarded(realm.told)
    made.config("gitsig.policy", str(realm.anchor(more=f'[[rules]]\nrefs = ["{MAIN}"]\nno-rewind = true\n')))
    return made


def test_a_repository_grows_under_its_own_laws(realm: Realm, server: Guarded) -> None:
    assert server.push("main").returncode == 0
    added = realm.change("ada", "ada", "bob")
    good = realm.change("bob")
    assert server.push("main").returncode == 0
    evil = realm.change("bob", "bob", "mallory", owners=("bob",))
    guest = realm.change("mallory")
    refused = server.push("main")
    assert refused.returncode != 0
    words = "rule_violation: this commit changes the policy, which bob may not; have it signed by ada"
    assert f"  {MAIN} {evil[:10]} {words}" in refused.stderr
    assert f"  {MAIN} {guest[:10]} unknown_key: " in refused.stderr
    assert server.push(f"+{added}:main").returncode != 0
    assert server.refs() == {MAIN: good}


@pytest.mark.parametrize(("who", "code"), [("bob", 0), ("carol", 1)])
def test_signed_pushes_are_judged_by_the_law_where_the_ref_is(
    realm: Realm, server: Guarded, who: str, code: int
) -> None:
    server.config("receive.certNonceSeed", "a secret of this test")
    server.config("gitsig.requireCertificate", "true")
    for pusher, start in (("ada", realm.root), (who, realm.change("ada", "ada", "bob"))):
        for key, value in (("gpg.format", "ssh"), ("user.signingkey", str(realm.ssh.key(pusher)))):
            git("-C", realm.told.path, "config", key, value, check=True)
        if pusher == "ada":
            assert git("-C", realm.told.path, "push", "--signed", server.path, f"{start}:{MAIN}").returncode == 0
            assert git("-C", realm.told.path, "push", "--signed", server.path, MAIN).returncode == 0
    realm.change("ada")
    done = git("-C", realm.told.path, "push", "--signed", server.path, MAIN)
    assert done.returncode == code, done.stderr
    assert ("the push certificate is refused, unknown_key" in done.stderr) is bool(code)


def test_signed_pushes_of_new_branches_are_judged_where_the_default_branch_is(realm: Realm, server: Guarded) -> None:
    """Bob came after the root, and Carol, whom the root lists, has left since."""
    root = realm.told.commit("ada", parents=[], files=realm.law("ada", "carol"))
    server.config("gitsig.policy", str(realm.anchor(root=root)))
    server.config("receive.certNonceSeed", "a secret of this test")
    tip = realm.change("ada", "ada", "bob")
    assert server.push("main").returncode == 0
    server.config("gitsig.requireCertificate", "true")
    codes = {}
    for pusher in ("bob", "carol"):
        for key, value in (("gpg.format", "ssh"), ("user.signingkey", str(realm.ssh.key(pusher)))):
            git("-C", realm.told.path, "config", key, value, check=True)
        done = git("-C", realm.told.path, "push", "--signed", server.path, f"{tip}:refs/heads/by-{pusher}")
        codes[pusher] = done.returncode
    assert (codes["bob"], codes["carol"]) == (0, 1)
    assert server.refs().keys() == {MAIN, "refs/heads/by-bob"}


def test_the_program(realm: Realm) -> None:
    realm.change("ada", "ada", "bob")
    evil = realm.change("bob", "bob", owners=("bob",))

    def run(*arguments: str) -> tuple[int, str]:
        command = [PROGRAM, *arguments, "--repo", realm.told.path, "--policy", realm.anchor()]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    assert run("audit")[0] == 1
    assert run("verify", realm.root)[0] == 0
    assert run("verify", f"{realm.root}..{evil}^")[0] == 0
    code, said = run("explain", evil)
    assert code == 1
    assert "changes the policy in force after its parent" in said
    realm.told.git("update-ref", "refs/heads/main", f"{evil}^")
    assert run("audit", "--jobs", "4")[0] == 0
