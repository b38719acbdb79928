from __future__ import annotations

from pathlib import Path

import pytest

from gitsig.errors import ObjectFault, ObjectMissing, UsageFault
from gitsig.store import PathMissing, Store, open_store

from .conftest import Git


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, object_format: str) -> Git:
    git = Git(tmp_path_factory.mktemp("template") / "repository", object_format=object_format)
    folder = git.folder / ".gitsig" / "keys"
    folder.mkdir(parents=True)
    (git.folder / ".gitsig" / "policy.toml").write_bytes(b"version = 1\r\n")
    (folder / "ada.asc").write_bytes(b"key\0")
    (git.folder / "run").write_bytes(b"x")
    (git.folder / "run").chmod(0o755)
    (git.folder / "link").symlink_to("run")
    (git.folder / "linked").symlink_to(".gitsig")
    git("add", ".")
    git("update-index", "--add", "--cacheinfo", f"160000,{git.absent()},module")
    git.commit("first")
    git("tag", "-a", "-m", "x", "v1")
    return git


@pytest.fixture(scope="module")
def shared(template: Git) -> Store:
    """The template itself, for tests that change nothing."""
    return open_store(str(template.folder))


@pytest.fixture
def git(template: Git, tmp_path: Path) -> Git:
    return template.copy(tmp_path / "repository")


@pytest.fixture
def store(git: Git) -> Store:
    return open_store(str(git.folder))


@pytest.mark.parametrize("rev", ["HEAD", "v1", "HEAD^{tree}"])
def test_files(shared: Store, rev: str) -> None:
    oid = shared.resolve(rev).oid
    assert shared.read_path(oid, ".gitsig/policy.toml") == b"version = 1\r\n"
    assert shared.read_path(oid, ".gitsig/keys/ada.asc") == b"key\0"
    assert shared.read_path(oid, "run") == b"x"


@pytest.mark.parametrize("path", ["absent", ".gitsig/absent", ".gitsig/policy", "policy.toml", ".GITSIG/policy.toml"])
def test_nothing_there(shared: Store, path: str) -> None:
    with pytest.raises(PathMissing):
        shared.read_path(shared.resolve("HEAD").oid, path)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("link", "a symbolic link"),
        ("linked/policy.toml", "a symbolic link stands on the way"),
        (".gitsig", "a directory"),
        ("module", "a submodule"),
        ("module/x", "a submodule stands on the way"),
        ("run/x", "a file stands on the way"),
    ],
)
def test_no_regular_file(shared: Store, path: str, what: str) -> None:
    with pytest.raises(ObjectFault, match=what) as caught:
        shared.read_path(shared.resolve("HEAD").oid, path)
    assert not isinstance(caught.value, PathMissing | ObjectMissing)


@pytest.mark.parametrize("path", ["", "/", "/run", "run/", "..", "../run", ".gitsig/../run", "./run", "a//b", "r\0un"])
def test_no_path(shared: Store, path: str) -> None:
    with pytest.raises(UsageFault):
        shared.read_path(shared.resolve("HEAD").oid, path)


def tree(git: Git, *entries: tuple[bytes, str]) -> str:
    raw = b"".join(entry + b"\0" + bytes.fromhex(oid) for entry, oid in entries)
    return git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)


def test_trees_outside_the_grammar(git: Git, store: Store) -> None:
    commit, blob = store.resolve("HEAD").oid, git("hash-object", "-w", "--stdin", stdin=b"x")
    with pytest.raises(ObjectFault, match="two entries"):
        store.read_path(tree(git, (b"100644 p", blob), (b"40000 p", tree(git))), "p")
    with pytest.raises(ObjectFault, match="damaged"):
        store.read_path(tree(git, (b"100644p", blob)), "p")
    cut = git(
        "hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=b"100644 p\0" + bytes.fromhex(blob)[1:]
    )
    with pytest.raises(ObjectFault, match="damaged"):
        store.read_path(cut, "p")
    with pytest.raises(ObjectFault, match="unknown kind"):
        store.read_path(tree(git, (b"100000 p", blob)), "p")
    with pytest.raises(ObjectFault, match="the object is a commit"):
        store.read_path(tree(git, (b"100644 p", commit)), "p")
    with pytest.raises(ObjectFault, match="a blob stands where a tree should"):
        store.read_path(tree(git, (b"40000 p", blob)), "p/q")
    with pytest.raises(ObjectMissing):
        store.read_path(tree(git, (b"100644 p", git.absent())), "p")
    assert store.read_path(tree(git, (b"100664 p", blob)), "p") == b"x"
