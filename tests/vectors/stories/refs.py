"""R5, R8, R11: what a ref may be made to do. New, deleted, moved, pointing at no commit or at no signed tag."""

from __future__ import annotations

from tests.vectors.stories.steps import allow, commit, name, plain_push, plain_verify, push, tag
from tests.vectors.stories.telling import AttackStory

__all__ = ["STORIES"]

_MAIN, _TAG = "refs/heads/main", "refs/tags/v1"
_HOOKS = "githooks(5), pre-receive"
_BEGIN = (commit("base"), push(f"base:{_MAIN}"))
_TWO = (commit("first"), commit("second"), push(f"second:{_MAIN}"))
_FIXED = allow(rules=[{"refs": [_MAIN], "no_rewind": True, "no_delete": True}])
_IMMUTABLE = allow(rules=[{"refs": ["refs/tags/v*"], "immutable": True}])

STORIES = (
    AttackStory(
        "r5-new-branch",
        "R5",
        "a new branch with unsigned commits in it",
        "The old id is all zeros, and a range from there is an error in many hooks.",
        _HOOKS,
        (
            commit("evil", sign=False),
            commit("tip"),
            plain_push(f"tip:{_MAIN}"),
            push(f"tip:{_MAIN}", expect="unsigned", checked=2),
            push("tip:refs/heads/other", expect="unsigned", checked=2),
        ),
    ),
    AttackStory(
        "r5-forced-push",
        "R5",
        "a forced push to an unrelated history",
        "The range from the old tip holds all of it, and every commit is judged.",
        _HOOKS,
        (
            *_TWO,
            commit("evil", on="", sign=False),
            commit("tip"),
            plain_push(f"second:{_MAIN}", f"tip:{_MAIN}"),
            push(f"tip:{_MAIN}", expect="unsigned", checked=2),
        ),
    ),
    AttackStory(
        "r5-branch-at-a-tag",
        "R5",
        "a branch that points at a tag object",
        "git refuses it too; the tag must not be judged in the commit's place.",
        "git-update-ref(1)",
        (
            *_BEGIN,
            tag("tag", "base"),
            plain_push(f"tag:{_MAIN}", expect="refuses"),
            push(f"tag:{_MAIN}", expect="rule_violation"),
            push("tag:refs/heads/new", expect="rule_violation"),
        ),
    ),
    AttackStory(
        "r5-ref-at-a-tree-or-blob",
        "R5",
        "tags and branches that point at a tree or a blob",
        "They carry no signature, so they are unsigned and not nothing to check.",
        "gitrevisions(7)",
        (
            *_BEGIN,
            name("tree", lambda scene: scene.story.tree({"a": b"b"})),
            name("blob", lambda scene: scene.story.raw("blob", b"text")),
            plain_push(f"tree:{_TAG}"),
            push(f"tree:{_TAG}", expect="unsigned"),
            push(f"blob:{_TAG}", expect="unsigned"),
            push("tree:refs/heads/x", expect="rule_violation + unsigned"),
        ),
    ),
    AttackStory(
        "r5-tag-of-a-tag-of-an-unsigned-commit",
        "R5",
        "two signed tags over an unsigned commit that no branch holds",
        "Tags are judged step by step, and the commits behind them too.",
        "git-tag(1), nested tags",
        (
            *_BEGIN,
            commit("evil", sign=False),
            tag("inner", "evil", called="inner"),
            tag("outer", "inner", target_type="tag"),
            plain_verify("outer", "accepts"),
            push(f"outer:{_TAG}", expect="unsigned", checked=3),
        ),
    ),
    AttackStory(
        "r5-tag-whose-target-is-no-commit",
        "R5",
        "a tag says commit, and its target is a tree",
        "Two readers of the tag would take its target for two things.",
        "git-fsck(1), badType",
        (
            *_BEGIN,
            name("tree", lambda scene: scene.story.tree({"a": b"b"})),
            tag("tag", "tree"),
            plain_verify("tag", "accepts"),
            push(f"tag:{_TAG}", expect="tag_name_mismatch"),
        ),
    ),
    AttackStory(
        "r8-rewind",
        "R8",
        "main goes back to an old signed commit",
        "Every commit is signed and none is new, yet a security fix is undone (a rollback).",
        "The Update Framework, rollback attack",
        (
            _FIXED,
            *_TWO,
            plain_push(f"second:{_MAIN}", f"first:{_MAIN}"),
            push(f"first:{_MAIN}", expect="rule_violation"),
            push(f"first:{_MAIN}", expect="rule_violation", old="a" * 40),
            push(f"first:{_MAIN}", "second:refs/heads/copy", expect="rule_violation"),
        ),
    ),
    AttackStory(
        "r8-anothers-branch",
        "R8",
        "main moves to another branch's signed commit",
        "A teleport: what Ada signed for an experiment becomes main.",
        "Torres-Arias et al., On Omitting Commits and Committing Omissions, 2016",
        (
            _FIXED,
            *_TWO,
            commit("experiment", on="first"),
            push("experiment:refs/heads/experiment"),
            plain_push(f"second:{_MAIN}", f"experiment:{_MAIN}"),
            push(f"experiment:{_MAIN}", expect="rule_violation"),
        ),
    ),
    AttackStory(
        "r8-deletion",
        "R8",
        "main is deleted, to be made anew",
        "A deletion and a creation are a rewind in two steps.",
        "githooks(5), update",
        (
            _FIXED,
            *_TWO,
            plain_push(f"second:{_MAIN}", f"none:{_MAIN}"),
            push(f"none:{_MAIN}", expect="rule_violation"),
            push(f"none:{_MAIN}", expect="rule_violation", old="a" * 40),
        ),
    ),
    AttackStory(
        "r8-tag-moved-or-deleted",
        "R8",
        "a released tag is moved to another signed commit, or deleted",
        "Both tags are signed, and whoever fetches gets another release under the same name.",
        "git-tag(1), On Re-tagging",
        (
            _IMMUTABLE,
            *_TWO,
            tag("tag", "first"),
            tag("moved", "second"),
            push(f"tag:{_TAG}"),
            plain_push(f"tag:{_TAG}", f"moved:{_TAG}"),
            push(f"moved:{_TAG}", expect="rule_violation"),
            push(f"none:{_TAG}", expect="rule_violation"),
            push(f"tag:{_TAG}"),
        ),
    ),
    AttackStory(
        "r8-rewind-at-a-real-server",
        "R8",
        "a forced push, a deletion and a moved tag over the wire",
        "git's own pre-receive line gives the hook the old and the new id.",
        _HOOKS,
        (
            allow(rules=[{"refs": [_MAIN], "no_rewind": True, "no_delete": True}]),
            *_TWO,
            plain_push(f"second:{_MAIN}", f"first:{_MAIN}"),
            push(f"first:{_MAIN}", expect="rule_violation"),
            push(f"none:{_MAIN}", expect="rule_violation"),
        ),
        served=True,
    ),
    AttackStory(
        "r11-lightweight-tag",
        "R11",
        "a lightweight tag where signed tags are demanded",
        "It names a signed commit, but nobody has signed that this is the release.",
        "git-tag(1)",
        (
            *_BEGIN,
            plain_push(f"base:{_TAG}"),
            push(f"base:{_TAG}", expect="unsigned", checked=1),
        ),
    ),
    AttackStory(
        "r11-unsigned-over-signed",
        "R11",
        "an unsigned tag over a signed tag",
        "The inner signature says nothing of the outer name.",
        "git-tag(1), nested tags",
        (
            *_BEGIN,
            tag("inner", "base", called="inner"),
            tag("outer", "inner", target_type="tag", by="mallory", sign=False),
            plain_verify("outer", "refuses"),
            plain_push(f"outer:{_TAG}"),
            push(f"outer:{_TAG}", expect="unsigned", checked=2),
        ),
    ),
    AttackStory(
        "r11-stranger-over-signed",
        "R11",
        "a stranger's tag over a signed tag, and a signed tag over a stranger's",
        "Each step is judged, whichever of them is the forged one.",
        "git-tag(1), nested tags",
        (
            *_BEGIN,
            tag("good", "base", called="inner"),
            tag("evil", "base", called="inner", by="mallory"),
            tag("over", "good", target_type="tag", by="mallory"),
            tag("under", "evil", target_type="tag"),
            plain_verify("under", "accepts"),
            push(f"over:{_TAG}", expect="unknown_key", checked=2),
            push(f"under:{_TAG}", expect="unknown_key", checked=2),
        ),
    ),
)
