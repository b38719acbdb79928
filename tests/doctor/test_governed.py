"""The doctor where the policies in the trees judge: an anchor has no keys, and that is no fault."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gitsig.doctor import Status, examine
from gitsig.install import HOOKS, Settings, apply_settings, install_hook, open_repository, place, program_words
from tests.engine.governance.law_scene import NOW, Realm
from tests.sources.conftest import MAINTAINER, sq_git_policy
from tests.support.sshkeys import SSHHome
from tests.support.story import Story

OK, WARN, FAIL, _ = Status


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def server(told: Story, policy: str | None = None, *, filled: bool = True) -> Path:
    """A sound server with the story's main, guarded by `policy`; None: by the one at the old tip of main."""
    path = told.folder / "server.git"
    git(told.folder, "init", "-q", "--bare", "--template=", "-b", "main", str(path))
    git(path, "config", "receive.fsckObjects", "true")
    if filled:
        git(path, "fetch", "-q", str(told.path), "main:main")
    repository = open_repository(path)
    settings = Settings(policy=policy) if policy else Settings(policy_ref="refs/heads/main")
    apply_settings(repository, settings, [HOOKS["pre-receive"]])
    install_hook(HOOKS["pre-receive"], place(repository, HOOKS["pre-receive"]), program_words())
    return path


def told(path: Path, name: str) -> list[tuple[Status, str]]:
    return [(check.status, check.text) for check in examine(str(path), NOW) if check.id == name]


@pytest.fixture
def realm(tmp_path: Path, ssh: SSHHome) -> Realm:
    return Realm(tmp_path, ssh)


def test_the_keys_of_an_anchor_are_those_of_the_policy_at_head(realm: Realm) -> None:
    realm.change("ada", "ada", "bob")
    path = server(realm.told, str(realm.anchor()))
    source = f"{realm.told.tip()[:12]}:.gitsig/policy.toml"
    assert told(path, "keys") == [(OK, f"2, all good for more than 30 days ({source})")]
    ((status, words),) = told(path, "policy")
    assert status is OK
    assert "names the governance root; who may sign is said in the trees" in words
    assert all(check.status is OK for check in examine(str(path), NOW))


def test_a_server_without_commits_has_its_keys_to_come(realm: Realm) -> None:
    path = server(realm.told, str(realm.anchor()), filled=False)
    assert told(path, "keys") == [(OK, "in the trees of commits, of which there is none yet")]


@pytest.mark.parametrize("kind", ["absent", "aside", "broken"])
def test_what_would_refuse_everything_fails(realm: Realm, kind: str) -> None:
    aside = realm.told.commit("ada", branch="aside", parents=[], files=realm.law("ada"))
    broken = realm.told.commit("ada", branch="aside", parents=[], files={".gitsig/policy.toml": b"version = 2\n"})
    root, words = {
        "absent": ("1" * 40, f"the governance root {'1' * 40} is not"),
        "aside": (aside, f"does not descend from the governance root {aside}"),
        "broken": (broken, "no policy is in force at HEAD"),
    }[kind]
    path = server(realm.told, str(realm.anchor(root=root)))
    git(path, "fetch", "-q", str(realm.told.path), f"{aside}:refs/heads/aside", f"{broken}:refs/heads/broken")
    ((status, found),) = told(path, "keys")
    assert status is FAIL
    assert words in found


def test_a_policy_that_relies_on_a_root_and_judges_alone_is_warned_of(realm: Realm) -> None:
    path = server(realm.told)
    assert [status for status, _ in told(path, "keys")] == [OK]
    ((_, _), (status, words)) = told(path, "policy")
    assert status is WARN
    assert words.startswith("the policy relies on a governance root and names none")


def test_sequoia_git_s_keys_are_in_the_tree(story: Callable[..., Story]) -> None:
    tale = story()
    assert tale.gnupg is not None
    keys = tale.gnupg.export(tale.people["ada"].certificate or "")
    root = tale.commit(files={"openpgp-policy.toml": sq_git_policy({"ada": (MAINTAINER, keys)})})
    path = server(tale, f"sq-git:?root={root}")
    assert told(path, "keys") == [(OK, f"1, all good for more than 30 days ({root[:12]}:openpgp-policy.toml)")]
