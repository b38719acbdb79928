"""R6: an error taken for "nothing to check". Missing and damaged objects, broken refs, a root that is no ancestor."""

from __future__ import annotations

from collections.abc import Callable

from tests.vectors.stories.scene import DAY, NOW, Scene
from tests.vectors.stories.steps import (
    allow,
    audit,
    commit,
    do,
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
_BEGIN = (commit("base"), push(f"base:{_MAIN}"))
_GONE = "d" * 40
_WALK = "git-rev-list(1), exit status"
_GUIX = "guix git authenticate, the introductory commit"


def _trust(name: str) -> Callable[[Scene], object]:
    return lambda scene: scene.allow(history={"trusted_roots": [scene.oid(name)]})


def _truncate(scene: Scene) -> None:
    oid = scene.names["evil"]
    path = scene.path / "objects" / oid[:2] / oid[2:]
    path.write_bytes(path.read_bytes()[:40])


STORIES = (
    AttackStory(
        "r6-missing-tip",
        "R6",
        "an update to an object that is not here",
        "A walk that fails must not end as an empty one.",
        _WALK,
        (
            *_BEGIN,
            plain_push(f"{_GONE}:{_MAIN}", expect="refuses"),
            push(f"{_GONE}:{_MAIN}", expect="verifier_error"),
            push(f"{_GONE}:refs/tags/v1", expect="verifier_error"),
        ),
    ),
    AttackStory(
        "r6-missing-parent",
        "R6",
        "a signed commit whose parent is not here",
        "The commit itself is good, and nobody knows what is behind it.",
        "gitglossary(7), partial clone",
        (
            *_BEGIN,
            commit("tip", on=_GONE),
            plain_verify("tip", "accepts"),
            push(f"tip:{_MAIN}", expect="verifier_error", checked=2),
            ref(_MAIN, "tip"),
            audit(expect="verifier_error", checked=2),
        ),
    ),
    AttackStory(
        "r6-damaged-object",
        "R6",
        "the unsigned commit in the middle is cut short on disk",
        "libgit2 loops on such a file and git stops; the commit behind it is still not good.",
        "libgit2 issue 7342",
        (
            *_BEGIN,
            commit("evil", sign=False),
            commit("tip"),
            do("the object is truncated", _truncate),
            plain_verify("evil", "refuses"),
            push(f"tip:{_MAIN}", expect="verifier_error"),
            ref(_MAIN, "tip"),
            audit(expect="verifier_error"),
        ),
    ),
    AttackStory(
        "r6-broken-ref",
        "R6",
        "a ref that cannot be read stands beside the others",
        "git warns and goes on without it, so what only that ref shows is never audited.",
        "git-for-each-ref(1), broken refs",
        (
            *_BEGIN,
            commit("evil", sign=False),
            write("refs/heads/broken", "nonsense\n"),
            plain_range("evil", "{base}"),
            push(f"base:{_MAIN}", expect="error"),
            audit(expect="error"),
        ),
    ),
    AttackStory(
        "r6-broken-ref-at-a-real-server",
        "R6",
        "the same at a real server",
        "The hook cannot tell what counts as judged, so nothing is taken in.",
        "git-for-each-ref(1), broken refs",
        (
            *_BEGIN,
            commit("next"),
            write("refs/heads/broken", "nonsense\n"),
            plain_push(f"next:{_MAIN}"),
            push(f"next:{_MAIN}", expect="error"),
        ),
        served=True,
    ),
    AttackStory(
        "r6-range-from-nowhere",
        "R6",
        "a range whose old end is not here",
        "A forced push leaves a CI job with an old id that no clone has.",
        "gitrevisions(7)",
        (
            *_BEGIN,
            commit("evil", sign=False),
            plain_verify("evil", "refuses"),
            verify(f"{_GONE}..{{evil}}", expect="error"),
            verify("{base}..{evil}", expect="unsigned"),
        ),
    ),
    AttackStory(
        "r6-trusted-root-that-is-no-ancestor",
        "R6",
        "the trusted root stands in another history",
        "A walk that never meets its root must not call that success, nor take the tip for history before the root.",
        _GUIX,
        (
            commit("root", on=""),
            commit("evil", on="", sign=False),
            commit("tip"),
            do("the policy trusts the root", _trust("root")),
            plain_verify("evil", "refuses"),
            push(f"tip:{_MAIN}", expect="unsigned", checked=2),
            verify("{root}..{tip}", expect="unsigned", checked=2),
            ref(_MAIN, "tip"),
            audit(expect="unsigned", checked=2),
        ),
    ),
    AttackStory(
        "r6-trusted-root-that-is-not-here",
        "R6",
        "the trusted root is missing, or is a tag",
        "Then nothing is behind it, and everything is judged.",
        _GUIX,
        (
            commit("evil", sign=False),
            commit("tip"),
            do("the policy trusts nothing that is here", lambda scene: scene.allow(history={"trusted_roots": [_GONE]})),
            plain_verify("evil", "refuses"),
            push(f"tip:{_MAIN}", expect="unsigned", checked=2),
            do("the policy trusts a tree", lambda s: s.allow(history={"trusted_roots": [s.story.tree({"a": b"b"})]})),
            push(f"tip:{_MAIN}", expect="unsigned", checked=2),
        ),
    ),
    AttackStory(
        "r6-downgrade-below-the-root",
        "R6",
        "a branch that leaves the history before the trusted root",
        "Only the root and what is behind it is trusted, not what else stands on its ancestors.",
        _GUIX,
        (
            commit("old", sign=False),
            commit("root"),
            commit("evil", on="old", sign=False),
            do("the policy trusts the root", _trust("root")),
            plain_verify("evil", "refuses"),
            push("old:refs/heads/old", checked=0, now=NOW + DAY),
            push(f"evil:{_MAIN}", expect="unsigned", checked=1),
            commit("merge", on="root evil"),
            push(f"merge:{_MAIN}", expect="unsigned", checked=2),
        ),
    ),
    AttackStory(
        "r6-policy-without-anybody",
        "R6",
        "a policy with no signers, or with a role that nobody has",
        "An empty allowlist is a mistake, and means nobody, not everybody.",
        "docs/policy.md",
        (
            *_BEGIN,
            commit("next"),
            plain_verify("next", "accepts"),
            allow(signers={"ada": None, "bob": None, "carol": None}),
            push(f"next:{_MAIN}", expect="error"),
            allow(rules=[{"refs": [_MAIN], "signers": ["role:nobody"]}]),
            push(f"next:{_MAIN}", expect="error"),
        ),
    ),
)
