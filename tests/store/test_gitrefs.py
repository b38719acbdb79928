"""Refs read from their files, against what git says of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gitsig.errors import ObjectFault
from gitsig.store.gitrefs import Ref, RefFiles

from .conftest import Git


@pytest.fixture
def refs(git: Git) -> RefFiles:
    return RefFiles(git.folder / ".git", git.object_format.hex_length)


def test_against_git(git: Git, refs: RefFiles) -> None:
    first, second = git.commit("first"), git.commit("second")
    git("tag", "-a", "-m", "x", "v1", first)
    git("branch", "packed/one", first)
    git("branch", "packed/two", first)
    git("pack-refs", "--all")
    git("branch", "-f", "packed/two", second)
    git("branch", "packed/three")
    git("symbolic-ref", "refs/heads/alias", "refs/heads/packed/one")
    git("update-ref", "refs/bisect/bad", first)
    lines = git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    assert [f"{name} {oid}" for name, oid in refs.ends()] == lines
    assert [(refs.follow(name) or ("", ""))[1] for name, _ in refs.ends()] == [line.split()[1] for line in lines]
    assert refs.read("refs/heads/alias") == Ref(True, "refs/heads/packed/one")
    assert refs.follow("refs/heads/alias") == ("refs/heads/packed/one", first)
    assert refs.follow("HEAD") == ("refs/heads/main", second)
    for name in ("refs/heads/packed", "refs/heads/main/x", "refs/heads/absent", "refs/tags/v", "heads/main", "main"):
        assert refs.read(name) is None
        assert git("show-ref", "--verify", name, check=False) == ""


def test_a_linked_work_tree_has_refs_of_its_own(git: Git, tmp_path: Path) -> None:
    first = git.commit("first")
    git("worktree", "add", "-q", "-b", "linked", str(tmp_path / "linked"))
    git("update-ref", "refs/bisect/bad", first)
    linked = RefFiles(git.folder / ".git/worktrees/linked", git.object_format.hex_length)
    assert linked.follow("HEAD") == ("refs/heads/linked", first)
    assert [name for name, _ in linked.ends()] == ["refs/heads/linked", "refs/heads/main"]
    git("-C", str(tmp_path / "linked"), "update-ref", "refs/bisect/good", first)
    assert [name for name, _ in linked.ends()] == ["refs/bisect/good", "refs/heads/linked", "refs/heads/main"]
    assert linked.logged("HEAD", 0) == first
    assert linked.logged("refs/heads/main", 0) == first


@pytest.mark.parametrize(
    "name",
    [
        *(
            "refs/../HEAD",
            "refs/heads/../../HEAD",
            "refs//heads",
            "refs/heads/",
            "/etc/passwd",
            "refs/heads/a\0b",
            "../x",
        ),
        *("config", "objects", "HEAD.lock", "refs/heads/.x", "refs/heads/x.lock", "refs/heads/x.", "refs/a b", ""),
    ],
)
def test_no_name_leads_out_of_the_refs(git: Git, refs: RefFiles, name: str) -> None:
    git.commit("first")
    assert refs.read(name) is None
    assert refs.follow(name) is None


@pytest.mark.parametrize("text", ["", "junk", "ref: ", "ref: refs/heads/../x", "{oid}x", "{short}"])
def test_files_that_hold_no_ref(git: Git, refs: RefFiles, text: str) -> None:
    oid = git.commit("first")
    (git.folder / ".git/refs/heads/broken").write_text(text.format(oid=oid, short=oid[:-1]))
    with pytest.raises(ObjectFault) as caught:
        refs.follow("refs/heads/broken")
    assert caught.value.where == "refs/heads/broken"
    with pytest.raises(ObjectFault):
        list(refs.ends())
    assert "broken" not in git("for-each-ref", check=False), "git passes it over"


def test_circles_and_chains(git: Git, refs: RefFiles) -> None:
    oid = git.commit("first")
    heads = git.folder / ".git/refs/heads"
    (heads / "a").write_text("ref: refs/heads/b\n")
    (heads / "b").write_text("ref: refs/heads/a\n")
    with pytest.raises(ObjectFault, match="too many"):
        refs.follow("refs/heads/a")
    (heads / "a").write_text("ref:\trefs/heads/main \n")
    assert refs.follow("refs/heads/b") == ("refs/heads/main", oid)
    (heads / "b").write_text("ref: HEAD")
    assert refs.follow("refs/heads/b") == ("refs/heads/main", oid)
    (heads / "b").unlink()
    (heads / "b").symlink_to("refs/heads/main")
    assert refs.read("refs/heads/b") == Ref(True, "refs/heads/main")


def test_what_cannot_be_listed(git: Git, refs: RefFiles, tmp_path: Path) -> None:
    git.commit("first")
    (git.folder / ".git/refs/heads/behind").symlink_to(tmp_path)
    with pytest.raises(ObjectFault, match="symbolic link"):
        list(refs.ends())


def test_a_ref_that_is_packed_while_it_is_listed(git: Git, refs: RefFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    oid = git.commit("first")
    packed_refs = refs._packed_refs

    def packed_meanwhile() -> dict[str, str]:
        before = packed_refs()
        git("pack-refs", "--all", "--prune")
        return before

    monkeypatch.setattr(refs, "_packed_refs", packed_meanwhile)
    assert list(refs.ends()) == [("refs/heads/main", oid)]


def test_files_that_cannot_be_read(git: Git, refs: RefFiles) -> None:
    git.commit("first")
    (git.folder / ".git/packed-refs").mkdir()
    with pytest.raises(ObjectFault, match="packed refs cannot be read"):
        refs.read("refs/heads/absent")
    (git.folder / ".git/packed-refs").rmdir()
    (git.folder / ".git/refs/heads/loop").symlink_to("loop")
    with pytest.raises(ObjectFault, match="the ref cannot be read"):
        refs.follow("refs/heads/loop")
    log = git.folder / ".git/logs/refs/heads/main"
    log.unlink()
    assert refs.logged("refs/heads/main", 0) is None
    log.symlink_to("main")
    with pytest.raises(ObjectFault, match="the reflog cannot be read"):
        refs.logged("refs/heads/main", 0)
    log.unlink()
    log.write_text("junk\n")
    assert refs.logged("refs/heads/main", 0) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data + b"junk\n",
        lambda data: data + b"^" + data.splitlines()[-1][:-1] + b"\n",
        lambda data: data.replace(b"refs/heads/main", b"refs/heads/a b"),
        lambda data: data.replace(b" refs/", b"  refs/"),
        lambda data: data.replace(b" refs/heads/main", b"0 refs/heads/main"),
    ],
)
def test_damaged_packed_refs(git: Git, refs: RefFiles, damage: Callable[[bytes], bytes]) -> None:
    git.commit("first")
    git("pack-refs", "--all")
    path = git.folder / ".git/packed-refs"
    assert [name for name, _ in refs.ends()] == ["refs/heads/main"]
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ObjectFault, match="packed-refs is damaged"):
        list(refs.ends())
