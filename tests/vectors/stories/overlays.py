"""R1, R2, R3: what git is made to show instead of what is there. Replace refs, grafts, shallow boundaries."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.vectors.stories.scene import Scene
from tests.vectors.stories.steps import (
    allow,
    audit,
    commit,
    configure,
    do,
    environment,
    plain_descent,
    plain_push,
    plain_range,
    plain_verify,
    push,
    ref,
    verify,
    write,
)
from tests.vectors.stories.telling import AttackStory

__all__ = ["STORIES"]

_MAIN = "refs/heads/main"
_REPLACE, _GRAFTS, _SHALLOW = "git-replace(1)", "gitglossary(7), grafts", "gitrepository-layout(5), shallow"
_FORGED = (commit("base"), push(f"base:{_MAIN}"), commit("evil", sign=False), commit("twin", on="base"))
_HIDDEN = (commit("base"), push(f"base:{_MAIN}"), commit("evil", sign=False), commit("last"))


def _shallow_clone(scene: Scene) -> None:
    """A clone that holds the last commit only; the story goes on in it."""
    clone = Path(scene.story.folder / "shallow.git")
    source = f"file://{scene.story.path}"
    subprocess.run(["git", "clone", "-q", "--bare", "--depth=1", source, clone], check=True)
    scene.story.path = clone


STORIES = (
    AttackStory(
        "r1-replaced-commit",
        "R1",
        "a replace ref puts a signed commit in the place of the evil one",
        "git verifies the replacement, and the evil commit lands.",
        _REPLACE,
        (
            *_FORGED,
            ref("refs/replace/{evil}", "twin"),
            plain_verify("evil", "accepts"),
            push(f"evil:{_MAIN}", expect="unsigned", checked=1),
            verify("evil", expect="unsigned"),
        ),
    ),
    AttackStory(
        "r1-replacement-pushed-first",
        "R1",
        "first a push to refs/replace, then the evil commit",
        "Whoever may write any ref could write the replacement too, so that ref is refused whatever the policy guards.",
        _REPLACE,
        (
            *_FORGED,
            plain_push(f"base:{_MAIN}", "twin:refs/replace/{evil}", f"evil:{_MAIN}"),
            push("twin:refs/replace/{evil}", expect="rule_violation"),
            push("twin:refs/replace/{evil}", f"evil:{_MAIN}", expect="rule_violation + unsigned"),
            push("twin:refs/Replace/{evil}", expect="rule_violation"),
            push(f"twin:{_MAIN}"),
        ),
    ),
    AttackStory(
        "r1-another-base",
        "R1",
        "the environment names another folder of replace refs",
        "GIT_REPLACE_REF_BASE makes replacements of refs that nobody guards.",
        "git(1), GIT_REPLACE_REF_BASE",
        (
            *_FORGED,
            ref("refs/wip/{evil}", "twin"),
            environment(GIT_REPLACE_REF_BASE="refs/wip/"),
            plain_verify("evil", "accepts"),
            push(f"evil:{_MAIN}", expect="unsigned", checked=1),
        ),
    ),
    AttackStory(
        "r1-replaced-ancestor",
        "R1",
        "a signed merge is replaced by one without the evil parent",
        "Parents come from the raw bytes, so the walk sees the parent that git hides.",
        _REPLACE,
        (
            *_FORGED,
            commit("merge", on="base evil"),
            commit("instead", on="base"),
            ref("refs/replace/{merge}", "instead"),
            plain_range("evil", "{merge}"),
            push(f"merge:{_MAIN}", expect="unsigned", checked=2),
            ref(_MAIN, "merge"),
            audit("main", expect="unsigned", checked=3),
        ),
    ),
    AttackStory(
        "r2-grafted-parent",
        "R2",
        "a graft hides the unsigned commit between two signed ones",
        "git walks past it, in a range as in an audit.",
        _GRAFTS,
        (
            *_HIDDEN,
            write("info/grafts", "{last} {base}\n"),
            plain_range("evil", "{base}..{last}"),
            push(f"last:{_MAIN}", expect="unsigned", checked=2),
            verify("{base}..{last}", expect="unsigned", checked=2),
        ),
    ),
    AttackStory(
        "r2-grafted-root",
        "R2",
        "a graft makes a root of the last commit",
        "Nothing before it would be looked at.",
        _GRAFTS,
        (
            *_HIDDEN,
            write("info/grafts", "{last}\n"),
            ref(_MAIN, "last"),
            plain_range("evil", "{last}"),
            audit(expect="unsigned", checked=3),
        ),
    ),
    AttackStory(
        "r2-grafts-of-the-environment",
        "R2",
        "GIT_GRAFT_FILE names the grafts",
        "The hook inherits the environment of whoever started git.",
        "git(1), GIT_GRAFT_FILE",
        (
            *_HIDDEN,
            write("others", "{last} {base}\n"),
            environment(GIT_GRAFT_FILE="{git_dir}/others"),
            plain_range("evil", "{base}..{last}"),
            push(f"last:{_MAIN}", expect="unsigned", checked=2),
        ),
    ),
    AttackStory(
        "r2-a-false-descent",
        "R2",
        "a graft makes the new tip a descendant of the old one",
        "A rewind would pass for a fast-forward.",
        _GRAFTS,
        (
            allow(rules=[{"refs": [_MAIN], "no_rewind": True}]),
            commit("base"),
            commit("tip"),
            push(f"tip:{_MAIN}"),
            commit("other", on="base"),
            write("info/grafts", "{other} {tip}\n"),
            plain_descent("tip", "other", "accepts"),
            push(f"other:{_MAIN}", expect="rule_violation"),
        ),
    ),
    AttackStory(
        "r3-shallow-file",
        "R3",
        "a shallow file cuts off what is there",
        "The boundary would pass for a root, and the unsigned commit behind it for history that nobody has.",
        _SHALLOW,
        (
            *_HIDDEN,
            ref(_MAIN, "last"),
            write("shallow", "{last}\n"),
            plain_range("evil", "{last}"),
            audit(expect="unsigned", checked=3),
        ),
    ),
    AttackStory(
        "r3-shallow-file-of-the-environment",
        "R3",
        "GIT_SHALLOW_FILE cuts off what is there",
        "As git sets it for a push from a shallow clone.",
        "git(1), GIT_SHALLOW_FILE",
        (
            *_HIDDEN,
            write("others", "{last}\n"),
            environment(GIT_SHALLOW_FILE="{git_dir}/others"),
            plain_range("evil", "{base}..{last}"),
            push(f"last:{_MAIN}", expect="unsigned", checked=2),
        ),
    ),
    AttackStory(
        "r3-ancestors-missing",
        "R3",
        "the history ends at a boundary, and what is behind it is not here",
        "Nobody knows what is behind it, so it is no root and cannot be good.",
        _SHALLOW,
        (
            *_HIDDEN,
            ref(_MAIN, "last"),
            do("the story goes on in a shallow clone", _shallow_clone),
            plain_range("evil", "{last}"),
            audit(expect="verifier_error", checked=2),
        ),
    ),
    AttackStory(
        "r3-pushed-from-a-shallow-clone",
        "R3",
        "a push from a shallow clone, to a server that takes such pushes",
        "The server would take over the boundary, and no audit would see the unsigned commit.",
        "git-config(1), receive.shallowUpdate",
        (
            commit("evil", sign=False),
            commit("last"),
            do("it is the pusher's main", lambda scene: scene.story.ref(_MAIN, scene.last)),
            do("the story goes on in a shallow clone", _shallow_clone),
            configure("receive.shallowUpdate", "true"),
            plain_push(f"last:{_MAIN}", expect="refuses"),
            push(f"last:{_MAIN}", expect="verifier_error"),
        ),
        served=True,
    ),
)
