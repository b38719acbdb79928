"""A policy beside a repository: what it names that is not there is said, in one line each, and nothing else is."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from gitsig.errors import ObjectFault
from gitsig.model import Reason
from gitsig.policy import Policy
from gitsig.policy.types import Defaults, Exemption, Governance, Rule, Seals, Signer
from gitsig.store import open_store
from gitsig.upkeep import against, treepaths
from gitsig.upkeep.against import review_against
from tests.support.story import Story

FILES = {"ci/build.yml": b"x", "src/Main.c": b"y", "deps/lock": b"z"}
EMPTY = Policy(signers={})


@pytest.fixture(params=["sha1", "sha256"])
def tale(story, request) -> Story:
    """main: three commits with files, the tag v1.0 on the last; side, without a common ancestor, and unguarded refs."""
    made = story(request.param, people=False)
    made.person("ada")
    for _ in range(3):
        made.commit(sign=False, files=FILES)
    made.tag("v1.0", sign=False)
    made.ref("refs/remotes/origin/release/1", made.tip())
    made.commit(sign=False, branch="side", parents=[])
    made.ref("refs/changes/1", made.commit(sign=False, branch=None))
    return made


def told(tale: Story, policy: Policy) -> list[str]:
    return list(review_against(open_store(str(tale.path)), policy))


def behind(tale: Story, back: int) -> str:
    return tale.git("rev-parse", f"main~{back}").decode().strip()


def excepting(*oids: str) -> Policy:
    entries = {oid: Exemption(oid, frozenset({Reason.UNSIGNED}), "old") for oid in oids}
    return EMPTY._replace(exceptions=MappingProxyType(entries))


def test_a_policy_that_names_nothing_is_compared_without_a_word(tale) -> None:
    assert told(tale, EMPTY) == []


@pytest.mark.parametrize(
    ("pattern", "there"),
    [
        ("refs/heads/main", True),
        ("refs/heads/*", True),
        ("refs/tags/v*", True),
        ("refs/heads/release/*", True),
        ("refs/heads/mian", False),
        ("refs/heads/Main", False),
        ("refs/tags/v1.0/*", False),
    ],
)
def test_ref_patterns_of_rules(tale, pattern, there) -> None:
    policy = EMPTY._replace(rules=(Rule(1, ("refs/heads/*", pattern)), Rule(2, ("refs/tags/*",), approvals=(pattern,))))
    words = f"{pattern!r} matches no ref of the repository"
    assert told(tale, policy) == ([] if there else [f"rule 1: {words}", f"rule 2, approvals: {words}"])


def test_the_usual_refs_need_not_be_there_and_those_that_somebody_wrote_must(story) -> None:
    tale = story(people=False)
    tale.person("ada")
    tale.commit(sign=False)
    usual = EMPTY._replace(seals=Seals(frozenset({"ada"})))
    assert told(tale, usual) == []
    seals = Seals(frozenset({"ada"}), tags=("refs/tags/sealed",))
    refs = Defaults(refs=("refs/heads/*", "refs/tags/r*"), except_refs=("refs/heads/keyring",))
    assert told(tale, usual._replace(defaults=refs, seals=seals)) == [
        "[defaults] refs: 'refs/tags/r*' matches no ref of the repository",
        "[defaults] except-refs: 'refs/heads/keyring' matches no ref of the repository",
        "[history] seal-tags: 'refs/tags/sealed' matches no ref of the repository",
    ]


@pytest.mark.parametrize(
    ("pattern", "for_rule", "for_signer"),
    [
        ("ci/**", True, True),
        ("**/lock", True, True),
        ("src/main.c", True, False),
        ("deps/lock/**", True, False),
        ("cy/**", False, False),
        ("ci", True, False),
    ],
)
def test_path_patterns(tale, pattern, for_rule, for_signer) -> None:
    rule, signer = Rule(1, ("refs/heads/*",), paths=("src/**", pattern)), Signer("bot", paths=(pattern, "deps/*"))
    words = f"{pattern!r} matches no path in the tree of HEAD"
    expected = [f"rule 1: {words}"] * (not for_rule) + [f"signer 'bot': {words}"] * (not for_signer)
    assert told(tale, Policy(signers={"bot": signer}, rules=(rule,))) == expected


def test_a_tree_that_cannot_be_read_is_said_to_be_so(story, monkeypatch) -> None:
    tale = story(people=False)
    tale.person("ada")
    tale.commit(sign=False, files=FILES)
    policy = EMPTY._replace(rules=(Rule(1, ("refs/heads/*",), paths=("nowhere",)),))
    monkeypatch.setattr(treepaths, "_MOST", 3)
    (line,) = told(tale, policy)
    assert "the tree of HEAD cannot be read (more than 3 entries): path patterns are not compared with it" in line
    monkeypatch.undo()
    lost = tale.git("rev-parse", "HEAD:ci").decode().strip()
    (tale.path / "objects" / lost[:2] / lost[2:]).unlink()
    (line,) = told(tale, policy)
    assert line.startswith("the tree of HEAD cannot be read (")
    assert lost in line


def test_without_a_commit_there_is_nothing_to_compare_with(story) -> None:
    tale = story(people=False)
    tale.person("ada")
    policy = EMPTY._replace(
        trusted_roots=frozenset({"a" * 40}),
        rules=(Rule(1, ("refs/heads/x",), paths=("x",)),),
    )
    assert told(tale, policy) == ["the repository has no ref yet: nothing is compared with it"]
    tale.ref("refs/other", tale.commit(sign=False, branch=None))
    assert told(tale, policy)[1:] == [
        "HEAD has no commit: path patterns are not compared with any tree",
        f"the trusted root {'a' * 40}: the repository does not hold the object",
        "no ref is guarded here: ids in the policy are not compared with what is behind them",
    ]


def test_refs_that_cannot_be_read_are_said_to_be_so(tale, monkeypatch) -> None:
    store = open_store(str(tale.path))

    class Broken:
        def refs(self):
            raise ObjectFault("packed-refs is damaged")

    assert review_against(Broken(), EMPTY) == (
        "the refs cannot be read (packed-refs is damaged): nothing is compared with them",
    )

    def damaged(*_: object):
        yield "first"
        raise ObjectFault("damaged")

    monkeypatch.setattr(against, "review_anchors", damaged)
    assert review_against(store, EMPTY) == (
        "first",
        "the repository cannot be read (damaged): not everything is compared with it",
    )


def test_roots_and_exceptions_where_they_should_be(tale) -> None:
    tag = tale.git("rev-parse", "refs/tags/v1.0").decode().strip()
    policy = excepting(tale.tip(), tale.tip("side"), tag)._replace(trusted_roots=frozenset({behind(tale, 1)}))
    assert told(tale, policy) == []


def test_what_is_not_there_or_of_another_kind(tale) -> None:
    digits = 40 if tale.object_format == "sha1" else 64
    blob, tree = tale.raw("blob", b"x"), tale.tree({})
    missing, foreign = "a" * digits, "b" * (104 - digits)
    policy = excepting(missing)._replace(trusted_roots=frozenset({foreign, tree}))
    lines = told(tale, policy)
    assert lines[0].startswith(f"the exception for {missing}: the repository does not hold the object")
    assert set(lines[1:]) == {
        f"the trusted root {foreign}: no object id of this repository, which has {digits} digits",
        f"the trusted root {tree}: a commit belongs here, and this leads to none",
    }
    assert told(tale, EMPTY._replace(trusted_roots=frozenset({blob}))) == [
        f"the trusted root {blob}: it is behind no guarded ref, and has no effect"
    ]
    tale.ref("refs/tags/blob", blob)
    assert told(tale, EMPTY._replace(trusted_roots=frozenset({blob}))) == []


def test_what_lies_beside_the_guarded_history_or_behind_a_root_has_no_effect(tale) -> None:
    beside = tale.git("rev-parse", "refs/changes/1").decode().strip()
    first, second, third = behind(tale, 2), behind(tale, 1), tale.tip()
    policy = excepting(beside, first, second, third)._replace(trusted_roots=frozenset({second}))
    assert told(tale, policy) == [
        f"the exception for {beside}: it is behind no guarded ref, and has no effect",
        f"the exception for {first}: it is behind a trusted root, and has no effect",
        f"the exception for {second}: it is behind a trusted root, and has no effect",
    ]
    roots = EMPTY._replace(trusted_roots=frozenset({first, second, beside}))
    assert told(tale, roots) == [
        f"the trusted root {oid}: it is behind {what}, and has no effect"
        for oid, what in sorted([(first, "a trusted root"), (beside, "no guarded ref")])
    ]


def test_commits_that_a_rule_spares(tale) -> None:
    first, second, missing = behind(tale, 2), behind(tale, 1), "f" * len(tale.tip())
    tree = tale.tree({})
    rule = Rule(1, ("refs/heads/*",), behind=frozenset({second, tree}), exempt=frozenset({first, tale.tip(), missing}))
    assert told(tale, EMPTY._replace(rules=(rule,), trusted_roots=frozenset({second}))) == [
        f"rule 1, behind {tree}: a commit belongs here, and this leads to none",
        f"rule 1, exempt {missing}: the repository does not hold the object",
    ]


def test_an_exception_for_a_lightweight_tag_counts_behind_a_root_too(tale) -> None:
    first = behind(tale, 2)
    tale.ref("refs/tags/light", first)
    assert told(tale, excepting(first)._replace(trusted_roots=frozenset({behind(tale, 1)}))) == []


def test_where_history_is_missing_nobody_can_be_sure(tale) -> None:
    first, second = behind(tale, 2), behind(tale, 1)
    tale.git("update-ref", "-d", "refs/tags/v1.0")
    (tale.path / "objects" / second[:2] / second[2:]).unlink()
    (line,) = told(tale, EMPTY._replace(trusted_roots=frozenset({first})))
    assert line.endswith("it is behind no guarded ref (some of the history is missing here), and has no effect")


def test_more_than_anybody_reads_is_counted(tale) -> None:
    digits = len(tale.tip())
    lines = told(tale, excepting(*(f"{number:0{digits}x}" for number in range(50))))
    assert len(lines) == 21
    assert lines[-1] == "30 more warnings of this kind"


def governed(root: str) -> Policy:
    return EMPTY._replace(governance=Governance(root, "A" * 40))


def test_a_governance_root_that_is_an_ancestor_of_some_refs_only(tale) -> None:
    first = behind(tale, 2)
    assert told(tale, governed(first)) == [
        f"the governance root {first}: it is no ancestor of refs/heads/side, so what is there is refused"
    ]
    tale.git("update-ref", "-d", "refs/heads/side")
    assert told(tale, governed(first)) == []
    for number in range(7):
        tale.ref(f"refs/heads/x{number}", tale.commit(sign=False, branch=None, parents=[]))
    (line,) = told(tale, governed(first))
    assert "of refs/heads/x0, refs/heads/x1, refs/heads/x2, refs/heads/x3, refs/heads/x4 and 2 more, so" in line


def test_a_governance_root_that_is_later_than_a_tip_is_no_ancestor_of_it(tale) -> None:
    tale.git("update-ref", "-d", "refs/heads/side")
    tale.ref("refs/heads/old", behind(tale, 1))
    assert told(tale, governed(tale.tip())) == [
        f"the governance root {tale.tip()}: it is no ancestor of refs/heads/old, so what is there is refused"
    ]


def test_a_governance_root_that_is_none(tale) -> None:
    tag = tale.git("rev-parse", "refs/tags/v1.0").decode().strip()
    assert told(tale, governed(tag)) == [f"the governance root {tag}: it is no commit itself, so everything is refused"]
    missing = "c" * len(tag)
    (line,) = told(tale, governed(missing))
    assert line.startswith(f"the governance root {missing}: the repository does not hold the object")
    assert line.endswith(", so everything is refused")


def test_a_policy_without_a_root_of_its_own_says_nothing_of_one(tale) -> None:
    assert told(tale, EMPTY._replace(governance=Governance())) == []
