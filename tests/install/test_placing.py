"""Hooks in their places, in real repositories: bare or not, linked work trees, core.hooksPath, forges' folders."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault
from gitsig.install import (
    BEFORE,
    HOOKS,
    Layout,
    Place,
    find_repositories,
    install_hook,
    open_repository,
    place,
    uninstall_hook,
)

OTHER = "#!/bin/sh\nexit 0\n"
WORDS = ("/usr/bin/gitsig",)
RECEIVE, COMMIT = HOOKS["pre-receive"], HOOKS["pre-commit"]


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "--bare", "--template=", "bare.git")
    return tmp_path / "bare.git"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "--template=", "-b", "main", "tree")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git(tmp_path / "tree", *who, "commit", "-q", "--allow-empty", "-m", "Begin")
    return tmp_path / "tree"


def other(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(OTHER)
    path.chmod(mode)
    return path


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_installing_twice_is_installing_once_and_uninstalling_leaves_nothing(bare: Path) -> None:
    where = place(open_repository(bare), RECEIVE)
    assert where.path == bare / "hooks" / "pre-receive"
    assert install_hook(RECEIVE, where, WORDS).what == "installed"
    text = where.path.read_text()
    assert where.path.stat().st_mode & 0o777 == 0o755
    assert install_hook(RECEIVE, where, WORDS).what == "in place"
    assert install_hook(RECEIVE, where, ("/other/gitsig",)).what == "updated"
    assert install_hook(RECEIVE, where, WORDS).what == "updated"
    assert where.path.read_text() == text
    assert uninstall_hook(where).what == "removed"
    assert uninstall_hook(where).what == "not there"
    assert files(bare / "hooks") == set()


def test_permissions_are_mended(bare: Path) -> None:
    where = place(open_repository(bare), RECEIVE)
    install_hook(RECEIVE, where, WORDS)
    where.path.chmod(0o644)
    assert install_hook(RECEIVE, where, WORDS).what == "updated"
    assert where.path.stat().st_mode & 0o777 == 0o755


def test_a_hook_that_is_there_is_chained_and_comes_back(bare: Path) -> None:
    path = other(bare / "hooks" / "pre-receive")
    where = place(open_repository(bare), RECEIVE)
    for _ in range(2):
        assert "both must accept" in install_hook(RECEIVE, where, WORDS).note
        assert "$before" in path.read_text()
        assert (bare / "hooks" / f"pre-receive{BEFORE}").read_text() == OTHER
    uninstall_hook(where)
    assert path.read_text() == OTHER
    assert os.access(path, os.X_OK)
    assert files(bare / "hooks") == {"pre-receive"}


def test_a_link_is_kept_as_a_link(bare: Path, tmp_path: Path) -> None:
    """Gitolite's hooks are links into a common folder, which must stay as it is."""
    target = other(tmp_path / "common-update")
    path = bare / "hooks" / "update"
    path.parent.mkdir()
    path.symlink_to(target)
    where = place(open_repository(bare), HOOKS["update"])
    install_hook(HOOKS["update"], where, WORDS)
    assert target.read_text() == OTHER
    assert (bare / "hooks" / f"update{BEFORE}").readlink() == target
    uninstall_hook(where)
    assert path.readlink() == target


def test_a_hook_that_never_ran_is_kept_and_not_chained(bare: Path) -> None:
    path = other(bare / "hooks" / "pre-receive", 0o644)
    where = place(open_repository(bare), RECEIVE)
    assert "does not run" in install_hook(RECEIVE, where, WORDS).note
    assert "$before" not in path.read_text()
    uninstall_hook(where)
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_second_hook_over_ours_is_not_overwritten(bare: Path) -> None:
    path = other(bare / "hooks" / "pre-receive")
    where = place(open_repository(bare), RECEIVE)
    install_hook(RECEIVE, where, WORDS)
    path.unlink()
    other(path).write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(EnvironmentFault, match="a hook is there"):
        install_hook(RECEIVE, where, WORDS)
    with pytest.raises(EnvironmentFault, match="not written by gitsig"):
        uninstall_hook(where)
    assert path.read_text() == "#!/bin/sh\nexit 1\n"


def test_an_installation_that_was_cut_short_is_finished(bare: Path) -> None:
    path = other(bare / "hooks" / "pre-receive")
    os.link(path, path.with_name(path.name + BEFORE))
    assert install_hook(RECEIVE, place(open_repository(bare), RECEIVE), WORDS).what == "installed"
    assert "$before" in path.read_text()


@pytest.mark.parametrize("copy", ['exec gitsig hook pre-receive "$@"\n', 'exec "${GITSIG:-gitsig}" hook update "$@"\n'])
def test_a_copy_of_ours_is_not_chained_to_itself(bare: Path, copy: str) -> None:
    other(bare / "hooks" / "pre-receive").write_text(f"#!/bin/sh\n{copy}")
    with pytest.raises(EnvironmentFault, match="copy of gitsig's hook"):
        install_hook(RECEIVE, place(open_repository(bare), RECEIVE), WORDS)


def test_a_link_to_one_of_ours_is_not_chained_to_itself(bare: Path, tmp_path: Path) -> None:
    shared = tmp_path / "common" / "pre-receive"
    install_hook(RECEIVE, Place(shared, True), WORDS)
    (bare / "hooks").mkdir()
    (bare / "hooks" / "pre-receive").symlink_to(shared)
    for change in (install_hook, lambda *_: uninstall_hook(place(open_repository(bare), RECEIVE))):
        with pytest.raises(EnvironmentFault):
            change(RECEIVE, place(open_repository(bare), RECEIVE), WORDS)
    assert (bare / "hooks" / "pre-receive").readlink() == shared


def test_a_folder_in_the_way_is_left_alone(bare: Path) -> None:
    (bare / "hooks" / "pre-receive").mkdir(parents=True)
    with pytest.raises(EnvironmentFault):
        install_hook(RECEIVE, place(open_repository(bare), RECEIVE), WORDS)
    assert files(bare / "hooks") == {"pre-receive"}


def test_no_link_leads_out_of_the_repository(bare: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (bare / "hooks").symlink_to(outside)
    where = place(open_repository(bare), RECEIVE)
    for change in (lambda: install_hook(RECEIVE, where, WORDS), lambda: uninstall_hook(where)):
        with pytest.raises(EnvironmentFault, match="outside the repository"):
            change()
    assert files(outside) == set()
    install_hook(RECEIVE, Place(outside / "pre-receive", True), WORDS)
    assert files(outside) == {"pre-receive"}


def test_a_work_tree_and_those_linked_to_it_share_their_hooks(tree: Path, tmp_path: Path) -> None:
    git(tree, "worktree", "add", "-q", str(tmp_path / "linked"))
    (tree / "folder").mkdir()
    for start in (tree, tree / "folder", tree / ".git", tmp_path / "linked"):
        repository = open_repository(start)
        assert not repository.bare
        assert place(repository, COMMIT).path == tree / ".git" / "hooks" / "pre-commit"


def test_core_hooks_path_of_the_repository(tree: Path, tmp_path: Path) -> None:
    git(tree, "config", "core.hooksPath", ".githooks")
    git(tree, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert place(open_repository(tree), COMMIT).path == tree / ".githooks" / "pre-commit"
    assert place(open_repository(tree), RECEIVE).path == tree / ".git" / ".githooks" / "pre-receive"
    assert place(open_repository(tmp_path / "linked"), COMMIT).path == tmp_path / "linked" / ".githooks" / "pre-commit"


@pytest.mark.parametrize("scope", ["local", "global"])
def test_a_shared_core_hooks_path_must_be_asked_for_by_name(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    git(tree, "config", f"--{scope}", "core.hooksPath", str(tmp_path / "shared"))
    where = place(open_repository(tree), COMMIT)
    with pytest.raises(EnvironmentFault) as caught:
        install_hook(COMMIT, where, WORDS)
    assert caught.value.mend == f"if that is meant: --hooks-path {tmp_path / 'shared'}"
    assert not (tmp_path / "shared").exists()


@pytest.mark.parametrize("delegate", ["gitea", "forgejo"])
def test_gitea_and_forgejo_run_a_folder(bare: Path, delegate: str) -> None:
    other(bare / "hooks" / "pre-receive")
    (bare / "hooks" / "pre-receive.d").mkdir()
    other(bare / "hooks" / "pre-receive.d" / delegate)
    where = place(open_repository(bare), RECEIVE)
    assert install_hook(RECEIVE, where, WORDS).path == bare / "hooks" / "pre-receive.d" / "gitsig"
    assert (bare / "hooks" / "pre-receive").read_text() == OTHER
    uninstall_hook(where)
    assert files(bare / "hooks" / "pre-receive.d") == {delegate}


def test_gitlab_runs_a_folder_of_its_own(bare: Path) -> None:
    where = place(open_repository(bare), RECEIVE, Layout.GITLAB)
    install_hook(RECEIVE, where, WORDS)
    assert where.path == bare / "custom_hooks" / "pre-receive.d" / "gitsig"
    assert "$before" not in where.path.read_text()


def test_what_another_put_under_our_name_there_stays(bare: Path) -> None:
    path = bare / "custom_hooks" / "pre-receive.d" / "gitsig"
    path.parent.mkdir(parents=True)
    other(path)
    with pytest.raises(EnvironmentFault, match="something else"):
        install_hook(RECEIVE, place(open_repository(bare), RECEIVE, Layout.GITLAB), WORDS)
    assert path.read_text() == OTHER


def test_all_repositories_below_a_folder(bare: Path, tree: Path, tmp_path: Path) -> None:
    git(tree, "worktree", "add", "-q", str(tmp_path / "group" / "linked"))
    git(tmp_path, "init", "-q", "--bare", "group/deep/other.git")
    git(tree, "init", "-q", "inside")
    (tmp_path / "link").symlink_to(tmp_path / "group")
    found = list(find_repositories(tmp_path))
    assert found == [bare, tmp_path / "group" / "deep" / "other.git", tmp_path / "group" / "linked", tree]
    assert list(find_repositories(bare)) == [bare]
    with pytest.raises(EnvironmentFault):
        list(find_repositories(tmp_path / "nowhere"))


def test_no_repository(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(EnvironmentFault):
            open_repository(folder)


def test_the_repository_of_the_environment(bare: Path, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    assert open_repository().work_tree == tree
    monkeypatch.setenv("GIT_DIR", str(bare))
    assert open_repository().git_dir == bare
    assert open_repository(tree).work_tree == tree


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written(bare: Path) -> None:
    (bare / "hooks").mkdir(mode=0o500)
    with pytest.raises(EnvironmentFault, match="cannot be written"):
        install_hook(RECEIVE, place(open_repository(bare), RECEIVE), WORDS)


def test_a_file_in_the_way_of_the_folder(bare: Path) -> None:
    (bare / "hooks").write_text("")
    with pytest.raises(EnvironmentFault):
        install_hook(RECEIVE, place(open_repository(bare), RECEIVE), WORDS)
