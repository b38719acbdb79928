"""`gitsig policy check` beside a repository, and every strange thing that can stand where a policy should in a tree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitsig.errors import PolicyFault
from gitsig.hooks.server.policy import server_policy
from gitsig.model import LIMITS
from gitsig.store import open_store
from tests.cli.conftest import Done
from tests.cli.conftest import Story as Checkout
from tests.support.story import Story

LONG = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def checked(gitsig, story: Checkout, tmp_path) -> Callable[..., Done]:
    """`checked(TEXT, …)`: the story's policy with more text at its end."""
    own = (story.path / ".gitsig" / "policy.toml").read_text()

    def run(text: str, *words: str) -> Done:
        file = tmp_path / "policy.toml"
        file.write_text(own + text)
        return gitsig("policy", "check", str(file), *words)

    return run


def test_what_the_repository_here_has_not(checked, story) -> None:
    done = checked(f"""
[[rules]]
refs = ["refs/heads/main", "refs/heads/mian"]
no-rewind = true
[history]
trusted-roots = ["{story.root}", "{LONG}"]
""")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[:3] == [
        "warning: rule 1: 'refs/heads/mian' matches no ref of the repository",
        f"warning: the trusted root {LONG}: the repository does not hold the object",
        f"compared with {story.path}",
    ]
    assert "2 warnings" in done.out


def test_a_policy_that_fits_has_no_warnings(checked, story) -> None:
    done = checked('[[rules]]\nrefs = ["refs/heads/main"]\nno-rewind = true\n', "--repo", str(story.path))
    assert done.out.startswith(f"compared with {story.path}\nusable: ")
    assert "0 warnings" in done.out


def test_without_a_repository_the_policy_is_checked_alone(checked, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = checked('[[rules]]\nrefs = ["refs/heads/mian"]\nno-rewind = true\n')
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("compared with no repository: ")
    assert "0 warnings" in done.out


def test_a_repository_that_is_named_must_be_there(checked, tmp_path) -> None:
    done = checked("", "--repo", str(tmp_path / "nowhere"))
    assert (done.code, done.out) == (3, "")
    assert "nowhere" in done.err


# In a tree


def blob(tale: Story, content: bytes = b"version = 1\n") -> bytes:
    return bytes.fromhex(tale.raw("blob", content))


def folder(tale: Story, *entries: tuple[bytes, bytes, bytes]) -> bytes:
    return bytes.fromhex(tale.raw("tree", b"".join(b"%s %s\0%s" % entry for entry in entries)))


def as_policy(mode: bytes, oid: Callable[[Story], bytes]) -> Callable[[Story], bytes]:
    """A tree with `.gitsig/policy.toml` of that mode."""
    return lambda tale: folder(tale, (b"40000", b".gitsig", folder(tale, (mode, b"policy.toml", oid(tale)))))


def as_folder(mode: bytes, oid: Callable[[Story], bytes]) -> Callable[[Story], bytes]:
    """A tree in which `.gitsig` itself is of that mode."""
    return lambda tale: folder(tale, (mode, b".gitsig", oid(tale)))


def link(tale: Story) -> bytes:
    return blob(tale, b"../policy.toml")


def commit(tale: Story) -> bytes:
    return bytes.fromhex(tale.commit(sign=False, branch=None, parents=[]))


def huge(tale: Story) -> bytes:
    return blob(tale, b"#" * (LIMITS.policy_size + 1))


def twice(tale: Story) -> bytes:
    entry = (b"100644", b"policy.toml", blob(tale))
    return folder(tale, entry, entry)


def nothing(tale: Story) -> bytes:
    return folder(tale)


def not_there(_: Story) -> bytes:
    return bytes.fromhex(LONG)


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (as_policy(b"120000", link), "a symbolic link, not a regular file"),
        (as_policy(b"40000", nothing), "a directory, not a regular file"),
        (as_policy(b"160000", commit), "a submodule, not a regular file"),
        (as_policy(b"100644", huge), f"the policy is larger than {LIMITS.policy_size} bytes"),
        (as_policy(b"100644", nothing), "the tree says a file, the object is a tree"),
        (as_policy(b"100644", not_there), "the repository does not hold the object"),
        (as_policy(b"100666", blob), "an unknown kind of entry"),
        (as_folder(b"120000", link), "a symbolic link stands on the way"),
        (as_folder(b"160000", commit), "a submodule stands on the way"),
        (as_folder(b"100644", blob), "a file stands on the way"),
        (as_folder(b"40000", twice), "two entries of one name"),
        (as_folder(b"40000", blob), "a blob stands where a tree should"),
        (nothing, "no such file in the tree"),
    ],
)
def test_what_stands_where_the_policy_should_is_named_and_never_followed(
    tmp_path, gitsig, monkeypatch, tree: Callable[[Story], bytes], words: str
) -> None:
    tale = Story(tmp_path)
    tale.person("ada")
    ident = b"ada <ada@example.org> 1767225660 +0000"
    made = b"tree %s\nauthor %s\ncommitter %s\n\n\n" % (tree(tale).hex().encode(), ident, ident)
    tale.ref("refs/heads/main", tale.raw("commit", made))
    repo = ("--repo", str(tale.path))
    for command in (
        ("policy", "check", *repo),
        ("policy", "check", "--policy-ref", "main", *repo),
        ("keys", "list", "--policy-ref", "main", *repo),
        ("policy", "diff", "main:", "main:", *repo),
        ("audit", "--policy-ref", "main", *repo),
    ):
        done = gitsig(*command)
        assert (done.code, done.out) == (3, ""), command
        assert done.err.count("\n") == 1
        assert words in done.err
        assert "main" in done.err or ".gitsig/policy.toml" in done.err
    tale.git("config", "gitsig.policyRef", "refs/heads/main")
    assert words in gitsig("policy", "check", *repo).err
    with pytest.raises(PolicyFault, match=words):
        server_policy(open_store(str(tale.path)))
