"""R4, R7: commits that come in by a way where nobody looks. Parked on another ref, or behind a signed tip."""

from __future__ import annotations

from tests.vectors.stories.scene import Scene
from tests.vectors.stories.steps import allow, audit, commit, do, plain_range, plain_verify, push, ref, verify
from tests.vectors.stories.telling import AttackStory

__all__ = ["STORIES"]

_MAIN = "refs/heads/main"
_NOVELTY = "the usual hook: git rev-list NEW --not --all"
_BEGIN = (commit("base"), push(f"base:{_MAIN}"))
_PARKED = plain_range("evil", "{evil}", "--not", "--all")
_ADA_ALONE = {"refs": [_MAIN], "signers": ["ada"]}


def _borrow(scene: Scene) -> None:
    """Another repository's objects, evil ones among them, as a forge shares them between forks."""
    fork = scene.story.folder / "fork.git"
    scene.git("clone", "-q", "--bare", scene.path, fork)
    there, scene.story.path = scene.story.path, fork
    scene.names["evil"] = scene.story.commit("mallory", parents=[scene.last], branch=None, sign=False)
    scene.story.ref("refs/heads/fork", scene.names["evil"])
    scene.story.path = there
    (there / "objects" / "info").mkdir(exist_ok=True)
    (there / "objects" / "info" / "alternates").write_text(f"{fork / 'objects'}\n")


STORIES = (
    AttackStory(
        "r4-parked-on-an-unguarded-ref",
        "R4",
        "unsigned commits wait on a ref that nobody guards, then main comes to them",
        "To a hook that excludes what any ref holds they are old news.",
        _NOVELTY,
        (
            *_BEGIN,
            commit("evil", by="mallory", sign=False),
            push("evil:refs/wip/x", checked=0),
            _PARKED,
            push(f"evil:{_MAIN}", expect="unsigned", checked=1),
            commit("over", by="ada"),
            push(f"over:{_MAIN}", expect="unsigned", checked=2),
        ),
    ),
    AttackStory(
        "r4-parked-under-a-laxer-rule",
        "R4",
        "Bob's commits wait on a branch where he may write, then main comes to them",
        "Having been judged by a laxer rule does not count for a stricter one.",
        _NOVELTY,
        (
            allow(rules=[_ADA_ALONE]),
            *_BEGIN,
            commit("evil", by="bob"),
            push("evil:refs/heads/feature"),
            _PARKED,
            push(f"evil:{_MAIN}", expect="key_not_allowed"),
        ),
    ),
    AttackStory(
        "r4-parked-in-the-same-push",
        "R4",
        "one push brings the commits to an unguarded ref and to main",
        "No ref vouches for another of the same push.",
        _NOVELTY,
        (
            *_BEGIN,
            commit("evil", sign=False),
            push("evil:refs/wip/x", f"evil:{_MAIN}", expect="unsigned", checked=1),
            push("evil:refs/heads/one", "evil:refs/heads/two", expect="unsigned", checked=2),
            ref("refs/wip/x", "evil"),
            _PARKED,
        ),
    ),
    AttackStory(
        "r4-parked-behind-an-alias",
        "R4",
        "a symbolic ref with a guarded name shows what an unguarded ref holds",
        "The commits were never pushed under the guarded name.",
        "git-symbolic-ref(1)",
        (
            *_BEGIN,
            commit("evil", sign=False),
            push("evil:refs/wip/x"),
            do("an alias", lambda scene: scene.git("symbolic-ref", "refs/heads/window", "refs/wip/x")),
            _PARKED,
            push(f"evil:{_MAIN}", expect="unsigned"),
        ),
    ),
    AttackStory(
        "r4-parked-in-another-repository",
        "R4",
        "the objects are here already, borrowed from a fork",
        "An object that is there was not therefore judged.",
        "gitrepository-layout(5), alternates",
        (
            *_BEGIN,
            do("a fork with an unsigned commit lends its objects", _borrow),
            plain_range("evil", "{evil}", "--not", "--alternate-refs"),
            push(f"evil:{_MAIN}", expect="unsigned", checked=1),
        ),
    ),
    AttackStory(
        "r4-parked-behind-a-signed-tag",
        "R4",
        "Ada's tag, under the rule's pattern, holds Bob's commit",
        "A rule that holds tags speaks of the tag objects, not of the commits behind them.",
        _NOVELTY,
        (
            allow(rules=[{"refs": ["refs/*"], "signers": ["ada"]}]),
            *_BEGIN,
            commit("evil", by="bob"),
            do(
                "ada tags it",
                lambda scene: scene.move("refs/tags/v1", scene.story.tag("v1", scene.oid("evil"), ref=None)),
            ),
            _PARKED,
            push(f"evil:{_MAIN}", expect="key_not_allowed"),
        ),
    ),
    AttackStory(
        "r7-behind-a-signed-tip",
        "R7",
        "an unsigned commit under a signed one",
        "Who verifies the tip only lets it in.",
        "git-merge(1), --verify-signatures",
        (
            *_BEGIN,
            commit("evil", by="mallory", sign=False),
            commit("tip", by="ada"),
            plain_verify("tip", "accepts"),
            push(f"tip:{_MAIN}", expect="unsigned", checked=2),
            verify("{base}..{tip}", expect="unsigned", checked=2),
        ),
    ),
    AttackStory(
        "r7-behind-a-second-parent",
        "R7",
        "a stranger's commit on a side branch, merged by Ada",
        "Who follows first parents only never sees it.",
        "git-rev-list(1), --first-parent",
        (
            *_BEGIN,
            commit("evil", by="mallory"),
            commit("side"),
            commit("merge", on="base side"),
            plain_range("evil", "--first-parent", "{base}..{merge}"),
            push(f"merge:{_MAIN}", expect="unknown_key", checked=3),
        ),
    ),
    AttackStory(
        "r7-behind-the-third-parent-of-an-octopus",
        "R7",
        "an octopus merge with an evil third parent",
        "Who looks at first and second parents never sees it.",
        "git-merge(1), octopus",
        (
            *_BEGIN,
            commit("side"),
            commit("evil", on="base", sign=False),
            commit("merge", on="base side evil"),
            plain_verify("merge", "accepts"),
            push(f"merge:{_MAIN}", expect="unsigned", checked=3),
            ref(_MAIN, "merge"),
            audit(expect="unsigned", checked=4),
        ),
    ),
    AttackStory(
        "r7-first-parents-by-policy",
        "R7",
        "the policy asks for first parents only, and then a side commit becomes a tip",
        "What was not judged as a side branch is judged as soon as a first-parent chain holds it.",
        "docs/policy.md, require",
        (
            allow(defaults={"require": "first-parent"}),
            *_BEGIN,
            commit("evil", by="mallory"),
            commit("merge", on="base evil"),
            push(f"merge:{_MAIN}", checked=1),
            plain_range("evil", "{evil}", "--not", "--all"),
            push(f"evil:{_MAIN}", expect="unknown_key", checked=1),
            commit("onto", on="evil"),
            push(f"onto:{_MAIN}", expect="unknown_key", checked=2),
        ),
    ),
)
