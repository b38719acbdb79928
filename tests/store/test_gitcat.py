"""The store over git: what it says against what libgit2 says, and what is damaged or must not be opened."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault, ObjectFault, ObjectMissing, UsageFault
from gitsig.store import Store, open_store, walk
from gitsig.store import libgit2 as libgit2_store
from gitsig.store.gitcat import GitStore
from gitsig.store.gitcat import open_store as open_with_git

from .conftest import Git


def opened(git: Git) -> GitStore:
    bare = (git.folder / "objects").is_dir()
    return open_with_git(git.folder if bare else git.folder / ".git", git.folder, {})


def test_each_format_has_its_store(git: Git) -> None:
    expected = {"sha1": libgit2_store.Libgit2Store, "sha256": GitStore}[git.object_format]
    assert type(open_store(str(git.folder))) is expected


def test_a_sha1_repository_costs_no_process(tmp_path: Path) -> None:
    git = Git(tmp_path / "repository")
    code = f"import sys; from gitsig.store import open_store; open_store({str(git.folder)!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "gitsig.store.libgit2" in loaded
    assert not {"subprocess", "gitsig.store.gitcat", "gitsig.store.gitprogram"} & loaded


def answers(store: Store, revs: Sequence[str]) -> dict[str, object]:
    found: dict[str, object] = {"head": store.head(), "refs": list(store.refs()), "upstream": store.upstream()}
    for rev in revs:
        try:
            found[rev] = store.resolve(rev)
            found[f"read {rev}"] = store.read(store.resolve(rev).oid)
        except (ObjectFault, UsageFault) as fault:
            found[rev] = type(fault)
    for key in ("core.bare", "branch.main.merge", "user.absent", "gitsig.empty"):
        found[key] = store.config(key)
    return found


@pytest.mark.parametrize("packed", [False, True])
def test_both_stores_say_the_same_of_a_sha1_repository(tmp_path: Path, packed: bool) -> None:
    git = Git(tmp_path / "repository")
    oids = [git.commit(str(number)) for number in range(5)]
    git("tag", "-a", "-m", "x", "v1")
    git("branch", "topic/one", "HEAD~2")
    git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    git("symbolic-ref", "refs/heads/nowhere", "refs/heads/gone")
    git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    git("config", "remote.origin.url", "/nowhere")
    git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    git("config", "branch.main.remote", "origin")
    git("config", "branch.main.merge", "refs/heads/main")
    git("config", "gitsig.empty", "")
    if packed:
        git("pack-refs", "--all")
        git.pack()
    revs = ["HEAD", "v1", "v1^{}", "alias", "nowhere", "topic/one~1", "@{u}", "main@{1}", "HEAD@{2}", "main@{99}"]
    revs += [*oids, oids[0][:8], "1" * 40, "HEAD^{tree}", "config", "refs/heads", "-x", "ORIG_HEAD", "refs/heads/../x"]
    libgit2 = libgit2_store.open_store(str(git.folder))
    assert answers(opened(git), revs) == answers(libgit2, revs)
    paths = ("path", "git_dir", "workdir", "bare")
    assert [getattr(opened(git), name) for name in paths] == [getattr(libgit2, name) for name in paths]


# Bytes


def swap(git: Git, one: str, other: str) -> None:
    """Let the pack's index name one object's bytes as the other's: git believes it."""
    git.pack()
    (path,) = (git.folder / ".git/objects/pack").glob("*.idx")
    data = path.read_bytes()
    first, second = bytes.fromhex(one), bytes.fromhex(other)
    count = int.from_bytes(data[8 + 255 * 4 : 8 + 256 * 4], "big")
    names = 8 + 256 * 4
    rows = [data[names + 32 * row : names + 32 * row + 32] for row in range(count)]
    offsets = bytearray(data)
    start = names + (32 + 4) * count
    a, b = (start + 4 * rows.index(oid) for oid in (first, second))
    offsets[a : a + 4], offsets[b : b + 4] = data[b : b + 4], data[a : a + 4]
    path.chmod(0o644)
    path.write_bytes(offsets)


def test_bytes_that_do_not_hash_to_their_id_are_refused_though_git_gives_them(sha256: Git) -> None:
    one, other = sha256.commit("one"), sha256.commit("two")
    swap(sha256, one, other)
    assert "two" in sha256("cat-file", "-p", one), "git does not hash what it reads from a pack"
    for oid in (one, other):
        with pytest.raises(ObjectFault, match="do not hash to its id"):
            opened(sha256).read(oid)


def test_a_damaged_commit_on_the_excluded_side_hides_nothing(sha256: Git) -> None:
    root = sha256.commit("root")
    evil = sha256.commit("evil")
    old = sha256.commit("old", root)
    # Its bytes name `evil` as a parent: were they believed, `evil` would count as known.
    liar = sha256.commit("liar", evil)
    sha256("update-ref", "refs/heads/old", old)
    sha256("update-ref", "refs/heads/liar", liar)
    assert evil in walk(opened(sha256), [evil], [old]).commits
    swap(sha256, old, liar)
    assert sha256("rev-list", evil, f"^{old}") == "", "git is deceived"
    assert list(walk(opened(sha256), [evil], [old]).commits) == [root, evil]


def test_a_pack_that_git_finds_damaged_is_no_absence(sha256: Git) -> None:
    oids = [sha256.commit("message " * 20 + str(number)) for number in range(8)]
    sha256.pack()
    (path,) = (sha256.folder / ".git/objects/pack").glob("*.pack")
    path.chmod(0o644)
    data = path.read_bytes()
    path.write_bytes(data[:12] + b"\xff" * (len(data) - 44) + data[-32:])
    store = opened(sha256)
    for oid in oids:
        with pytest.raises(ObjectFault) as caught:
            store.read(oid)
        assert (isinstance(caught.value, ObjectMissing), caught.value.where) == (False, oid)


def test_object_directories_whose_paths_must_be_quoted(sha256: Git, tmp_path: Path) -> None:
    first = sha256.commit("first")
    sha256.pack()
    odd = sha256.copy(tmp_path / 'a:"b\\é').folder / ".git" / "objects"
    for directory in (sha256.folder / ".git" / "objects" / "pack").iterdir():
        directory.unlink()
    with pytest.raises(ObjectMissing):
        opened(sha256).read(first)
    (sha256.folder / ".git" / "objects" / "info" / "alternates").write_text(f"{odd}\n")
    quarantine = tmp_path / 'q:"'
    quarantine.mkdir()
    environ = {
        "GIT_OBJECT_DIRECTORY": str(quarantine),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(sha256.folder / ".git" / "objects"),
    }
    store = open_with_git(sha256.folder / ".git", sha256.folder, environ)
    assert store.read(first)[0] == "commit"
    assert store.resolve(first[:10]).oid == first


# Opening


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a repository away")
@pytest.mark.parametrize("bare", [False, True])
def test_a_foreign_owner_is_refused_however_the_repository_is_named(
    new_git: Callable[..., Git], monkeypatch: pytest.MonkeyPatch, bare: bool
) -> None:
    git = new_git("mine", *(["--bare"] if bare else []))
    git_dir = git.folder if bare else git.folder / ".git"
    for folder in {git.folder, git_dir}:
        os.chown(folder, 12345, 12345)
    for path in (str(git.folder), str(git_dir)):
        with pytest.raises(EnvironmentFault, match="belongs to another user") as caught:
            open_store(path)
        assert caught.value.mend.endswith(f"safe.directory '{git.folder}'")
    monkeypatch.setenv("GIT_DIR", str(git_dir))
    with pytest.raises(EnvironmentFault, match="belongs to another user"):
        open_store()
    monkeypatch.chdir(git_dir)
    monkeypatch.setenv("GIT_DIR", ".")
    with pytest.raises(EnvironmentFault, match="belongs to another user"):
        open_store()


def test_git_dir_with_a_work_tree_elsewhere(sha256: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    oid = sha256.commit("first")
    monkeypatch.setenv("GIT_DIR", str(sha256.folder / ".git"))
    assert open_store().workdir == sha256.folder
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    store = open_store()
    assert (store.workdir, store.path, store.head()[1]) == (tmp_path, str(tmp_path), oid)


def test_a_shallow_file_that_cannot_be_read(sha256: Git) -> None:
    (sha256.folder / ".git/shallow").mkdir()
    with pytest.raises(EnvironmentFault, match="shallow file"):
        opened(sha256).shallow()


def test_a_repository_that_git_does_not_find(sha256: Git, tmp_path: Path) -> None:
    (sha256.folder / ".git/HEAD").unlink()
    with pytest.raises(EnvironmentFault, match="cannot be opened"):
        opened(sha256)
    with pytest.raises(EnvironmentFault, match="cannot be opened"):
        open_with_git(tmp_path / "absent", sha256.folder, {})


def test_refs_that_are_no_files_are_refused(sha256: Git) -> None:
    (sha256.folder / ".git/reftable").mkdir()
    with pytest.raises(EnvironmentFault, match="reftables"):
        open_store(str(sha256.folder))
