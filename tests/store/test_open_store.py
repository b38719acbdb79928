from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault, ObjectMissing
from gitsig.store import Store, is_ancestor, open_store, walk

from .conftest import Git


def opened(git: Git) -> Store:
    return open_store(str(git.folder))


def test_a_repository_with_a_work_tree(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    oid = git.commit("first")
    (git.folder / "deep" / "er").mkdir(parents=True)
    for store in (opened(git), open_store(str(git.folder / "deep" / "er"))):
        assert store.object_format is git.object_format
        assert (store.bare, store.workdir, store.git_dir) == (False, git.folder, git.folder / ".git")
        assert store.read(oid)[0] == "commit"
    monkeypatch.chdir(git.folder / "deep")
    assert open_store().head() == ("refs/heads/main", oid)


def test_a_bare_repository(new_git: Callable[..., Git]) -> None:
    git = new_git("bare.git", "--bare")
    store = opened(git)
    assert (store.bare, store.workdir) == (True, None)
    assert Path(store.path) == store.git_dir == git.folder


def test_a_linked_work_tree_and_its_own_configuration(git: Git, tmp_path: Path) -> None:
    first, second = git.commit("first"), git.commit("second")
    git("config", "extensions.worktreeConfig", "true")
    git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"), first)
    store = open_store(str(tmp_path / "linked"))
    assert (store.path, store.git_dir) == (f"{tmp_path}/linked", git.folder / ".git" / "worktrees" / "linked")
    assert store.head() == (None, first)
    assert dict(store.refs()) == {"refs/heads/main": second}
    assert store.read(second)[0] == "commit"


def test_a_git_file(git: Git, tmp_path: Path) -> None:
    oid = git.commit("first")
    (git.folder / ".git").rename(tmp_path / "elsewhere")
    (git.folder / ".git").write_text(f"gitdir: {tmp_path}/elsewhere\n")
    assert opened(git).head() == ("refs/heads/main", oid)


def test_a_partial_clone_opens_and_its_missing_objects_are_missing(git: Git) -> None:
    git("config", "core.repositoryFormatVersion", "1")
    git("config", "extensions.partialClone", "origin")
    with pytest.raises(ObjectMissing) as caught:
        opened(git).read(git.absent())
    assert "partial clone" in caught.value.mend


def test_no_repository(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(EnvironmentFault, match="no git repository"):
            open_store(str(path))


@pytest.mark.parametrize(("key", "value"), [("extensions.frobnicate", "x"), ("extensions.refStorage", "reftable")])
def test_unknown_extensions_are_refused(git: Git, key: str, value: str) -> None:
    git("config", "core.repositoryFormatVersion", "1")
    git("config", key, value)
    with pytest.raises(EnvironmentFault, match=r"needs what (libgit2|git) does not know"):
        opened(git)


def test_a_damaged_repository_is_refused(git: Git) -> None:
    (git.folder / ".git" / "config").write_text("[core\n")
    with pytest.raises(EnvironmentFault, match="cannot be opened"):
        opened(git)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a repository away")
def test_a_foreign_owner_is_refused_unless_the_user_trusts_it(git: Git, tmp_path: Path) -> None:
    oid = git.commit("first")
    for folder in (git.folder, git.folder / ".git"):
        os.chown(folder, 12345, 12345)
    with pytest.raises(EnvironmentFault) as caught:
        opened(git)
    assert caught.value.mend.endswith(f"git config --global --add safe.directory '{git.folder}'")
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f"[safe]\n\tdirectory = {git.folder}\n")
    code = f"from gitsig.store import open_store; print(open_store({str(git.folder)!r}).head()[1])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "HOME": str(home), "GIT_CONFIG_GLOBAL": str(home / ".gitconfig")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == oid


def test_git_dir_and_the_quarantine_of_a_push(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = git.commit("first")
    quarantine = tmp_path / "quarantine"
    quarantine.mkdir()
    objects = git.folder / ".git" / "objects"
    env = {"GIT_OBJECT_DIRECTORY": str(quarantine), "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects)}
    second = git("commit-tree", git.tree, "-p", first, "-m", "pushed", **env)
    with pytest.raises(ObjectMissing):
        opened(git).read(second)
    for name, value in {**env, "GIT_DIR": str(git.folder / ".git"), "GIT_QUARANTINE_PATH": str(quarantine)}.items():
        monkeypatch.setenv(name, value)
    for store in (open_store(), opened(git)):
        assert list(walk(store, [second]).commits) == [first, second]
        assert store.resolve(second[:12]).oid == second
    monkeypatch.chdir(git.folder / ".git")
    monkeypatch.setenv("GIT_DIR", ".")
    assert is_ancestor(open_store(), first, second)


def test_another_repository_does_not_see_the_quarantine(
    git: Git, new_git: Callable[..., Git], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = new_git("other")
    oid = git.commit("first")
    monkeypatch.setenv("GIT_DIR", str(git.folder / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(git.folder / ".git" / "objects"))
    assert open_store().read(oid)[0] == "commit"
    with pytest.raises(ObjectMissing):
        opened(other).read(oid)


@pytest.mark.parametrize("packed", [False, True])
def test_alternates_of_alternates(git: Git, new_git: Callable[..., Git], tmp_path: Path, packed: bool) -> None:
    oid = git.commit("first")
    if packed:
        git("repack", "-adq")
        git("prune-packed")
    middle, last = new_git("middle"), new_git('la"st\n')
    (middle.folder / ".git/objects/info").mkdir(exist_ok=True)
    (middle.folder / ".git/objects/info/alternates").write_text("# a comment\n../../../repository/.git/objects\n")
    (last.folder / ".git/objects/info/alternates").write_text(f"\n{middle.folder}/.git/objects\n/absent\n")
    assert opened(last).read(oid)[0] == "commit"
    (last.folder / ".git/objects/info/alternates").write_text(f'"{middle.folder}/.git/\\157bjects"\n')
    assert opened(last).read(oid)[0] == "commit"
    (middle.folder / ".git/objects/info/alternates").write_text(f"{middle.folder}/.git/objects\n")
    with pytest.raises(ObjectMissing):
        opened(last).read(oid)


def test_alternates_that_cannot_be_read(git: Git) -> None:
    (git.folder / ".git/objects/info/alternates").mkdir(parents=True)
    with pytest.raises(EnvironmentFault, match="alternates"):
        opened(git)
