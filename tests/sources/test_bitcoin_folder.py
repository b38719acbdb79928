"""Bitcoin Core's verify-commits folder, and what its script says of a history."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gitsig.errors import PolicyFault
from gitsig.sources import load_policy
from tests.support.story import START, Story

NAMES = (
    "trusted-keys",
    "trusted-git-root",
    "trusted-sha512-root-commit",
    "allow-revsig-commits",
    "allow-unclean-merge-commits",
    "allow-incorrect-sha512-commits",
)


def tree_sha512(files: dict[str, bytes]) -> str:
    rows = (f"{hashlib.sha512(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return hashlib.sha512("".join(rows).encode()).hexdigest()


class Core(Story):
    """A repository whose honest commits carry their Tree-SHA512."""

    def hashed(self, by: str = "ada", parents: list[str] | None = None, files: dict[str, bytes] | None = None, **rest):
        before = parents if parents is not None else [self._tips["main"]] if "main" in self._tips else []
        content = {**self._files.get(before[0] if before else "", {}), **(files or {})}
        message = f"Change\n\nTree-SHA512: {tree_sha512(content)}\n"
        return self.commit(by, message, parents=before, files=files, **rest)


@pytest.fixture
def core(story, tmp_path) -> Core:
    """An unsigned past, then `root`; above it everything is signed and hashed."""
    told = story()
    told.__class__ = Core
    told.commit(sign=False, files={"a": b"1\n2\n3\n4\n5\n"})
    told.git_root = told.commit(sign=False)
    return told


@pytest.fixture
def folder(core, tmp_path) -> Callable[..., str]:
    """`folder(core, name=[entries], …)`: the policy's name."""

    def write(**lists: list[str]) -> str:
        assert core.gnupg is not None
        keys = [core.people["ada"].certificate, core.people["bob"].openpgp]
        found = {"trusted-keys": keys, "trusted-git-root": [core.git_root]}
        found["trusted-sha512-root-commit"] = [core.git_root]
        found |= {name.replace("_", "-"): each for name, each in lists.items()}
        (tmp_path / "verify-commits").mkdir(exist_ok=True)
        for name in NAMES:
            (tmp_path / "verify-commits" / name).write_text("".join(f"{each}\n" for each in found.get(name, ())))
        (tmp_path / "all.gpg").write_bytes(core.gnupg.export())
        return f"bitcoin:{tmp_path / 'verify-commits'}?keyring={tmp_path / 'all.gpg'}"

    return write


def test_the_line_is_judged_down_to_the_root(core, folder, judged) -> None:
    first, second = core.hashed(), core.hashed(by="bob")
    assert judged(core, folder()) == {first: "good", second: "good"}


def test_strangers_and_missing_hashes_are_refused(core, folder, judged) -> None:
    by_mallory, plain, wrong = (
        core.hashed(by="mallory"),
        core.commit(),
        core.commit(message=f"Tree-SHA512: {'0' * 128}"),
    )
    tip = core.hashed()
    found = judged(core, folder(allow_incorrect_sha512_commits=[wrong]))
    assert found == {by_mallory: "unknown_key", plain: "rule_violation", wrong: "good", tip: "good"}


def test_below_the_sha512_root_only_a_tip_needs_its_hash(core, folder, judged) -> None:
    old, root = core.commit(), core.commit()
    new = core.hashed()
    name = folder(trusted_sha512_root_commit=[root])
    assert judged(core, name) == {old: "good", root: "good", new: "good"}
    core.branch("main", root)
    assert judged(core, name) == {old: "good", root: "rule_violation"}


def test_what_comes_in_by_the_second_parent_is_not_judged(core, folder, judged) -> None:
    base = core.hashed()
    side = core.commit(by="mallory", sign=False, branch=None, parents=[base], files={"b": b"side"})
    merged = core.hashed(parents=[base, side], files={"b": b"side"})
    assert judged(core, folder()) == {base: "good", merged: "good"}


def test_merges_are_clean_and_of_two(core, folder, judged) -> None:
    base = core.hashed()
    sides = [core.commit(branch=None, parents=[base], files={name: b"side"}) for name in ("b", "c")]
    evil = core.hashed(parents=[base, sides[0]], files={"b": b"side", "evil": b""})
    octopus = core.hashed(parents=[base, *sides], files={"b": b"side", "c": b"side"}, branch="octopus")
    assert judged(core, folder()) == {base: "good", evil: "rule_violation", octopus: "rule_violation"}
    found = judged(core, folder(allow_unclean_merge_commits=[evil, octopus]))
    assert found == {base: "good", evil: "good", octopus: "rule_violation"}


def test_a_list_lets_off_nothing_else(core, folder, judged) -> None:
    base = core.hashed()
    side = core.commit(branch=None, parents=[base], files={"b": b"side"})
    evil = core.commit(parents=[base, side], files={"b": b"side", "evil": b""})
    assert judged(core, folder(allow_unclean_merge_commits=[evil]))[evil] == "rule_violation"
    assert judged(core, folder(allow_incorrect_sha512_commits=[evil]))[evil] == "rule_violation"
    both = folder(allow_unclean_merge_commits=[evil], allow_incorrect_sha512_commits=[evil])
    assert judged(core, both)[evil] == "good"


def test_a_key_must_be_valid_today_unless_the_commit_is_listed(core, folder, judged, tmp_path) -> None:
    old = core.hashed(by="bob")
    assert core.gnupg is not None
    with core.gnupg.clone() as twin:
        twin.revoke(core.people["bob"].openpgp or "", reason=1, at=core.clock + 60)
        revoked = twin.export()
    for lists, reason in (({}, "key_revoked"), ({"allow_revsig_commits": [old]}, "key_revoked")):
        name = folder(**lists)
        (tmp_path / "all.gpg").write_bytes(revoked)
        assert judged(core, name)[old] == reason
    from gitsig.engine.verifier import Verifier
    from gitsig.store import open_store

    store = open_store(str(core.path))
    (verdict,) = Verifier(store, load_policy(store, name), now=START + 86400).verify([f"{core.git_root}..{old}"])
    assert verdict.accepted
    assert verdict.exception == "listed in allow-revsig-commits"


def test_tags_are_nobody_s_matter(core, folder, judged) -> None:
    tip = core.hashed()
    core.tag("v1", tip, sign=False)
    assert judged(core, folder()) == {tip: "good"}


BROKEN = [
    ({"trusted_keys": ["abc"]}, "trusted-keys:1", "no full fingerprint"),
    ({"trusted_keys": ["a" * 40]}, "trusted-keys:1", "upper case"),
    ({"trusted_keys": []}, "trusted-keys", "no key is trusted"),
    ({"trusted_keys": ["A" * 40]}, "trusted-keys", "none of the trusted keys"),
    ({"trusted_git_root": []}, "trusted-git-root", "0 commits"),
    ({"trusted_git_root": ["1" * 40, "2" * 40]}, "trusted-git-root", "2 commits"),
    ({"allow_revsig_commits": ["1" * 40, "# why"]}, "allow-revsig-commits:2", "no full object id"),
]


@pytest.mark.parametrize(("lists", "where", "words"), BROKEN)
def test_a_line_that_is_none_is_named(folder, lists, where, words) -> None:
    with pytest.raises(PolicyFault) as caught:
        load_policy(None, folder(**lists))
    assert caught.value.where.endswith(where)
    assert words in caught.value.diagnostics()


def test_every_file_must_be_there(folder, tmp_path: Path) -> None:
    name = folder()
    (tmp_path / "verify-commits" / "allow-revsig-commits").unlink()
    with pytest.raises(PolicyFault, match="cannot be read"):
        load_policy(None, name)


def test_a_trusted_key_that_is_not_at_hand_is_told(folder, core) -> None:
    loaded = load_policy(None, folder(trusted_keys=[core.people["ada"].certificate, "F" * 40]))
    assert [each for each in loaded.warnings if "F" * 40 in each]
