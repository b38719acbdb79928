from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from gitsig.errors import MalformedObject, ObjectFault, ObjectMissing, UsageFault
from gitsig.store import Resolved, Store, open_store, peel
from gitsig.store.reffiles import unread_refs

from .conftest import Git


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, object_format: str) -> Git:
    """main: first, second, third; a branch and tags of all kinds; origin."""
    git = Git(tmp_path_factory.mktemp("template") / "repository", object_format=object_format)
    first, second, third = (git.commit(name) for name in ("first", "second", "third"))
    git("tag", "light", second)
    git("tag", "-a", "-m", "x", "v1.0", second)
    git("tag", "-a", "-m", "x", "outer", "v1.0")
    git("branch", "both", first)
    git("tag", "both", third)
    git("branch", "topic/one", second)
    git("update-ref", "refs/remotes/origin/main", second)
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    git("symbolic-ref", "refs/remotes/gone/HEAD", "refs/remotes/gone/main")
    git("config", "remote.origin.url", "/nowhere")
    git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    git("config", "branch.main.remote", "origin")
    git("config", "branch.main.merge", "refs/heads/main")
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


@pytest.mark.parametrize("packed", [False, True])
def test_refs(git: Git, store: Store, packed: bool) -> None:
    if packed:
        git("pack-refs", "--all")
    lines = git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    assert list(store.refs()) == [tuple(line.split()) for line in lines]


def test_a_ref_whose_name_is_not_utf8(git: Git, store: Store) -> None:
    oid = git("rev-parse", "HEAD")
    git("update-ref", b"refs/heads/\xff\xfe".decode("utf-8", "surrogateescape"), oid)
    assert ("refs/heads/\udcff\udcfe", oid) in list(store.refs())
    assert store.resolve("\udcff\udcfe") == Resolved(oid, "commit", "refs/heads/\udcff\udcfe")


@pytest.mark.parametrize("text", ["junk\n", "", "1234\n"])
def test_a_ref_that_cannot_be_read_is_not_passed_over(git: Git, store: Store, text: str) -> None:
    (git.folder / ".git/refs/heads/broken").write_text(text)
    with pytest.raises(ObjectFault) as caught:
        list(store.refs())
    assert caught.value.where == "refs/heads/broken"
    with pytest.raises(ObjectFault):
        store.resolve("broken")


@pytest.mark.parametrize("name", ["main.lock", ".hidden", "a b", "a..b", "x.", "a@{b", "a:b"])
def test_a_file_that_git_takes_for_no_ref_is_none(git: Git, store: Store, name: str) -> None:
    before = list(store.refs())
    (git.folder / ".git/refs/heads" / name).write_text("junk\n")
    assert list(store.refs()) == before


def test_refs_that_cannot_be_listed(tmp_path: Path) -> None:
    assert unread_refs(tmp_path, ()) is None
    (tmp_path / "refs").write_text("no directory")
    with pytest.raises(ObjectFault, match="cannot be listed"):
        unread_refs(tmp_path, ())


def test_head(git: Git, store: Store) -> None:
    first, third = git("rev-parse", "main~2"), git("rev-parse", "main")
    assert store.head() == ("refs/heads/main", third)
    git("checkout", "-q", "--detach", first)
    assert store.head() == (None, first)
    git("checkout", "-q", "--orphan", "new")
    assert store.head() == ("refs/heads/new", None)
    assert store.resolve("main").oid == third
    with pytest.raises(UsageFault, match="unknown revision 'HEAD'"):
        store.resolve("HEAD")
    (git.folder / ".git/HEAD").write_text("junk\n")
    with pytest.raises(ObjectFault, match="HEAD cannot be read"):
        store.head()


@pytest.mark.parametrize(
    ("rev", "ref"),
    [
        ("HEAD", "refs/heads/main"),
        ("@", "refs/heads/main"),
        ("main", "refs/heads/main"),
        ("heads/main", "refs/heads/main"),
        ("refs/heads/main", "refs/heads/main"),
        ("topic/one", "refs/heads/topic/one"),
        ("light", "refs/tags/light"),
        ("v1.0", "refs/tags/v1.0"),
        ("outer", "refs/tags/outer"),
        ("tags/v1.0", "refs/tags/v1.0"),
        ("both", "refs/tags/both"),
        ("heads/both", "refs/heads/both"),
        ("origin/main", "refs/remotes/origin/main"),
        ("origin", "refs/remotes/origin/main"),
        ("main@{upstream}", "refs/remotes/origin/main"),
        ("@{u}", "refs/remotes/origin/main"),
    ],
)
def test_names(template: Git, shared: Store, rev: str, ref: str) -> None:
    oid = template("rev-parse", rev)
    assert shared.resolve(rev) == Resolved(oid, template("cat-file", "-t", oid), ref)


@pytest.mark.parametrize(
    "rev",
    [
        *("HEAD~1", "HEAD~", "HEAD^", "HEAD^1", "main~2", "HEAD~0", "HEAD^0", "@~1", "HEAD^^", "HEAD~1^", "v1.0~1"),
        *("v1.0^{commit}", "v1.0^{}", "v1.0^{tree}", "outer^{tag}", "outer^{}", "outer^0", "v1.0^{object}"),
        *("HEAD^{tree}", "main@{1}", "HEAD@{0}", "main@{1}~1"),
    ],
)
def test_expressions(template: Git, shared: Store, rev: str) -> None:
    oid = template("rev-parse", rev)
    assert shared.resolve(rev) == Resolved(oid, template("cat-file", "-t", oid), None)


def test_ids(git: Git, store: Store) -> None:
    oid = git("rev-parse", "HEAD")
    for rev in (oid, oid.upper(), oid[:7], oid[:4], oid[:12].upper()):
        assert store.resolve(rev) == Resolved(oid, "commit", None)
    assert store.resolve(git("rev-parse", "v1.0")).type == "tag"
    git("branch", oid[:8], "HEAD~2")
    assert store.resolve(oid[:8]).ref == f"refs/heads/{oid[:8]}"
    with pytest.raises(ObjectMissing):
        store.resolve(git.absent())


def test_reflogs_of_head_and_of_the_branch(git: Git, store: Store) -> None:
    git("checkout", "-q", "both", "--")
    git("checkout", "-q", "main")
    git("reset", "-q", "--hard", "HEAD~1")
    for rev in ("@{0}", "@{1}", "@{2}", "HEAD@{1}", "HEAD@{2}", "HEAD@{3}", "main@{1}"):
        assert store.resolve(rev).oid == git("rev-parse", rev)
    assert store.resolve("@{2}").oid != store.resolve("HEAD@{2}").oid


def test_an_ambiguous_abbreviation(git: Git, store: Store) -> None:
    git("fast-import", "--quiet", stdin=b"".join(b"blob\ndata %d\n%d\n" % (len(str(n)), n) for n in range(3000)))
    names = git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    twice = next(a[:4] for a, b in pairwise(names) if a[:4] == b[:4])
    with pytest.raises(UsageFault, match="several objects"):
        store.resolve(twice)


@pytest.mark.parametrize(
    "rev",
    [
        *("", "nope", "--all", "-x", "-", "HEAD~9", "HEAD^2", "HEAD^{nope}", "HEAD^{COMMIT}", "abcd", "abc", "dead"),
        *(":/first", "HEAD^{/first}", "HEAD:file", ":file", "main..HEAD", "main...HEAD", "^HEAD", "a b", "a\nb", "*"),
        *("HEAD@{yesterday}", "HEAD@{99}", "@{-1}", "topic/one@{u}", "nope@{u}", "nope@{0}", "refs/heads", "a\0b"),
        *("HEAD~1x", "HEAD^-1", "é", "x" * 5000, "~1x", ".", "..", "config", "HEAD.lock"),
    ],
)
def test_unknown_revisions(shared: Store, rev: str) -> None:
    with pytest.raises(UsageFault) as caught:
        shared.resolve(rev)
    assert rev in caught.value.what or "upstream" in caught.value.what


@pytest.mark.parametrize("rev", ["HEAD^{tag}", "HEAD^{blob}", "HEAD^{tree}^{commit}", "HEAD^{tree}~1"])
def test_peeling_to_what_is_not_there(shared: Store, rev: str) -> None:
    with pytest.raises(ObjectFault):
        shared.resolve(rev)


def test_commits_outside_the_grammar_have_a_revision(git: Git, store: Store) -> None:
    oid = git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=b"junk\n")
    (git.folder / ".git/refs/heads/junk").write_text(f"{oid}\n")
    assert store.resolve("junk") == Resolved(oid, "commit", "refs/heads/junk")
    with pytest.raises(MalformedObject):
        store.resolve("junk~1")


def test_peel(git: Git, store: Store) -> None:
    outer, second = git("rev-parse", "outer"), git("rev-parse", "main~1")
    assert peel(store, outer) == Resolved(second, "commit", None)
    assert peel(store, second) == Resolved(second, "commit", None)
    junk = git("hash-object", "-t", "tag", "-w", "--literally", "--stdin", stdin=b"object 1234\ntype commit\n")
    with pytest.raises(MalformedObject):
        peel(store, junk)
    for number in range(18):
        git("update-ref", "refs/tags/deep", outer)
        outer = git("mktag", stdin=f"object {outer}\ntype tag\ntag t{number}\ntagger a <a> 1 +0000\n\n".encode())
    with pytest.raises(ObjectFault, match="tags of tags"):
        peel(store, outer)


def test_upstream(git: Git, store: Store) -> None:
    assert store.upstream() == "refs/remotes/origin/main"
    git("checkout", "-q", "topic/one")
    assert store.upstream() is None
    git("config", "branch.topic/one.remote", ".")
    git("config", "branch.topic/one.merge", "refs/heads/main")
    assert store.upstream() == "refs/heads/main"
    git("checkout", "-q", "--detach")
    assert store.upstream() is None


def test_config(git: Git, store: Store) -> None:
    git("config", "gitsig.policy", "/etc/policy.toml")
    git("config", "gitsig.empty", "")
    config = git.folder / ".git/config"
    config.write_text(config.read_text() + "[gitsig]\n\tbare\n")
    assert store.config("gitsig.policy") == "/etc/policy.toml"
    assert store.config("gitsig.empty") == ""
    assert store.config("gitsig.bare") == ""
    assert store.config("gitsig.absent") is None
    with pytest.raises(UsageFault):
        store.config("nonsense")
